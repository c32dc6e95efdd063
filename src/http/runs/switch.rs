//! The platform's switch that stops all runs, `/system/runs`.

use std::sync::Arc;
use std::time::Duration;

use actors::domain::ids::EntryId;
use actors::domain::{CompanyId, Fact, Timestamp};
use actors::port::record::{ALL_RUNS, Content};
use actors::port::{Amended, Amendment, Put, RecordKind};
use actors::runtime::CallError;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::http::Edge;
use crate::http::acts::text;
use crate::http::body::Sent;
use crate::http::problem::Problem;
use crate::http::rights::{Reaches, StopRuns};

/// How long the switch may take.
const SWITCH_WITHIN: Duration = Duration::from_secs(10);
/// How often the switch is tried where another was first.
const TRIES: usize = 3;

/// Whether all runs are stopped.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Switch {
    /// Nothing runs, for any company.
    stopped: bool,
    /// Why, and by whom.
    reason: Option<String>,
    stopped_by: Option<String>,
    stopped_at: Option<Timestamp>,
}

/// What the switch is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct SetSwitch {
    stopped: bool,
    /// Why.
    #[serde(default)]
    #[schema(max_length = 2000)]
    reason: Option<String>,
}

/// Whether all runs of all companies are stopped.
pub(in crate::http) async fn switch(
    _: Reaches<StopRuns>,
    State(edge): State<Arc<Edge>>,
) -> Result<Json<Switch>, Problem> {
    Ok(Json(stored_switch(&edge).await?.0))
}

async fn stored_switch(edge: &Edge) -> Result<(Switch, Option<u64>), Problem> {
    let platform = edge.store.reader(&CompanyId::platform());
    let record = platform.record(RecordKind::Switches, ALL_RUNS).await?;
    let of = |name: &str| -> Option<&Value> { record.as_ref()?.body.get(name).filter(|value| !value.is_null()) };
    let text = |name| of(name).and_then(Value::as_str).map(str::to_owned);
    let switch = Switch {
        stopped: record.is_some(),
        reason: text("reason"),
        stopped_by: text("stopped_by"),
        stopped_at: text("stopped_at").and_then(|at| at.parse().ok()),
    };
    Ok((switch, record.map(|record| record.version)))
}

/// Stops all runs of all companies, or lets them go on: what is not sent yet is not sent, whoever has agreed.
pub(in crate::http) async fn set_switch(
    reaches: Reaches<StopRuns>,
    State(edge): State<Arc<Edge>>,
    Sent(wanted): Sent<SetSwitch>,
) -> Result<Json<Switch>, Problem> {
    if let Some(reason) = &wanted.reason {
        text("reason", reason, 2_000)?;
    }
    for _ in 0..TRIES {
        let (now_is, version) = stored_switch(&edge).await?;
        let now = edge.clock.now();
        let by = reaches.caller.origin();
        let put = match (wanted.stopped, version) {
            (false, None) => return Ok(Json(now_is)),
            (false, Some(version)) => Put::remove(RecordKind::Switches, ALL_RUNS.to_owned(), version),
            (true, version) => Put {
                kind: RecordKind::Switches,
                id: ALL_RUNS.to_owned(),
                expect: version,
                to: Some(Content {
                    lookup: None,
                    expires_at: None,
                    body: json!({"reason": wanted.reason, "stopped_by": by.actor, "stopped_at": now}),
                }),
            },
        };
        let id = EntryId::from_uuid(edge.entropy.uuid(now));
        let kind = if wanted.stopped { "runs.stopped" } else { "runs.allowed" };
        let data = json!({"reason": wanted.reason});
        let amendment = Amendment {
            puts: vec![put],
            facts: vec![Fact::from_outside(id, now, kind, "platform", &by, data)],
            ..Amendment::default()
        };
        let platform = CompanyId::platform();
        if edge.runtime.amend(&platform, amendment, SWITCH_WITHIN).await? == Amended::Done {
            return Ok(Json(stored_switch(&edge).await?.0));
        }
    }
    Err(CallError::Overloaded.into())
}
