//! People who act on incidents, at one server after the other: what is not done is asked for once more, at the next.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::Client;
use reqwest::header::RETRY_AFTER;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::load::Tenant;
use super::process::{PATIENCE, eventually};
use super::repairs::sign_in;

/// How long a person waits for an answer; a server looks for a company that moves for half of it.
const ANSWER: Duration = Duration::from_secs(10);
/// How long he rests before he asks once more, and between two things.
const REST: Duration = Duration::from_millis(100);

/// How it went.
#[derive(Debug, Default)]
struct Seen {
    done: AtomicUsize,
    attempts: AtomicUsize,
    stop: AtomicBool,
}

/// People at work.
pub struct Calls {
    seen: Arc<Seen>,
    people: JoinSet<()>,
}

impl Calls {
    /// One for each company, who notes something on its newest incident again and again.
    pub async fn start(tenants: &[Tenant], urls: &[String]) -> Self {
        let http = Client::builder().no_proxy().build().unwrap();
        let token = sign_in(&http, urls).await;
        let (seen, mut people) = (Arc::new(Seen::default()), JoinSet::new());
        for (turn, tenant) in tenants.iter().enumerate() {
            let listed = eventually("an incident", PATIENCE, async || {
                let listed = tenant.client(&urls[0]).get("/api/incidents?limit=1").await.ok()?;
                listed.body["items"][0]["incident_id"].as_str().map(str::to_owned)
            })
            .await;
            let person = Person {
                http: http.clone(),
                token: token.clone(),
                path: format!("/api/incidents/{listed}?company_id={}", tenant.company_id),
                urls: urls.to_vec(),
                turn,
                seen: seen.clone(),
            };
            people.spawn(person.run());
        }
        Self { seen, people }
    }

    /// How much was done, and how often one thing was asked for at most.
    pub async fn finish(self) -> (usize, usize) {
        self.seen.stop.store(true, Ordering::SeqCst);
        self.people.join_all().await;
        let of = |count: &AtomicUsize| count.load(Ordering::SeqCst);
        (of(&self.seen.done), of(&self.seen.attempts))
    }
}

struct Person {
    http: Client,
    token: String,
    path: String,
    urls: Vec<String>,
    turn: usize,
    seen: Arc<Seen>,
}

impl Person {
    async fn run(mut self) {
        for number in 1.. {
            if self.seen.stop.load(Ordering::SeqCst) {
                return;
            }
            let note = json!({ "note": format!("looked at it {number} times") });
            for attempt in 1.. {
                self.seen.attempts.fetch_max(attempt, Ordering::SeqCst);
                match self.ask(&note).await {
                    Ok(()) => break,
                    Err(wait) => sleep(wait).await,
                }
            }
            self.seen.done.fetch_add(1, Ordering::SeqCst);
            sleep(REST).await;
        }
    }

    /// Whether it was done, at the next server that takes connections, as a load balancer chooses one; if not, when he is
    /// told to come again.
    async fn ask(&mut self, what: &Value) -> Result<(), Duration> {
        for _ in 0..self.urls.len() {
            self.turn += 1;
            let url = format!("{}{}", self.urls[self.turn % self.urls.len()], self.path);
            let asked = self.http.patch(url).bearer_auth(&self.token).body(what.to_string());
            match timeout(ANSWER, asked.send()).await {
                Ok(Ok(answer)) if answer.status().is_success() => return Ok(()),
                Ok(Err(error)) if error.is_connect() => {}
                Ok(Ok(answer)) => {
                    let wait = answer
                        .headers()
                        .get(RETRY_AFTER)
                        .and_then(|wait| wait.to_str().ok()?.parse().ok());
                    return Err(wait.map_or(REST, Duration::from_secs));
                }
                _ => return Err(REST),
            }
        }
        Err(REST)
    }
}
