//! `GET /metrics`: what the process measures, in Prometheus' text format.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use super::Edge;
use super::rights::Operator;
use crate::telemetry;

/// The exposition format and its version.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Every series.
pub(super) async fn render(State(edge): State<Arc<Edge>>, _: Operator) -> impl IntoResponse {
    let census = edge.runtime.census();
    for kind in actors::census::Kind::ALL {
        metrics::gauge!(telemetry::ACTORS, "kind" => kind.name()).set(census.living(kind) as f64);
        metrics::counter!(telemetry::RESTARTS, "kind" => kind.name()).absolute(census.restarts(kind));
    }
    metrics::gauge!(telemetry::UPTIME).set(edge.started.elapsed().as_secs_f64());
    ([(CONTENT_TYPE, TEXT)], telemetry::rendered())
}
