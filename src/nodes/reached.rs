//! Whether the other nodes are reached at their `NODE_URL`, under the same server key: asked of each before a client's
//! request depends on it, told in the log when it changes, and measured.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use actors::port::Node;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use futures::future::join_all;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::Sent;
use super::word::said_in;
use crate::http::Edge;
use crate::http::body::read;
use crate::http::problem::Problem;
use crate::telemetry;

/// Where a node is asked.
pub(super) const PATH: &str = "/nodes/reached";
/// How often each is asked where none comes or goes.
const EVERY: Duration = Duration::from_secs(15);
/// The most that a node's name may be long, in bytes.
const NAME_BYTES: usize = 256;
/// How long a node may take.
const ANSWERED_WITHIN: Duration = Duration::from_secs(2);

/// `GET /nodes/reached`: the word is one of ours, and this is our name.
pub(super) async fn answer(State(edge): State<Arc<Edge>>, request: Request) -> Result<String, Problem> {
    let (parts, _) = request.into_parts();
    let now = edge.runtime.membership().store_now().unwrap_or_default();
    edge.nodes.read(said_in(&parts), &parts, &[], now)?;
    Ok(edge.runtime.membership().me().unwrap_or_default().to_owned())
}

/// Asks whenever another set of nodes lives, and now and then, until it is told to stop.
pub(crate) async fn run(edge: Arc<Edge>, stop: CancellationToken) {
    if !edge.nodes.shares() {
        return;
    }
    let mut changes = edge.runtime.membership().changes();
    let mut before = BTreeMap::new();
    loop {
        let found = tokio::select! {
            found = ask_all(&edge) => found,
            () = stop.cancelled() => return,
        };
        for (name, why) in &found {
            match (why, before.get(name).unwrap_or(&None)) {
                (Some(why), before) if before.as_ref() != Some(why) => {
                    tracing::warn!(
                        node = name,
                        why,
                        "a node is not reached: what it has to do is refused here"
                    );
                }
                (None, Some(_)) => tracing::info!(node = name, "a node is reached again"),
                _ => {}
            }
        }
        let unreached = found.values().flatten().count();
        metrics::gauge!(telemetry::NODES).set((found.len() + 1) as f64);
        metrics::gauge!(telemetry::NODES_UNREACHED).set(unreached as f64);
        before = found;
        tokio::select! {
            changed = timeout(EVERY, changes.changed()) => drop(changed),
            () = stop.cancelled() => return,
        }
    }
}

/// Why each of the others is not reached, or nothing where it is; those that leave are left out.
async fn ask_all(edge: &Edge) -> BTreeMap<String, Option<String>> {
    let staying = edge
        .runtime
        .membership()
        .others()
        .into_iter()
        .filter(|node| !node.draining);
    let asked = staying.map(async |node| {
        let answered = timeout(ANSWERED_WITHIN, ask(edge, &node)).await;
        let why = answered.unwrap_or_else(|_| Some("no answer in time".to_owned()));
        (node.name, why)
    });
    join_all(asked).await.into_iter().collect()
}

async fn ask(edge: &Edge, node: &Node) -> Option<String> {
    let Some(url) = node.url.as_deref() else {
        return Some("it has no NODE_URL".to_owned());
    };
    let now = edge.runtime.membership().store_now().unwrap_or_default();
    let request = axum::http::Request::get(PATH).body(()).ok()?;
    let (parts, ()) = request.into_parts();
    match edge.nodes.send(url, &parts, Bytes::new(), (None, now)).await {
        Sent::Answered(answer) if answer.status() == StatusCode::OK => is_named(answer, &node.name)
            .await
            .map(|name| format!("{url} leads to another node, {name}")),
        Sent::Answered(answer) if answer.status() == StatusCode::UNAUTHORIZED => {
            Some(format!("{url} is another node's, or that has another SECRET_KEY"))
        }
        Sent::Answered(answer) => Some(format!("{url} answered {}", answer.status())),
        Sent::NotDone => Some(format!("no connection to {url}, or what is there goes down")),
        Sent::Lost(why) => Some(why),
    }
}

/// What else it is named, where that is not as was expected.
async fn is_named(answer: reqwest::Response, expected: &str) -> Option<String> {
    let body = read(Body::from_stream(answer.bytes_stream()), NAME_BYTES).await;
    let name = body
        .map(|body| String::from_utf8_lossy(&body).into_owned())
        .unwrap_or_default();
    (name != expected).then_some(name)
}
