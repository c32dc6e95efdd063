//! How well what is remembered is found again, on a corpus from a seed. `make bench ARGS=recall` asks the same of 100,000.

use std::sync::Arc;

use actors::domain::CompanyId;
use actors::port::{Amended, Amendment, Clock, Put, Store};
use actors::recall::recall;
use alert_whisperer::store::MemoryStore;

use crate::support::alerts::new_company;
use crate::support::clock::ManualClock;
use crate::support::corpus::{Corpus, END, SEED, recall_at_5};

const MEMORIES: usize = 4_000;
const QUESTIONS: usize = 200;
/// Of what is meant so much is among the first five.
const LEAST: f64 = 0.9;

#[tokio::test]
async fn nine_of_ten_that_are_meant_are_among_the_first_five() {
    let clock = Arc::new(ManualClock::default());
    let store = MemoryStore::new(clock.clone());
    let company: CompanyId = "comp-a".parse().unwrap();
    let platform = store.acquire(&CompanyId::platform()).await.unwrap();
    assert!(platform.found(new_company(&company, clock.now())).await.unwrap());
    let writer = store.acquire(&company).await.unwrap();
    let corpus = Corpus::new(&company, MEMORIES, SEED);
    for some in corpus.memories.chunks(500) {
        let amendment = Amendment {
            puts: some.iter().map(|memory| Put::new(memory).unwrap()).collect(),
            ..Amendment::default()
        };
        assert_eq!(writer.amend(amendment, None).await, Ok(Amended::Done));
    }
    let reader = store.reader(&company);
    let now = actors::domain::Timestamp::from_millis(END);
    let mut sum = 0.0;
    for question in corpus.questions(QUESTIONS, SEED + 1) {
        let found = recall(&*reader, &question.ask, now).await.unwrap();
        let ids: Vec<String> = found.iter().map(|one| one.memory.memory_id.to_string()).collect();
        sum += recall_at_5(&question, &ids);
    }
    let mean = sum / QUESTIONS as f64;
    assert!(mean >= LEAST, "recall@5 is {mean:.3}");
}

#[test]
fn one_seed_makes_one_corpus() {
    let company = "comp-a".parse().unwrap();
    let of = |seed| Corpus::new(&company, 50, seed).memories;
    assert_eq!(of(SEED), of(SEED));
    assert_ne!(of(SEED), of(SEED + 1));
}
