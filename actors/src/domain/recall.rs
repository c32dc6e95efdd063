//! Which long memories are meant, and how far they are believed: pure functions of what a store has found and what was
//! asked. A memory is data from outside; what it says is compared and shown, and authorises nothing.

pub mod trust;
pub mod words;

use std::cmp::Reverse;
use std::collections::HashSet;
use std::time::Duration;

use super::outcome::{Effectiveness, LongMemory, Verdict};
use super::time::Timestamp;
use crate::limits::{
    MEMORY_SIGNATURE_BYTES, MEMORY_TAG_BYTES, MEMORY_TAGS, RECALL_QUERY_BYTES, RECALL_QUERY_WORDS, RECALLED,
};
use crate::port::{Candidate, Candidates, Counts, Lookup};

/// After so long a memory counts half as recent.
const HALF_LIFE: Duration = Duration::from_secs(90 * 24 * 3600);
/// How much a signature, a tag and a word say that are as rare as each other.
const SIGNATURE: f64 = 3.0;
const TAG: f64 = 1.5;
const WORD: f64 = 1.0;
/// What is left of the score of a memory that is as asked, and neither believed nor recent nor of any help.
const LEAST: f64 = 0.6;
/// The shares of the rest.
const BY_TRUST: f64 = 0.5;
const BY_RECENCY: f64 = 0.3;
const BY_OUTCOME: f64 = 0.2;

/// What is asked of the long memories.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecallAsk {
    /// The kind of trouble, exactly.
    pub signature: Option<String>,
    /// Tags, exactly.
    pub tags: Vec<String>,
    /// Anything, in words.
    pub q: Option<String>,
    /// How many, at most [`RECALLED`].
    pub limit: usize,
    /// Whether those that are not believed are shown too, with why.
    pub with_quarantined: bool,
}

impl RecallAsk {
    /// Whether it may be asked.
    ///
    /// # Errors
    /// The first field that is not as it must be, and what it must be.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        let within = |text: &str, most: usize| (1..=most).contains(&text.len());
        let require = |holds: bool, field, rule: String| if holds { Ok(()) } else { Err((field, rule)) };
        if let Some(signature) = &self.signature {
            let rule = format!("must be 1 to {MEMORY_SIGNATURE_BYTES} bytes");
            require(within(signature, MEMORY_SIGNATURE_BYTES), "signature", rule)?;
        }
        let rule = format!("must be at most {MEMORY_TAGS} tags of 1 to {MEMORY_TAG_BYTES} bytes each");
        let few = self.tags.len() <= MEMORY_TAGS;
        require(
            few && self.tags.iter().all(|tag| within(tag, MEMORY_TAG_BYTES)),
            "tags",
            rule,
        )?;
        if let Some(q) = &self.q {
            let rule = format!("must be 1 to {RECALL_QUERY_BYTES} bytes");
            require(within(q, RECALL_QUERY_BYTES), "q", rule)?;
        }
        let rule = format!("must be 1 to {RECALLED}");
        require((1..=RECALLED).contains(&self.limit), "limit", rule)?;
        let is_asked = !self.lookup().is_empty();
        let rule =
            "must hold a word of two letters or digits at least, or there must be a signature or a tag".to_owned();
        require(is_asked, "q", rule)
    }

    /// What a store is to look for.
    pub fn lookup(&self) -> Lookup {
        let mut seen = HashSet::new();
        let tags = self.tags.iter().filter(|tag| seen.insert(*tag)).take(MEMORY_TAGS);
        Lookup {
            signature: self.signature.clone(),
            tags: tags.cloned().collect(),
            words: words::words(self.q.as_deref().unwrap_or_default(), RECALL_QUERY_WORDS),
            limit: self.limit,
        }
    }
}

/// By what a memory was found first: its signature before its tags, these before its words.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, utoipa::ToSchema, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Matched {
    /// It has the signature.
    Signature,
    /// It has one of the tags.
    Tag,
    /// It has one of the words.
    Words,
}

/// A memory that is meant.
#[derive(Clone, Debug, PartialEq)]
pub struct Recalled {
    /// The memory.
    pub memory: LongMemory,
    /// By what it was found.
    pub matched: Matched,
    /// How well it answers, 0 to 1.
    pub score: f64,
    /// How far it is believed, 0 to 1.
    pub trust: f64,
    /// How often the runbook that it speaks of has helped against that kind of trouble, where runs have shown it.
    pub outcomes: Option<Effectiveness>,
    /// Why it is not believed; nothing where it is.
    pub quarantined: Option<String>,
}

/// The memories that are meant, the best first: by how similar they are, how far they are believed, how recent they are
/// and whether they tell of something that has helped. The same in whatever order they were found.
pub fn rank(found: Candidates, lookup: &Lookup, ask: &RecallAsk, now: Timestamp) -> Vec<Recalled> {
    let worth = Worth::of(lookup, &found.counts);
    let mut ranked: Vec<Recalled> = found
        .found
        .into_iter()
        .filter_map(|candidate| recalled(candidate, lookup, &worth, now))
        .filter(|found| ask.with_quarantined || found.quarantined.is_none())
        .collect();
    let place = |found: &Recalled| (Reverse(found.memory.created_at), found.memory.memory_id.clone());
    ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| place(a).cmp(&place(b))));
    ranked.truncate(ask.limit.min(RECALLED));
    ranked
}

fn recalled(candidate: Candidate, lookup: &Lookup, worth: &Worth, now: Timestamp) -> Option<Recalled> {
    let Candidate { memory, outcomes } = candidate;
    let (matched, similarity) = similar(&memory, lookup, worth)?;
    let trust = trust::trust(&memory, outcomes.as_ref());
    Some(Recalled {
        matched,
        score: score(similarity, trust, now.since(memory.created_at), memory.outcome),
        quarantined: trust::withheld(&memory, trust),
        trust,
        outcomes,
        memory,
    })
}

/// How well a memory answers: how similar it is, and up to two fifths less where it is not believed, old, or of a
/// failure.
fn score(similarity: f64, trust: f64, age: Duration, outcome: Verdict) -> f64 {
    let recency = 0.5_f64.powf(age.as_secs_f64() / HALF_LIFE.as_secs_f64());
    let helped = f64::from(u8::from(outcome == Verdict::Success));
    let worth = BY_TRUST * trust + BY_RECENCY * recency + BY_OUTCOME * helped;
    similarity * (LEAST + (1.0 - LEAST) * worth)
}

/// How much each thing that is looked for says, all together 1: a signature more than a tag, a tag more than a word, and
/// each the more the fewer memories have it.
#[derive(Clone, Debug, PartialEq)]
pub struct Worth {
    /// The signature.
    pub signature: f64,
    /// Each tag, in the order of the lookup.
    pub tags: Vec<f64>,
    /// Each word, in the order of the lookup.
    pub words: Vec<f64>,
}

impl Worth {
    /// Of what is looked for, by how common it is.
    pub fn of(lookup: &Lookup, counts: &Counts) -> Self {
        let each = |base: f64, things: &[String], counts: &[u64]| -> Vec<f64> {
            let count = |place: usize| counts.get(place).copied().unwrap_or(0);
            (0..things.len()).map(|place| base * rarity(count(place))).collect()
        };
        let mut worth = Self {
            signature: lookup
                .signature
                .as_ref()
                .map_or(0.0, |_| SIGNATURE * rarity(counts.signature)),
            tags: each(TAG, &lookup.tags, &counts.tags),
            words: each(WORD, &lookup.words, &counts.words),
        };
        let all: f64 = worth.signature + worth.tags.iter().sum::<f64>() + worth.words.iter().sum::<f64>();
        if all > 0.0 {
            worth.signature /= all;
            worth
                .tags
                .iter_mut()
                .chain(&mut worth.words)
                .for_each(|one| *one /= all);
        }
        worth
    }
}

/// From 1 for what nothing has, slowly to 0.
fn rarity(count: u64) -> f64 {
    1.0 / (std::f64::consts::E + count as f64).ln()
}

/// By what a memory is as it was asked for, and how far, 0 to 1; nothing where it is not at all.
fn similar(memory: &LongMemory, lookup: &Lookup, worth: &Worth) -> Option<(Matched, f64)> {
    let (mut has, mut matched) = (0.0, None);
    if !lookup.words.is_empty() {
        let own: HashSet<String> = words::of_memory(memory).into_iter().collect();
        for (_, worth) in lookup
            .words
            .iter()
            .zip(&worth.words)
            .filter(|(word, _)| own.contains(*word))
        {
            has += worth;
            matched = Some(Matched::Words);
        }
    }
    for (_, worth) in lookup
        .tags
        .iter()
        .zip(&worth.tags)
        .filter(|(tag, _)| memory.tags.contains(tag))
    {
        has += worth;
        matched = Some(Matched::Tag);
    }
    if lookup.signature.as_ref() == Some(&memory.signature) {
        has += worth.signature;
        matched = Some(Matched::Signature);
    }
    matched.map(|matched| (matched, has.min(1.0)))
}

#[cfg(test)]
pub(crate) mod tests;
