//! `/api/v2/alerts`: as much of Alertmanager's API as Prometheus needs to send alerts here, and `amtool alert query` to
//! read them.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use actors::domain::{IncidentStatus, Signal, Timestamp};
use actors::limits::PAGE;
use actors::port::reader::{AlertFilter, AlertView, IncidentFilter, PageRequest};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::openapi::path::Parameter;
use utoipa::{IntoParams, ToSchema};

use super::Edge;
use super::page::{Ask, Asked, Query};
use super::problem::Problem;
use super::rights::{May, Read};

use crate::ingest::matcher::{self, Matcher};

/// Alerts that are told at once.
const ALERTS: usize = 1_000;
/// Incidents that are looked at for them, in each status.
const INCIDENTS: usize = PAGE;
/// Conditions of one question.
const MATCHERS: usize = 32;

/// An alert, as Alertmanager tells it (`gettableAlert`).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct GettableAlert {
    annotations: BTreeMap<String, String>,
    /// When it would be taken for over if nothing more were heard: its incident's staleness.
    ends_at: Timestamp,
    fingerprint: String,
    receivers: Vec<Receiver>,
    starts_at: Timestamp,
    status: AlertStatus,
    updated_at: Timestamp,
    #[serde(rename = "generatorURL")]
    generator_url: String,
    labels: BTreeMap<String, String>,
}

/// Who is told of it.
#[derive(Serialize, ToSchema)]
struct Receiver {
    name: String,
}

/// What has become of it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct AlertStatus {
    inhibited_by: Vec<String>,
    silenced_by: Vec<String>,
    state: &'static str,
}

/// What is asked.
pub(super) struct Asks {
    matchers: Vec<Matcher>,
    /// Whether those that fire and are not silenced are wanted: there are no others here.
    active: bool,
    receiver: Option<String>,
}

#[derive(IntoParams)]
#[allow(dead_code, reason = "describes what `Asks` is read from")]
struct Filter {
    /// Conditions on labels, such as `severity="critical"`; each has to be met. May stand more than once.
    filter: Option<Vec<String>>,
    /// Whether those that fire are wanted.
    active: Option<bool>,
    /// There are none that are silenced.
    silenced: Option<bool>,
    /// There are none that are inhibited.
    inhibited: Option<bool>,
    /// There are none that are not processed.
    unprocessed: Option<bool>,
    /// A pattern for the receiver, which is the company.
    receiver: Option<String>,
}

impl Ask for Asks {
    const MAY_REPEAT: &'static [&'static str] = &["filter"];

    fn parameters() -> Vec<Parameter> {
        Filter::into_params(|| None)
    }

    fn read(query: &mut Query, _: &Edge) -> Result<Self, Problem> {
        let conditions = query.all("filter");
        if conditions.len() > MATCHERS {
            return Err(Problem::invalid(
                "filter",
                format!("must stand at most {MATCHERS} times"),
            ));
        }
        let read = |text: &String| Matcher::read(text).map_err(|rule| Problem::invalid("filter", rule));
        for flag in ["silenced", "inhibited", "unprocessed"] {
            query.flag(flag)?;
        }
        Ok(Self {
            matchers: conditions.iter().map(read).collect::<Result<_, _>>()?,
            active: query.flag("active")?.unwrap_or(true),
            receiver: query.text("receiver"),
        })
    }
}

/// The alerts that fire in open incidents, the newest incident's first: at most 1,000.
pub(super) async fn list(
    may: May<Read>,
    State(edge): State<Arc<Edge>>,
    Asked { asked, .. }: Asked<Asks>,
) -> Result<Json<Vec<GettableAlert>>, Problem> {
    let company = edge.company(may.company())?;
    let receiver = company.company_id.as_str();
    let is_meant = match &asked.receiver {
        Some(pattern) => matcher::pattern(pattern)
            .map_err(|rule| Problem::invalid("receiver", rule))?
            .is_match(receiver),
        None => true,
    };
    if !asked.active || !is_meant {
        return Ok(Json(Vec::new()));
    }
    let (reader, mut found) = (edge.store.reader(may.company()), Vec::new());
    for status in [
        IncidentStatus::New,
        IncidentStatus::InProgress,
        IncidentStatus::Escalated,
    ] {
        let open = IncidentFilter {
            status: Some(status),
            ..IncidentFilter::default()
        };
        for incident in reader.incidents(&open, first(INCIDENTS)).await?.items {
            let of_incident = AlertFilter {
                incident_id: Some(incident.incident.incident_id),
                ..AlertFilter::default()
            };
            let last = latest(reader.alerts(&of_incident, first(PAGE)).await?.items);
            found.extend(
                last.into_iter()
                    .map(|view| told(view, receiver, company.correlation.stale_after())),
            );
            if found.len() >= ALERTS {
                break;
            }
        }
    }
    found.retain(|alert| asked.matchers.iter().all(|matcher| matcher.meets(&alert.labels)));
    found.truncate(ALERTS);
    Ok(Json(found))
}

fn first(limit: usize) -> PageRequest {
    PageRequest { limit, after: None }
}

/// The last word on each thing that fires, of alerts from the newest on.
fn latest(alerts: Vec<AlertView>) -> Vec<AlertView> {
    let mut seen = HashSet::new();
    let is_last = |view: &AlertView| seen.insert(view.alert.sent.identity());
    let last = alerts.into_iter().filter(is_last);
    // What is last is found before what fires is.
    let last: Vec<AlertView> = last.collect();
    last.into_iter()
        .filter(|view| view.alert.sent.status == Signal::Firing)
        .collect()
}

fn told(view: AlertView, receiver: &str, stale_after: std::time::Duration) -> GettableAlert {
    let (alert, received_at) = (&*view.alert.sent, view.alert.received_at);
    let mut labels = alert.labels.clone();
    // What `amtool` shows of an alert, where its own tool has not said it.
    for (name, value) in [
        ("alertname", &*alert.signature),
        ("instance", &*alert.asset_name),
        ("severity", alert.severity.as_str()),
    ] {
        labels.entry(name.to_owned()).or_insert_with(|| value.to_owned());
    }
    GettableAlert {
        annotations: BTreeMap::from([("summary".to_owned(), alert.message.clone())]),
        ends_at: received_at.plus(stale_after),
        fingerprint: alert
            .fingerprint
            .clone()
            .unwrap_or_else(|| alert.identity().to_string()),
        receivers: vec![Receiver {
            name: receiver.to_owned(),
        }],
        starts_at: alert.starts_at.unwrap_or(received_at),
        status: AlertStatus {
            inhibited_by: Vec::new(),
            silenced_by: Vec::new(),
            state: "active",
        },
        updated_at: received_at,
        generator_url: alert.url.clone().unwrap_or_default(),
        labels,
    }
}
