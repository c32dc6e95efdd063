//! What the product costs and how long it takes, beside floors of the same run.
//!
//! `make bench` runs every measurement and prints one table; `make bench ARGS="single latency"` runs
//! those named. `benches/README.md` keeps the figures with their conditions.
//!
//! Servers are processes of their own; their CPU time and memory are read from the kernel. The floor
//! is a bare axum server that verifies the same HMAC, parses the same JSON and group-commits the
//! bytes with `fdatasync` before it answers. The generator has one thread, and one that keeps time.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    unreachable_pub,
    reason = "a measurement reads the real clock and prints"
)]

mod accept;
mod admin;
mod agentcore;
mod api;
mod bench;
mod client;
mod companies;
#[path = "../../tests/it/support/corpus.rs"]
mod corpus;
mod dashboard;
mod decide;
mod fanout;
mod floor;
mod formats;
mod grouping;
mod history;
mod kpis;
mod latency;
mod load;
mod memory;
mod minds;
mod mongo;
mod nodes;
mod opened;
mod pages;
mod past;
mod peers;
mod people;
mod process;
mod reader;
mod recall;
mod restart;
mod runs;
mod ssm;
mod storm;
mod table;
mod traffic;

use std::path::Path;

use bench::Bench;

/// Whatever goes wrong ends the run.
pub type Result<T> = std::result::Result<T, BenchError>;
/// It is shown as it is.
pub type BenchError = Box<dyn std::error::Error + Send + Sync>;

/// Every measurement, in the order in which they are run.
const NAMES: [&str; 26] = [
    "single",
    "batches",
    "grouping",
    "formats",
    "latency",
    "opened",
    "decide",
    "fanout",
    "restart",
    "memory",
    "minds",
    "history",
    "kpis",
    "pages",
    "recall",
    "storm",
    "people",
    "runs",
    "agentcore",
    "dashboard",
    "mongo-accepts",
    "mongo-commits",
    "mongo-latency",
    "mongo-recall",
    "nodes",
    "peers",
];

fn main() -> Result<()> {
    if let Some(file) = std::env::var_os("FLOOR_FILE") {
        return floor::serve(Path::new(&file));
    }
    let named: Vec<String> = std::env::args().skip(1).filter(|name| !name.starts_with('-')).collect();
    if let Some(unknown) = named.iter().find(|name| !NAMES.contains(&name.as_str())) {
        return Err(format!("{unknown} is none of {}", NAMES.join(", ")).into());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut bench = Bench::default();
    for name in NAMES {
        if named.is_empty() || named.iter().any(|wanted| wanted == name) {
            eprintln!("{name}");
            runtime.block_on(run(name, &mut bench))?;
        }
    }
    bench.table.print();
    Ok(())
}

async fn run(name: &str, bench: &mut Bench) -> Result<()> {
    match name {
        "single" => accept::single(bench).await,
        "batches" => accept::batches(bench).await,
        "formats" => formats::formats(bench).await,
        "grouping" => grouping::grouping(bench),
        "latency" => latency::latency(bench).await,
        "opened" => opened::opened(bench).await,
        "decide" => decide::decide(bench).await,
        "fanout" => fanout::fanout(bench).await,
        "restart" => restart::restart(bench).await,
        "memory" => memory::memory(bench).await,
        "minds" => minds::minds(bench).await,
        "history" => history::history(bench).await,
        "kpis" => kpis::kpis(bench).await,
        "pages" => pages::pages(bench).await,
        "recall" => recall::recall(bench).await,
        "storm" => storm::storm(bench).await,
        "people" => people::people(bench).await,
        "runs" => runs::runs(bench).await,
        "agentcore" => agentcore::agentcore(bench).await,
        "dashboard" => dashboard::dashboard(bench).await,
        "mongo-accepts" => mongo::accepts(bench).await,
        "mongo-commits" => mongo::commits(bench).await,
        "mongo-latency" => mongo::latency(bench).await,
        "mongo-recall" => recall::on_mongo(bench).await,
        "nodes" => nodes::nodes(bench).await,
        "peers" => peers::peers(bench).await,
        other => Err(format!("{other} is not known").into()),
    }
}
