//! Looking long memories up. Whatever is asked, and however many there are, a bounded number of entries of the index is
//! read: those of the rarest terms first, of commoner ones the newest.

use std::collections::{HashMap, HashSet};

use actors::domain::CompanyId;
use actors::domain::outcome::{Effectiveness, LongMemory};
use actors::domain::recall::Worth;
use actors::limits::RECALL_ENTRIES;
use actors::port::{Candidate, Candidates, Counts, Lookup, Record, RecordKind};
use mongodb::bson::{Document, RawDocumentBuf, doc};

use super::super::fault::Fault;
use super::super::moment::{Find, Moment};
use super::super::names::MEMORY_TERMS;
use super::super::recall::{TERMS, signature, tag, word};
use super::super::records;
use super::super::rows::key;
use super::super::shape::{Fields, int};
use crate::store::tally::Tally;

/// Entries that are read for one question: each comes as a document of its own.
const ENTRIES: usize = RECALL_ENTRIES / 10;
/// How many of the rarest terms have to be there together, where each alone is in too many memories to be read.
const TOGETHER: usize = 3;
/// Memories with the rarest of them that are looked at for that; where more have it, its newest are enough.
const WALKED: u64 = 2_000;

/// What is looked for.
struct Sought {
    term: String,
    /// How many memories have it.
    count: u64,
    worth: f64,
    is_word: bool,
}

/// Memories that may be meant.
pub(in super::super) async fn find(m: &mut Moment, company: &CompanyId, lookup: &Lookup) -> Result<Candidates, Fault> {
    let counts = counts(m, company, lookup).await?;
    let tally = tally(m, company, sought(lookup, &counts), lookup.candidates()).await?;
    let memories = memories(m, company, tally.best(lookup.candidates())).await?;
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

/// How many of the company's memories have each term of these.
async fn counts(m: &mut Moment, company: &CompanyId, lookup: &Lookup) -> Result<Counts, Fault> {
    let of_signature = lookup.signature.as_deref().map(signature);
    let (tags, words) = (
        lookup.tags.iter().map(|name| tag(name)),
        lookup.words.iter().map(|text| word(text)),
    );
    let names: Vec<String> = of_signature
        .iter()
        .cloned()
        .chain(tags.clone())
        .chain(words.clone())
        .map(|term| key(company, &term))
        .collect();
    let find = Find {
        from: MEMORY_TERMS,
        which: doc! { "_id": { "$in": names }, "company_id": company.as_str() },
        by: Some("_id_"),
        ..Find::default()
    };
    let mut known = HashMap::new();
    for document in m.documents(find).await? {
        known.insert(document.text("_id")?.to_owned(), document.count("memories")?);
    }
    let count = |term: String| known.get(&key(company, &term)).copied().unwrap_or(0);
    Ok(Counts {
        signature: of_signature.map_or(0, count),
        tags: tags.map(count).collect(),
        words: words.map(count).collect(),
    })
}

/// The terms that any memory has, the rarest first.
fn sought(lookup: &Lookup, counts: &Counts) -> Vec<Sought> {
    let worth = Worth::of(lookup, counts);
    let each = |term: fn(&str) -> String, things: &[String], counts: &[u64], worth: &[f64], is_word| -> Vec<Sought> {
        let counted = things.iter().zip(counts).zip(worth);
        let sought = counted.map(|((thing, count), worth)| Sought {
            term: term(thing),
            count: *count,
            worth: *worth,
            is_word,
        });
        sought.filter(|sought| sought.count > 0).collect()
    };
    let of_signature = lookup.signature.as_slice();
    let mut sought = each(signature, of_signature, &[counts.signature], &[worth.signature], false);
    sought.extend(each(tag, &lookup.tags, &counts.tags, &worth.tags, false));
    sought.extend(each(word, &lookup.words, &counts.words, &worth.words, true));
    sought.sort_by_key(|sought| sought.count);
    sought
}

/// What speaks for whom. Where even the rarest term is too common to be read whole, those are looked for that have
/// several at once.
async fn tally(
    m: &mut Moment,
    company: &CompanyId,
    rarest: Vec<Sought>,
    candidates: usize,
) -> Result<Tally<String>, Fault> {
    let shares = shares(&rarest, candidates);
    let mut tally = Tally::default();
    for (name, place) in newest(m, company, &shares).await? {
        let worth = shares.get(place).map_or(0.0, |(sought, _)| sought.worth);
        tally.add(vec![name], worth);
    }
    let is_whole = |(sought, most): &(&Sought, usize)| *most as u64 >= sought.count;
    let is_walked = rarest.first().is_some_and(|rarest| rarest.count <= WALKED);
    if is_walked && !shares.iter().any(is_whole) {
        for size in (2..=rarest.len().min(TOGETHER)).rev() {
            let found = with_all(m, company, &rarest[..size], candidates).await?;
            tally.at_least(found, rarest[..size].iter().map(|sought| sought.worth).sum());
        }
    }
    Ok(tally)
}

/// How many of each term's newest are read: the rarest terms whole, as long as there is room, of commoner ones an equal
/// share. Where rare words find enough already, commoner words would only find what answers worse.
fn shares(rarest: &[Sought], candidates: usize) -> Vec<(&Sought, usize)> {
    let (mut left, mut whole) = (ENTRIES, 0);
    let mut shares = Vec::new();
    for (place, sought) in rarest.iter().enumerate() {
        if sought.is_word && whole >= candidates {
            continue;
        }
        let count = usize::try_from(sought.count).unwrap_or(usize::MAX);
        let most = match count <= left {
            true => count,
            false => left / (rarest.len() - place),
        };
        left -= most;
        if most == count {
            whole += most;
        }
        if most > 0 {
            shares.push((sought, most));
        }
    }
    shares
}

/// The names of the newest that have each term, with its place: out of the index alone, and all in one question.
async fn newest(
    m: &mut Moment,
    company: &CompanyId,
    shares: &[(&Sought, usize)],
) -> Result<Vec<(String, usize)>, Fault> {
    let of_term = |(place, (sought, most)): (usize, &(&Sought, usize))| {
        vec![
            doc! { "$match": { "company_id": company.as_str(), TERMS: &sought.term } },
            doc! { "$sort": { "_id": -1 } },
            doc! { "$limit": int(*most as u64) },
            doc! { "$project": { "_id": 1, "place": { "$literal": int(place as u64) } } },
        ]
    };
    let mut each = shares.iter().enumerate().map(of_term);
    let Some(mut steps) = each.next() else {
        return Ok(Vec::new());
    };
    let from = RecordKind::LongMemory.as_str();
    steps.extend(each.map(|pipeline| doc! { "$unionWith": { "coll": from, "pipeline": pipeline } }));
    let found = m.aggregate::<RawDocumentBuf>(from, steps).await?;
    let name = |document: &RawDocumentBuf| match (document.get_str("_id"), document.get_i64("place")) {
        (Ok(name), Ok(place)) => Ok((name.to_owned(), place as usize)),
        (Err(error), _) | (_, Err(error)) => Err(Fault::corrupt(error.to_string())),
    };
    found.iter().map(name).collect()
}

/// The names of the newest of those with the first term that have the others too.
async fn with_all(
    m: &mut Moment,
    company: &CompanyId,
    sought: &[Sought],
    candidates: usize,
) -> Result<Vec<String>, Fault> {
    let [rarest, others @ ..] = sought else {
        return Ok(Vec::new());
    };
    let others: Vec<&str> = others.iter().map(|sought| &*sought.term).collect();
    let steps = vec![
        doc! { "$match": { "company_id": company.as_str(), TERMS: &rarest.term } },
        doc! { "$sort": { "_id": -1 } },
        doc! { "$limit": int(WALKED) },
        doc! { "$match": { TERMS: { "$all": others } } },
        doc! { "$limit": int(candidates as u64) },
        doc! { "$project": { "_id": 1 } },
    ];
    let from = RecordKind::LongMemory.as_str();
    let found = m.aggregate::<Document>(from, steps).await?;
    found
        .iter()
        .map(|document| Ok(document.text("_id")?.to_owned()))
        .collect()
}

async fn memories(m: &mut Moment, company: &CompanyId, names: Vec<String>) -> Result<Vec<LongMemory>, Fault> {
    let found = by_names(m, company, RecordKind::LongMemory, names, doc! { TERMS: 0 }).await?;
    let memory = |record: Record| Ok(record.read::<LongMemory>()?);
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
    let found = by_names(m, company, RecordKind::Outcomes, names, Document::new()).await?;
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
    only: Document,
) -> Result<Vec<Record>, Fault> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let find = Find {
        from: kind.as_str(),
        which: doc! { "_id": { "$in": names }, "company_id": company.as_str() },
        by: Some("_id_"),
        only,
        ..Find::default()
    };
    let found = m.documents(find).await?;
    found
        .into_iter()
        .map(|document| records::read(document, kind))
        .collect()
}
