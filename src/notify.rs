//! Taking messages to where people are: webhooks, Slack, Teams, mailboxes, ticket systems.

mod chat;
pub mod mail;
pub mod target;
mod ticket;
mod webhook;
mod words;

use std::sync::Arc;
use std::time::Duration;

use actors::domain::{Channel, ChannelKind, CompanyId, Notice, Ticket};
use actors::port::Clock;
use actors::port::courier::{Courier, Delivered, Undelivered, Verdict};
use async_trait::async_trait;
use futures::StreamExt;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Client, RequestBuilder, Response, StatusCode};

use self::mail::Mailer;
use self::target::Target;
use self::ticket::Desk;
use self::ticket::jira::Jira;
use self::ticket::service_now::ServiceNow;
pub use self::webhook::Body;
use crate::outbound::Gate;
use crate::secrets::ServerKey;

/// How long a receiver may take.
const WITHIN: Duration = Duration::from_secs(10);
/// Bytes of an answer that are read, to be told.
const ANSWER: usize = 256;
/// The longest that a receiver may ask us to wait.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3600);

/// The way out for what people are told.
pub struct Couriers {
    key: Arc<ServerKey>,
    gate: Gate,
    encrypted: Client,
    plain: Client,
    mailer: Option<Mailer>,
    clock: Arc<dyn Clock>,
}

impl Couriers {
    /// A way out through a gate.
    ///
    /// # Errors
    /// The clients', where TLS cannot be set up.
    pub fn new(
        key: Arc<ServerKey>,
        gate: Gate,
        mailer: Option<Mailer>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, reqwest::Error> {
        Ok(Self {
            encrypted: gate.client("https")?,
            plain: gate.client("http")?,
            key,
            gate,
            mailer,
            clock,
        })
    }

    async fn take(
        &self,
        company: &CompanyId,
        channel: &Channel,
        notices: &[Notice],
        ticket: Option<&Ticket>,
    ) -> Result<Delivered, Undelivered> {
        let target = Target::open(&self.key, company, channel).map_err(|_| Undelivered {
            why: "the channel's address cannot be opened under this server key: set the channel anew".to_owned(),
            verdict: Verdict::Never,
        })?;
        if channel.kind == ChannelKind::Email {
            let Some(mailer) = &self.mailer else {
                return Err(Undelivered {
                    why: "the platform has no mail relay (SMTP_URL)".to_owned(),
                    verdict: Verdict::Never,
                });
            };
            return mailer.send(&target.to, notices).await.map(Delivered::from);
        }
        let url = self.gate.url(target.url()).map_err(|why| Undelivered {
            why: why.to_string(),
            verdict: Verdict::Never,
        })?;
        let client = match url.scheme() {
            "https" => &self.encrypted,
            _ => &self.plain,
        };
        let Some(notice) = notices.first() else {
            return Ok("nothing to tell".to_owned().into());
        };
        let desk = Desk {
            client,
            base: url.as_str().trim_end_matches('/'),
            tickets: &target.tickets(),
            channel: &channel.name,
            now: self.clock.now(),
        };
        let request = client.post(url.clone());
        match channel.kind {
            ChannelKind::Jira => desk.tell(&Jira, notice, ticket).await,
            ChannelKind::ServiceNow => desk.tell(&ServiceNow, notice, ticket).await,
            ChannelKind::Slack => self.ask(request.json(&chat::slack(notices))).await,
            ChannelKind::Teams => self.ask(request.json(&chat::teams(notices))).await,
            ChannelKind::Webhook | ChannelKind::Email => {
                let signed = webhook::signed(request, &target, notice, self.clock.now());
                self.ask(signed).await
            }
        }
    }

    async fn ask(&self, request: RequestBuilder) -> Result<Delivered, Undelivered> {
        let answer = request.send().await.map_err(|error| Undelivered {
            why: cause(error),
            verdict: Verdict::Again(None),
        })?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let said = beginning(answer).await;
        let why = match said.is_empty() {
            true => status.to_string(),
            false => format!("{status}: {said}"),
        };
        match verdict(status, &headers) {
            None => Ok(status.to_string().into()),
            Some(verdict) => Err(Undelivered { why, verdict }),
        }
    }
}

#[async_trait]
impl Courier for Couriers {
    async fn deliver(
        &self,
        company: &CompanyId,
        channel: &Channel,
        notices: &[Notice],
        ticket: Option<&Ticket>,
    ) -> Result<Delivered, Undelivered> {
        let late = |_| {
            Err(Undelivered {
                why: format!("no answer within {} s", WITHIN.as_secs()),
                verdict: Verdict::Again(None),
            })
        };
        tokio::time::timeout(WITHIN, self.take(company, channel, notices, ticket))
            .await
            .unwrap_or_else(late)
    }
}

/// What follows from an answer; nothing where the message was taken.
fn verdict(status: StatusCode, headers: &HeaderMap) -> Option<Verdict> {
    let wait = headers
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.trim().parse().ok())
        .map(|seconds| Duration::from_secs(seconds).min(LONGEST_WAIT));
    match status {
        status if status.is_success() => None,
        // "No longer interested in receiving webhooks" (Standard Webhooks).
        StatusCode::GONE => Some(Verdict::Gone),
        _ => Some(Verdict::Again(wait)),
    }
}

/// Why a request failed, without the URL, which may be a secret.
fn cause(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut why = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(inner) = source {
        why = inner.to_string();
        source = inner.source();
    }
    why.chars().take(ANSWER).collect()
}

/// What an answer begins with, as one line.
async fn beginning(answer: Response) -> String {
    let mut bytes = Vec::new();
    let mut coming = answer.bytes_stream();
    while let Some(Ok(chunk)) = coming.next().await {
        bytes.extend_from_slice(&chunk);
        if bytes.len() >= ANSWER {
            break;
        }
    }
    bytes.truncate(ANSWER);
    let text = String::from_utf8_lossy(&bytes);
    text.chars()
        .map(|char| if char.is_control() { ' ' } else { char })
        .collect::<String>()
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_from_an_answer() {
        let none = HeaderMap::new();
        let mut later = HeaderMap::new();
        later.insert(RETRY_AFTER, "120".parse().unwrap());
        let of = |status: u16, headers: &HeaderMap| verdict(StatusCode::from_u16(status).unwrap(), headers);
        assert_eq!(of(204, &none), None);
        assert_eq!(of(410, &none), Some(Verdict::Gone));
        assert_eq!(of(302, &none), Some(Verdict::Again(None)));
        assert_eq!(of(404, &none), Some(Verdict::Again(None)));
        assert_eq!(of(503, &later), Some(Verdict::Again(Some(Duration::from_secs(120)))));
        later.insert(RETRY_AFTER, "99999999".parse().unwrap());
        assert_eq!(of(429, &later), Some(Verdict::Again(Some(LONGEST_WAIT))));
        later.insert(RETRY_AFTER, "tomorrow".parse().unwrap());
        assert_eq!(of(429, &later), Some(Verdict::Again(None)));
    }
}
