//! Ending a run before its time: `POST /incidents/{id}/runs/{run_id}/{cancel,give-up}`.

use std::sync::Arc;
use std::time::Duration;

use actors::domain::{IncidentId, RunId};
use actors::incident::remedy::{Stop, Stopped};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use utoipa::ToSchema;

use super::{ShownRun, approver};
use crate::http::Edge;
use crate::http::acts::text;
use crate::http::body::SentOrNot;
use crate::http::describe::{self, Description};
use crate::http::problem::{Code, Problem};
use crate::http::rights::{May, Run as ToRun};

/// How long the incident may take.
const WITHIN: Duration = Duration::from_secs(15);
/// How long the cloud may take to say whether it will try.
const ASKED_WITHIN: Duration = Duration::from_secs(20);

/// Why.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(in crate::http) struct StopRequest {
    /// For the incident's timeline.
    #[schema(max_length = 2000)]
    reason: Option<String>,
}

/// A run that the service tries to end.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Cancelling {
    message: &'static str,
    /// As it stands: how it has ended is seen here once the service says so.
    run: ShownRun,
}

/// 202: it is not over yet.
pub(in crate::http) struct Asked(Cancelling);

impl IntoResponse for Asked {
    fn into_response(self) -> Response {
        (StatusCode::ACCEPTED, Json(self.0)).into_response()
    }
}

impl describe::Answer for Asked {
    fn describe(description: &mut Description) {
        let cancelling = description.refer::<Cancelling>();
        description.answers(
            202,
            "The service tries to end it",
            Some(("application/json", Some(cancelling))),
        );
        description.refuses(&[404, 409, 502]);
    }
}

/// A run whose end is not waited for any more.
pub(in crate::http) struct GivenUp(ShownRun);

impl IntoResponse for GivenUp {
    fn into_response(self) -> Response {
        Json(self.0).into_response()
    }
}

impl describe::Answer for GivenUp {
    fn describe(description: &mut Description) {
        <Json<ShownRun> as describe::Answer>::describe(description);
        description.refuses(&[404, 409]);
    }
}

/// Asks AWS to end a run that was sent. AWS promises no more than to try; how the run has ended is seen as always. It is
/// not tried again by itself. Whoever could agree to a run of its risk may.
pub(in crate::http) async fn cancel(
    may: May<ToRun>,
    State(edge): State<Arc<Edge>>,
    Path((incident, run)): Path<(String, String)>,
    SentOrNot(request): SentOrNot<StopRequest>,
) -> Result<Asked, Problem> {
    let stopped = stop(&edge, &may, (&incident, &run), Stop::Cancel, request).await?;
    let asked = match stopped.asked {
        Some(asked) => timeout(ASKED_WITHIN, asked).await,
        None => Ok(Ok(Ok(()))),
    };
    match asked {
        Ok(Ok(said)) => said?,
        // Its tool is at another question, or has just heard how the run ended.
        Ok(Err(_)) | Err(_) => {
            let detail = "AWS has not said yet whether it tries: look at the run, and ask again";
            return Err(Problem::unavailable(Code::Overloaded, detail, Duration::from_secs(5)));
        }
    }
    let mut run = *stopped.run;
    run.cancelled_by = Some(may.origin().actor);
    Ok(Asked(Cancelling {
        message: "AWS tries to end it",
        run: ShownRun::from(run),
    }))
}

/// Waits no longer for a run's end: its outcome is unknown from now on, its machines are free, and a person has to look.
/// What was sent is not ended by that. Whoever could agree to a run of its risk may.
pub(in crate::http) async fn give_up(
    may: May<ToRun>,
    State(edge): State<Arc<Edge>>,
    Path((incident, run)): Path<(String, String)>,
    SentOrNot(request): SentOrNot<StopRequest>,
) -> Result<GivenUp, Problem> {
    let stopped = stop(&edge, &may, (&incident, &run), Stop::GiveUp, request).await?;
    Ok(GivenUp(ShownRun::from(*stopped.run)))
}

async fn stop(
    edge: &Edge,
    may: &May<ToRun>,
    (incident, run): (&str, &str),
    how: Stop,
    request: StopRequest,
) -> Result<Stopped, Problem> {
    let incident: IncidentId = incident.parse().map_err(|_| Problem::not_found("incident"))?;
    let run: RunId = run.parse().map_err(|_| Problem::not_found("run"))?;
    let is = approver(&may.caller)?;
    if let Some(reason) = &request.reason {
        text("reason", reason, 2_000)?;
    }
    let asked = (how, request.reason);
    let by = (may.origin(), is);
    Ok(edge
        .runtime
        .stop_run(may.company(), (incident, run), asked, by, WITHIN)
        .await?)
}
