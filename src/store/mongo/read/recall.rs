//! Looking long memories up. Whatever is asked, and however many there are, a bounded number of documents is read: of
//! signatures and tags the newest, of words so many of each.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use actors::domain::CompanyId;
use actors::domain::outcome::{Effectiveness, LongMemory};
use actors::domain::recall::weight;
use actors::limits::{RECALL_BY_WORDS, RECALL_CANDIDATES, RECALL_ENTRIES, RECALL_QUERY_WORDS};
use actors::port::{Candidate, Candidates, Lookup, Record, RecordKind};
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
    let mut names = Vec::new();
    if let Some(signature) = &lookup.signature {
        let which = doc! { "company_id": company.as_str(), "signature": signature };
        names.extend(newest(m, which, RECALL_CANDIDATES as u64).await?);
    }
    names.extend(by_tags(m, company, &lookup.tags).await?);
    let (by_words, counts) = by_words(m, company, &lookup.words).await?;
    names.extend(by_words);
    let memories = memories(m, company, names).await?;
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
async fn newest(m: &mut Moment, which: Document, most: u64) -> Result<Vec<String>, Fault> {
    let find = Find {
        which,
        order: doc! { "created_at": -1 },
        ..names_of(most)
    };
    names(m, find).await
}

async fn by_tags(m: &mut Moment, company: &CompanyId, tags: &[String]) -> Result<Vec<String>, Fault> {
    let mut tally = Tally::default();
    for tag in tags {
        let which = doc! { "company_id": company.as_str(), "tags": tag };
        tally.add(newest(m, which, OF_ONE).await?, 1.0);
    }
    Ok(tally.best(RECALL_CANDIDATES))
}

/// Those that have the rarest words, and how many have each. Where even the rarest word is too common to be read whole,
/// those are looked for that have all of them at once, as long as that may take.
async fn by_words(
    m: &mut Moment,
    company: &CompanyId,
    words: &[String],
) -> Result<(Vec<String>, Vec<(String, u64)>), Fault> {
    let (mut tally, mut counts) = (Tally::default(), Vec::new());
    for word in words {
        let found = names(m, having(company, word, OF_ONE)).await?;
        let count = found.len() as u64;
        tally.add(found, weight(count));
        counts.push((word.clone(), count));
    }
    let known: Vec<&(String, u64)> = counts.iter().filter(|(_, count)| *count > 0).collect();
    if known.len() > 1 && known.iter().all(|(_, count)| *count == OF_ONE) {
        let all: Vec<String> = known.iter().map(|(word, _)| format!("\"{word}\"")).collect();
        let find = Find {
            within: Some(TOGETHER_WITHIN),
            ..having(company, &all.join(" "), RECALL_BY_WORDS as u64)
        };
        match names(m, find).await {
            Ok(found) => tally.at_least(found, known.iter().map(|(_, count)| weight(*count)).sum()),
            // It has taken too long: what each word has found is enough.
            Err(Fault::Away(_)) => {}
            Err(other) => return Err(other),
        }
    }
    Ok((tally.best(RECALL_BY_WORDS), counts))
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

async fn memories(m: &mut Moment, company: &CompanyId, mut names: Vec<String>) -> Result<Vec<LongMemory>, Fault> {
    let mut seen = HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
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
