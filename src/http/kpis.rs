//! `GET /kpis` and `/kpis/impact`: what a company's incidents came to, measured; `companies` and `series` of all that one
//! reads.

pub(super) mod companies;
pub(super) mod series;

use std::sync::Arc;
use std::time::Duration;

use actors::domain::kpi::{self, hour_of};
use actors::domain::{CompanyId, Impact, Kpis, Rollup, Timestamp};
use actors::limits::KPI_COMPANIES;
use actors::port::events::CompanySet;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::openapi::path::Parameter;
use utoipa::{IntoParams, ToSchema};

use super::Edge;
use super::page::{Ask, Asked, Query};
use super::problem::Problem;
use super::rights::{May, Reaches, Read};
use crate::aws::compliance::Compliance;

const DAY: Duration = Duration::from_secs(24 * 3600);
/// Over how many days is measured where the request says nothing.
const MEASURED_DAYS: u32 = 30;
/// How many days before and after a moment are compared where the request says nothing, and at most.
const COMPARED_DAYS: u32 = 7;
const COMPARED_DAYS_MOST: u32 = 90;
/// Companies that are asked for at once.
const AT_ONCE: usize = 8;

/// What figures are made of: incidents that were opened in the period.
#[derive(Serialize, ToSchema)]
pub(super) struct KpiCounts {
    /// Alerts in them.
    alerts: u64,
    /// Incidents; one that was merged into another is none.
    incidents: u64,
    /// Those that somebody took notice of.
    acknowledged: u64,
    /// Those that are over.
    resolved: u64,
    /// Those that a run ended, with no act of a person.
    self_healed: u64,
}

impl From<&Rollup> for KpiCounts {
    fn from(sums: &Rollup) -> Self {
        Self {
            alerts: sums.alerts,
            incidents: sums.incidents,
            acknowledged: sums.acknowledged,
            resolved: sums.resolved,
            self_healed: sums.healed,
        }
    }
}

/// What a company's incidents that were opened in a period came to. Figures are measured, to one decimal, or null.
#[derive(Serialize, ToSchema)]
pub(super) struct KpiPeriod {
    /// From the beginning of the hour that it is in.
    since: Timestamp,
    /// Up to here; a period that has not ended yet ends now.
    until: Timestamp,
    #[serde(flatten)]
    kpis: Kpis,
    /// How many machines have the patches they should have, measured within the last quarter of an hour; null where no
    /// AWS account is connected, for periods that are compared, and for those with an end of their own. A sum is over
    /// the machines that were measured.
    patch_compliance_pct: Option<f64>,
    /// What this is made of.
    counts: KpiCounts,
}

impl KpiPeriod {
    fn of(since: Timestamp, until: Timestamp, sums: &Rollup) -> Self {
        Self {
            since: hour_of(since),
            until,
            kpis: Kpis::from(sums),
            // Nothing asks SSM for it yet.
            patch_compliance_pct: None,
            counts: sums.into(),
        }
    }
}

/// A company's figures.
#[derive(Serialize, ToSchema)]
pub(super) struct CompanyKpis {
    company_id: CompanyId,
    #[serde(flatten)]
    period: KpiPeriod,
}

/// Over what time is measured.
#[derive(IntoParams)]
pub(super) struct Measured {
    /// Incidents opened since: an RFC 3339 time, or a span before now such as `24h`; 30 days before `until` where nothing
    /// is said. It begins with the hour that it is in.
    #[param(value_type = Option<String>)]
    since: Timestamp,
    /// And before: a time or a span as well, now where nothing is said. The hour that it is in counts whole.
    #[param(value_type = Option<String>)]
    until: Timestamp,
    /// Whether it ends now.
    #[param(ignore)]
    is_current: bool,
}

impl Ask for Measured {
    fn parameters() -> Vec<Parameter> {
        Self::into_params(|| None)
    }

    fn read(query: &mut Query, edge: &Edge) -> Result<Self, Problem> {
        let now = edge.clock.now();
        let (since, end) = (query.since(now)?, query.moment("until", now)?);
        // What is yet to come is not measured.
        let until = end.unwrap_or(now).min(now);
        let since = since.unwrap_or_else(|| until.minus(DAY * MEASURED_DAYS));
        if end.is_some() && until <= since {
            return Err(Problem::invalid(
                "until",
                "must be later than since, which has to be past",
            ));
        }
        Ok(Self {
            since,
            until,
            is_current: until == now,
        })
    }
}

/// A company's figures of a period.
pub(super) async fn kpis(
    may: May<Read>,
    State(edge): State<Arc<Edge>>,
    Asked { asked, .. }: Asked<Measured>,
) -> Result<Json<CompanyKpis>, Problem> {
    let mut period = measured(&edge, may.company(), asked.since, asked.until).await?;
    if asked.is_current {
        period.patch_compliance_pct = edge.patches.measured(may.company()).await.and_then(Compliance::pct);
    }
    Ok(Json(CompanyKpis {
        company_id: may.company().clone(),
        period,
    }))
}

async fn measured(edge: &Edge, company: &CompanyId, since: Timestamp, until: Timestamp) -> Result<KpiPeriod, Problem> {
    let sums = edge.store.reader(company).rollups(since, until).await?;
    Ok(KpiPeriod::of(since, until, &sums))
}

/// Companies whose figures are asked for together: the one that is named, or all that one reads, as far as that many can
/// be.
fn together(reaches: &Reaches<Read>, edge: &Edge, named: Option<CompanyId>) -> Result<CompanySet, Problem> {
    let companies = reaches.read_at_once(edge, named)?;
    if companies.iter().count() > KPI_COMPANIES {
        let why =
            format!("the figures of more than {KPI_COMPANIES} companies are not told at once: say which is meant");
        return Err(Problem::invalid("company_id", why));
    }
    Ok(companies)
}

/// What is compared.
#[derive(IntoParams)]
pub(super) struct Around {
    /// The moment of the change: an RFC 3339 time, or a span before now; `days` before now where nothing is said. It is
    /// taken to be the beginning of its hour.
    #[param(value_type = Option<String>)]
    at: Timestamp,
    /// How many days before it are compared with how many after it.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 90, default = 7)]
    days: u32,
}

impl Ask for Around {
    fn parameters() -> Vec<Parameter> {
        Self::into_params(|| None)
    }

    fn read(query: &mut Query, edge: &Edge) -> Result<Self, Problem> {
        let now = edge.clock.now();
        let days = query.number("days", 1..=COMPARED_DAYS_MOST)?.unwrap_or(COMPARED_DAYS);
        let at = query.moment("at", now)?.unwrap_or_else(|| now.minus(DAY * days));
        Ok(Self { at, days })
    }
}

/// A company's figures before and after a moment, and what has become of them.
#[derive(Serialize, ToSchema)]
pub(super) struct CompanyImpact {
    company_id: CompanyId,
    /// The moment: the beginning of its hour.
    at: Timestamp,
    /// As many days before it as after it.
    days: u32,
    before: KpiPeriod,
    after: KpiPeriod,
    #[serde(flatten)]
    impact: Impact,
}

/// What has become of a company's figures since a moment.
pub(super) async fn impact(
    may: May<Read>,
    State(edge): State<Arc<Edge>>,
    Asked {
        asked: Around { at, days },
        ..
    }: Asked<Around>,
) -> Result<Json<CompanyImpact>, Problem> {
    let (at, span) = (hour_of(at), DAY * days);
    // What is yet to come is not measured.
    let end = at.plus(span).min(edge.clock.now().max(at));
    let before = measured(&edge, may.company(), at.minus(span), at).await?;
    let after = measured(&edge, may.company(), at, end).await?;
    let impact = kpi::impact(&before.kpis, &after.kpis);
    Ok(Json(CompanyImpact {
        company_id: may.company().clone(),
        at,
        days,
        before,
        after,
        impact,
    }))
}
