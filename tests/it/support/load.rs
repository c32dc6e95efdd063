//! Senders that outlive the server: what was not acknowledged is sent again, under the same delivery
//! id and with the same body, until it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use alert_whisperer::client::{Client, ClientError, Retry};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

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

/// Senders at work.
pub struct Load {
    url: watch::Sender<Option<String>>,
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
}

impl Load {
    /// `senders` senders for each company, all writing in one ledger. They send nothing before
    /// [`Load::aim`].
    pub fn start(tenants: &[Tenant], senders: usize, ledger: &Arc<Ledger>) -> Self {
        let (url, _) = watch::channel(None);
        let stop = Arc::new(AtomicBool::new(false));
        let seen = Arc::new(Seen::default());
        let mut tasks = JoinSet::new();
        for tenant in tenants {
            for number in 0..senders {
                let sender = Sender {
                    name: format!("{}-{number}", tenant.company_id),
                    tenant: tenant.clone(),
                    ledger: ledger.clone(),
                    url: url.subscribe(),
                    stop: stop.clone(),
                    seen: seen.clone(),
                };
                tasks.spawn(sender.run());
            }
        }
        Self {
            url,
            stop,
            seen,
            senders: tasks,
        }
    }

    /// Where the server is now.
    pub fn aim(&self, url: &str) {
        self.url.send_replace(Some(url.to_owned()));
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

struct Sender {
    name: String,
    tenant: Tenant,
    ledger: Arc<Ledger>,
    url: watch::Receiver<Option<String>>,
    stop: Arc<AtomicBool>,
    seen: Arc<Seen>,
}

impl Sender {
    async fn run(mut self) {
        let mut number = 0;
        while !self.stop.load(Ordering::SeqCst) {
            let (ledger_ids, body) = self.request(number);
            self.until_acked(&format!("{}-{number}", self.name), &ledger_ids, &body)
                .await;
            number += 1;
        }
    }

    /// Every third request is a batch; few assets and signatures, so that alerts repeat.
    fn request(&self, number: usize) -> (Vec<String>, String) {
        let count = if number % 3 == 2 { 7 } else { 1 };
        let ledger_ids: Vec<String> = (0..count).map(|n| format!("{}-{number}-{n}", self.name)).collect();
        let alerts: Vec<Value> = ledger_ids
            .iter()
            .enumerate()
            .map(|(n, ledger_id)| alert(ledger_id, (number + n) % 4, (number / 2 + n) % 2))
            .collect();
        let body = match alerts.as_slice() {
            [alone] => alone.to_string(),
            many => json!(many).to_string(),
        };
        (ledger_ids, body)
    }

    async fn until_acked(&mut self, delivery_id: &str, ledger_ids: &[String], body: &str) {
        loop {
            let Ok(url) = self.url.wait_for(Option::is_some).await.map(|url| url.clone()) else {
                return;
            };
            let client = self.tenant.client(&url.unwrap_or_default());
            self.ledger.sent(&self.tenant.company_id, ledger_ids);
            match client.deliver(delivery_id, body).await {
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
