//! One reader's place in the order of commits, and the frames that follow it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use actors::limits::{STREAM_LIVE_ONLY, STREAM_PAGE};
use actors::port::events::{CompanySet, Event, EventReader, EventsAfter, IncidentCounts, Position};
use actors::port::{Committed, Error};
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

use super::cursor;
use super::hub::{Gathered, News};
use super::standing::Standing;
use super::streams::OpenStream;
use crate::http::problem::Problem;
use crate::http::{Edge, Stage};

/// How long a client should wait before it comes back to a server that is going down.
pub(in crate::http) const RECONNECT: Duration = Duration::from_secs(3);

/// One message to a client, whatever carries it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Frame {
    /// `start`, the kind of what happened, `heartbeat`, `reset`, `draining`, `ended` or `error`.
    pub(super) name: String,
    /// Where to go on from; not on what is live only.
    pub(super) cursor: Option<String>,
    /// One line of JSON.
    pub(super) data: String,
    /// When to come back, on the last.
    pub(super) retry: Option<Duration>,
}

impl Frame {
    fn new(name: &str, data: &Value) -> Self {
        Self {
            name: name.to_owned(),
            cursor: None,
            data: data.to_string(),
            retry: None,
        }
    }

    /// Says only that the server lives.
    pub(super) fn heartbeat() -> Self {
        Self::new("heartbeat", &json!({}))
    }

    fn at(mut self, position: Position) -> Self {
        self.cursor = Some(cursor::write(position));
        self
    }

    fn of(event: &Event) -> Self {
        Self {
            name: event.entry.kind(),
            cursor: Some(cursor::write(event.position)),
            data: event.entry.to_json_text(),
            retry: None,
        }
    }
}

/// Follows what happens to a set of companies.
pub(super) struct Follower {
    companies: CompanySet,
    reader: Arc<dyn EventReader>,
    news: Receiver<News>,
    stage: watch::Receiver<Stage>,
    /// Just behind the last entry that was told.
    after: Position,
    /// Whether everything committed before now was told, but for what the news brings.
    caught_up: bool,
    waiting: VecDeque<Frame>,
    ended: bool,
    standing: Standing,
    _open: OpenStream,
}

impl Follower {
    /// From a place on, or from now on.
    pub(super) async fn from(
        edge: &Edge,
        standing: Standing,
        after: Option<Position>,
        open: OpenStream,
    ) -> Result<Self, Error> {
        let companies = standing.reads().clone();
        // Subscribed before the store is read: what comes in between is told by one or the other.
        let news = edge.hub.subscribe();
        let reader = edge.store.events(&companies);
        let after = match after {
            Some(position) => position,
            None => reader.last().await?,
        };
        let ids: Vec<_> = companies.iter().collect();
        let start = Frame::new("start", &json!({"company_ids": ids})).at(after);
        Ok(Self {
            reader,
            news,
            stage: edge.stage.subscribe(),
            after,
            caught_up: false,
            waiting: VecDeque::from([start]),
            ended: false,
            standing,
            _open: open,
            companies,
        })
    }

    /// The next frame; `None` at the end. May be dropped while it waits, and loses nothing.
    pub(super) async fn next(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = self.waiting.pop_front() {
                return Some(frame);
            }
            if self.ended {
                return None;
            }
            if *self.stage.borrow() == Stage::Draining {
                self.end(Frame {
                    retry: Some(RECONNECT),
                    ..Frame::new("draining", &json!({}))
                });
            } else if self.standing.is_lost() {
                let why = "the token or key is good no more, or for other companies: log in or connect again";
                self.end(Frame::new("ended", &json!({"reason": why})));
            } else if !self.caught_up {
                if let Err(error) = self.catch_up().await {
                    self.end(Frame::new("error", &Problem::from(error).to_json("/api/events", "")));
                }
            } else {
                self.listen().await;
            }
        }
    }

    fn end(&mut self, frame: Frame) {
        self.waiting.push_back(frame);
        self.ended = true;
    }

    /// Reads the next page behind the place.
    async fn catch_up(&mut self) -> Result<(), Error> {
        match self.reader.after(self.after, STREAM_PAGE).await? {
            EventsAfter::Page { events, more } => {
                self.caught_up = !more;
                self.tell(&events);
            }
            EventsAfter::Lost => {
                let last = self.reader.last().await?;
                let why = "the cursor is older than what is kept, or of another store: read the lists again";
                self.waiting
                    .push_back(Frame::new("reset", &json!({"reason": why})).at(last));
                self.after = last;
            }
        }
        Ok(())
    }

    /// Waits for news, or for the end.
    async fn listen(&mut self) {
        tokio::select! {
            told = self.news.recv() => match told {
                Ok(News::Committed(committed)) => self.committed(&committed),
                Ok(News::Gathered(gathered)) => self.gathered(&gathered),
                Ok(News::Missed) | Err(RecvError::Lagged(_)) => self.caught_up = false,
                Err(RecvError::Closed) => self.ended = true,
            },
            changed = self.stage.changed() => self.ended |= changed.is_err(),
            () = self.standing.lost() => {}
        }
    }

    fn committed(&mut self, committed: &Committed) {
        self.tell(&committed.events);
    }

    /// Tells what is ours and was not told.
    fn tell(&mut self, events: &[Event]) {
        for event in events {
            if event.position > self.after && self.companies.contains(&event.entry.company_id) {
                self.waiting.push_back(Frame::of(event));
                self.after = event.position;
            }
        }
    }

    /// What is live only, gravest incidents first, as far as there is room.
    fn gathered(&mut self, gathered: &Gathered) {
        let accepted = gathered.accepted.iter();
        let accepted = accepted.filter(|(company, _)| self.companies.contains(company));
        let ours = |counts: &&IncidentCounts| self.companies.contains(&counts.company_id);
        let mut counts: Vec<_> = gathered.counts.values().filter(ours).collect();
        counts.sort_by_key(|counts| std::cmp::Reverse((counts.severity, counts.alert_count)));
        let frames: Vec<Frame> = accepted
            .map(|(company, by_severity)| {
                let data = json!({
                    "kind": "alert.accepted", "at": gathered.at, "company_id": company, "subject": company,
                    "actor": "edge",
                    "data": {"count": by_severity.iter().sum::<u32>(), "by_severity": by_name(*by_severity)},
                });
                Frame::new("alert.accepted", &data)
            })
            .chain(counts.into_iter().map(|counts| {
                let data = json!({
                    "kind": "incident.counts", "at": gathered.at, "company_id": counts.company_id,
                    "subject": counts.incident_id, "actor": "correlator",
                    "data": {"alert_count": counts.alert_count, "severity": counts.severity,
                             "firing": by_name(counts.firing)},
                });
                Frame::new("incident.counts", &data)
            }))
            .take(STREAM_LIVE_ONLY)
            .collect();
        self.waiting.extend(frames);
    }
}

fn by_name([low, medium, high, critical]: [u32; 4]) -> Value {
    json!({"low": low, "medium": medium, "high": high, "critical": critical})
}
