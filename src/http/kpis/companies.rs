//! `GET /kpis/companies`: the figures of each company that one reads, and of all of them.

use std::sync::Arc;

use actors::domain::{CompanyId, Rollup, Timestamp};
use axum::Json;
use axum::extract::State;
use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use utoipa::ToSchema;

use super::{AT_ONCE, KpiPeriod, Measured, hour_of, together};
use crate::aws::compliance::Compliance;
use crate::http::Edge;
use crate::http::page::Asked;
use crate::http::problem::Problem;
use crate::http::rights::{Reaches, Read};

/// A company's figures, beside those of others.
#[derive(Serialize, ToSchema)]
struct NamedKpis {
    company_id: CompanyId,
    company_name: String,
    #[serde(flatten)]
    period: KpiPeriod,
}

/// The figures of companies in a period.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct CompaniesKpis {
    /// From the beginning of the hour that it is in.
    since: Timestamp,
    until: Timestamp,
    /// In the order of their ids.
    items: Vec<NamedKpis>,
    /// What all of them come to together.
    total: KpiPeriod,
}

/// The figures of each company that one reads, or of one, and their sum. How machines are patched is told where it was
/// measured lately; nothing is asked for it.
pub(in crate::http) async fn companies(
    reaches: Reaches<Read>,
    State(edge): State<Arc<Edge>>,
    Asked { company, asked }: Asked<Measured>,
) -> Result<Json<CompaniesKpis>, Problem> {
    let companies: Vec<CompanyId> = together(&reaches, &edge, company)?.iter().cloned().collect();
    let (
        edge,
        Measured {
            since,
            until,
            is_current,
        },
    ) = (&edge, asked);
    let each = companies.into_iter().map(|company| async move {
        let sums = edge.store.reader(&company).rollups(since, until).await?;
        let patched = if is_current {
            edge.patches.kept(&company).await
        } else {
            None
        };
        Ok::<_, Problem>((company, sums, patched))
    });
    let found: Vec<_> = stream::iter(each).buffered(AT_ONCE).try_collect().await?;
    let (mut total, mut machines) = (Rollup::default(), Compliance::default());
    for (_, sums, patched) in &found {
        total += *sums;
        machines += patched.unwrap_or_default();
    }
    let items = found.into_iter().map(|(company_id, sums, patched)| NamedKpis {
        company_name: edge
            .keyring
            .company(&company_id)
            .map(|company| company.name.clone())
            .unwrap_or_default(),
        company_id,
        period: KpiPeriod {
            patch_compliance_pct: patched.and_then(Compliance::pct),
            ..KpiPeriod::of(since, until, &sums)
        },
    });
    Ok(Json(CompaniesKpis {
        since: hour_of(since),
        until,
        items: items.collect(),
        total: KpiPeriod {
            patch_compliance_pct: machines.pct(),
            ..KpiPeriod::of(since, until, &total)
        },
    }))
}
