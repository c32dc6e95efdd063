//! `demo`, which is its own server on the embedded store, as a process.

use std::net::TcpListener;

use serde_json::Value;
use tokio::time::timeout;

use crate::support::process::{PATIENCE, binary};

/// A short demo on a port that is taken: it moves, plays, decides, measures, and leaves nothing behind.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn demo_turns_its_storm_into_decided_incidents() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let scratch = tempfile::tempdir().unwrap();
    let mut demo = binary();
    demo.args([
        "demo",
        "--minutes",
        "0.1",
        "--exit-when-done",
        "--json",
        "--listen",
        &address,
    ]);
    demo.env("TMPDIR", scratch.path()).env("DRAIN_DELAY_MS", "0");
    let output = timeout(PATIENCE * 2, demo.output()).await.unwrap().unwrap();
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );

    let text = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let event = |name: &str| {
        lines
            .iter()
            .find(|line| line["event"] == name)
            .unwrap_or_else(|| panic!("{text}"))
    };
    let ready = event("ready");
    assert!(
        !ready["url"].as_str().unwrap().contains(&address),
        "{address} was taken"
    );
    assert_eq!(ready["companies"].as_array().map(Vec::len), Some(3));

    let figures = &event("done")["figures"];
    let count = |field: &str| figures[field].as_u64().unwrap_or_else(|| panic!("{field}: {figures}"));
    assert!(count("sent") > 500, "{figures}");
    assert_eq!((count("accepted"), count("failed")), (count("sent"), 0), "{figures}");
    assert!(
        count("incidents") > 20 && count("incidents") * 2 < count("sent"),
        "{figures}"
    );
    assert_eq!(count("decided"), count("incidents"), "{figures}");
    let expected = (1.0 - count("incidents") as f64 / count("sent") as f64) * 100.0;
    let measured = figures["noise_reduction_pct"].as_f64().unwrap();
    assert!(
        (measured - expected).abs() < 0.01,
        "{measured} against {expected}: {figures}"
    );
    assert_eq!(
        std::fs::read_dir(scratch.path()).unwrap().count(),
        0,
        "the directory is removed"
    );
}
