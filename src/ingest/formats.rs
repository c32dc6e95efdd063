//! What monitoring tools send, as alerts: a file for each tool, of its body, what it says, and what ends it.
//!
//! All of them hold to the same: a text that is too long is cut and not refused, because its sender would not know what to
//! do about it; a field that is not known is let pass; a word for a severity that is not known counts as medium, and is
//! kept among the labels. What cannot be understood at all is refused, by the field that is missing.

mod alertmanager;
mod azure_monitor;
mod checkmk;
mod cloudevents;
mod cloudwatch;
pub mod custom;
mod datadog;
mod draft;
mod gcp_monitoring;
mod grafana;
mod lenient;
mod newrelic;
mod pagerduty;
mod pingdom;
pub mod prometheus;
pub mod samples;
mod sentry;
mod sns;
mod words;
mod zabbix;

use std::time::Duration;

use actors::limits::ALERTS_PER_BODY;
use axum::http::HeaderMap;
use sha2::{Digest, Sha256};
use strum::{EnumIter, EnumString, IntoStaticStr};

pub use cloudwatch::polled;
pub use draft::Draft;

use super::native::Invalid;
use crate::json::FieldError;

/// A monitoring tool's own format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, EnumString, IntoStaticStr, strum::Display)]
#[strum(serialize_all = "kebab-case")]
pub enum Format {
    /// Prometheus Alertmanager's webhook, version 4 (and 3).
    Alertmanager,
    /// Grafana's contact point: unified alerting, and the older one.
    Grafana,
    /// CloudWatch alarms, through SNS or EventBridge.
    Cloudwatch,
    /// Datadog's webhooks, by our template.
    Datadog,
    /// PagerDuty Events API v2.
    Pagerduty,
    /// Azure Monitor's common alert schema, and the older ones.
    AzureMonitor,
    /// Google Cloud Monitoring.
    GcpMonitoring,
    /// New Relic, workflows and the older channels.
    Newrelic,
    /// Sentry, integrations and the older plugin.
    Sentry,
    /// Zabbix, by our media type.
    Zabbix,
    /// Checkmk, Nagios and Icinga, by our notification script.
    Checkmk,
    /// Pingdom.
    Pingdom,
    /// CloudEvents 1.0.
    Cloudevents,
}

/// What was read of a body.
#[derive(Debug, Default)]
pub struct Reading {
    /// The alerts in it. None where it speaks of something else, such as a changed setting.
    pub drafts: Vec<Draft>,
    /// By what the sender knows the delivery, where it says so; the same again is a repeat.
    pub delivery: Option<Identity>,
}

/// What is repeated every few minutes or hours, as a sender is set up, is taken once in so long.
const REPEATED: Duration = Duration::from_secs(300);

/// By what a delivery is known again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The SHA-256 of what makes it the same delivery.
    pub hash: [u8; 32],
    /// How long the same is a repeat of what was told, where the sender goes on telling it; after that it is a sign of
    /// life. Nothing where it is told once.
    pub recurs: Option<Duration>,
}

impl Identity {
    /// Of what is sent once, whatever happens to it on its way.
    fn once(parts: &[&str]) -> Self {
        Self {
            hash: hash_of(parts),
            recurs: None,
        }
    }

    /// Of what is said again and again, for as long as it holds.
    fn recurring(parts: &[&str], every: Duration) -> Self {
        Self {
            hash: hash_of(parts),
            recurs: Some(every),
        }
    }
}

/// Each part with its length, so that they do not run together.
fn hash_of(parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().into()
}

impl Reading {
    fn of(drafts: Vec<Draft>) -> Self {
        Self { drafts, delivery: None }
    }

    /// One alert, which the sender knows by this.
    fn once(draft: Draft, parts: &[&str]) -> Self {
        Self {
            drafts: vec![draft],
            delivery: Some(Identity::once(parts)),
        }
    }
}

impl Format {
    /// As it is written in paths, and told as `tool_source`.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Reads a body, with what its headers say of it.
    ///
    /// # Errors
    /// [`Invalid`]: no strict JSON, or nothing in it says what is in trouble.
    pub fn read(self, body: &[u8], headers: &HeaderMap) -> Result<Reading, Invalid> {
        let reading = match self {
            Self::Alertmanager => alertmanager::read(body),
            Self::Grafana => grafana::read(body),
            Self::Cloudwatch => cloudwatch::read(body),
            Self::Datadog => datadog::read(body),
            Self::Pagerduty => pagerduty::read(body),
            Self::AzureMonitor => azure_monitor::read(body),
            Self::GcpMonitoring => gcp_monitoring::read(body),
            Self::Newrelic => newrelic::read(body),
            Self::Sentry => sentry::read(body, headers),
            Self::Zabbix => zabbix::read(body),
            Self::Checkmk => checkmk::read(body),
            Self::Pingdom => pingdom::read(body),
            Self::Cloudevents => cloudevents::read(body, headers),
        }?;
        match reading.drafts.len() {
            0..=ALERTS_PER_BODY => Ok(reading),
            many => Err(Invalid::TooMany(many)),
        }
    }
}

/// What is missing, and where it comes from.
fn missing(field: &str, fix: &str) -> FieldError {
    FieldError::new(field, format!("is missing or empty: {fix}"))
}

#[cfg(test)]
mod tests;
