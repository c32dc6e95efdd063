//! Decisions under way: each is finished and kept, whether whoever asked still waits or has gone.

use std::time::Duration;

use actors::domain::{CompanyId, Decision, DecisionRequest, IncidentId};
use actors::runtime::{CallError, DecisionEvent};
use futures::stream::{self, Stream, StreamExt};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use super::Edge;

/// Beside a decision's own time limit: room for the store.
const STORED_WITHIN: Duration = Duration::from_secs(5);

/// The decisions that somebody has asked for. A company's are bounded by its places for calls.
#[derive(Debug, Default)]
pub struct Deciding(TaskTracker);

impl Deciding {
    /// Begins what leads to a decision, on another runtime than the caller's.
    pub(crate) fn begin<F>(&self, work: F, on: &Handle) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        self.0.spawn_on(work, on)
    }

    /// Returns when none is under way any more.
    pub(crate) async fn ended(&self) {
        self.0.close();
        self.0.wait().await;
    }
}

impl Edge {
    /// Begins a decision, which goes on where the answer is dropped; `until_done` is kept for as long as it works.
    ///
    /// # Errors
    /// Too many wait for one already, or the server is going down.
    pub(crate) fn decide(
        &self,
        company: CompanyId,
        incident: IncidentId,
        request: Box<DecisionRequest>,
        show: Option<mpsc::Sender<Box<DecisionEvent>>>,
        until_done: impl Send + 'static,
    ) -> Result<impl Future<Output = Result<Decision, CallError>> + Send + 'static, CallError> {
        let place = self.runtime.place_to_decide(&company)?;
        let within = Duration::from_secs(u64::from(self.settings.budget.max_time_seconds)) + STORED_WITHIN;
        let runtime = self.runtime.clone();
        let work = async move {
            let decided = runtime.decide(&company, (incident, request), show, place, within).await;
            drop(until_done);
            decided
        };
        let done = self.deciding.0.spawn(work.in_current_span());
        Ok(async move { done.await.unwrap_or(Err(CallError::Interrupted)) })
    }
}

/// What whoever watches a decision is shown.
pub(crate) enum Shown {
    /// How it goes on.
    Progress(DecisionEvent),
    /// What has come of it: the last.
    Outcome(Box<Result<Decision, CallError>>),
}

/// A decision as it comes. It does not rest on this stream: whoever goes loses only the sight of it.
pub(crate) fn watched(
    mut progress: mpsc::Receiver<Box<DecisionEvent>>,
    decided: impl Future<Output = Result<Decision, CallError>> + Send + 'static,
) -> impl Stream<Item = Shown> + Send + 'static {
    let (finish, finished) = oneshot::channel();
    // What is shown ends when the decision has.
    let deciding = stream::once(async move {
        drop(finish.send(decided.await));
        None
    });
    let showing = stream::poll_fn(move |context| progress.poll_recv(context));
    let all = stream::select(showing.map(|event| Some(Shown::Progress(*event))), deciding);
    let outcome = async move { Shown::Outcome(Box::new(finished.await.unwrap_or(Err(CallError::Interrupted)))) };
    all.filter_map(std::future::ready).chain(stream::once(outcome))
}
