//! Looking long memories up. Whatever is asked, and however many there are, one question brings the terms with the newest
//! that have each, and a bounded number of these is weighed: those of the rarest terms first, of commoner ones the newest.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt::Display;

use actors::domain::CompanyId;
use actors::domain::outcome::{Effectiveness, LongMemory};
use actors::domain::recall::Worth;
use actors::port::{Candidate, Candidates, Counts, Lookup, Record, RecordKind};
use mongodb::bson::{Document, RawDocumentBuf, doc};

use super::super::fault::Fault;
use super::super::moment::{Find, Moment};
use super::super::names::MEMORY_TERMS;
use super::super::recall::{NAMES, TERMS, own, signature, tag, word};
use super::super::records;
use super::super::rows::key;
use super::super::shape::{Fields, int};
use crate::store::tally::Tally;

/// How many of the rarest terms have to be there together, where each alone is in too many memories to be read.
const TOGETHER: usize = 3;
/// Memories with the rarest of them that are looked at for that; where more have it, its newest are enough.
const WALKED: u64 = 2_000;

/// What counts of a term's worth for a memory of which it is not known whether it has it: one that was found by other
/// terms and is older than the newest that this one names. Without, the newest of common terms would crowd out what is
/// meant; half and whole found as much (recall@5 0.948 and 0.939 of 100,000 memories).
const LIKELY: f64 = 0.5;

/// What is looked for.
struct Sought<'a> {
    term: String,
    /// How many memories have it.
    count: u64,
    /// The names of the newest of them, the oldest first.
    newest: &'a [&'a str],
    worth: f64,
}

/// Memories that may be meant.
pub(in super::super) async fn find(m: &mut Moment, company: &CompanyId, lookup: &Lookup) -> Result<Candidates, Fault> {
    let documents = documents(m, company, lookup).await?;
    let terms = Terms::of(&documents, company)?;
    let counts = terms.counts(lookup);
    let names = best(m, company, &terms.sought(lookup, &counts), lookup.candidates()).await?;
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

/// The documents of the terms that are asked for.
async fn documents(m: &mut Moment, company: &CompanyId, lookup: &Lookup) -> Result<Vec<RawDocumentBuf>, Fault> {
    let of_signature = lookup.signature.as_deref().map(signature).into_iter();
    let of_tags = lookup.tags.iter().map(|text| tag(text));
    let of_words = lookup.words.iter().map(|text| word(text));
    let names = of_signature.chain(of_tags).chain(of_words);
    let names: Vec<String> = names.map(|term| key(company, &term)).collect();
    m.find(Find {
        from: MEMORY_TERMS,
        which: doc! { "_id": { "$in": names }, "company_id": company.as_str() },
        by: Some("_id_"),
        ..Find::default()
    })
    .await
}

/// How many of the company's memories have each term, and which are the newest of them.
struct Terms<'a>(HashMap<&'a str, (u64, Vec<&'a str>)>);

impl<'a> Terms<'a> {
    fn of(documents: &'a [RawDocumentBuf], company: &CompanyId) -> Result<Self, Fault> {
        let term = |document: &'a RawDocumentBuf| {
            let term = own(read(document.get_str("_id"))?, company)?;
            let count = u64::try_from(read(document.get_i64("memories"))?).unwrap_or_default();
            let names = read(document.get_array(NAMES))?.into_iter();
            let newest: Result<_, Fault> = names.map(|name| read(read(name)?.as_str().ok_or("no text"))).collect();
            Ok((term, (count, newest?)))
        };
        documents.iter().map(term).collect::<Result<_, Fault>>().map(Self)
    }

    fn counts(&self, lookup: &Lookup) -> Counts {
        let count = |term: String| self.0.get(&*term).map_or(0, |(count, _)| *count);
        Counts {
            signature: lookup.signature.as_deref().map_or(0, |text| count(signature(text))),
            tags: lookup.tags.iter().map(|text| count(tag(text))).collect(),
            words: lookup.words.iter().map(|text| count(word(text))).collect(),
        }
    }

    /// The terms that any memory has, the rarest first.
    fn sought(&self, lookup: &Lookup, counts: &Counts) -> Vec<Sought<'_>> {
        let worth = Worth::of(lookup, counts);
        let of_signature = lookup.signature.iter().map(|text| signature(text));
        let of_tags = lookup.tags.iter().map(|text| tag(text));
        let of_words = lookup.words.iter().map(|text| word(text));
        let each = of_signature.zip([worth.signature]).chain(of_tags.zip(worth.tags));
        let each = each.chain(of_words.zip(worth.words));
        let sought = each.filter_map(|(term, worth)| {
            let (count, newest) = self.0.get(&*term)?;
            Some(Sought {
                term,
                count: *count,
                newest,
                worth,
            })
        });
        let mut sought: Vec<Sought<'_>> = sought.collect();
        sought.sort_by_key(|sought| sought.count);
        sought
    }
}

fn read<T, E: Display>(value: Result<T, E>) -> Result<T, Fault> {
    value.map_err(|error| Fault::corrupt(error.to_string()))
}

/// The names of those that most speaks for. Where even the rarest term is in more than are named, those are looked for
/// that have several at once.
async fn best(
    m: &mut Moment,
    company: &CompanyId,
    rarest: &[Sought<'_>],
    candidates: usize,
) -> Result<Vec<String>, Fault> {
    let mut tally: Tally<Cow<'_, str>> = Tally::default();
    for sought in rarest {
        let names = sought.newest.iter().map(|name| Cow::Borrowed(*name));
        tally.add(names.collect(), sought.worth);
    }
    let mut unknown: Vec<(&str, f64)> = rarest.iter().filter_map(Sought::unknown).collect();
    unknown.sort_unstable_by_key(|(oldest, _)| *oldest);
    tally.add_each(|name| {
        let older_than = unknown.partition_point(|(oldest, _)| **oldest <= **name);
        unknown[older_than..].iter().map(|(_, worth)| worth).sum::<f64>() * LIKELY
    });
    let is_walked = rarest.first().is_some_and(|rarest| rarest.count <= WALKED);
    if is_walked && rarest.iter().all(|sought| sought.unknown().is_some()) {
        for size in (2..=rarest.len().min(TOGETHER)).rev() {
            let found = with_all(m, company, &rarest[..size], candidates).await?;
            let names = found.into_iter().map(Cow::Owned).collect();
            tally.at_least(names, rarest[..size].iter().map(|sought| sought.worth).sum());
        }
    }
    let best = tally.best(candidates);
    Ok(best.into_iter().map(|name| key(company, &name)).collect())
}

impl Sought<'_> {
    /// From which name on it is not known of older memories whether they have it, and what it is worth.
    fn unknown(&self) -> Option<(&str, f64)> {
        let is_whole = self.newest.len() as u64 >= self.count;
        let oldest = self.newest.iter().min().filter(|_| !is_whole)?;
        Some((oldest, self.worth))
    }
}

/// The names of the newest of those with the first term that have the others too.
async fn with_all(
    m: &mut Moment,
    company: &CompanyId,
    sought: &[Sought<'_>],
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
        .map(|document| Ok(own(document.text("_id")?, company)?.to_owned()))
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
