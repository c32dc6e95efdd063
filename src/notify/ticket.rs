//! An incident's ticket: made once, told its incident's news, closed at its end, and opened with it again.
//!
//! Making one cannot be repeated safely, so that a system is asked first whether there is one that bears the incident's id:
//! one that was made and not heard of is found, and no second one is made.

pub(super) mod jira;
pub(super) mod service_now;

use actors::domain::{IncidentId, News, Notice, Ticket, Timestamp};
use actors::port::courier::{Delivered, Undelivered, Verdict};
use async_trait::async_trait;
use futures::StreamExt;
use reqwest::{Client, Method, StatusCode};
use secrecy::ExposeSecret;
use serde_json::Value;

use super::target::Tickets;
use super::{ANSWER, cause, verdict, words};

/// Bytes of an answer.
const BYTES: usize = 256 * 1024;

/// A ticket as its system knows it.
pub(super) struct Remote {
    pub(super) id: String,
    pub(super) number: String,
    pub(super) url: String,
}

/// What there is to say to a ticket system.
#[async_trait]
pub(super) trait System: Sync {
    /// The ticket that bears an incident's id, where there is one.
    async fn find(&self, desk: &Desk<'_>, incident: &IncidentId) -> Result<Option<Remote>, Undelivered>;

    /// A new one.
    async fn create(&self, desk: &Desk<'_>, notice: &Notice) -> Result<Remote, Undelivered>;

    /// Says something in it.
    async fn say(&self, desk: &Desk<'_>, id: &str, notice: &Notice) -> Result<(), Undelivered>;

    /// Opens it again where it is closed; a word where it cannot be.
    async fn reopen(&self, desk: &Desk<'_>, id: &str) -> Result<Option<String>, Undelivered>;

    /// Closes it; a word where it cannot be.
    async fn close(&self, desk: &Desk<'_>, id: &str, notice: &Notice) -> Result<Option<String>, Undelivered>;
}

/// A way to a ticket system, for one delivery.
pub(super) struct Desk<'a> {
    pub(super) client: &'a Client,
    pub(super) base: &'a str,
    pub(super) tickets: &'a Tickets,
    pub(super) channel: &'a str,
    pub(super) now: Timestamp,
}

impl Desk<'_> {
    /// Tells a ticket its incident's news.
    pub(super) async fn tell(
        &self,
        system: &dyn System,
        notice: &Notice,
        known: Option<&Ticket>,
    ) -> Result<Delivered, Undelivered> {
        let incident_id = &notice.message.incident.incident_id;
        let found = match known {
            Some(ticket) => Some(Remote {
                id: ticket.remote_id.clone(),
                number: ticket.number.clone(),
                url: ticket.url.clone(),
            }),
            None => system.find(self, incident_id).await?,
        };
        let is_opening = notice.message.news == News::Opened;
        let (remote, is_new) = match found {
            Some(remote) => (remote, false),
            None => (system.create(self, notice).await?, true),
        };
        let mut answer = match is_new {
            true => format!("{} made", remote.number),
            false => format!("{} told", remote.number),
        };
        // One that was made just now, or was found before we knew, says it already.
        if known.is_some() || !is_opening {
            system.say(self, &remote.id, notice).await?;
        }
        let outcome = match notice.message.news {
            News::Opened if known.is_some() => Some(("open again", system.reopen(self, &remote.id).await?)),
            News::Resolved => Some(("closed", system.close(self, &remote.id, notice).await?)),
            _ => None,
        };
        if let Some((done, cannot)) = outcome {
            answer = match cannot {
                None => format!("{} {done}", remote.number),
                Some(why) => format!("{} told; {why}", remote.number),
            };
        }
        let ticket = known.is_none().then(|| Ticket {
            channel: self.channel.to_owned(),
            incident_id: incident_id.clone(),
            remote_id: remote.id,
            number: remote.number,
            url: remote.url,
            created_at: self.now,
        });
        Ok(Delivered { answer, ticket })
    }

    /// Asks the system; its answer, `null` where it is empty.
    pub(super) async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, Undelivered> {
        let request = self
            .client
            .request(method, format!("{}{path}", self.base))
            .basic_auth(&self.tickets.user, Some(self.tickets.token().expose_secret()))
            .header("accept", "application/json");
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        let again = |why: String| Undelivered {
            why,
            verdict: Verdict::Again(None),
        };
        let answer = request.send().await.map_err(|error| again(cause(error)))?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let mut bytes = Vec::new();
        let mut coming = answer.bytes_stream();
        while let Some(chunk) = coming.next().await {
            bytes.extend_from_slice(&chunk.map_err(|error| again(cause(error)))?);
            if bytes.len() > BYTES {
                return Err(again(format!("an answer of more than {BYTES} bytes")));
            }
        }
        let said = || {
            let text = String::from_utf8_lossy(&bytes).chars().take(ANSWER).collect::<String>();
            format!("{status}: {text}")
        };
        match verdict(status, &headers) {
            None if bytes.is_empty() => Ok(Value::Null),
            None => serde_json::from_slice(&bytes).map_err(|_| again(said())),
            // What is asked for is not as the system wants it, however often it is asked for.
            Some(_) if is_wrong(status) => Err(Undelivered {
                why: said(),
                verdict: Verdict::Never,
            }),
            Some(verdict) => Err(Undelivered { why: said(), verdict }),
        }
    }
}

fn is_wrong(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND | StatusCode::UNPROCESSABLE_ENTITY
    )
}

/// A text of an answer, or that there is none.
fn text(answer: &Value, path: &str) -> Result<String, Undelivered> {
    let found = answer.pointer(path).and_then(Value::as_str);
    found.map(str::to_owned).ok_or_else(|| Undelivered {
        why: format!("the answer has no {path}"),
        verdict: Verdict::Again(None),
    })
}

/// Headline and lines.
fn told(notice: &Notice) -> (String, Vec<String>) {
    words::told(std::slice::from_ref(notice))
}
