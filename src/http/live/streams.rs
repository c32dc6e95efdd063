//! Who reads: so many at once, in all and of one company; and a drain that waits for their ends.

use std::sync::Arc;

use actors::domain::CompanyId;
use actors::limits::{STREAMS, STREAMS_PER_COMPANY};
use actors::port::CompanySet;
use dashmap::DashMap;
use tokio::sync::watch;

use crate::http::problem::{Code, Problem};
use crate::telemetry;

/// What kind of stream.
#[derive(Clone, Copy, Debug)]
pub(crate) enum StreamKind {
    Events,
    Socket,
    Decisions,
    Agent,
}

impl StreamKind {
    fn name(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Socket => "ws",
            Self::Decisions => "decisions",
            Self::Agent => "agent",
        }
    }
}

/// The streams that are open.
#[derive(Debug)]
pub struct Streams {
    open: watch::Sender<usize>,
    by_company: DashMap<CompanyId, usize>,
}

impl Default for Streams {
    fn default() -> Self {
        Self {
            open: watch::channel(0).0,
            by_company: DashMap::new(),
        }
    }
}

impl Streams {
    /// Enters a stream, if there is room for one more.
    pub(crate) fn enter(self: &Arc<Self>, kind: StreamKind, companies: &CompanySet) -> Result<OpenStream, Problem> {
        // A reader of several companies is one of the platform's.
        let company = companies.only().cloned().unwrap_or_else(CompanyId::platform);
        let mut of_company = self.by_company.entry(company.clone()).or_insert(0);
        let room = *of_company < STREAMS_PER_COMPANY
            && self.open.send_if_modified(|open| {
                let room = *open < STREAMS;
                *open += usize::from(room);
                room
            });
        if !room {
            let detail = "too many streams are open; close some, or try again";
            return Err(Problem::unavailable(
                Code::Overloaded,
                detail,
                std::time::Duration::from_secs(5),
            ));
        }
        *of_company += 1;
        metrics::gauge!(telemetry::STREAMS, "kind" => kind.name()).increment(1);
        Ok(OpenStream {
            streams: self.clone(),
            kind,
            company: company.clone(),
        })
    }

    /// How many are open.
    pub fn open(&self) -> usize {
        *self.open.borrow()
    }

    /// Returns when no stream is open.
    pub(crate) async fn ended(&self) {
        // The sender lives as long as this does.
        let _ = self.open.subscribe().wait_for(|open| *open == 0).await;
    }
}

/// An open stream, until it is dropped.
#[derive(Debug)]
pub(crate) struct OpenStream {
    streams: Arc<Streams>,
    kind: StreamKind,
    company: CompanyId,
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        if let Some(mut of_company) = self.streams.by_company.get_mut(&self.company) {
            *of_company -= 1;
        }
        self.streams.by_company.remove_if(&self.company, |_, open| *open == 0);
        self.streams.open.send_modify(|open| *open -= 1);
        metrics::gauge!(telemetry::STREAMS, "kind" => self.kind.name()).decrement(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_company_cannot_take_every_place_and_an_end_makes_room() {
        let streams = Arc::new(Streams::default());
        let (a, b): (CompanyId, CompanyId) = ("comp-a".parse().unwrap(), "comp-b".parse().unwrap());
        let enter = |company: &CompanyId| streams.enter(StreamKind::Events, &CompanySet::one(company.clone()));
        let mut open: Vec<OpenStream> = (0..STREAMS_PER_COMPANY).map(|_| enter(&a).unwrap()).collect();
        assert_eq!(enter(&a).unwrap_err().status, 503);
        let of_b = enter(&b).unwrap();
        open.pop();
        open.push(enter(&a).unwrap());
        drop((open, of_b));
        streams.ended().await;
        assert!(streams.by_company.is_empty());
    }
}
