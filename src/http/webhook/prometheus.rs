//! `POST /api/v2/alerts`: what Prometheus sends to Alertmanagers. Each of its alerts is a delivery of its own.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use serde_json::Value;

use super::super::Edge;
use super::super::body::Unread;
use super::super::caller::Address;
use super::super::gate::LooksItself;
use super::super::problem::Problem;
use super::super::rights::SendAlerts;
use super::wire::Wire;
use super::{Received, Signed, noted, take};

/// Takes alerts.
pub(crate) async fn accept(
    _: LooksItself<SendAlerts>,
    State(edge): State<Arc<Edge>>,
    address: Address,
    Signed(headers): Signed,
    RawQuery(raw): RawQuery,
    sent: Unread<Value>,
) -> Result<Received, Problem> {
    let answered = take(&edge, Wire::Prometheus, (headers, raw), sent.body).await;
    noted(&edge, address, answered)
}
