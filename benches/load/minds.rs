//! What a decision costs that waits for a model: a stream to whoever asked, and a stream from the provider.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::Result;
use super::bench::Bench;
use super::client::{find, request};
use super::companies::{Company, found};
use super::process::Server;

/// Companies that ask: each may have 64 calls under way.
const COMPANIES: usize = 30;
/// Opened before those that are measured.
const FIRST: usize = 500;
/// Open decision streams.
const STREAMS: usize = 1_000;
/// Bytes.
const MOST: f64 = 40.0 * 1024.0;
/// How long the model's first words may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// What the model says before it says nothing more, as Gemini sends it.
const WORDS: &str =
    r#"data: {"candidates":[{"content":{"parts":[{"text":"I am looking.\n"}],"role":"model"},"index":0}]}"#;

/// A model that is asked a thousand things and answers none of them.
pub async fn minds(bench: &mut Bench) -> Result<()> {
    let provider = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", provider.local_addr()?);
    let mut serving = JoinSet::new();
    serving.spawn(mumble(provider));
    let directory = tempfile::tempdir()?;
    let companies = found(directory.path(), COMPANIES).await?;
    let settings = [
        ("GEMINI_API_KEY", "key"),
        ("LLM_ENDPOINT", &url),
        ("MAX_DECISION_TIME_SECONDS", "300"),
        ("MAX_TOKENS_PER_COMPANY_DAY", "100000000"),
    ];
    let server = Server::product_with(directory.path(), &settings)?;
    let mut open = Vec::with_capacity(FIRST + STREAMS);
    let mut before = 0;
    for n in 0..FIRST + STREAMS {
        if n == FIRST {
            server.quiet().await?;
            before = server.resident()?;
        }
        open.push(ask(&server.address, &companies[n % COMPANIES], n).await?);
    }
    server.quiet().await?;
    let each = (server.resident()? as f64 - before as f64) / STREAMS as f64;
    let note = format!(
        "{STREAMS} after {FIRST}, of {COMPANIES} companies, each with its incident, its prompt and a connection to the \
         provider"
    );
    bench.table.add("open decision stream", each, "bytes", Some(MOST), note);
    Ok(())
}

/// Asks for a decision as a stream, and reads until the model's words are there.
async fn ask(address: &str, company: &Company, n: usize) -> Result<TcpStream> {
    let company_id = &company.company_id;
    let body = format!(
        r#"{{"incident_id":"case-{n}","company_id":"{company_id}","stream":true,"incident_data":{{"severity":"high","signature":"link-down","alert_count":1,"affected_assets":["sw-{n}"]}}}}"#
    );
    let mut stream = TcpStream::connect(address.trim_start_matches("http://")).await?;
    let asked = request("POST", "/api/agent/decide", &[("x-api-key", &company.api_key)], &body);
    stream.write_all(&asked).await?;
    let mut seen = Vec::new();
    let heard = async {
        while find(&seen, b"I am looking.").is_none() {
            if stream.read_buf(&mut seen).await? == 0 {
                return Err(format!("no words of the model: {}", String::from_utf8_lossy(&seen)).into());
            }
        }
        Ok::<_, super::BenchError>(())
    };
    timeout(PATIENCE, heard).await??;
    Ok(stream)
}

/// Says a few words to everybody, and then nothing.
async fn mumble(listener: TcpListener) -> Result<()> {
    let mut talking = JoinSet::new();
    loop {
        let (mut stream, _) = listener.accept().await?;
        talking.spawn(async move {
            let mut request = Vec::new();
            while find(&request, b"\r\n\r\n").is_none() {
                stream.read_buf(&mut request).await?;
            }
            let words = format!("{WORDS}\r\n\r\n");
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
            stream
                .write_all(format!("{head}{:x}\r\n{words}\r\n", words.len()).as_bytes())
                .await?;
            // Until whoever asked has gone.
            while stream.read_buf(&mut request).await? > 0 {
                request.clear();
            }
            Ok::<_, std::io::Error>(())
        });
    }
}
