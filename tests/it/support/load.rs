//! Senders that outlive the server: what was not acknowledged is sent again, under the same delivery
//! id and with the same body, until it is: at the next server, where there are several.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use alert_whisperer::client::{Client, ClientError, Retry};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use super::ledger::Ledger;

/// A company as its senders know it.
#[derive(Clone, Debug)]
pub struct Tenant {
    pub company_id: String,
    pub api_key: String,
    pub webhook_secret: String,
}

impl Tenant {
    /// From what `company create --json` printed.
    pub fn from_json(printed: &Value) -> Self {
        let text = |field: &str| {
            printed[field]
                .as_str()
                .unwrap_or_else(|| panic!("no {field}: {printed}"))
                .to_owned()
        };
        Self {
            company_id: text("company_id"),
            api_key: text("api_key"),
            webhook_secret: text("webhook_secret"),
        }
    }

    /// A client that tries once.
    pub fn client(&self, url: &str) -> Client {
        Client::new(url)
            .unwrap()
            .with_api_key(SecretString::from(self.api_key.clone()))
            .with_secret(SecretString::from(self.webhook_secret.clone()))
            .with_retry(Retry::NEVER)
    }
}

/// How senders go about it.
#[derive(Clone, Copy, Debug)]
pub struct Habit {
    /// How long a sender rests between two requests.
    pub rest: Duration,
    /// How many requests of a sender are about the same assets, before others are in trouble.
    pub requests_per_asset: usize,
    /// How long an answer is waited for.
    pub within: Duration,
}

impl Habit {
    /// As fast as they are answered, always about the same assets.
    const EAGER: Self = Self {
        rest: Duration::ZERO,
        requests_per_asset: usize::MAX,
        within: Duration::MAX,
    };
}

/// How long a server that has not answered is passed over, where there are others.
const PASSED_OVER: Duration = Duration::from_secs(5);

/// Senders at work.
pub struct Load {
    habit: Habit,
    ledger: Arc<Ledger>,
    urls: watch::Sender<Vec<String>>,
    stop: Arc<AtomicBool>,
    seen: Arc<Seen>,
    senders: JoinSet<()>,
}

/// How requests were answered.
#[derive(Debug, Default)]
pub struct Seen {
    pub acked: AtomicUsize,
    pub unavailable: AtomicUsize,
    pub unreachable: AtomicUsize,
    /// The most often that one request was sent.
    pub attempts: AtomicUsize,
}

impl Load {
    /// `senders` senders for each company, all writing in one ledger. They send nothing before
    /// [`Load::aim`].
    pub fn start(tenants: &[Tenant], senders: usize, ledger: &Arc<Ledger>) -> Self {
        Self::start_with(Habit::EAGER, tenants, senders, ledger)
    }

    /// The same with senders of another habit.
    pub fn start_with(habit: Habit, tenants: &[Tenant], senders: usize, ledger: &Arc<Ledger>) -> Self {
        let mut load = Self {
            habit,
            ledger: ledger.clone(),
            urls: watch::Sender::default(),
            stop: Arc::default(),
            seen: Arc::default(),
            senders: JoinSet::new(),
        };
        for tenant in tenants {
            for number in 0..senders {
                let sender = load.sender(&format!("{}-{number}", tenant.company_id), tenant);
                load.senders.spawn(sender.run());
            }
        }
        load
    }

    /// One more sender, who is told what to send.
    pub fn sender(&self, name: &str, tenant: &Tenant) -> Sender {
        Sender {
            name: name.to_owned(),
            tenant: tenant.clone(),
            ledger: self.ledger.clone(),
            habit: self.habit,
            urls: self.urls.subscribe(),
            // So that not all of them begin with the same one.
            turn: name.bytes().map(usize::from).sum(),
            clients: HashMap::new(),
            passed_over: HashMap::new(),
            stop: self.stop.clone(),
            seen: self.seen.clone(),
        }
    }

    /// Where the server is now.
    pub fn aim(&self, url: &str) {
        self.aim_in_turn(vec![url.to_owned()]);
    }

    /// Where the servers are now: each request goes to the next, and so does each that was not acknowledged.
    pub fn aim_in_turn(&self, urls: Vec<String>) {
        self.urls.send_replace(urls);
    }

    /// How requests have been answered so far.
    pub fn seen(&self) -> &Seen {
        &self.seen
    }

    /// Sends nothing new, and returns when all that was sent is acknowledged.
    pub async fn finish(mut self) -> Arc<Seen> {
        self.stop.store(true, Ordering::SeqCst);
        while let Some(ended) = self.senders.join_next().await {
            ended.unwrap();
        }
        self.seen
    }

    /// Gives up what is not acknowledged.
    pub async fn abandon(mut self) {
        self.senders.shutdown().await;
    }
}

/// A sender of one company's alerts.
pub struct Sender {
    name: String,
    tenant: Tenant,
    ledger: Arc<Ledger>,
    habit: Habit,
    urls: watch::Receiver<Vec<String>>,
    /// Whose turn it is.
    turn: usize,
    clients: HashMap<String, Client>,
    /// Servers that have not answered, and since when.
    passed_over: HashMap<String, Instant>,
    stop: Arc<AtomicBool>,
    seen: Arc<Seen>,
}

impl Sender {
    async fn run(mut self) {
        let mut number = 0;
        while !self.is_stopped() {
            let (ledger_ids, body) = self.request(number);
            self.until_acked(&format!("{}-{number}", self.name), &ledger_ids, &body)
                .await;
            number += 1;
            sleep(self.habit.rest).await;
        }
    }

    /// Whether nothing new is to be sent.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// The next server, of those that have answered lately where there are any.
    async fn next_url(&mut self) -> Option<String> {
        let urls = self.urls.wait_for(|urls| !urls.is_empty()).await.ok()?.clone();
        self.passed_over.retain(|_, since| since.elapsed() < PASSED_OVER);
        let answering: Vec<&String> = urls.iter().filter(|url| !self.passed_over.contains_key(*url)).collect();
        self.turn += 1;
        Some(match answering.as_slice() {
            [] => urls[self.turn % urls.len()].clone(),
            some => some[self.turn % some.len()].clone(),
        })
    }

    /// Every third request is a batch; few assets and signatures, so that alerts repeat.
    fn request(&self, number: usize) -> (Vec<String>, String) {
        let count = if number % 3 == 2 { 7 } else { 1 };
        let ledger_ids: Vec<String> = (0..count).map(|n| format!("{}-{number}-{n}", self.name)).collect();
        let alerts: Vec<Value> = ledger_ids
            .iter()
            .enumerate()
            .map(|(n, ledger_id)| {
                let asset = number / self.habit.requests_per_asset * 4 + (number + n) % 4;
                alert(ledger_id, asset, (number / 2 + n) % 2)
            })
            .collect();
        let body = match alerts.as_slice() {
            [alone] => alone.to_string(),
            many => json!(many).to_string(),
        };
        (ledger_ids, body)
    }

    fn pass_over(&mut self, url: String) {
        self.clients.remove(&url);
        self.passed_over.insert(url, Instant::now());
    }

    /// Sends a request until it is acknowledged.
    pub async fn until_acked(&mut self, delivery_id: &str, ledger_ids: &[String], body: &str) {
        for attempt in 1.. {
            let Some(url) = self.next_url().await else { return };
            self.seen.attempts.fetch_max(attempt, Ordering::SeqCst);
            let client = self.clients.entry(url.clone());
            let client = client.or_insert_with(|| self.tenant.client(&url));
            self.ledger.sent(&self.tenant.company_id, ledger_ids);
            let Ok(answer) = timeout(self.habit.within, client.deliver(delivery_id, body)).await else {
                self.seen.unreachable.fetch_add(1, Ordering::SeqCst);
                self.pass_over(url);
                continue;
            };
            match answer {
                Ok(answer) => {
                    let (alert_ids, duplicate) = acknowledged(&answer.body);
                    self.ledger
                        .acked(&self.tenant.company_id, ledger_ids, alert_ids, duplicate);
                    self.seen.acked.fetch_add(1, Ordering::SeqCst);
                    return;
                }
                Err(ClientError::Refused {
                    status: 503 | 429,
                    retry_after,
                    ..
                }) => {
                    assert!(retry_after.is_some(), "a refusal for now says for how long");
                    self.seen.unavailable.fetch_add(1, Ordering::SeqCst);
                }
                Err(ClientError::Unreachable { .. }) => {
                    self.seen.unreachable.fetch_add(1, Ordering::SeqCst);
                    self.pass_over(url);
                }
                Err(other) => panic!("{delivery_id}: {other}"),
            }
            sleep(Duration::from_millis(20)).await;
        }
    }
}

fn alert(ledger_id: &str, asset: usize, signature: usize) -> Value {
    json!({
        "asset_name": format!("web-{asset}"),
        "signature": (["disk-space-critical", "service-down"][signature]),
        "severity": (["high", "critical"][signature]),
        "message": "under test",
        "tool_source": "zabbix",
        "labels": { "ledger": ledger_id },
    })
}

/// The ids in an answer, and whether it was a repeat.
pub fn acknowledged(answer: &Value) -> (Vec<String>, bool) {
    let text = |id: &Value| id.as_str().map(str::to_owned);
    match answer["alert_id"].as_str() {
        Some(alone) => (vec![alone.to_owned()], answer["duplicate"] == true),
        None => {
            let ids = answer["alert_ids"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(text)
                .collect();
            (ids, answer["duplicates"].as_u64().unwrap_or(0) > 0)
        }
    }
}
