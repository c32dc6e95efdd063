//! Looking long memories up. A store only finds those that may be meant, a bounded number of them however many there
//! are; which are meant is said by [`crate::domain::recall`].

use crate::domain::outcome::{Effectiveness, LongMemory};
use crate::limits::{RECALL_CANDIDATES, RECALL_LEAST, RECALL_PER_ANSWER};

/// What is looked for: memories that have the signature, any of the tags, or any of the words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lookup {
    /// The kind of trouble, exactly.
    pub signature: Option<String>,
    /// Tags, exactly; each once.
    pub tags: Vec<String>,
    /// Words, as [`crate::domain::recall::words`] makes them; each once.
    pub words: Vec<String>,
    /// How many are wanted in the end.
    pub limit: usize,
}

impl Lookup {
    /// Whether nothing is looked for.
    pub fn is_empty(&self) -> bool {
        self.signature.is_none() && self.tags.is_empty() && self.words.is_empty()
    }

    /// How many that may be meant are looked at for that: enough that what is recent, believed and has helped can come
    /// before what is only a little more alike.
    pub fn candidates(&self) -> usize {
        (self.limit * RECALL_PER_ANSWER).clamp(RECALL_LEAST, RECALL_CANDIDATES)
    }
}

/// A memory that may be meant.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The memory.
    pub memory: LongMemory,
    /// How often the runbook that it speaks of has helped against that kind of trouble, where runs have shown it.
    pub outcomes: Option<Effectiveness>,
}

/// How many of the company's memories have what was looked for, or at least how many; in the order of the lookup.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// The signature.
    pub signature: u64,
    /// Each tag.
    pub tags: Vec<u64>,
    /// Each word.
    pub words: Vec<u64>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Candidates {
    /// Each once, at most [`Lookup::candidates`]: those that have most of what was looked for, by its
    /// [`crate::domain::recall::Worth`].
    pub found: Vec<Candidate>,
    /// How common what was looked for is.
    pub counts: Counts,
}
