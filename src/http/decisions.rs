//! `GET /agent/decisions/{incident_id}`, its stream (the last decision, then those that follow), and traces.

use std::sync::Arc;

use actors::domain::trace::KeptTrace;
use actors::domain::{CompanyId, Decision, DecisionId, IncidentId};
use actors::limits::{PAGE, TRACE_KEPT};
use actors::port::reader::{Cursor, PageRequest};
use actors::port::{Committed, CompanySet, Reader, RecordKind};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::sse::Event;
use futures::stream::{self, Stream};
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};

use super::agent::{EventStream, LastEventId, named, sse};
use super::live::follower::RECONNECT;
use super::live::hub::News;
use super::live::standing::Standing;
use super::live::streams::{OpenStream, StreamKind};
use super::page::{Asked, Paged};
use super::problem::Problem;
use super::rights::{May, Read, ReadTraces};
use super::{Edge, Stage};

/// An incident's decisions, oldest first; also of an incident that was only ever decided.
pub(super) async fn list(
    may: May<Read>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
    Asked { asked: request, .. }: Asked<PageRequest>,
) -> Result<Json<Paged<Decision>>, Problem> {
    let (id, reader) = find(&edge, &may, &id).await?;
    let found = reader.decisions(&id, request).await?;
    Ok(Json(Paged::of(found, |(_, decision)| decision)))
}

/// The last decision, then each that follows, as SSE; `Last-Event-ID` skips what was seen.
pub(super) async fn follow(
    may: May<Read>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
    LastEventId(last): LastEventId,
) -> Result<EventStream, Problem> {
    let seen = last.map(|id| id.parse::<u64>()).transpose();
    let seen = seen.map_err(|_| Problem::invalid("Last-Event-ID", "must be the id of an earlier event"))?;
    let companies = CompanySet::one(may.company().clone());
    let open = edge.streams.enter(StreamKind::Decisions, &companies)?;
    let standing = Standing::of(&edge, may.caller.clone(), companies)?;
    // Subscribed before the store is read: what comes in between is told by one or the other.
    let news = edge.hub.subscribe();
    let (incident_id, reader) = find(&edge, &may, &id).await?;
    let after = match (seen, reader.last_decision(&incident_id).await?) {
        (Some(seen), _) => seen,
        (None, Some((last, _))) => last.saturating_sub(1),
        (None, None) => 0,
    };
    let follower = Follower {
        company_id: may.company().clone(),
        incident_id,
        reader,
        news,
        stage: edge.stage.subscribe(),
        after,
        waiting: Vec::new(),
        ended: false,
        standing,
        _open: open,
    };
    Ok(sse(follower.events()))
}

/// What was said with models for a decision, word for word: the prompt, the answers, what tools said. Kept for 30 days;
/// `alert-whisperer decide --replay` makes the decision again from it.
pub(super) async fn trace(
    may: May<ReadTraces>,
    State(edge): State<Arc<Edge>>,
    Path((incident_id, decision_id)): Path<(String, String)>,
) -> Result<Json<KeptTrace>, Problem> {
    let unknown = || Problem::not_found("trace");
    let incident_id: IncidentId = incident_id.parse().map_err(|_| unknown())?;
    let decision_id: DecisionId = decision_id.parse().map_err(|_| unknown())?;
    let reader = edge.store.reader(may.company());
    let record = reader.record(RecordKind::Traces, decision_id.as_str()).await?;
    let kept: KeptTrace = record.ok_or_else(unknown)?.read()?;
    let is_of_it = kept.incident_id == incident_id && kept.created_at.plus(TRACE_KEPT) > edge.clock.now();
    if is_of_it { Ok(Json(kept)) } else { Err(unknown()) }
}

async fn find(edge: &Edge, may: &May<Read>, id: &str) -> Result<(IncidentId, Arc<dyn Reader>), Problem> {
    let id: IncidentId = id.parse().map_err(|_| Problem::not_found("incident"))?;
    let reader = edge.store.reader(may.company());
    let known = reader.last_decision(&id).await?.is_some() || reader.incident(&id).await?.is_some();
    if known {
        Ok((id, reader))
    } else {
        Err(Problem::not_found("incident"))
    }
}

/// Follows one incident's decisions. The feed only tells when to look; the store says what there is.
struct Follower {
    company_id: CompanyId,
    incident_id: IncidentId,
    reader: Arc<dyn Reader>,
    news: broadcast::Receiver<News>,
    stage: watch::Receiver<Stage>,
    /// The place of the last decision that was told.
    after: u64,
    /// Decisions read and not yet told, last first.
    waiting: Vec<(u64, Decision)>,
    ended: bool,
    standing: Standing,
    _open: OpenStream,
}

impl Follower {
    fn events(self) -> impl Stream<Item = Event> + Send + 'static {
        stream::unfold(self, |mut follower| async move {
            follower.next().await.map(|event| (event, follower))
        })
    }

    async fn next(&mut self) -> Option<Event> {
        while !self.ended {
            if let Some((place, decision)) = self.waiting.pop() {
                self.after = place;
                return Some(named("decision", &json!(decision)).id(place.to_string()));
            }
            if let Err(error) = self.read().await {
                self.ended = true;
                return Some(named("error", &error.to_json("/api/agent/decisions", "")));
            }
            if self.standing.is_lost() {
                self.ended = true;
                return Some(named("ended", &json!({"reason": "the token or key is good no more"})));
            }
            if self.waiting.is_empty() && !self.wait().await {
                self.ended = true;
                return Some(named("draining", &json!({})).retry(RECONNECT));
            }
        }
        None
    }

    async fn read(&mut self) -> Result<(), Problem> {
        let after = Some(Cursor(self.after, 0)).filter(|cursor| cursor.0 > 0);
        let found = self
            .reader
            .decisions(&self.incident_id, PageRequest { limit: PAGE, after })
            .await?;
        self.waiting = found.items;
        self.waiting.reverse();
        Ok(())
    }

    fn concerns(&self, committed: &Committed) -> bool {
        let mut entries = committed.events.iter().map(|event| &event.entry);
        entries.any(|entry| entry.subject == self.incident_id.as_str() && entry.company_id == self.company_id)
    }

    /// Waits until there may be another decision; `false` when the server is going down.
    async fn wait(&mut self) -> bool {
        loop {
            if *self.stage.borrow() == Stage::Draining {
                return false;
            }
            tokio::select! {
                changed = self.stage.changed() => if changed.is_err() { return false },
                () = self.standing.lost() => return true,
                told = self.news.recv() => match told {
                    Ok(News::Committed(committed)) if self.concerns(&committed) => return true,
                    Ok(News::Committed(_) | News::Gathered(_)) => {}
                    Ok(News::Missed) | Err(RecvError::Lagged(_)) => return true,
                    Err(RecvError::Closed) => return false,
                },
            }
        }
    }
}
