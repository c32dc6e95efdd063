//! Rules tried on a file of alerts, without a server.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use actors::correlator::rules::Rules;
use actors::correlator::whatif::Groups;
use actors::domain::rule::check_windows;
use actors::domain::{
    Alert, AlertId, Asset, CompanyId, Correlation, IncidentId, NewAlert, Severity, Signal, Timestamp,
};
use anyhow::{Context, bail};
use serde::Deserialize;
use uuid::Uuid;

use super::Wanted;
use crate::tenancy::config::Config;
use crate::trial::{self, Past, Tried};

/// Alerts of one file.
const MOST: usize = 1_000_000;

/// An alert, as `GET /api/alerts` lists it.
#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    alert_id: Option<AlertId>,
    asset_name: String,
    signature: String,
    severity: Severity,
    #[serde(default)]
    message: String,
    #[serde(default)]
    tool_source: Option<String>,
    #[serde(default = "firing")]
    status: Signal,
    #[serde(default)]
    fingerprint: Option<String>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    starts_at: Option<Timestamp>,
    #[serde(default)]
    ends_at: Option<Timestamp>,
    received_at: Timestamp,
    #[serde(default)]
    incident_id: Option<IncidentId>,
}

fn firing() -> Signal {
    Signal::Firing
}

/// What stands in a file: an alert, or a page or a list of them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Item {
    Page { items: Vec<serde_json::Value> },
    List(Vec<serde_json::Value>),
    Alert(serde_json::Value),
}

/// What rules would have made of a file's alerts since a moment, beside those in force.
pub(super) fn tried(
    file: &Path,
    config: Option<&Path>,
    wanted: Wanted,
    since: Option<Timestamp>,
) -> anyhow::Result<Tried> {
    let text =
        |file: &Path| std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()));
    let (alerts, recorded) = read(&text(file)?, since).with_context(|| file.display().to_string())?;
    let Some(first) = alerts.first() else {
        bail!("{}: there is no alert in it since then", file.display());
    };
    let config: Option<Config> = match config {
        None => None,
        Some(file) => {
            let read = serde_json::from_str(&text(file)?);
            Some(read.with_context(|| format!("{} is no configuration document", file.display()))?)
        }
    };
    let (mut correlation, mut rules, mut assets) = (Correlation::default(), Vec::new(), Vec::new());
    if let Some(config) = config {
        correlation = config.correlation;
        rules = config.rules.unwrap_or_default();
        assets = config
            .assets
            .into_iter()
            .map(|(name, traits)| Asset { name, traits })
            .collect();
    }
    let (after, new) = (wanted.correlation.unwrap_or(correlation), wanted.rules);
    after.check().context("correlation")?;
    let new = new.unwrap_or_else(|| rules.clone());
    check_windows(&new, after.stale_after_minutes)?;
    let compiled = |rules: &[_]| Rules::compile(rules).context("rules");
    let past = Past {
        alerts: &alerts,
        recorded: recorded.as_ref(),
        assets: &assets,
        since: since.unwrap_or(first.received_at),
        truncated: false,
    };
    let tried = trial::tried(
        &first.company_id,
        (correlation, compiled(&rules)?),
        (after, compiled(&new)?),
        &past,
        &|| false,
    );
    tried.context("it took too long")
}

/// A file's alerts, in the order in which they came, and where each was, if any was anywhere.
fn read(text: &str, since: Option<Timestamp>) -> anyhow::Result<(Vec<Alert>, Option<Groups>)> {
    let mut listed: Vec<Listed> = Vec::new();
    for item in serde_json::Deserializer::from_str(text).into_iter() {
        let items = match item? {
            Item::Page { items } | Item::List(items) => items,
            Item::Alert(alert) => vec![alert],
        };
        for item in items {
            let no = listed.len() + 1;
            listed.push(serde_json::from_value(item).with_context(|| format!("alert {no}"))?);
        }
        if listed.len() > MOST {
            bail!("at most {MOST} alerts are read of one file: split it, or set --since on its server");
        }
    }
    // Pages may overlap.
    let mut seen = HashSet::new();
    listed.retain(|alert| alert.alert_id.is_none_or(|id| seen.insert(id)));
    // What came in one millisecond stays in its order, whichever end the list begins at.
    if let [first, .., last] = &listed[..]
        && first.received_at > last.received_at
    {
        listed.reverse();
    }
    listed.retain(|alert| since.is_none_or(|since| alert.received_at >= since));
    listed.sort_by_key(|alert| alert.received_at);
    let is_recorded = listed.iter().any(|alert| alert.incident_id.is_some());
    let company: CompanyId = "comp-file".parse()?;
    let (mut alerts, mut recorded) = (Vec::with_capacity(listed.len()), Groups::new());
    for (no, alert) in (1_u64..).zip(listed) {
        recorded.insert(no, alert.incident_id);
        alerts.push(Alert {
            no,
            company_id: company.clone(),
            received_at: alert.received_at,
            delivery_id: None,
            sent: Arc::new(NewAlert {
                alert_id: alert.alert_id.unwrap_or(AlertId(Uuid::from_u128(u128::from(no)))),
                asset_name: alert.asset_name,
                signature: alert.signature,
                severity: alert.severity,
                message: alert.message,
                tool_source: alert.tool_source,
                status: alert.status,
                fingerprint: alert.fingerprint,
                starts_at: alert.starts_at,
                ends_at: alert.ends_at,
                labels: alert.labels,
                url: None,
                unsigned: false,
            }),
        });
    }
    Ok((alerts, is_recorded.then_some(recorded)))
}

#[cfg(test)]
mod tests {
    use actors::domain::Rule;
    use serde_json::json;

    use super::*;

    fn alert(asset: &str, second: u32, incident: &str) -> serde_json::Value {
        json!({"asset_name": asset, "signature": "disk", "severity": "critical", "labels": {"site": "a"},
            "received_at": format!("2026-11-27T10:00:{second:02}Z"), "incident_id": incident})
    }

    fn wanted() -> Wanted {
        let rule: Rule = serde_json::from_value(json!({"name": "sites", "group_by": ["labels.site"]})).unwrap();
        Wanted {
            rules: Some(vec![rule]),
            correlation: None,
        }
    }

    #[test]
    fn rules_are_tried_on_a_page_and_on_lines_in_whatever_order_they_stand() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("alerts.json");
        let page = json!({"items": [alert("web-3", 3, "inc-3"), alert("web-2", 2, "inc-2")], "next_cursor": null});
        let mut line = alert("web-1", 1, "inc-1");
        line["alert_id"] = json!("alr-01a21ffbb6b5742f8f3232fadedc315d");
        // Pages may overlap, and be a list.
        let again = json!([line]);
        std::fs::write(&file, format!("{page:#}\n{line}\n{again}\n")).unwrap();
        let tried = tried(&file, None, wanted(), None).unwrap();
        let told = serde_json::to_value(&tried).unwrap();
        assert_eq!(
            (
                &told["alerts"],
                &told["before"]["incidents"],
                &told["after"]["incidents"]
            ),
            (&json!(3), &json!(3), &json!(1))
        );
        assert_eq!((&told["moved"], &told["unlike_recorded"]), (&json!(2), &json!(0)));
        assert_eq!(told["since"], "2026-11-27T10:00:01.000Z");
    }

    #[test]
    fn a_file_that_holds_no_alerts_is_told_so() {
        let error = |text: &str| format!("{:#}", read(text, None).unwrap_err());
        assert_eq!(
            error(r#"{"asset_name": "web-1"}"#),
            "alert 1: missing field `signature`"
        );
        assert!(error("x").contains("line 1"), "{}", error("x"));
        let late = "2026-11-28T00:00:00Z".parse().unwrap();
        assert!(
            read(&alert("web-1", 1, "inc-1").to_string(), Some(late))
                .unwrap()
                .0
                .is_empty()
        );
    }
}
