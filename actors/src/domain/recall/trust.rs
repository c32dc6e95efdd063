//! How far a memory is believed. It is worked out whenever it is asked for, from where the memory comes from and from
//! what runs have shown since, and is written nowhere: what it is made from cannot disagree with it.

use crate::domain::outcome::{AuthorRole, Effectiveness, LongMemory, Source, Verdict};

/// What is trusted less than this is not recalled.
pub const TRUSTED: f64 = 0.2;
/// How many runs it takes to count as much as where a memory comes from.
const ORIGIN_COUNTS: f64 = 2.0;

/// How far a memory is believed, 0 to 1: where it comes from, and how often runs of the runbook that it speaks of have
/// borne it out against the same kind of trouble. Each run that does not takes from it.
pub fn trust(memory: &LongMemory, outcomes: Option<&Effectiveness>) -> f64 {
    let origin = match &memory.source {
        Source::Run => 0.7,
        Source::Person { role, .. } => match role {
            AuthorRole::MspAdmin => 0.9,
            AuthorRole::CompanyAdmin => 0.8,
            AuthorRole::Technician => 0.6,
        },
    };
    let Some(outcomes) = outcomes else { return origin };
    let successes = outcomes.successes.min(outcomes.runs);
    let bears_out = match memory.outcome {
        Verdict::Success => successes,
        Verdict::Failure => outcomes.runs - successes,
    };
    (origin * ORIGIN_COUNTS + bears_out as f64) / (ORIGIN_COUNTS + outcomes.runs as f64)
}

/// Why a memory is not recalled; nothing where it is.
pub fn withheld(memory: &LongMemory, trust: f64) -> Option<String> {
    if let Some(quarantine) = &memory.quarantine {
        return Some(format!("quarantined by {}: {}", quarantine.by, quarantine.reason));
    }
    (trust < TRUSTED).then(|| "later runs have not borne it out".to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::outcome::Quarantine;
    use crate::domain::recall::tests::memory;

    fn outcomes(runs: u64, successes: u64) -> Effectiveness {
        Effectiveness {
            runbook_id: "disk-cleanup".parse().unwrap(),
            signature: "disk-full".into(),
            runs,
            successes,
        }
    }

    fn by(role: AuthorRole) -> Source {
        let author = "usr-1".to_owned();
        Source::Person { author, role }
    }

    #[test]
    fn trust_is_where_it_comes_from_until_runs_say_otherwise() {
        use Verdict::{Failure, Success};
        for (source, outcome, known, expected) in [
            (Source::Run, Success, None, 0.7),
            (Source::Run, Success, Some((1, 1)), 0.8),
            (Source::Run, Success, Some((8, 8)), 0.94),
            (Source::Run, Success, Some((2, 1)), 0.6),
            (Source::Run, Success, Some((9, 1)), 0.218),
            (Source::Run, Success, Some((11, 1)), 0.185),
            (by(AuthorRole::MspAdmin), Success, None, 0.9),
            (by(AuthorRole::CompanyAdmin), Success, None, 0.8),
            (by(AuthorRole::Technician), Success, None, 0.6),
            (by(AuthorRole::Technician), Success, Some((3, 0)), 0.24),
            (by(AuthorRole::Technician), Success, Some((5, 0)), 0.171),
            (by(AuthorRole::Technician), Failure, Some((4, 0)), 0.867),
        ] {
            let asked = crate::domain::outcome::LongMemory {
                source: source.clone(),
                outcome,
                ..memory("mem-1", "disk-full", "")
            };
            let outcomes = known.map(|(runs, successes)| outcomes(runs, successes));
            let found = trust(&asked, outcomes.as_ref());
            assert!((found - expected).abs() < 0.001, "{source:?} {known:?}: {found}");
            let is_withheld = withheld(&asked, found).is_some();
            assert_eq!(is_withheld, expected < TRUSTED, "{source:?} {known:?}");
        }
    }

    #[test]
    fn a_persons_word_withholds_whatever_runs_say() {
        let mut asked = memory("mem-1", "disk-full", "");
        assert_eq!(withheld(&asked, 1.0), None);
        asked.quarantine = Some(Quarantine {
            by: "usr-2".into(),
            since: asked.created_at,
            reason: "not ours".into(),
        });
        assert_eq!(withheld(&asked, 1.0).as_deref(), Some("quarantined by usr-2: not ours"));
    }

    proptest! {
        #[test]
        fn each_failure_takes_from_trust_and_each_success_adds(runs in 0_u64..1_000, share in 0.0..=1.0_f64) {
            let successes = (runs as f64 * share) as u64;
            let asked = memory("mem-1", "disk-full", "");
            let of = |runs, successes| trust(&asked, Some(&outcomes(runs, successes)));
            let now = of(runs, successes);
            prop_assert!((0.0..=1.0).contains(&now));
            prop_assert!(of(runs + 1, successes) < now);
            prop_assert!(of(runs + 1, successes + 1) > now);
        }

        #[test]
        fn counts_that_make_no_sense_do_no_harm(runs: u64, successes: u64) {
            let found = trust(&memory("mem-1", "disk-full", ""), Some(&outcomes(runs, successes)));
            prop_assert!((0.0..=1.0).contains(&found));
        }
    }
}
