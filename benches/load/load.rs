//! The load: closed (each connection sends its next request when the last is answered), which shows
//! cost and capacity, or open (requests at a constant rate), which shows latency: measured from the
//! moment at which a request was meant to be sent, whether a connection was free then or not.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::Result;
use super::client::{Answer, Connection, request};

/// Keep-alive connections of every load.
pub const CONNECTIONS: usize = 64;
/// How often an open load sends what is due.
const TICK: Duration = Duration::from_micros(200);
/// How often a sampled alert is looked at.
const LOOK: Duration = Duration::from_millis(2);

/// When what was refused is sent again, where all of it has to arrive.
const COME_BACK: Duration = Duration::from_millis(100);

/// When requests are sent.
#[derive(Clone, Copy)]
pub enum Pace {
    Closed,
    /// So many a second.
    Open(f64),
}

/// What is sent: the next request, and the moment for which it is meant.
pub type Next = Arc<dyn Fn(Instant) -> Vec<u8> + Send + Sync>;

/// A load.
#[derive(Clone)]
pub struct Load {
    /// Connections are dealt out over these.
    pub addresses: Vec<String>,
    pub next: Next,
    pub pace: Pace,
    /// What every answer has to hold.
    pub proof: &'static str,
    /// One of so many requests is followed until its alert has been placed.
    pub follow: Option<u64>,
}

/// What was seen.
#[derive(Default)]
pub struct Seen {
    pub answered: u64,
    /// Told to come back later.
    pub refused: u64,
    pub latencies: Latencies,
    /// From the intended sending of an alert until it was seen placed.
    pub settled: Latencies,
}

/// Times, to ask for their quantiles.
#[derive(Default)]
pub struct Latencies(Vec<Duration>);

impl Latencies {
    /// A quantile in milliseconds.
    pub fn millis(&mut self, quantile: f64) -> f64 {
        self.0.sort_unstable();
        let place = (self.0.len() as f64 * quantile) as usize;
        self.0
            .get(place)
            .map_or(f64::NAN, |latency| latency.as_secs_f64() * 1e3)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn push(&mut self, latency: Duration) {
        self.0.push(latency);
    }

    /// Takes in another's.
    pub fn gather(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

/// Requests that are due, and when each was.
struct Due {
    ready: Semaphore,
    next: AtomicU64,
    began: Instant,
    rate: f64,
}

impl Load {
    /// Runs for a time.
    pub async fn run(&self, lasting: Duration) -> Result<Seen> {
        let due = Arc::new(Due {
            ready: Semaphore::new(0),
            next: AtomicU64::new(0),
            began: Instant::now(),
            rate: match self.pace {
                Pace::Open(rate) => rate,
                Pace::Closed => f64::INFINITY,
            },
        });
        let over = Arc::new(AtomicBool::new(false));
        let clockwork = matches!(self.pace, Pace::Open(_)).then(|| due.wind(lasting, &over));
        let mut senders = JoinSet::new();
        for address in self.addresses.iter().cycle().take(CONNECTIONS) {
            senders.spawn(
                self.clone()
                    .send(address.clone(), Arc::clone(&due), lasting, Arc::clone(&over)),
            );
        }
        let mut all = Seen::default();
        while let Some(seen) = senders.join_next().await {
            let seen = seen??;
            all.answered += seen.answered;
            all.refused += seen.refused;
            all.latencies.gather(seen.latencies);
            all.settled.gather(seen.settled);
        }
        if let Some(clockwork) = clockwork {
            drop(clockwork.join());
        }
        Ok(all)
    }

    async fn send(self, address: String, due: Arc<Due>, lasting: Duration, over: Arc<AtomicBool>) -> Result<Seen> {
        let mut connection = Connection::open(&address).await?;
        let (mut seen, mut followed) = (Seen::default(), JoinSet::new());
        loop {
            let (number, intended) = match self.pace {
                Pace::Closed => (due.next.fetch_add(1, Ordering::Relaxed), Instant::now()),
                Pace::Open(_) => due.turn().await?,
            };
            if due.began.elapsed() >= lasting && (matches!(self.pace, Pace::Closed) || over.load(Ordering::Relaxed)) {
                break;
            }
            let sent = match self.pace {
                Pace::Closed => Instant::now(),
                Pace::Open(_) => intended,
            };
            let request = (self.next)(sent);
            let answer = connection.send(&request).await?;
            if answer.status == 503 {
                seen.refused += 1;
                tokio::time::sleep(Duration::from_secs(1)).await;
                continue;
            }
            let answer = answer.ok()?;
            seen.latencies.push(sent.elapsed());
            if !answer.holds(self.proof) {
                return Err(format!("an answer without {}", self.proof).into());
            }
            seen.answered += 1;
            if let Some(every) = self.follow
                && number % every == 0
            {
                followed.spawn(settled(address.clone(), key_of(&request), answer, sent));
            }
        }
        while let Some(latency) = followed.join_next().await {
            seen.settled.push(latency??);
        }
        Ok(seen)
    }
}

impl Due {
    /// Releases requests at their times, on a thread whose sleep is finer than the runtime's.
    fn wind(self: &Arc<Self>, lasting: Duration, over: &Arc<AtomicBool>) -> std::thread::JoinHandle<()> {
        let (due, over) = (Arc::clone(self), Arc::clone(over));
        std::thread::spawn(move || {
            let mut released = 0;
            while due.began.elapsed() < lasting {
                std::thread::sleep(TICK);
                let now = (due.began.elapsed().as_secs_f64() * due.rate) as usize;
                due.ready.add_permits(now - released);
                released = now;
            }
            over.store(true, Ordering::Relaxed);
            due.ready.add_permits(CONNECTIONS);
        })
    }

    /// Waits for the next request that is due: its number and its time.
    async fn turn(&self) -> Result<(u64, Instant)> {
        self.ready.acquire().await?.forget();
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        Ok((number, self.began + Duration::from_secs_f64(number as f64 / self.rate)))
    }
}

/// Sends so many requests as fast as possible. One that is told to come back later does, and is
/// counted: how often that was.
pub async fn pour(address: &str, requests: u64, next: Next) -> Result<u64> {
    let left = Arc::new(AtomicU64::new(requests));
    let mut senders = JoinSet::new();
    for _ in 0..CONNECTIONS {
        senders.spawn(pour_some(address.to_owned(), Arc::clone(&left), Arc::clone(&next)));
    }
    let mut refused = 0;
    while let Some(some) = senders.join_next().await {
        refused += some??;
    }
    Ok(refused)
}

async fn pour_some(address: String, left: Arc<AtomicU64>, next: Next) -> Result<u64> {
    let mut connection = Connection::open(&address).await?;
    let mut refused = 0;
    let take = |left: u64| left.checked_sub(1);
    while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok() {
        let request = next(Instant::now());
        let mut answer = connection.send(&request).await?;
        while answer.status == 503 {
            refused += 1;
            tokio::time::sleep(COME_BACK).await;
            answer = connection.send(&request).await?;
        }
        answer.ok()?;
    }
    Ok(refused)
}

/// The API key that a request is sent with.
fn key_of(request: &[u8]) -> String {
    let text = String::from_utf8_lossy(request);
    let line = text.lines().find_map(|line| line.strip_prefix("x-api-key: "));
    line.unwrap_or_default().to_owned()
}

/// Looks at an alert until it has been placed. Pessimistic by at most one look.
async fn settled(address: String, api_key: String, answer: Answer, sent: Instant) -> Result<Duration> {
    let id = answer.json()?["alert_id"].as_str().unwrap_or_default().to_owned();
    let question = request("GET", &format!("/api/alerts/{id}"), &[("x-api-key", &api_key)], "");
    let mut connection = Connection::open(&address).await?;
    while connection.send(&question).await?.ok()?.json()?["state"] == "received" {
        tokio::time::sleep(LOOK).await;
    }
    Ok(sent.elapsed())
}
