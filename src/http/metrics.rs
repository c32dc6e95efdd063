//! `GET /metrics`: what the process measures, in Prometheus' text format.

use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret;
use subtle::ConstantTimeEq;

use super::Edge;
use super::caller::{Caller, Place, presented};
use super::circuits;
use super::describe::{Answer, Description, plain};
use super::gate::{Gate, Policy};
use super::problem::Problem;
use crate::accounts::rights::Right;
use crate::telemetry;

/// The exposition format and its version.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Whoever may read them: who has the right, who holds `METRICS_TOKEN`, who asks from one of `METRICS_FROM`.
pub(super) struct MayMeasure;

impl Gate for MayMeasure {
    const POLICY: Policy = Policy::Whoever(Right::Measure);
}

impl FromRequestParts<Arc<Edge>> for MayMeasure {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, edge: &Arc<Edge>) -> Result<Self, Problem> {
        let settings = &edge.settings;
        let place = Place::of(parts, edge);
        let near = place
            .address
            .filter(|_| place.told)
            .is_some_and(|address| settings.metrics_from.iter().any(|from| from.contains(&address)));
        let holds_token = match (&settings.metrics_token, presented(&parts.headers)?) {
            (Some(token), Some(given)) => bool::from(token.expose_secret().as_bytes().ct_eq(given.as_bytes())),
            _ => false,
        };
        if !near && !holds_token {
            Caller::of(parts, edge)?.needs(edge, Right::Measure)?;
        }
        Ok(Self)
    }
}

/// The series as Prometheus reads them.
pub(super) struct Exposition(String);

impl IntoResponse for Exposition {
    fn into_response(self) -> Response {
        ([(CONTENT_TYPE, TEXT)], self.0).into_response()
    }
}

impl Answer for Exposition {
    fn describe(description: &mut Description) {
        description.answers(200, "Every series", Some(plain("text/plain")));
    }
}

/// Every series.
pub(super) async fn render(_: MayMeasure, State(edge): State<Arc<Edge>>) -> Exposition {
    let census = edge.runtime.census();
    for kind in actors::census::Kind::ALL {
        metrics::gauge!(telemetry::ACTORS, "kind" => kind.name()).set(census.living(kind) as f64);
        metrics::counter!(telemetry::RESTARTS, "kind" => kind.name()).absolute(census.restarts(kind));
    }
    metrics::gauge!(telemetry::UPTIME).set(edge.started.elapsed().as_secs_f64());
    Exposition(telemetry::rendered() + &circuits::exposed(&*edge.cloud.circuits))
}
