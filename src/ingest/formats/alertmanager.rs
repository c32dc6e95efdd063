//! Prometheus Alertmanager's webhook (`webhook_config`), version 4, and 3 of old. Each alert of a group is one of ours; its
//! fingerprint is the hash of its labels, so that repeats, recoveries and a second Alertmanager speak of the same one.

use std::collections::BTreeMap;

use actors::domain::{Signal, Timestamp};
use serde::Deserialize;

use super::lenient::{Text, Texts};
use super::{Draft, Identity, REPEATED, Reading, missing, words};
use crate::ingest::native::Invalid;
use crate::json;

#[derive(Deserialize)]
pub(super) struct Body {
    #[serde(default, rename = "groupKey")]
    group_key: Text,
    alerts: Vec<json::Object<Item>>,
}

/// An alert as Prometheus, Alertmanager and Grafana write it.
#[derive(Deserialize)]
pub(super) struct Item {
    #[serde(default)]
    status: Text,
    #[serde(default)]
    labels: Texts,
    #[serde(default)]
    annotations: Texts,
    #[serde(default, rename = "startsAt")]
    starts_at: Text,
    #[serde(default, rename = "endsAt")]
    ends_at: Text,
    #[serde(default, rename = "generatorURL")]
    generator_url: Text,
    #[serde(default)]
    fingerprint: Text,
    // Grafana's alone.
    #[serde(default, rename = "panelURL")]
    panel_url: Text,
    #[serde(default, rename = "dashboardURL")]
    dashboard_url: Text,
    #[serde(default, rename = "valueString")]
    value_string: Text,
}

pub(super) fn read(body: &[u8]) -> Result<Reading, Invalid> {
    let body: Body = json::object(json::strict(body)?)?;
    group(body, "alerts")
}

/// A group's alerts, and by what the group as it stands is known again.
pub(super) fn group(body: Body, field: &str) -> Result<Reading, Invalid> {
    if body.alerts.is_empty() {
        return Err(missing(field, "a group holds at least one alert").into());
    }
    let drafts = body.alerts.into_iter().enumerate();
    let drafts: Vec<Draft> = drafts
        .map(|(place, item)| item.0.draft(&format!("{field}[{place}]")))
        .collect::<Result<_, _>>()?;
    let mut states: Vec<String> = drafts.iter().map(state).collect();
    states.sort_unstable();
    let parts: Vec<&str> = body
        .group_key
        .get()
        .into_iter()
        .chain(states.iter().map(String::as_str))
        .collect();
    Ok(Reading {
        delivery: Some(Identity::recurring(&parts, REPEATED)),
        drafts,
    })
}

fn state(draft: &Draft) -> String {
    let millis = |at: Option<Timestamp>| at.map_or(0, Timestamp::as_millis);
    let fingerprint = draft.fingerprint.as_deref().unwrap_or_default();
    let is_over = draft.status == Signal::Resolved;
    format!(
        "{fingerprint} {is_over} {} {}",
        millis(draft.starts_at),
        millis(draft.ends_at)
    )
}

impl Item {
    pub(super) fn draft(self, field: &str) -> Result<Draft, Invalid> {
        // Of a firing one the end is year 1, or when it would be taken for over.
        let is_over = self.status.is("resolved");
        let ended = if is_over { self.ends_at() } else { None };
        let draft = self.told(field, ended)?;
        Ok(match is_over {
            true => Draft {
                status: Signal::Resolved,
                ..draft
            },
            false => draft,
        })
    }

    /// When it ended, or would be taken for over.
    pub(super) fn ends_at(&self) -> Option<Timestamp> {
        self.ends_at.moment()
    }

    /// As an alert that is over since a moment, or fires.
    pub(super) fn told(self, field: &str, ended: Option<Timestamp>) -> Result<Draft, Invalid> {
        let labels = self.labels;
        if labels.0.is_empty() {
            return Err(missing(&format!("{field}.labels"), "an alert is told by its labels").into());
        }
        let signature = labels
            .first(&["alertname", "alert", "rulename"])
            .unwrap_or("unnamed alert");
        let says = [
            self.annotations.first(&["summary", "title", "message"]),
            self.annotations.get("description"),
            self.value_string.get(),
        ];
        let says: Vec<&str> = says.into_iter().flatten().collect();
        let fingerprint = match self.fingerprint.take() {
            Some(fingerprint) => fingerprint,
            None => fingerprint(&labels.0),
        };
        let urls = [&self.generator_url, &self.panel_url, &self.dashboard_url];
        let mut url = urls.into_iter().filter_map(Text::get);
        let draft = Draft {
            asset: words::asset(&labels).unwrap_or(signature).to_owned(),
            signature: signature.to_owned(),
            message: says.join("\n"),
            status: if ended.is_some() {
                Signal::Resolved
            } else {
                Signal::Firing
            },
            fingerprint: Some(fingerprint),
            starts_at: self.starts_at.moment(),
            ends_at: ended,
            url: url.next().map(str::to_owned),
            ..Draft::default()
        };
        let word = labels.first(&["severity", "priority", "level"]).map(str::to_owned);
        let draft = Draft {
            labels: labels.0,
            ..draft
        };
        let runbook = self.annotations.first(&["runbook_url", "runbook"]);
        Ok(draft.graded(word.as_deref()).label("runbook_url", runbook))
    }
}

/// The fingerprint that Alertmanager knows an alert by: FNV-1a, 64 bits, over its labels by their names
/// (`model.LabelSet.Fingerprint` of `prometheus/common`), in hex.
pub(super) fn fingerprint(labels: &BTreeMap<String, String>) -> String {
    const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let parts = labels.iter().flat_map(|(name, value)| [name, value]);
    let bytes = parts.flat_map(|part| part.bytes().chain([255]));
    let hash = bytes.fold(BASIS, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME));
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(all: &[(&str, &str)]) -> BTreeMap<String, String> {
        all.iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn fingerprints_are_alertmanagers() {
        // Of Alertmanager 0.25, for these labels.
        let all = labels(&[
            ("alertname", "DiskFull"),
            ("instance", "web-1:9100"),
            ("severity", "critical"),
        ]);
        assert_eq!(fingerprint(&all), FINGERPRINT);
        assert_eq!(fingerprint(&BTreeMap::new()), "cbf29ce484222325");
    }

    const FINGERPRINT: &str = "cc3454086cfe05c3";
}
