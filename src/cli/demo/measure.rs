//! What the alerts came to, asked of the server over its own API; nothing here is assumed.

use serde::Serialize;
use serde_json::json;

use super::Tenant;
use super::feed::Sent;
use crate::client::{Client, ClientError};

/// One company's figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct CompanyFigures {
    pub(super) company_id: String,
    /// Alerts with a verdict.
    pub(super) alerts: u64,
    /// Incidents that they opened.
    pub(super) incidents: u64,
    /// Incidents that have a decision.
    pub(super) decided: u64,
    /// As the server computes it.
    pub(super) noise_reduction_pct: Option<f64>,
}

/// Everybody's figures.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct Figures {
    pub(super) sent: u64,
    pub(super) accepted: u64,
    pub(super) failed: u64,
    pub(super) retries: u64,
    pub(super) incidents: u64,
    pub(super) decided: u64,
    /// (1 − incidents / alerts) · 100 over all companies; nothing where there are no alerts.
    pub(super) noise_reduction_pct: Option<f64>,
    pub(super) companies: Vec<CompanyFigures>,
}

impl Figures {
    /// Adds up.
    pub(super) fn of(sent: Sent, companies: Vec<CompanyFigures>) -> Self {
        let alerts: u64 = companies.iter().map(|company| company.alerts).sum();
        let incidents: u64 = companies.iter().map(|company| company.incidents).sum();
        Self {
            sent: sent.sent,
            accepted: sent.accepted,
            failed: sent.failed,
            retries: sent.retries,
            incidents,
            decided: companies.iter().map(|company| company.decided).sum(),
            noise_reduction_pct: (alerts > 0).then(|| (1.0 - incidents as f64 / alerts as f64) * 100.0),
            companies,
        }
    }
}

/// A percentage for people.
pub(super) fn percent(value: Option<f64>) -> String {
    value.map_or_else(|| "not known yet".to_owned(), |value| format!("{value:.1} %"))
}

/// Waits until every alert accepted so far has a verdict, and reads the figures.
pub(super) async fn ask(tenants: &[Tenant]) -> Result<Vec<CompanyFigures>, ClientError> {
    let mut companies = Vec::with_capacity(tenants.len());
    for tenant in tenants {
        companies.push(ask_one(tenant, &tenant.client).await?);
    }
    Ok(companies)
}

async fn ask_one(tenant: &Tenant, client: &Client) -> Result<CompanyFigures, ClientError> {
    let company_id = tenant.company_id.clone();
    let question = json!({ "company_id": company_id });
    let counts = client.post("/api/incidents/correlate", &question).await?.body;
    let incidents = client.list("/api/incidents").await?;
    Ok(CompanyFigures {
        company_id,
        alerts: counts["total_alerts"].as_u64().unwrap_or(0),
        incidents: counts["incidents_created"].as_u64().unwrap_or(0),
        decided: incidents
            .iter()
            .filter(|incident| !incident["decision"].is_null())
            .count() as u64,
        noise_reduction_pct: counts["noise_reduction_pct"].as_f64(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn company(alerts: u64, incidents: u64) -> CompanyFigures {
        CompanyFigures {
            company_id: "comp-a".into(),
            alerts,
            incidents,
            decided: incidents,
            noise_reduction_pct: None,
        }
    }

    #[test]
    fn noise_reduction_is_over_all_alerts_and_unknown_without_any() {
        let all = Figures::of(Sent::default(), vec![company(90, 10), company(10, 10)]);
        assert_eq!((all.incidents, all.decided), (20, 20));
        assert_eq!(all.noise_reduction_pct, Some(80.0));
        assert_eq!(percent(all.noise_reduction_pct), "80.0 %");
        let none = Figures::of(Sent::default(), vec![company(0, 0)]);
        assert_eq!(percent(none.noise_reduction_pct), "not known yet");
    }
}
