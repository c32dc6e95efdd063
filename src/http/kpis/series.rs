//! `GET /kpis/series`: figures hour by hour, or day by day.

use std::collections::BTreeMap;
use std::sync::Arc;

use actors::domain::kpi::Step;
use actors::domain::{CompanyId, Kpis, Rollup, Timestamp};
use actors::limits::KPI_STEPS;
use axum::Json;
use axum::extract::State;
use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use utoipa::openapi::path::Parameter;
use utoipa::{IntoParams, ToSchema};

use super::{AT_ONCE, KpiCounts, Measured, together};
use crate::aws::compliance::{Compliance, days};
use crate::http::Edge;
use crate::http::page::{Ask, Asked, Query};
use crate::http::problem::Problem;
use crate::http::rights::{Reaches, Read};

/// In what steps.
#[derive(IntoParams)]
#[allow(dead_code, reason = "describes what `Steps` is read from")]
struct Stepping {
    /// By the hour, or by the day in UTC. A series begins with the whole step that `since` is in, and has at most 800.
    #[param(inline, default = "day")]
    step: Option<Step>,
}

/// A period in steps.
pub(in crate::http) struct Steps {
    step: Step,
    /// The beginning of the first.
    since: Timestamp,
    until: Timestamp,
}

impl Ask for Steps {
    fn parameters() -> Vec<Parameter> {
        [Measured::parameters(), Stepping::into_params(|| None)].concat()
    }

    fn read(query: &mut Query, edge: &Edge) -> Result<Self, Problem> {
        let Measured { since, until, .. } = Measured::read(query, edge)?;
        let step: Step = query.word("step")?.unwrap_or_default();
        let since = step.begin_of(since);
        let (most, span) = (
            i64::try_from(KPI_STEPS).unwrap_or(i64::MAX),
            until.as_millis() - since.as_millis(),
        );
        if span > most.saturating_mul(step.millis()) {
            let why = format!("a series has at most {KPI_STEPS} steps: take a later since, or step=day");
            return Err(Problem::invalid("since", why));
        }
        Ok(Self { step, since, until })
    }
}

/// What the incidents that were opened in a step came to.
#[derive(Serialize, ToSchema)]
struct KpiSeriesItem {
    /// Its beginning.
    at: Timestamp,
    counts: KpiCounts,
    #[serde(flatten)]
    kpis: Kpis,
    /// How many machines had the patches they should have, as it was measured on that day; null where nothing was, and by
    /// the hour.
    patch_compliance_pct: Option<f64>,
}

/// Figures step by step.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct KpiSeries {
    /// Whose they are; `null` where they are the sums of all that one reads.
    company_id: Option<CompanyId>,
    /// The beginning of the first step.
    since: Timestamp,
    until: Timestamp,
    step: Step,
    /// Every step, also those in which nothing was.
    items: Vec<KpiSeriesItem>,
}

/// The figures of one company, or summed over all that one reads, step by step.
pub(in crate::http) async fn series(
    reaches: Reaches<Read>,
    State(edge): State<Arc<Edge>>,
    Asked { company, asked }: Asked<Steps>,
) -> Result<Json<KpiSeries>, Problem> {
    let Steps { step, since, until } = asked;
    let companies = together(&reaches, &edge, company.clone())?;
    let edge = &edge;
    let each = companies.iter().cloned().map(|company| async move {
        let reader = edge.store.reader(&company);
        let patched = match step {
            Step::Day => days::in_period(&*reader, since, until).await?,
            Step::Hour => BTreeMap::new(),
        };
        Ok::<_, Problem>((reader.rollups_by(step, since, until).await?, patched))
    });
    let mut found = stream::iter(each.collect::<Vec<_>>()).buffered(AT_ONCE);
    let mut sums: BTreeMap<Timestamp, Rollup> = BTreeMap::new();
    let mut machines: BTreeMap<Timestamp, Compliance> = BTreeMap::new();
    while let Some((found, patched)) = found.try_next().await? {
        for (at, counted) in found {
            *sums.entry(at).or_default() += counted;
        }
        for (at, measured) in patched {
            *machines.entry(at).or_default() += measured;
        }
    }
    let begins = (since.as_millis()..until.as_millis()).step_by(usize::try_from(step.millis()).unwrap_or(usize::MAX));
    let items = begins.map(Timestamp::from_millis).map(|at| {
        let sums = sums.get(&at).copied().unwrap_or_default();
        KpiSeriesItem {
            at,
            counts: (&sums).into(),
            kpis: (&sums).into(),
            patch_compliance_pct: machines.get(&at).copied().and_then(Compliance::pct),
        }
    });
    Ok(Json(KpiSeries {
        company_id: company.or_else(|| reaches.companies.only().cloned()),
        since,
        until,
        step,
        items: items.collect(),
    }))
}
