//! What a company remembers, searched: 100,000 memories from a seed beside those of another company.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actors::domain::CompanyId;
use actors::port::{Amended, Amendment, Put, Store};
use alert_whisperer::clock::SystemClock;
use alert_whisperer::store::SqliteStore;

use super::Result;
use super::api::Api;
use super::bench::Bench;
use super::companies::{Company, found_in};
use super::corpus::{Corpus, Question, SEED, recall_at_5};
use super::load::Latencies;
use super::process::Server;

const MEMORIES: usize = 100_000;
/// Of a company that nobody asks about.
const OTHERS: usize = 20_000;
const QUESTIONS: usize = 2_000;
/// Memories of one commit.
const AT_ONCE: usize = 500;
/// Milliseconds.
const MOST: f64 = 10.0;
/// Of what is meant so much may be missing among the first five.
const MISSING: f64 = 0.1;
/// What everybody says, in words that a third of all memories has.
const COMMON: [&str; 6] = [
    "restarted+service+server",
    "logs+found+cause+fixed",
    "old+files+removed+space+freed",
    "restarted+nowhere",
    "failover",
    "customer+reported+during+night+team+called+changed+setting+config+updated+version+removed+host+node+cluster+load",
];

/// Searches, beside a question that the server answers from memory.
pub async fn recall(bench: &mut Bench) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let (companies, corpus, seconds) = remembered(directory.path()).await?;
    let note = format!("{MEMORIES} memories and {OTHERS} of another company, {AT_ONCE} a commit");
    let each = seconds * 1e6 / (MEMORIES + OTHERS) as f64;
    bench.table.add("a memory written and indexed", each, "µs", None, note);
    let server = Server::product_with(directory.path(), &[("API_REQUESTS_PER_MINUTE", "4294967295")])?;
    server.quiet().await?;
    let mut api = Api::open(&server.address, &companies[0]).await?;
    let path = format!("/api/companies/{}/retention", companies[0].company_id);
    let mut floor = Latencies::default();
    for _ in 0..QUESTIONS {
        asked(&mut api, &path, &mut floor).await?;
    }
    let what = "floor: a question that is answered from memory p99";
    let note = format!("p50 {:.2} ms; a company's settings", floor.millis(0.5));
    bench.table.add(what, floor.millis(0.99), "ms", None, note);

    let (mut found, mut recalled) = (Latencies::default(), 0.0);
    for question in corpus.questions(QUESTIONS, SEED + 1) {
        let ids = asked(&mut api, &search(&question), &mut found).await?;
        recalled += recall_at_5(&question, &ids);
    }
    let note = format!(
        "p50 {:.2} ms; {QUESTIONS} questions, every second with a signature",
        found.millis(0.5)
    );
    bench
        .table
        .add("a search p99", found.millis(0.99), "ms", Some(MOST), note);
    let missing = 1.0 - recalled / QUESTIONS as f64;
    let note = format!("recall@5 {:.3}", 1.0 - missing);
    bench.table.add(
        "missing of what is meant among the first five",
        missing,
        "",
        Some(MISSING),
        note,
    );

    let mut common = Latencies::default();
    for no in 0..QUESTIONS {
        let path = format!("/api/memory/search?q={}", COMMON[no % COMMON.len()]);
        asked(&mut api, &path, &mut common).await?;
    }
    let note = format!(
        "p50 {:.2} ms; words that a third of all memories has",
        common.millis(0.5)
    );
    bench.table.add(
        "a search for common words p99",
        common.millis(0.99),
        "ms",
        Some(MOST),
        note,
    );
    Ok(())
}

/// Two companies that remember, and how long it took to write what they do.
async fn remembered(directory: &Path) -> Result<(Vec<Company>, Corpus, f64)> {
    let store = SqliteStore::open(directory, Arc::new(SystemClock))?;
    let companies = found_in(&*store, directory, 2).await?;
    let id = |company: &Company| company.company_id.parse::<CompanyId>();
    let others = Corpus::new(&id(&companies[1])?, OTHERS, SEED + 2);
    let corpus = Corpus::new(&id(&companies[0])?, MEMORIES, SEED);
    let began = Instant::now();
    for (company, corpus) in companies.iter().rev().zip([&others, &corpus]) {
        let writer = store.acquire(&id(company)?).await?;
        for some in corpus.memories.chunks(AT_ONCE) {
            let puts: std::result::Result<Vec<Put>, _> = some.iter().map(Put::new).collect();
            let amendment = Amendment {
                puts: puts?,
                ..Amendment::default()
            };
            if writer.amend(amendment, None).await? != Amended::Done {
                return Err("a memory was there already".into());
            }
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    store.close();
    Ok((companies, corpus, seconds))
}

fn search(question: &Question) -> String {
    let mut path = "/api/memory/search?limit=5".to_owned();
    if let Some(signature) = &question.ask.signature {
        path.push_str(&format!("&signature={signature}"));
    }
    if !question.ask.tags.is_empty() {
        path.push_str(&format!("&tag={}", question.ask.tags.join(",")));
    }
    if let Some(q) = &question.ask.q {
        path.push_str(&format!("&q={}", q.replace(' ', "+")));
    }
    path
}

/// Asks, and notes how long it took: the ids of what was found.
async fn asked(api: &mut Api, path: &str, latencies: &mut Latencies) -> Result<Vec<String>> {
    let began = Instant::now();
    let answer = api.get(path).await?;
    latencies.push(began.elapsed());
    let items = answer["items"].as_array().into_iter().flatten();
    let ids = items
        .filter_map(|item| Some(item["memory_id"].as_str()?.to_owned()))
        .collect();
    tokio::time::sleep(Duration::from_millis(1)).await;
    Ok(ids)
}
