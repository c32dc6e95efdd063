//! `/api/companies/{id}/rules`: a company's own rules of grouping.

use std::sync::Arc;
use std::time::Duration;

use actors::correlator::rules::Rules;
use actors::correlator::whatif::Groups;
use actors::domain::rule::{self, InvalidRule};
use actors::domain::{Alert, Asset, Correlation, Rule, Timestamp};
use actors::limits::{PAGE, REPLAYED_ALERTS};
use actors::port::reader::{AlertFilter, PageRequest};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use utoipa::ToSchema;

use super::{Answer, changed, records};
use crate::http::Edge;
use crate::http::body::Sent;
use crate::http::problem::{Code, Problem};
use crate::http::rights::{AdministerCompany, May, Read};
use crate::tenancy::Change;
use crate::trial::{self, Past, Tried};

/// A company's rules.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Rules)]
pub(in crate::http) struct All {
    /// In their order; of equal priority the first wins. At most 200.
    #[schema(max_items = 200)]
    rules: Vec<Rule>,
}

/// Its rules, in their order.
pub(in crate::http) async fn list(may: May<Read>, State(edge): State<Arc<Edge>>) -> Answer<All> {
    let rules = edge.company(may.company())?.rules.clone();
    Ok(Json(All { rules }))
}

/// `PUT {rules}`: these and no others, from the next alert on.
pub(in crate::http) async fn set(
    may: May<AdministerCompany>,
    State(edge): State<Arc<Edge>>,
    Sent(All { rules }): Sent<All>,
) -> Answer<All> {
    let change = Change {
        rules: Some(rules),
        ..Change::default()
    };
    let rules = changed(&edge, &may, &change).await?.rules;
    Ok(Json(All { rules }))
}

/// How long another's trial is waited for.
const TURN_WITHIN: Duration = Duration::from_secs(5);
/// How long a trial may take.
const TRIED_WITHIN: Duration = Duration::from_secs(25);
/// When to come again where that is not enough.
const AGAIN_AFTER: Duration = Duration::from_secs(5);
/// How far back is looked where nothing is said.
const USUALLY: Duration = Duration::from_secs(7 * 86_400);

/// Rules to be tried.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RulesToTry)]
pub(in crate::http) struct ToTry {
    /// The rules; the company's own where they are left out.
    #[serde(default)]
    #[schema(nullable = false, max_items = 200)]
    rules: Option<Vec<Rule>>,
    /// The settings; the company's own where they are left out.
    #[serde(default)]
    #[schema(nullable = false)]
    correlation: Option<Correlation>,
    /// From when on alerts are looked at; the last 7 days where it is left out. At most the newest 20,000.
    #[serde(default)]
    #[schema(nullable = false)]
    since: Option<Timestamp>,
}

/// `POST try {rules?, correlation?, since?}`: what would have become of the alerts of the past. Nothing is changed.
pub(in crate::http) async fn try_rules(
    may: May<Read>,
    State(edge): State<Arc<Edge>>,
    Sent(asked): Sent<ToTry>,
) -> Answer<Tried> {
    let company = edge.company(may.company())?;
    if let Some(correlation) = &asked.correlation {
        let wrong = |field: &str, rule: String| Problem::invalid(format!("correlation.{field}"), rule);
        correlation
            .check()
            .map_err(|error| wrong(error.field, error.to_string()))?;
    }
    let correlation = asked.correlation.unwrap_or(company.correlation);
    let wanted = asked.rules.unwrap_or_else(|| company.rules.clone());
    let refused = |error: InvalidRule| Problem::invalid(format!("rules{}", error.field), error.rule);
    rule::check_windows(&wanted, correlation.stale_after_minutes).map_err(refused)?;
    let turn = tokio::time::timeout(TURN_WITHIN, edge.trying.clone().acquire_owned()).await;
    let late = || {
        let detail = "rules are tried one company at a time, and others are before: come again";
        Problem::unavailable(Code::Overloaded, detail, AGAIN_AFTER)
    };
    let turn = turn.map_err(|_| late())?;
    let since = asked.since.unwrap_or_else(|| edge.clock.now().minus(USUALLY));
    let (alerts, recorded, truncated) = past(&edge, &may, since).await?;
    let assets: Vec<Asset> = records(&edge, &may)
        .await?
        .into_iter()
        .map(|(asset, _)| asset)
        .collect();
    let until = Instant::now() + TRIED_WITHIN;
    let work = move || {
        // Whoever asked may have gone: the turn ends with the work.
        let _turn = turn;
        let past = Past {
            alerts: &alerts,
            recorded: Some(&recorded),
            assets: &assets,
            since,
            truncated,
        };
        let before = (company.correlation, Rules::of(&company));
        let after = (correlation, Rules::compile(&wanted).map_err(Untried::Invalid)?);
        let is_late = || Instant::now() > until;
        trial::tried(&company.company_id, before, after, &past, &is_late).ok_or(Untried::Late)
    };
    let internal = |_| Problem::of_status(axum::http::StatusCode::INTERNAL_SERVER_ERROR);
    let tried = tokio::task::spawn_blocking(work).await.map_err(internal)?;
    let tried = tried.map_err(|untried| match untried {
        Untried::Invalid(invalid) => refused(invalid),
        Untried::Late => {
            let detail = format!(
                "the trial took longer than {} s: try fewer alerts, or simpler rules",
                TRIED_WITHIN.as_secs()
            );
            Problem::new(Code::Conflict, detail)
        }
    })?;
    Ok(Json(tried))
}

/// Why there is no outcome.
enum Untried {
    Invalid(InvalidRule),
    Late,
}

/// The newest alerts since a moment, in the order in which they came; where each is; and whether there were more.
async fn past(edge: &Edge, may: &May<Read>, since: Timestamp) -> Result<(Vec<Alert>, Groups, bool), Problem> {
    let reader = edge.store.reader(may.company());
    let filter = AlertFilter {
        since: Some(since),
        ..AlertFilter::default()
    };
    let (mut alerts, mut recorded) = (Vec::new(), Groups::new());
    let mut page = PageRequest {
        limit: PAGE,
        after: None,
    };
    loop {
        let found = reader.alerts(&filter, page).await?;
        for view in found.items {
            recorded.insert(view.alert.no, view.incident_id);
            alerts.push(view.alert);
        }
        page.after = found.next;
        if page.after.is_none() || alerts.len() >= REPLAYED_ALERTS {
            break;
        }
    }
    let truncated = page.after.is_some();
    alerts.sort_by_key(|alert| alert.no);
    Ok((alerts, recorded, truncated))
}
