//! What people do to incidents: `PATCH /incidents/{id}`, and `POST` to `acknowledge`, `resolve`,
//! `reopen`, `escalate`, `snooze`, `merge`, `split`. Each answers the incident as it is afterwards.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use actors::domain::{AlertId, CompanyId, IncidentId, Timestamp};
use actors::incident::acts::Act;
use actors::limits::{MERGED_INCIDENTS, REGROUPED_ALERTS, SNOOZE};
use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::body::{Sent, SentOrNot};
use super::problem::Problem;
use super::rights::{Act as ToAct, May};
use super::users::works_in;
use super::{Edge, shape};
use crate::accounts::user::normal_email;
use actors::domain::text::is_deceptive;

/// How long an act may take.
const WITHIN: Duration = Duration::from_secs(10);

type Answer = Result<Json<shape::Incident>, Problem>;

/// `{}`, or nothing at all.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Nothing)]
pub(super) struct Nothing {}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = IncidentUpdate)]
pub(super) struct Update {
    /// The id or e-mail address of somebody who works for the company. Absent: left as it is. `null`: nobody.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 256)]
    assigned_to: Option<Option<String>>,
    #[serde(default)]
    note: Option<String>,
}

fn present<'de, D: Deserializer<'de>>(given: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(given).map(Some)
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = EscalateRequest)]
pub(super) struct Escalate {
    reason: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SnoozeRequest)]
pub(super) struct Snooze {
    #[serde(default)]
    until: Option<Timestamp>,
    #[serde(default)]
    minutes: Option<u64>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MergeRequest)]
pub(super) struct Merge {
    incident_ids: BTreeSet<IncidentId>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SplitRequest)]
pub(super) struct Split {
    alert_ids: BTreeSet<AlertId>,
}

/// `PATCH {assigned_to?, note?}`.
pub(super) async fn update(
    may: May<ToAct>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
    Sent(update): Sent<Update>,
) -> Answer {
    let assigned_to = match update.assigned_to {
        Some(Some(who)) => Some(Some(somebody_here(&edge, may.company(), &who)?)),
        other => other,
    };
    if let Some(note) = &update.note {
        text("note", note, 2_000)?;
    }
    if assigned_to.is_none() && update.note.is_none() {
        return Err(Problem::invalid("", "give assigned_to, note or both"));
    }
    let act = Act::Update {
        assigned_to,
        note: update.note,
    };
    done(&edge, &may, &id, act).await
}

/// `POST acknowledge`.
pub(super) async fn acknowledge(
    may: May<ToAct>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
    _: SentOrNot<Nothing>,
) -> Answer {
    done(&edge, &may, &id, Act::Acknowledge).await
}

/// `POST resolve`.
pub(super) async fn resolve(
    may: May<ToAct>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
    _: SentOrNot<Nothing>,
) -> Answer {
    done(&edge, &may, &id, Act::Resolve).await
}

/// `POST reopen`.
pub(super) async fn reopen(
    may: May<ToAct>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
    _: SentOrNot<Nothing>,
) -> Answer {
    done(&edge, &may, &id, Act::Reopen).await
}

/// `POST escalate {reason?}`.
pub(super) async fn escalate(
    may: May<ToAct>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
    SentOrNot(escalate): SentOrNot<Escalate>,
) -> Answer {
    if let Some(reason) = &escalate.reason {
        text("reason", reason, 2_000)?;
    }
    done(&edge, &may, &id, Act::Escalate(escalate.reason)).await
}

/// `POST snooze {until}` or `{minutes}`.
pub(super) async fn snooze(
    may: May<ToAct>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
    Sent(snooze): Sent<Snooze>,
) -> Answer {
    let now = edge.clock.now();
    let until = match (snooze.until, snooze.minutes) {
        (Some(until), None) => until,
        (None, Some(minutes)) => now.plus(Duration::from_secs(minutes.saturating_mul(60))),
        _ => return Err(Problem::invalid("until", "give either until (RFC 3339) or minutes")),
    };
    if until <= now || until > now.plus(SNOOZE) {
        let field = if snooze.until.is_some() { "until" } else { "minutes" };
        return Err(Problem::invalid(field, "must lie within the next 30 days"));
    }
    done(&edge, &may, &id, Act::Snooze(until)).await
}

/// `POST merge {incident_ids}`: those become part of this one.
pub(super) async fn merge(
    may: May<ToAct>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
    Sent(Merge { incident_ids }): Sent<Merge>,
) -> Answer {
    let into = known(&id)?;
    if !(1..=MERGED_INCIDENTS).contains(&incident_ids.len()) {
        let detail = format!("must hold 1 to {MERGED_INCIDENTS} ids");
        return Err(Problem::invalid("incident_ids", detail));
    }
    if incident_ids.contains(&into) {
        return Err(Problem::invalid(
            "incident_ids",
            "an incident cannot be merged into itself",
        ));
    }
    let by = may.origin();
    let merged = edge.runtime.merge(may.company(), into, incident_ids, by, WITHIN).await;
    shown(
        &edge,
        &may,
        &merged.map_err(|error| Problem::from(error).of_field("incident_ids"))?,
    )
    .await
}

/// `POST split {alert_ids}`: those become an incident of their own, which is the answer.
pub(super) async fn split(
    may: May<ToAct>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
    Sent(Split { alert_ids }): Sent<Split>,
) -> Answer {
    let from = known(&id)?;
    if !(1..=REGROUPED_ALERTS).contains(&alert_ids.len()) {
        return Err(Problem::invalid("alert_ids", "must hold at least one id"));
    }
    let new = IncidentId::from_uuid(edge.entropy.uuid(edge.clock.now()));
    let by = may.origin();
    let split = edge
        .runtime
        .split(may.company(), from, new, alert_ids, by, WITHIN)
        .await;
    shown(
        &edge,
        &may,
        &split.map_err(|error| Problem::from(error).of_field("alert_ids"))?,
    )
    .await
}

async fn done(edge: &Edge, may: &May<ToAct>, id: &str, act: Act) -> Answer {
    let id = known(id)?;
    let by = may.origin();
    edge.runtime.act(may.company(), id.clone(), act, by, WITHIN).await?;
    shown(edge, may, &id).await
}

/// The id of the person that is meant, by it or by his address: somebody who may work there.
fn somebody_here(edge: &Edge, company: &CompanyId, who: &str) -> Result<String, Problem> {
    let people = &edge.accounts.people;
    let found = who.parse().ok().and_then(|id| people.user(&id));
    let found = found.or_else(|| people.by_email(&normal_email(who)));
    let here = found.filter(|user| works_in(&user.value, company));
    let unknown = || {
        let detail = "must be the id or e-mail address of somebody who works for the company: GET .../members";
        Problem::invalid("assigned_to", detail)
    };
    here.map(|user| user.value.user_id.to_string()).ok_or_else(unknown)
}

fn known(id: &str) -> Result<IncidentId, Problem> {
    id.parse().map_err(|_| Problem::not_found("incident"))
}

async fn shown(edge: &Edge, may: &May<ToAct>, id: &IncidentId) -> Answer {
    let view = edge.store.reader(may.company()).incident(id).await?;
    let view = view.ok_or_else(|| Problem::not_found("incident"))?;
    Ok(Json(shape::incident(edge, view)))
}

/// A text for people.
pub(super) fn text(field: &'static str, given: &str, most: usize) -> Result<(), Problem> {
    let control = given.chars().any(|char| is_deceptive(char) && char != '\n');
    if given.trim().is_empty() || given.chars().count() > most || control {
        let detail = format!("must be 1 to {most} characters, without control and invisible characters");
        return Err(Problem::invalid(field, detail));
    }
    Ok(())
}
