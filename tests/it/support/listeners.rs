//! Live clients (SSE) that outlive the server: where one does not answer any more they go on at the next, from the last
//! event that they have heard.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::load::Tenant;
use super::server::Event;

/// How long a connection may be silent before it is taken for dead.
const SILENCE: Duration = Duration::from_secs(4);
/// How long is waited before the next server is asked.
const PAUSE: Duration = Duration::from_millis(50);

/// What a client has heard.
#[derive(Debug)]
pub struct Heard {
    pub company: String,
    /// Each entry's number and hash, in the order in which they were told.
    pub entries: Vec<(u64, String)>,
    /// How often it went on at another server.
    pub resumed: usize,
    /// What must not be.
    pub wrong: Vec<String>,
}

/// Clients that listen.
pub struct Listeners {
    last: watch::Sender<BTreeMap<String, u64>>,
    tasks: JoinSet<Heard>,
}

impl Listeners {
    /// For each company one at each of these servers at first.
    pub fn start(tenants: &[Tenant], urls: &[String]) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let last = watch::Sender::default();
        let mut tasks = JoinSet::new();
        for tenant in tenants {
            for first in 0..urls.len() {
                let listener = Listener {
                    http: http.clone(),
                    tenant: tenant.clone(),
                    urls: urls.to_vec(),
                    turn: first,
                    place: None,
                    heard: Heard {
                        company: tenant.company_id.clone(),
                        entries: Vec::new(),
                        resumed: 0,
                        wrong: Vec::new(),
                    },
                };
                tasks.spawn(listener.run(last.subscribe()));
            }
        }
        Self { last, tasks }
    }

    /// What they have heard, once all have heard each company's entry of this number.
    pub async fn finish(self, last: BTreeMap<String, u64>) -> Vec<Heard> {
        self.last.send_replace(last);
        self.tasks.join_all().await
    }
}

struct Listener {
    http: reqwest::Client,
    tenant: Tenant,
    urls: Vec<String>,
    turn: usize,
    place: Option<String>,
    heard: Heard,
}

impl Listener {
    async fn run(mut self, mut last: watch::Receiver<BTreeMap<String, u64>>) -> Heard {
        loop {
            self.listen(&mut last).await;
            if self.has_enough(&last.borrow()) {
                return self.heard;
            }
            self.turn += 1;
            self.heard.resumed += 1;
            sleep(PAUSE).await;
        }
    }

    /// Listens at one server until it is silent, has ended, or has told enough.
    async fn listen(&mut self, last: &mut watch::Receiver<BTreeMap<String, u64>>) {
        let url = &self.urls[self.turn % self.urls.len()];
        let mut asked = self.http.get(format!("{url}/api/events"));
        asked = asked.header("X-API-Key", &self.tenant.api_key);
        if let Some(place) = &self.place {
            asked = asked.header("Last-Event-ID", place);
        }
        let Ok(Ok(mut response)) = timeout(SILENCE, asked.send()).await else {
            return;
        };
        let mut buffer = String::new();
        while !self.has_enough(&last.borrow_and_update()) {
            let bytes = tokio::select! {
                told = timeout(SILENCE, response.chunk()) => match told {
                    Ok(Ok(Some(bytes))) => bytes,
                    _ => return,
                },
                _ = last.changed() => continue,
            };
            buffer.push_str(std::str::from_utf8(&bytes).unwrap());
            while let Some(end) = buffer.find("\n\n") {
                let block: String = buffer.drain(..end + 2).collect();
                self.hear(&Event::parse(&block));
            }
        }
    }

    fn has_enough(&self, last: &BTreeMap<String, u64>) -> bool {
        let so_far = self.heard.entries.last().map_or(0, |(seq, _)| *seq);
        last.get(&self.heard.company).is_some_and(|last| so_far >= *last)
    }

    fn hear(&mut self, event: &Event) {
        if event.id.is_empty() {
            return;
        }
        if event.name == "start" {
            if self.place.as_ref().is_some_and(|place| *place != event.id) {
                let wrong = format!("resumed at {}, not at {:?}", event.id, self.place);
                self.heard.wrong.push(wrong);
            }
            self.place = Some(event.id.clone());
            return;
        }
        self.place = Some(event.id.clone());
        let entry = event.json();
        let (Some(seq), Some(hash)) = (entry["seq"].as_u64(), entry["hash"].as_str()) else {
            return self.heard.wrong.push(format!("no entry: {event:?}"));
        };
        if let Some((before, _)) = self.heard.entries.last()
            && seq != before + 1
        {
            self.heard.wrong.push(format!("{seq} behind {before}"));
        }
        self.heard.entries.push((seq, hash.to_owned()));
    }
}
