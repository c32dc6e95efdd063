//! `/api/companies/{id}/intake`, `sources` and `test-alert`: what a company takes from monitoring tools, whether it arrives,
//! and what would become of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use actors::domain::intake::Mapping;
use actors::domain::{AlertId, Intake, NewAlert, Severity, Signal, Timestamp};
use actors::port::inbox::Delivery;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use strum::IntoEnumIterator;
use utoipa::ToSchema;

use super::{Answer, changed, records};
use crate::http::Edge;
use crate::http::body::{Sent, SentOrNot};
use crate::http::page::Items;
use crate::http::problem::Problem;
use crate::http::rights::{AdministerCompany, May, Read};
use crate::ingest::formats::{Draft, Format, custom, prometheus};
use crate::ingest::native::Invalid;
use crate::ingest::sources::{Source, TEST};
use crate::tenancy::Change;
use crate::tenancy::intake::{IntakeChange, check};

/// What it takes from monitoring tools.
pub(in crate::http) async fn settings(may: May<Read>, State(edge): State<Arc<Edge>>) -> Answer<Intake> {
    Ok(Json(edge.company(may.company())?.intake.clone()))
}

/// `PUT {sns_topics?, custom?, poll_cloudwatch?}`: what is left out is as for a new company.
pub(in crate::http) async fn set(
    may: May<AdministerCompany>,
    State(edge): State<Arc<Edge>>,
    Sent(asked): Sent<Intake>,
) -> Answer<Intake> {
    let change = Change {
        intake: Some(asked.into()),
        ..Change::default()
    };
    let changed = changed(&edge, &may, &change).await;
    Ok(Json(changed.map_err(|problem| problem.within("intake"))?.intake))
}

/// `PATCH {sns_topics?, custom?, poll_cloudwatch?}`: what is left out stays as it is.
pub(in crate::http) async fn update(
    may: May<AdministerCompany>,
    State(edge): State<Arc<Edge>>,
    Sent(asked): Sent<IntakeChange>,
) -> Answer<Intake> {
    let change = Change {
        intake: Some(asked),
        ..Change::default()
    };
    let changed = changed(&edge, &may, &change).await;
    Ok(Json(changed.map_err(|problem| problem.within("intake"))?.intake))
}

/// A mapping, and a body to try it on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MappingToTry)]
pub(in crate::http) struct ToTry {
    /// The mapping; the company's own where it is left out.
    #[serde(default)]
    #[schema(nullable = false)]
    custom: Option<Mapping>,
    /// A body, as the tool would send it.
    body: Value,
}

/// An alert that would be taken in.
#[derive(Serialize, ToSchema)]
#[schema(as = TriedAlert)]
struct Tried {
    asset_name: String,
    signature: String,
    severity: Severity,
    message: String,
    status: Signal,
    fingerprint: Option<String>,
    starts_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
    labels: BTreeMap<String, String>,
    url: Option<String>,
}

/// What a body would come to.
#[derive(Serialize, ToSchema)]
#[schema(as = TriedMapping)]
pub(in crate::http) struct TriedAlerts {
    alerts: Vec<Tried>,
    /// Whether the same delivery again would be known as one.
    delivery_known: bool,
}

/// `POST try {custom?, body}`: the alerts that a mapping would make of a body. Nothing is taken in.
pub(in crate::http) async fn try_mapping(
    may: May<AdministerCompany>,
    State(edge): State<Arc<Edge>>,
    Sent(ToTry { custom, body }): Sent<ToTry>,
) -> Answer<TriedAlerts> {
    let compiled = match custom {
        Some(mapping) => {
            let intake = Intake {
                custom: Some(mapping),
                ..Intake::default()
            };
            check(&intake).map_err(|error| Problem::from(error).within("intake"))?;
            let mapping = intake.custom.as_ref();
            mapping.and_then(|mapping| custom::compile(mapping).ok()).map(Arc::new)
        }
        None => {
            let own = edge.mappings.of(&*edge.company(may.company())?);
            own.map_err(|error| Problem::from(error).within("intake"))?
        }
    };
    let missing = || Problem::invalid("custom", "is missing, and the company has no mapping of its own");
    let compiled = compiled.ok_or_else(missing)?;
    let bytes = body.to_string().into_bytes().into();
    let reading = match edge.mappings.read(may.company(), compiled, bytes).await {
        Ok(reading) => reading,
        Err(Invalid::Field(error)) => return Err(error.into()),
        Err(late @ Invalid::Late(_)) => return Err(Problem::invalid("custom", late.to_string())),
        Err(many @ Invalid::TooMany(_)) => return Err(Problem::invalid("body", many.to_string())),
    };
    let now = edge.clock.now();
    let tried = |draft: Draft| {
        let alert = draft.seal(custom::TOOL, AlertId(edge.entropy.uuid(now)), false);
        Tried {
            asset_name: alert.asset_name,
            signature: alert.signature,
            severity: alert.severity,
            message: alert.message,
            status: alert.status,
            fingerprint: alert.fingerprint,
            starts_at: alert.starts_at,
            ends_at: alert.ends_at,
            labels: alert.labels,
            url: alert.url,
        }
    };
    Ok(Json(TriedAlerts {
        delivery_known: reading.delivery.is_some(),
        alerts: reading.drafts.into_iter().map(tried).collect(),
    }))
}

/// From which tools its alerts come, the first first.
pub(in crate::http) async fn sources(may: May<Read>, State(edge): State<Arc<Edge>>) -> Answer<Items<Source>> {
    let mut all: Vec<Source> = records(&edge, &may)
        .await?
        .into_iter()
        .map(|(source, _)| source)
        .collect();
    all.sort_by_key(|source| source.first_seen_at);
    Ok(Json(all.into_iter().collect()))
}

/// What is to be tried.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TestAlertRequest)]
pub(in crate::http) struct Test {
    /// The format of which a sample is read as if its tool had sent it; our own where it is left out.
    #[serde(default)]
    #[schema(nullable = false, example = "alertmanager")]
    format: Option<String>,
    /// Whether it fires, or is over.
    #[serde(default)]
    #[schema(default = "firing")]
    status: Signal,
}

/// Test alerts that were taken in.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct TestAlert {
    message: &'static str,
    /// The first of them.
    alert_id: AlertId,
    /// All of them.
    alert_ids: Vec<AlertId>,
}

/// `POST test-alert {format?, status?}`: alerts of low severity, taken in as a sender's would be, to see what becomes of
/// them. They bear the label `test`.
pub(in crate::http) async fn test_alert(
    may: May<AdministerCompany>,
    State(edge): State<Arc<Edge>>,
    SentOrNot(asked): SentOrNot<Test>,
) -> Answer<TestAlert> {
    edge.takes_work(may.company())?;
    let now = edge.clock.now();
    let (tool, drafts) = match &asked.format {
        None => ("alert-whisperer", vec![ours(may.caller.name(), asked.status)]),
        Some(format) if format == prometheus::TOOL => {
            let body = prometheus::SAMPLE.of(asked.status).as_bytes();
            let read = prometheus::read(body, now).map_err(|error| unreadable(&error))?;
            (
                prometheus::TOOL,
                read.into_iter().flat_map(|reading| reading.drafts).collect(),
            )
        }
        Some(format) => {
            let format: Format = format.parse().map_err(|_| unknown(format))?;
            (format.name(), sampled(format, asked.status)?)
        }
    };
    let sealed = |draft: Draft| {
        let alert = draft.seal(tool, AlertId(edge.entropy.uuid(now)), false);
        let mut labels = alert.labels;
        labels.insert(TEST.to_owned(), "true".to_owned());
        Arc::new(NewAlert {
            severity: Severity::Low,
            // A sample is of long ago.
            starts_at: None,
            ends_at: None,
            labels,
            ..alert
        })
    };
    let alerts: Vec<Arc<NewAlert>> = drafts.into_iter().map(sealed).collect();
    let alert_ids: Vec<AlertId> = alerts.iter().map(|alert| alert.alert_id).collect();
    let delivery = Delivery {
        company_id: may.company().clone(),
        delivery_id: None,
        signature: None,
        body_hash: [0; 32],
        received_at: now,
        alerts,
    };
    let nothing = || Problem::invalid("format", "has no sample of an alert");
    let alert_id = *alert_ids.first().ok_or_else(nothing)?;
    edge.store.accept(delivery).await?;
    edge.runtime.news(may.company());
    Ok(Json(TestAlert {
        message: "Alert received",
        alert_id,
        alert_ids,
    }))
}

fn unknown(format: &str) -> Problem {
    let names: Vec<&str> = Format::iter().map(Format::name).collect();
    let names = names.join(", ");
    Problem::invalid(
        "format",
        format!(
            "must be one of {names}, prometheus, or left out for our own; {format:?} is none; of a mapping of the \
             company's own there is no sample: POST intake/try with a body"
        ),
    )
}

fn ours(by: &str, status: Signal) -> Draft {
    Draft {
        asset: "test-asset".to_owned(),
        signature: "test-alert".to_owned(),
        message: format!("A test alert, sent by {by}"),
        status,
        ..Draft::default()
    }
}

/// What a tool's own words become.
fn sampled(format: Format, status: Signal) -> Result<Vec<Draft>, Problem> {
    let sample = format.sample();
    let named =
        |(name, value): &(&'static str, &'static str)| (HeaderName::from_static(name), HeaderValue::from_static(value));
    let headers: HeaderMap = sample.headers.iter().map(named).collect();
    let read = format.read(sample.of(status).as_bytes(), &headers);
    Ok(read.map_err(|error| unreadable(&error))?.drafts)
}

fn unreadable(error: &Invalid) -> Problem {
    Problem::invalid("format", error.to_string())
}
