//! Looking long memories up. Whatever is asked, and however many there are, a bounded number of documents is read: of
//! signatures and tags the newest, of words so many of each.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use actors::domain::CompanyId;
use actors::domain::outcome::{Effectiveness, LongMemory};
use actors::domain::recall::Worth;
use actors::limits::{RECALL_CANDIDATES, RECALL_ENTRIES, RECALL_QUERY_WORDS};
use actors::port::{Candidate, Candidates, Counts, Lookup, Record, RecordKind};
use mongodb::bson::{Document, doc};

use super::super::fault::Fault;
use super::super::moment::{Find, Moment};
use super::super::records;
use super::super::rows::key;
use super::super::shape::{Fields, int};
use crate::store::tally::Tally;

/// Documents that are read of one word, and of one tag: a word of fewer is known whole.
const OF_ONE: u64 = (RECALL_ENTRIES / RECALL_QUERY_WORDS) as u64;
/// How long the server may look for documents that have several common words at once.
const TOGETHER_WITHIN: Duration = Duration::from_millis(200);

/// Memories that may be meant.
pub(in super::super) async fn find(m: &mut Moment, company: &CompanyId, lookup: &Lookup) -> Result<Candidates, Fault> {
    let of_signature = match &lookup.signature {
        None => Vec::new(),
        Some(signature) => newest(m, doc! { "company_id": company.as_str(), "signature": signature }).await?,
    };
    let (mut of_tags, mut of_words) = (Vec::new(), Vec::new());
    for tag in &lookup.tags {
        of_tags.push(newest(m, doc! { "company_id": company.as_str(), "tags": tag }).await?);
    }
    for word in &lookup.words {
        of_words.push(names(m, having(company, word, OF_ONE)).await?);
    }
    let lengths = |all: &[Vec<String>]| all.iter().map(|found| found.len() as u64).collect();
    let counts = Counts {
        signature: of_signature.len() as u64,
        tags: lengths(&of_tags),
        words: lengths(&of_words),
    };
    let worth = Worth::of(lookup, &counts);
    let mut tally = Tally::default();
    for (found, worth) in of_words.into_iter().zip(&worth.words) {
        tally.add(found, *worth);
    }
    together(m, company, lookup, &counts, &worth, &mut tally).await?;
    let mut others = Tally::default();
    others.add(of_signature, worth.signature);
    for (found, worth) in of_tags.into_iter().zip(&worth.tags) {
        others.add(found, *worth);
    }
    tally.join(others);
    let memories = memories(m, company, tally.best(RECALL_CANDIDATES)).await?;
    let outcomes = outcomes(m, company, &memories).await?;
    let candidate = |memory: LongMemory| Candidate {
        outcomes: memory.outcomes_id().and_then(|id| outcomes.get(&id).cloned()),
        memory,
    };
    Ok(Candidates {
        found: memories.into_iter().map(candidate).collect(),
        counts,
    })
}

/// The names of the newest of these.
async fn newest(m: &mut Moment, which: Document) -> Result<Vec<String>, Fault> {
    let find = Find {
        which,
        order: doc! { "created_at": -1 },
        ..names_of(OF_ONE)
    };
    names(m, find).await
}

/// Where even the rarest word is too common to be read whole, those are looked for that have all of them at once, as long
/// as that may take.
async fn together(
    m: &mut Moment,
    company: &CompanyId,
    lookup: &Lookup,
    counts: &Counts,
    worth: &Worth,
    tally: &mut Tally<String>,
) -> Result<(), Fault> {
    let words = lookup.words.iter().zip(&counts.words).zip(&worth.words);
    let known: Vec<((&String, &u64), &f64)> = words.filter(|((_, count), _)| **count > 0).collect();
    if known.len() < 2 || known.iter().any(|((_, count), _)| **count < OF_ONE) {
        return Ok(());
    }
    let all: Vec<String> = known.iter().map(|((word, _), _)| format!("\"{word}\"")).collect();
    let find = Find {
        within: Some(TOGETHER_WITHIN),
        ..having(company, &all.join(" "), RECALL_CANDIDATES as u64)
    };
    match names(m, find).await {
        Ok(found) => tally.at_least(found, known.iter().map(|(_, worth)| **worth).sum()),
        // It has taken too long: what each word has found is enough.
        Err(Fault::Away(_)) => {}
        Err(other) => return Err(other),
    }
    Ok(())
}

/// Documents that a text search finds. What is searched for are words of letters and digits alone, in quotes or not.
fn having(company: &CompanyId, search: &str, most: u64) -> Find<'static> {
    Find {
        which: doc! { "company_id": company.as_str(), "$text": { "$search": search } },
        ..names_of(most)
    }
}

/// Names of documents alone.
fn names_of(most: u64) -> Find<'static> {
    Find {
        from: RecordKind::LongMemory.as_str(),
        limit: int(most),
        only: doc! { "_id": 1 },
        ..Find::default()
    }
}

async fn names(m: &mut Moment, find: Find<'_>) -> Result<Vec<String>, Fault> {
    let found = m.documents(find).await?;
    found
        .iter()
        .map(|document| Ok(document.text("_id")?.to_owned()))
        .collect()
}

async fn memories(m: &mut Moment, company: &CompanyId, names: Vec<String>) -> Result<Vec<LongMemory>, Fault> {
    let found = by_names(m, company, RecordKind::LongMemory, names).await?;
    let memory = |record: actors::port::Record| Ok(record.read::<LongMemory>()?);
    found.into_iter().map(memory).collect()
}

/// What runs have shown of the runbooks of these.
async fn outcomes(
    m: &mut Moment,
    company: &CompanyId,
    memories: &[LongMemory],
) -> Result<HashMap<String, Effectiveness>, Fault> {
    let ids: HashSet<String> = memories.iter().filter_map(LongMemory::outcomes_id).collect();
    let names = ids.iter().map(|id| key(company, id)).collect();
    let found = by_names(m, company, RecordKind::Outcomes, names).await?;
    found
        .into_iter()
        .map(|record| Ok((record.id.clone(), record.read()?)))
        .collect()
}

async fn by_names(
    m: &mut Moment,
    company: &CompanyId,
    kind: RecordKind,
    names: Vec<String>,
) -> Result<Vec<Record>, Fault> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let find = Find {
        from: kind.as_str(),
        which: doc! { "_id": { "$in": names }, "company_id": company.as_str() },
        ..Find::default()
    };
    let found = m.documents(find).await?;
    found
        .into_iter()
        .map(|document| records::read(document, kind))
        .collect()
}
