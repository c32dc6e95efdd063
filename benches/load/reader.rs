//! A reader of live events, and no more of one than the load needs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::Result;
use super::client::{find, request};
use super::companies::Company;
use super::load::Latencies;

/// Readers of one company's events.
pub struct Readers {
    tasks: JoinSet<Result<Latencies>>,
    over: Arc<AtomicBool>,
}

impl Readers {
    /// Opens them, and returns when each has been answered. Latencies count from the moment that an
    /// opened incident's signature names, in microseconds since `base`.
    pub async fn open(address: &str, company: &Company, count: usize, base: Instant) -> Result<Self> {
        let over = Arc::new(AtomicBool::new(false));
        let mut tasks = JoinSet::new();
        for _ in 0..count {
            let (stream, buffer) = answered(address, company).await?;
            tasks.spawn(read(stream, buffer, base, Arc::clone(&over)));
        }
        Ok(Self { tasks, over })
    }

    /// Ends them: what they saw.
    pub async fn close(mut self) -> Result<Latencies> {
        self.over.store(true, Ordering::Relaxed);
        let mut all = Latencies::default();
        while let Some(seen) = self.tasks.join_next().await {
            all.gather(seen??);
        }
        Ok(all)
    }
}

async fn answered(address: &str, company: &Company) -> Result<(TcpStream, Vec<u8>)> {
    let mut stream = TcpStream::connect(address.trim_start_matches("http://")).await?;
    let headers = [("x-api-key", company.api_key.as_str()), ("accept", "text/event-stream")];
    stream.write_all(&request("GET", "/api/events", &headers, "")).await?;
    let mut buffer = Vec::with_capacity(4 << 10);
    loop {
        if stream.read_buf(&mut buffer).await? == 0 {
            return Err("the server closed a stream".into());
        }
        if let Some(end) = find(&buffer, b"\r\n\r\n") {
            if !buffer.starts_with(b"HTTP/1.1 200 ") {
                return Err(format!("no stream: {}", String::from_utf8_lossy(&buffer)).into());
            }
            buffer.drain(..end + 4);
            return Ok((stream, buffer));
        }
    }
}

async fn read(mut stream: TcpStream, mut buffer: Vec<u8>, base: Instant, over: Arc<AtomicBool>) -> Result<Latencies> {
    /// How often it looks whether it is over.
    const LOOK: Duration = Duration::from_millis(200);
    let mut seen = Latencies::default();
    while !over.load(Ordering::Relaxed) {
        match tokio::time::timeout(LOOK, stream.read_buf(&mut buffer)).await {
            Err(_) => continue,
            Ok(Ok(0)) => return Err("the server closed a stream".into()),
            Ok(read) => read?,
        };
        let now = base.elapsed();
        let mut from = 0;
        while let Some(length) = find(&buffer[from..], b"\n\n") {
            if let Some(meant) = meant(&buffer[from..from + length]) {
                seen.push(now.saturating_sub(meant));
            }
            from += length + 2;
        }
        buffer.drain(..from);
    }
    Ok(seen)
}

/// When the alert was meant to be sent that opened the incident of an event.
fn meant(event: &[u8]) -> Option<Duration> {
    const NAME: &[u8] = b"\"signature\":\"new-";
    find(event, b"event: incident.opened")?;
    let digits = &event[find(event, NAME)? + NAME.len()..];
    let length = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let micros = std::str::from_utf8(&digits[..length]).ok()?.parse().ok()?;
    Some(Duration::from_micros(micros))
}
