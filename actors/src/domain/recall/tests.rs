//! Ranking, by tables and properties.

use proptest::prelude::*;

use super::*;
use crate::domain::outcome::{AuthorRole, Quarantine, Source};

/// A memory of a run that has helped.
pub(crate) fn memory(id: &str, signature: &str, text: &str) -> LongMemory {
    LongMemory {
        memory_id: id.parse().unwrap(),
        company_id: "comp-a".parse().unwrap(),
        signature: signature.to_owned(),
        tags: Vec::new(),
        resolution: text.to_owned(),
        outcome: Verdict::Success,
        runbook_used: Some("disk-cleanup-v1".to_owned()),
        runbook_id: Some("disk-cleanup".parse().unwrap()),
        incident_id: Some("inc-1".parse().unwrap()),
        run_id: Some("run-1".parse().unwrap()),
        created_at: Timestamp::from_millis(1_000),
        source: Source::Run,
        quarantine: None,
    }
}

fn tagged(id: &str, tags: &[&str]) -> LongMemory {
    LongMemory {
        tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
        ..memory(id, "other", "")
    }
}

/// What a store finds for a lookup, where so many memories have each word.
fn found(memories: &[LongMemory], lookup: &Lookup, counts: &[(&str, u64)]) -> Candidates {
    let candidate = |memory: &LongMemory| Candidate {
        memory: memory.clone(),
        outcomes: None,
    };
    let count = |word: &String| {
        counts
            .iter()
            .find(|(known, _)| known == word)
            .map_or(0, |(_, count)| *count)
    };
    Candidates {
        found: memories.iter().map(candidate).collect(),
        counts: Counts {
            words: lookup.words.iter().map(count).collect(),
            ..Counts::default()
        },
    }
}

fn ask(signature: Option<&str>, tags: &[&str], q: &str) -> RecallAsk {
    RecallAsk {
        signature: signature.map(str::to_owned),
        tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
        q: Some(q.to_owned()),
        limit: 9,
        with_quarantined: false,
    }
}

/// What is recalled, and by what.
fn check(ask: &RecallAsk, memories: &[LongMemory], counts: &[(&str, u64)], expected: &[(&str, Matched)]) {
    let now = Timestamp::from_millis(2_000);
    let ranked = rank(found(memories, &ask.lookup(), counts), &ask.lookup(), ask, now);
    let ids: Vec<(&str, Matched)> = ranked
        .iter()
        .map(|one| (one.memory.memory_id.as_str(), one.matched))
        .collect();
    assert_eq!(ids, expected, "{ask:?}");
}

#[test]
fn what_is_more_alike_comes_first() {
    let memories = [
        memory("mem-1", "disk-full", "freed space"),
        tagged("mem-2", &["linux", "web"]),
        tagged("mem-3", &["web"]),
        memory("mem-4", "memory-high", "the oomkiller took the broker"),
        memory("mem-5", "memory-high", "freed the heap of the broker"),
        memory("mem-6", "else", "nothing"),
    ];
    use Matched::{Signature, Tag, Words};
    check(
        &ask(Some("disk-full"), &[], ""),
        &memories,
        &[],
        &[("mem-1", Signature)],
    );
    check(
        &ask(None, &["linux", "web"], ""),
        &memories,
        &[],
        &[("mem-2", Tag), ("mem-3", Tag)],
    );
    // The rare word says more than the common one.
    let counts = [("oomkiller", 1), ("freed", 90_000)];
    let expected = [("mem-4", Words), ("mem-1", Words), ("mem-5", Words)];
    check(&ask(None, &[], "Freed: OOMKILLER"), &memories, &counts, &expected);
    let expected = [("mem-1", Signature), ("mem-2", Tag), ("mem-3", Tag), ("mem-5", Words)];
    check(
        &ask(Some("disk-full"), &["web", "linux"], "freed"),
        &memories,
        &counts,
        &expected,
    );
    check(&ask(None, &[], ""), &memories, &[], &[]);
}

#[test]
fn of_what_is_as_similar_the_believed_the_recent_and_the_helpful_come_first() {
    let day = |day: u64| Timestamp::from_millis(0).plus(Duration::from_secs(day * 24 * 3600));
    let at = |id, at, source, outcome| LongMemory {
        created_at: at,
        source,
        outcome,
        ..memory(id, "disk-full", "")
    };
    let by = |role| Source::Person {
        author: "usr-1".into(),
        role,
    };
    let memories = [
        at("mem-old", day(100), Source::Run, Verdict::Success),
        at("mem-failed", day(990), Source::Run, Verdict::Failure),
        at("mem-new", day(990), Source::Run, Verdict::Success),
        at("mem-expert", day(990), by(AuthorRole::MspAdmin), Verdict::Success),
        at("mem-novice", day(990), by(AuthorRole::Technician), Verdict::Success),
    ];
    let ask = ask(Some("disk-full"), &[], "");
    let ranked = rank(found(&memories, &ask.lookup(), &[]), &ask.lookup(), &ask, day(1_000));
    let ids: Vec<&str> = ranked.iter().map(|one| one.memory.memory_id.as_str()).collect();
    assert_eq!(ids, ["mem-expert", "mem-new", "mem-novice", "mem-failed", "mem-old"]);
}

#[test]
fn what_is_quarantined_is_shown_only_where_it_is_asked_for() {
    let mut bad = memory("mem-1", "disk-full", "rm -rf /");
    bad.quarantine = Some(Quarantine {
        by: "usr-1".into(),
        since: bad.created_at,
        reason: "poison".into(),
    });
    let mut ask = ask(Some("disk-full"), &[], "");
    check(&ask, &[bad.clone()], &[], &[]);
    ask.with_quarantined = true;
    let ranked = rank(
        found(&[bad], &ask.lookup(), &[]),
        &ask.lookup(),
        &ask,
        Timestamp::from_millis(1),
    );
    assert_eq!(ranked[0].quarantined.as_deref(), Some("quarantined by usr-1: poison"));
}

fn some_memory() -> impl Strategy<Value = LongMemory> {
    let text = "(disk|full|freed|space|broker| )( (disk|full|freed|space|broker)){0,4}";
    (
        "[a-f]",
        0_i64..100,
        text,
        prop::collection::vec("[xyz]", 0..3),
        any::<bool>(),
    )
        .prop_map(|(signature, day, text, tags, helped)| LongMemory {
            tags,
            created_at: Timestamp::from_millis(day * 86_400_000),
            outcome: if helped { Verdict::Success } else { Verdict::Failure },
            ..memory("mem-1", &signature, &text)
        })
}

proptest! {
    #[test]
    fn what_is_recalled_does_not_depend_on_the_order_in_which_it_was_found(
        mut memories in prop::collection::vec(some_memory(), 0..12), limit in 0_usize..60,
    ) {
        for (n, memory) in memories.iter_mut().enumerate() {
            memory.memory_id = format!("mem-{n}").parse().unwrap();
        }
        let ask = RecallAsk { limit, ..ask(Some("a"), &["x", "y"], "disk broker") };
        let of = |memories: &[LongMemory]| rank(
            found(memories, &ask.lookup(), &[("disk", 10), ("broker", 2)]), &ask.lookup(), &ask, Timestamp::from_millis(9_000_000_000),
        );
        let ranked = of(&memories);
        prop_assert!(ranked.len() <= limit.min(RECALLED));
        prop_assert!(ranked.is_sorted_by(|a, b| a.score >= b.score));
        prop_assert!(ranked.iter().all(|one| (0.0..=1.0).contains(&one.score)));
        memories.reverse();
        prop_assert_eq!(of(&memories), ranked);
    }

    #[test]
    fn a_score_rises_with_all_that_it_is_made_of(
        similarity in 0.01..1.0_f64, trust in 0.0..1.0_f64, seconds in 1_u64..100_000_000, more in 0.001..0.5_f64,
    ) {
        let age = Duration::from_secs(seconds);
        let now = score(similarity, trust, age, Verdict::Failure);
        prop_assert!(score(similarity + more, trust, age, Verdict::Failure) > now);
        prop_assert!(score(similarity, trust + more, age, Verdict::Failure) > now);
        prop_assert!(score(similarity, trust, age / 2, Verdict::Failure) > now);
        prop_assert!(score(similarity, trust, age, Verdict::Success) > now);
        // And what is much more similar is not overtaken by what is only newer, or more believed.
        prop_assert!(score(similarity * 0.59, 1.0, Duration::ZERO, Verdict::Success) < now);
    }
}
