//! Recalling: long memories are looked up in a store, ranked, and, where runs have shown a remedy to help, decided by
//! without a model.

use crate::domain::outcome::{Source, Verdict, version_of};
use crate::domain::recall::{RecallAsk, Recalled, rank};
use crate::domain::runbook::Shelf;
use crate::domain::{RunbookId, Timestamp};
use crate::port::{Error, Reader};

/// What is trusted as far as this is proven: three of four runs have helped, or the only one.
pub const PROVEN: f64 = 0.7;

/// The long memories that are meant, the best first.
///
/// # Errors
/// [`Error::Unavailable`], [`Error::Corrupt`], [`Error::Overloaded`], [`Error::NoSuchCompany`].
pub async fn recall(reader: &dyn Reader, ask: &RecallAsk, now: Timestamp) -> Result<Vec<Recalled>, Error> {
    let lookup = ask.lookup();
    let found = reader.recall(&lookup).await?;
    Ok(rank(found, &lookup, ask, now))
}

/// A remedy that runs have shown to help.
#[derive(Clone, Debug, PartialEq)]
pub struct Proven<'a> {
    /// The memory that tells of it.
    pub memory: &'a Recalled,
    /// The runbook, which is in force as it was run.
    pub runbook_id: RunbookId,
    /// Its slug, by which decisions call it.
    pub slug: String,
    /// Runs against this kind of trouble whose outcome is known.
    pub runs: u64,
    /// Those that have helped.
    pub successes: u64,
}

/// The remedy that past runs have shown to help against exactly this kind of trouble: its runbook is on the shelf in the
/// version that was run, and what is remembered of it is believed. What people have written never proves anything. The
/// most trusted, of these the best remembered.
pub fn proven<'a>(found: &'a [Recalled], shelf: &Shelf, signature: &str) -> Option<Proven<'a>> {
    let candidates = found.iter().filter(|found| found.memory.signature == signature);
    let mut best: Option<Proven<'a>> = None;
    for remedy in candidates.filter_map(|found| shown(found, shelf)) {
        if best.as_ref().is_none_or(|best| best.memory.trust < remedy.memory.trust) {
            best = Some(remedy);
        }
    }
    best
}

fn shown<'a>(found: &'a Recalled, shelf: &Shelf) -> Option<Proven<'a>> {
    let memory = &found.memory;
    let is_told_by_a_run = memory.source == Source::Run && memory.outcome == Verdict::Success;
    if !is_told_by_a_run || found.quarantined.is_some() || found.trust < PROVEN {
        return None;
    }
    let outcomes = found.outcomes.as_ref().filter(|outcomes| outcomes.successes > 0)?;
    let runbook = shelf.find(memory.runbook()?.as_str())?;
    let is_the_same = memory.runbook().as_ref() == Some(&runbook.runbook_id)
        && memory.runbook_used == Some(version_of(&runbook.slug, runbook.version));
    is_the_same.then(|| Proven {
        memory: found,
        runbook_id: runbook.runbook_id.clone(),
        slug: runbook.slug.clone(),
        runs: outcomes.runs,
        successes: outcomes.successes,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::outcome::{AuthorRole, Effectiveness};
    use crate::domain::recall::Matched;
    use crate::domain::recall::tests::memory;
    use crate::domain::recall::trust::trust;
    use crate::domain::runbook::library;

    fn shelf() -> Shelf {
        Shelf::new(Vec::new(), Arc::new(library::built_in().unwrap()))
    }

    /// A memory of a run of a runbook, of so many against disks that are full so many of which have helped.
    fn recalled(slug: &str, version: u32, runs: u64, successes: u64) -> Recalled {
        let mut memory = memory("mem-1", "disk-full", "");
        memory.runbook_id = Some(slug.parse().unwrap());
        memory.runbook_used = Some(version_of(slug, version));
        let outcomes = Effectiveness {
            runbook_id: slug.parse().unwrap(),
            signature: "disk-full".into(),
            runs,
            successes,
        };
        Recalled {
            trust: trust(&memory, Some(&outcomes)),
            memory,
            matched: Matched::Signature,
            score: 1.0,
            outcomes: Some(outcomes),
            quarantined: None,
        }
    }

    #[test]
    fn what_runs_have_shown_to_help_is_proven_with_its_counts() {
        let found = [recalled("disk-cleanup", 1, 1, 1), recalled("log-rotate", 1, 10, 10)];
        let shelf = shelf();
        let remedy = proven(&found, &shelf, "disk-full").unwrap();
        assert_eq!(
            (remedy.slug.as_str(), remedy.runs, remedy.successes),
            ("log-rotate", 10, 10)
        );
        assert_eq!(remedy.memory, &found[1]);
        assert_eq!(
            proven(&found, &shelf, "disk-full-again"),
            None,
            "exactly this kind of trouble"
        );
        assert_eq!(proven(&[], &shelf, "disk-full"), None);
    }

    #[test]
    fn nothing_else_is_proven() {
        let shelf = shelf();
        let good = || recalled("disk-cleanup", 1, 4, 3);
        assert!(proven(&[good()], &shelf, "disk-full").is_some());
        let of = |change: fn(&mut Recalled)| {
            let mut found = good();
            change(&mut found);
            proven(&[found], &shelf, "disk-full").map(|remedy| remedy.slug)
        };
        let by_a_person = of(|found| {
            found.trust = 1.0;
            found.memory.source = Source::Person {
                author: "usr-1".into(),
                role: AuthorRole::MspAdmin,
            };
        });
        assert_eq!(by_a_person, None, "a person's text");
        assert_eq!(
            of(|found| found.memory.outcome = Verdict::Failure),
            None,
            "of a failure"
        );
        assert_eq!(
            of(|found| found.quarantined = Some("poison".into())),
            None,
            "quarantined"
        );
        assert_eq!(of(|found| found.outcomes = None), None, "no run is known");
        assert_eq!(
            of(|found| found.memory.runbook_used = Some("disk-cleanup-v2".into())),
            None,
            "another version"
        );
        assert_eq!(
            of(|found| found.memory.runbook_id = Some("rbk-gone".parse().unwrap())),
            None,
            "not on the shelf"
        );
        for (runs, successes) in [(2, 1), (3, 2), (1, 0), (9, 6)] {
            let found = [recalled("disk-cleanup", 1, runs, successes)];
            assert_eq!(proven(&found, &shelf, "disk-full"), None, "{successes} of {runs}");
        }
    }

    #[test]
    fn one_of_a_companys_own_takes_the_place_of_a_built_in_one_and_has_to_prove_itself() {
        let found = [recalled("disk-cleanup", 1, 4, 4)];
        let own = crate::domain::Runbook {
            runbook_id: "rbk-1".parse().unwrap(),
            ..shelf().find("disk-cleanup").unwrap().clone()
        };
        assert_eq!(proven(&found, &shelf().with(own), "disk-full"), None);
    }
}
