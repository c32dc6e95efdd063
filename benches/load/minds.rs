//! What a decision costs that waits for a model: a stream to whoever asked, and a stream from the provider. The incidents
//! are open before.

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Request, Response, StatusCode, header};
use futures::StreamExt;
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

use super::Result;
use super::bench::Bench;
use super::client::{Connection, find, request};
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
/// Requests at once on one connection, as providers allow.
const ON_ONE: u32 = 100;
/// What the model says before it says nothing more, as Gemini sends it.
const WORDS: &[u8] =
    b"data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"I am looking.\\n\"}],\"role\":\"model\"},\"index\":0}]}\r\n\r\n";

/// A model that is asked a thousand things and answers none of them.
pub async fn minds(bench: &mut Bench) -> Result<()> {
    let provider = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("https://localhost:{}", provider.local_addr()?.port());
    let directory = tempfile::tempdir()?;
    let (certificate, tls) = certified(directory.path())?;
    let mut serving = JoinSet::new();
    let mumbles = Arc::new(AtomicBool::new(false));
    serving.spawn(mumble(provider, tls, mumbles.clone()));
    let companies = found(directory.path(), COMPANIES).await?;
    let settings = [
        ("GEMINI_API_KEY", "key"),
        ("LLM_ENDPOINT", &url),
        ("SSL_CERT_FILE", &certificate),
        ("MAX_DECISION_TIME_SECONDS", "300"),
        ("MAX_TOKENS_PER_COMPANY_DAY", "100000000"),
    ];
    let server = Server::product_with(directory.path(), &settings)?;
    for n in 0..FIRST + STREAMS {
        open_incident(&server.address, &companies[n % COMPANIES], n).await?;
    }
    mumbles.store(true, Ordering::Relaxed);
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
        "{STREAMS} after {FIRST}, of {COMPANIES} companies, on open incidents: the client's connection, the decision, its \
         prompt, and the provider's stream (TLS, HTTP/2)"
    );
    bench.table.add("open decision stream", each, "bytes", Some(MOST), note);
    Ok(())
}

/// Opens an incident, which the rules decide, because the model refuses.
async fn open_incident(address: &str, company: &Company, n: usize) -> Result<()> {
    let mut client = Connection::open(address).await?;
    client.send(&asked(company, n, false)).await?.ok()?;
    Ok(())
}

fn asked(company: &Company, n: usize, stream: bool) -> Vec<u8> {
    let company_id = &company.company_id;
    let body = format!(
        r#"{{"incident_id":"case-{n}","company_id":"{company_id}","stream":{stream},"incident_data":{{"severity":"high","signature":"link-down","alert_count":1,"affected_assets":["sw-{n}"]}}}}"#
    );
    request("POST", "/api/agent/decide", &[("x-api-key", &company.api_key)], &body)
}

/// Asks for a decision as a stream, and reads until the model's words are there.
async fn ask(address: &str, company: &Company, n: usize) -> Result<TcpStream> {
    let mut stream = TcpStream::connect(address.trim_start_matches("http://")).await?;
    stream.write_all(&asked(company, n, true)).await?;
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

/// A certificate that the server is to trust, in a file there, and what shows it.
fn certified(directory: &Path) -> Result<(String, TlsAcceptor)> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
    let file = directory.join("provider.pem");
    std::fs::write(&file, made.cert.pem())?;
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let mut tls = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.into())?;
    tls.alpn_protocols = vec![b"h2".to_vec()];
    let file = file.to_str().ok_or("a directory's name is no text")?;
    Ok((file.to_owned(), TlsAcceptor::from(Arc::new(tls))))
}

/// Refuses, or says a few words to everybody, and then nothing.
async fn mumble(listener: TcpListener, tls: TlsAcceptor, mumbles: Arc<AtomicBool>) -> Result<()> {
    let mut talking = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await?;
        let (tls, mumbles) = (tls.clone(), mumbles.clone());
        talking.spawn(async move {
            let stream = TokioIo::new(tls.accept(stream).await?);
            let connection = http2::Builder::new(TokioExecutor::new())
                .max_concurrent_streams(ON_ONE)
                .serve_connection(
                    stream,
                    service_fn(move |_: Request<Incoming>| words(mumbles.load(Ordering::Relaxed))),
                );
            connection.await.map_err(std::io::Error::other)
        });
    }
}

async fn words(mumbles: bool) -> std::result::Result<Response<Body>, Infallible> {
    let mut response = Response::default();
    if !mumbles {
        *response.status_mut() = StatusCode::BAD_REQUEST;
        return Ok(response);
    }
    let said = futures::stream::iter([Ok::<_, Infallible>(Bytes::from_static(WORDS))]);
    *response.body_mut() = Body::from_stream(said.chain(futures::stream::pending()));
    let kind = header::HeaderValue::from_static("text/event-stream");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}
