//! What a company remembers, searched: 100,000 memories from a seed beside those of another company.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actors::domain::CompanyId;
use actors::port::{Amended, Amendment, Put, Store};
use alert_whisperer::clock::SystemClock;
use alert_whisperer::store::{MongoStore, SqliteStore};
use secrecy::ExposeSecret;

use super::Result;
use super::api::Api;
use super::bench::Bench;
use super::companies::{Company, found_in};
use super::corpus::{Corpus, Question, SEED, recall_at_5};
use super::load::Latencies;
use super::mongo::Database;
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
/// No limit on what may be asked.
const UNHURRIED: [(&str, &str); 1] = [("API_REQUESTS_PER_MINUTE", "4294967295")];
/// What everybody says, in words that a third of all memories has.
const COMMON: [&str; 6] = [
    "restarted+service+server",
    "logs+found+cause+fixed",
    "old+files+removed+space+freed",
    "restarted+nowhere",
    "failover",
    "customer+reported+during+night+team+called+changed+setting+config+updated+version+removed+host+node+cluster+load",
];

/// What belongs to whom, and how long it took to write it.
struct Remembered {
    companies: Vec<Company>,
    corpora: Vec<Corpus>,
    seconds: f64,
}

/// Searches in the embedded store.
pub async fn recall(bench: &mut Bench) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let store = SqliteStore::open(directory.path(), Arc::new(SystemClock))?;
    let remembered = remember(&*store, directory.path()).await?;
    store.close();
    let server = Server::product_with(directory.path(), &UNHURRIED)?;
    measure(bench, &server, &remembered, "").await
}

/// Searches in MongoDB.
pub async fn on_mongo(bench: &mut Bench) -> Result<()> {
    let database = Database::new().await?;
    let directory = tempfile::tempdir()?;
    let store = MongoStore::open(&database.url, Arc::new(SystemClock)).await?;
    let remembered = remember(&*store, directory.path()).await?;
    store.close().await;
    let url = ("MONGO_URL", database.url.expose_secret());
    let server = Server::product_with(directory.path(), &[UNHURRIED[0], url])?;
    measure(bench, &server, &remembered, "mongodb: ").await?;
    drop(server);
    database.remove().await
}

/// Asks, beside a question that the server answers from memory.
async fn measure(bench: &mut Bench, server: &Server, remembered: &Remembered, on: &str) -> Result<()> {
    let mut add = |what: &str, figure: f64, unit: &'static str, most: Option<f64>, note: String| {
        bench.table.add(format!("{on}{what}"), figure, unit, most, note);
    };
    let note = format!("{MEMORIES} memories and {OTHERS} of another company, {AT_ONCE} a commit");
    let each = remembered.seconds * 1e6 / (MEMORIES + OTHERS) as f64;
    add("a memory written and indexed", each, "µs", None, note);
    server.quiet().await?;
    let [company, other] = &remembered.companies[..] else {
        return Err("two companies were founded".into());
    };
    let mut api = Api::open(&server.address, company).await?;
    let path = format!("/api/companies/{}/retention", company.company_id);
    let mut floor = Latencies::default();
    for _ in 0..QUESTIONS {
        asked(&mut api, &path, &mut floor).await?;
    }
    let note = format!("p50 {:.2} ms; a company's settings", floor.millis(0.5));
    let what = "floor: a question that is answered from memory p99";
    add(what, floor.millis(0.99), "ms", None, note);

    let (mut found, missing) = questioned(&mut api, &remembered.corpora[0], SEED + 1).await?;
    let note = format!(
        "p50 {:.2} ms; {QUESTIONS} questions, every second with a signature",
        found.millis(0.5)
    );
    add("a search p99", found.millis(0.99), "ms", Some(MOST), note);
    let what = "missing of what is meant among the first five";
    add(
        what,
        missing,
        "",
        Some(MISSING),
        format!("recall@5 {:.3}", 1.0 - missing),
    );

    let mut his = Api::open(&server.address, other).await?;
    let (_, missing) = questioned(&mut his, &remembered.corpora[1], SEED + 3).await?;
    let note = format!(
        "recall@5 {:.3}; {OTHERS} memories and questions of seeds that nothing was chosen by",
        1.0 - missing
    );
    add("the same of the other company", missing, "", Some(MISSING), note);

    let mut common = Latencies::default();
    for no in 0..QUESTIONS {
        let path = format!("/api/memory/search?q={}", COMMON[no % COMMON.len()]);
        asked(&mut api, &path, &mut common).await?;
    }
    let note = format!(
        "p50 {:.2} ms; words that a third of all memories has",
        common.millis(0.5)
    );
    add(
        "a search for common words p99",
        common.millis(0.99),
        "ms",
        Some(MOST),
        note,
    );
    Ok(())
}

/// How long the answers took, and how much of what is meant is not among them.
async fn questioned(api: &mut Api, corpus: &Corpus, seed: u64) -> Result<(Latencies, f64)> {
    let (mut found, mut recalled) = (Latencies::default(), 0.0);
    for question in corpus.questions(QUESTIONS, seed) {
        let ids = asked(api, &search(&question), &mut found).await?;
        recalled += recall_at_5(&question, &ids);
    }
    Ok((found, 1.0 - recalled / QUESTIONS as f64))
}

/// Two companies remember.
async fn remember(store: &dyn Store, directory: &Path) -> Result<Remembered> {
    let companies = found_in(store, directory, 2).await?;
    let id = |company: &Company| company.company_id.parse::<CompanyId>();
    let corpora = vec![
        Corpus::new(&id(&companies[0])?, MEMORIES, SEED),
        Corpus::new(&id(&companies[1])?, OTHERS, SEED + 2),
    ];
    let began = Instant::now();
    for (company, corpus) in companies.iter().zip(&corpora).rev() {
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
    Ok(Remembered {
        companies,
        corpora,
        seconds: began.elapsed().as_secs_f64(),
    })
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
