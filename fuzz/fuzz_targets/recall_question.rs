//! What is asked of the long memories: whatever it is, the index answers, and takes nothing of it for syntax.
#![no_main]

use std::pin::pin;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, Waker};

use actors::domain::outcome::{LongMemory, Source, Verdict};
use actors::domain::recall::words::words;
use actors::domain::recall::RecallAsk;
use actors::domain::{CompanyId, Timestamp};
use actors::port::{Amendment, Put, Reader, Store};
use actors::recall::recall;
use alert_whisperer::clock::SystemClock;
use alert_whisperer::store::MemoryStore;

/// The store in memory never waits.
fn done<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => unreachable!("the store in memory waits for nothing"),
    }
}

static READER: LazyLock<Arc<dyn Reader>> = LazyLock::new(|| {
    let store = MemoryStore::new(Arc::new(SystemClock));
    let company = CompanyId::platform();
    let memory = LongMemory {
        memory_id: "mem-1".parse().expect("an id"),
        company_id: company.clone(),
        signature: "disk-full".to_owned(),
        tags: vec!["web".to_owned()],
        resolution: "removed near dumps".to_owned(),
        outcome: Verdict::Success,
        runbook_used: None,
        runbook_id: None,
        incident_id: None,
        run_id: None,
        created_at: Timestamp::from_millis(1),
        source: Source::Run,
        quarantine: None,
    };
    let amendment = Amendment {
        puts: vec![Put::new(&memory).expect("an object")],
        ..Amendment::default()
    };
    let writer = done(store.acquire(&company)).expect("a writer");
    done(writer.amend(amendment, None)).expect("written");
    store.reader(&company)
});

libfuzzer_sys::fuzz_target!(|text: &str| {
    let own = ["disk", "full", "web", "removed", "near", "dumps"];
    let asked = words(text, 16);
    assert!(asked.iter().all(|word| word.chars().all(char::is_alphanumeric)), "{asked:?}");
    let ask = RecallAsk {
        signature: Some(text.to_owned()),
        tags: text.split(',').map(str::to_owned).collect(),
        q: Some(text.to_owned()),
        limit: 5,
        with_quarantined: true,
    };
    let found = done(recall(&**READER, &ask, Timestamp::from_millis(2))).expect("an answer");
    let is_meant = asked.iter().any(|word| own.contains(&word.as_str()))
        || text == "disk-full"
        || ask.lookup().tags.iter().any(|tag| tag == "web");
    assert_eq!(found.len(), usize::from(is_meant), "{text:?}");
});
