//! `/api/companies/{id}/silences`, `maintenance-windows` and `inhibitions`: what keeps its incidents quiet.

use std::sync::Arc;
use std::time::Duration;

use actors::domain::suppression::{Inhibition, MaintenanceWindow};
use actors::domain::{Silence, SilenceId, Suppression, Timestamp};
use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Answer, changed};
use crate::http::Edge;
use crate::http::body::Sent;
use crate::http::page::Items;
use crate::http::problem::Problem;
use crate::http::rights::{Act, Correlate, May, Read};
use crate::tenancy::Change;
use crate::tenancy::silence::SilenceChange;

/// A company's maintenance windows.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MaintenanceWindows)]
pub(in crate::http) struct Windows {
    /// At most 100.
    #[schema(max_items = 100)]
    maintenance_windows: Vec<MaintenanceWindow>,
}

/// Its maintenance windows.
pub(in crate::http) async fn windows(may: May<Read>, State(edge): State<Arc<Edge>>) -> Answer<Windows> {
    let maintenance_windows = edge.company(may.company())?.suppression.maintenance_windows.clone();
    Ok(Json(Windows { maintenance_windows }))
}

/// `PUT {maintenance_windows}`: these and no others, from now on.
pub(in crate::http) async fn set_windows(
    may: May<Correlate>,
    State(edge): State<Arc<Edge>>,
    Sent(Windows { maintenance_windows }): Sent<Windows>,
) -> Answer<Windows> {
    let change = Change {
        maintenance_windows: Some(maintenance_windows),
        ..Change::default()
    };
    let Suppression {
        maintenance_windows, ..
    } = changed(&edge, &may, &change).await?.suppression;
    Ok(Json(Windows { maintenance_windows }))
}

/// What makes other trouble no news.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Inhibitions)]
pub(in crate::http) struct Inhibitions {
    /// At most 50.
    #[schema(max_items = 50)]
    inhibitions: Vec<Inhibition>,
    /// Whether an incident is quiet while one about something that its assets depend on is open.
    #[serde(default)]
    silence_dependents: bool,
}

impl From<Suppression> for Inhibitions {
    fn from(suppression: Suppression) -> Self {
        Self {
            inhibitions: suppression.inhibitions,
            silence_dependents: suppression.silence_dependents,
        }
    }
}

/// Its inhibitions.
pub(in crate::http) async fn inhibitions(may: May<Read>, State(edge): State<Arc<Edge>>) -> Answer<Inhibitions> {
    Ok(Json(edge.company(may.company())?.suppression.clone().into()))
}

/// `PUT {inhibitions, silence_dependents?}`: these and no others, from now on.
pub(in crate::http) async fn set_inhibitions(
    may: May<Correlate>,
    State(edge): State<Arc<Edge>>,
    Sent(asked): Sent<Inhibitions>,
) -> Answer<Inhibitions> {
    let change = Change {
        inhibitions: Some((asked.inhibitions, asked.silence_dependents)),
        ..Change::default()
    };
    Ok(Json(changed(&edge, &may, &change).await?.suppression.into()))
}

/// How a silence stands.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum SilenceState {
    /// It has not begun.
    Pending,
    /// It is in force.
    Active,
    /// It is over.
    Expired,
}

/// A silence, as it is shown.
#[derive(Serialize, ToSchema)]
#[schema(as = Silence)]
pub(in crate::http) struct ShownSilence {
    silence_id: SilenceId,
    state: SilenceState,
    /// Which alerts it is for, in CEL.
    #[serde(rename = "match")]
    matches: String,
    starts_at: Timestamp,
    ends_at: Timestamp,
    comment: String,
    created_by: String,
    created_at: Timestamp,
}

impl ShownSilence {
    fn of(silence: Silence, now: Timestamp) -> Self {
        Self {
            state: match silence {
                _ if now < silence.starts_at => SilenceState::Pending,
                _ if now < silence.ends_at => SilenceState::Active,
                _ => SilenceState::Expired,
            },
            silence_id: silence.silence_id,
            matches: silence.matches,
            starts_at: silence.starts_at,
            ends_at: silence.ends_at,
            comment: silence.comment,
            created_by: silence.created_by,
            created_at: silence.created_at,
        }
    }
}

/// Its silences, with those that ended in the last week.
pub(in crate::http) async fn silences(may: May<Read>, State(edge): State<Arc<Edge>>) -> Answer<Items<ShownSilence>> {
    let now = edge.clock.now();
    let silences = edge.company(may.company())?.silences.clone().into_iter();
    Ok(Json(silences.map(|silence| ShownSilence::of(silence, now)).collect()))
}

/// A silence that is asked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct NewSilence {
    /// Which alerts it is for, in CEL, as in a rule.
    #[serde(rename = "match")]
    #[schema(example = "asset == 'db-1'")]
    matches: String,
    /// From when on; from now on where it is left out.
    #[serde(default)]
    #[schema(nullable = false)]
    starts_at: Option<Timestamp>,
    /// Until when; or `minutes`.
    #[serde(default)]
    #[schema(nullable = false)]
    ends_at: Option<Timestamp>,
    /// For how long, in minutes: 1 to 527040.
    #[serde(default)]
    #[schema(nullable = false, minimum = 1, maximum = 527_040)]
    minutes: Option<u32>,
    /// Why, for others.
    #[serde(default)]
    #[schema(max_length = 512)]
    comment: String,
}

/// `POST {match, starts_at?, ends_at? or minutes?, comment?}`: quiet from then until then.
pub(in crate::http) async fn silence(
    may: May<Act>,
    State(edge): State<Arc<Edge>>,
    Sent(asked): Sent<NewSilence>,
) -> Answer<ShownSilence> {
    edge.takes_work(may.company())?;
    let now = edge.clock.now();
    let starts_at = asked.starts_at.unwrap_or(now);
    let ends_at = match (asked.ends_at, asked.minutes) {
        (Some(at), None) if at > now => at,
        (None, Some(minutes @ 1..=527_040)) => starts_at.plus(Duration::from_secs(u64::from(minutes) * 60)),
        (Some(_), None) => return Err(Problem::invalid("ends_at", "must lie in the future")),
        (None, Some(_)) => return Err(Problem::invalid("minutes", "must be 1 to 527040")),
        _ => return Err(Problem::invalid("ends_at", "must be there, or minutes, but not both")),
    };
    let silence = Silence {
        silence_id: SilenceId::from_uuid(edge.entropy.uuid(now)),
        matches: asked.matches,
        starts_at,
        ends_at,
        comment: asked.comment,
        created_by: may.origin().actor,
        created_at: now,
    };
    let change = Change {
        silence: Some(SilenceChange::Add(silence.clone())),
        ..Change::default()
    };
    changed(&edge, &may, &change).await?;
    Ok(Json(ShownSilence::of(silence, now)))
}

/// A silence that is over.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct EndedSilence {
    message: &'static str,
    silence_id: SilenceId,
}

/// `DELETE`: it ends now; what fires is told.
pub(in crate::http) async fn end_silence(
    may: May<Act>,
    State(edge): State<Arc<Edge>>,
    Path((_, id)): Path<(String, String)>,
) -> Answer<EndedSilence> {
    let silence_id: SilenceId = id.parse().map_err(|_| Problem::not_found("silence"))?;
    let change = Change {
        silence: Some(SilenceChange::End(silence_id.clone())),
        ..Change::default()
    };
    changed(&edge, &may, &change).await?;
    Ok(Json(EndedSilence {
        message: "Ended",
        silence_id,
    }))
}
