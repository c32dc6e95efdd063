//! A closed-loop load: so many connections, each sending its next request when the last is answered.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;

/// Whatever goes wrong ends the run.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Where to send, and how to sign.
#[derive(Clone)]
pub struct Target {
    pub address: String,
    pub api_key: String,
    pub secret: String,
}

/// A load.
#[derive(Clone)]
pub struct Load {
    pub target: Target,
    pub connections: usize,
    pub batch: usize,
}

/// What was seen.
#[derive(Default)]
pub struct Seen {
    pub alerts: u64,
    /// Requests told to come back, because more was accepted than had been placed.
    pub refused: u64,
    latencies: Vec<Duration>,
}

impl Seen {
    /// A quantile of the latency, in milliseconds.
    pub fn millis(&self, quantile: f64) -> f64 {
        let place = (self.latencies.len() as f64 * quantile) as usize;
        self.latencies
            .get(place)
            .map_or(f64::NAN, |latency| latency.as_secs_f64() * 1e3)
    }
}

impl Load {
    /// Runs for a time.
    pub async fn run(&self, lasting: Duration) -> Result<Seen> {
        let until = Instant::now() + lasting;
        let mut senders = tokio::task::JoinSet::new();
        for _ in 0..self.connections {
            let load = self.clone();
            senders.spawn(async move { load.send_until(until).await });
        }
        let mut all = Seen::default();
        while let Some(seen) = senders.join_next().await {
            let seen = seen??;
            all.alerts += seen.alerts;
            all.refused += seen.refused;
            all.latencies.extend(seen.latencies);
        }
        all.latencies.sort_unstable();
        Ok(all)
    }

    async fn send_until(&self, until: Instant) -> Result<Seen> {
        let client = reqwest::Client::builder()
            .pool_max_idle_per_host(1)
            .no_proxy()
            .build()?;
        let url = format!("{}/api/webhooks/alerts", self.target.address);
        let mut seen = Seen::default();
        while Instant::now() < until {
            let body = self.body();
            let timestamp = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs().to_string();
            let mut mac = Hmac::<Sha256>::new_from_slice(self.target.secret.as_bytes())?;
            mac.update(format!("{timestamp}.{body}").as_bytes());
            let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
            let request = client
                .post(&url)
                .header("X-API-Key", &self.target.api_key)
                .header("X-Timestamp", timestamp)
                .header("X-Signature", signature)
                .body(body);
            let began = Instant::now();
            let answer = request.send().await?;
            let status = answer.status();
            let text = answer.text().await?;
            if status == 503 {
                seen.refused += 1;
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
            if status != 200 {
                return Err(format!("{status}: {text}").into());
            }
            seen.latencies.push(began.elapsed());
            seen.alerts += self.batch as u64;
        }
        Ok(seen)
    }

    /// About 1 KiB an alert, each unique, over 200 signatures.
    fn body(&self) -> String {
        let alert = || {
            let id = uuid::Uuid::now_v7();
            let n = id.as_u128() % 200;
            json!({
                "asset_name": format!("web-{}", n % 20), "signature": format!("trouble-{n}"), "severity": "high",
                "message": format!("{id} {}", "something is wrong here ".repeat(30)), "tool_source": "bench",
                "labels": {"datacenter": "eu-1", "team": "platform", "run": id.to_string()},
            })
        };
        match self.batch {
            1 => alert().to_string(),
            batch => serde_json::Value::from_iter((0..batch).map(|_| alert())).to_string(),
        }
    }
}
