//! An alert: one report from a monitoring tool, and the identity by which repeats are known.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::ids::{AlertId, CompanyId, DeliveryId};
use super::time::Timestamp;

/// How grave an alert or an incident is. Ordered: `Low < Medium < High < Critical`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Low,
    /// Worth a look today.
    Medium,
    /// Worth a look now.
    High,
    /// Worth waking somebody.
    Critical,
}

impl Severity {
    /// All of them, lightest first; a severity's place here is its index in counts by severity.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// Its place in [`Severity::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }

    /// As it is written on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What an alert says of its trouble: that it is there, or that it is over. On the wire: `status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Signal {
    /// The trouble is there.
    #[default]
    Firing,
    /// The trouble is over.
    Resolved,
}

/// What has become of an accepted alert. On the wire: `state`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlertState {
    /// Durable, not yet placed.
    Received,
    /// Waits for `min_alerts` of its kind.
    Held,
    /// Belongs to an incident.
    Placed,
    /// Kept, but silenced.
    Suppressed,
    /// Nothing to belong to: a recovery without an incident, or held until its window ended.
    Unmatched,
    /// Could not be placed; a person has to look.
    DeadLetter,
}

impl AlertState {
    /// As it is written on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Held => "held",
            Self::Placed => "placed",
            Self::Suppressed => "suppressed",
            Self::Unmatched => "unmatched",
            Self::DeadLetter => "dead_letter",
        }
    }
}

/// By what repeats of one trouble are known: the sender's fingerprint within its tool, else asset
/// and signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity(pub Digest);

impl Identity {
    /// From what the sender sent (product contract, correlation layer 1).
    pub fn of(sent: Option<&str>, tool_source: Option<&str>, asset_name: &str, signature: &str) -> Self {
        Self(match sent {
            Some(fingerprint) => Digest::of(&["sent", tool_source.unwrap_or(""), fingerprint]),
            None => Digest::of(&["made", asset_name, signature]),
        })
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// An alert as the edge has verified and validated it, not yet durable. Its optional texts are
/// absent rather than empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewAlert {
    /// Made by the edge.
    pub alert_id: AlertId,
    /// What is in trouble.
    pub asset_name: String,
    /// The kind of trouble.
    pub signature: String,
    /// As the sender sent it; never rewritten.
    pub severity: Severity,
    /// The sender's words. Data, never instructions.
    pub message: String,
    /// The monitoring tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_source: Option<String>,
    /// Firing or resolved.
    pub status: Signal,
    /// The sender's own fingerprint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// When the trouble began, by the sender's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<Timestamp>,
    /// When it ended, by the sender's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
    /// The sender's labels.
    pub labels: BTreeMap<String, String>,
    /// A link back to the sender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Taken over the key alone, without a signature.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unsigned: bool,
}

impl NewAlert {
    /// By what its repeats are known.
    pub fn identity(&self) -> Identity {
        Identity::of(
            self.fingerprint.as_deref(),
            self.tool_source.as_deref(),
            &self.asset_name,
            &self.signature,
        )
    }
}

#[cfg(test)]
impl NewAlert {
    /// One that fires and says little.
    pub(crate) fn sample(asset_name: &str, severity: Severity) -> Self {
        Self {
            alert_id: AlertId(uuid::Uuid::nil()),
            asset_name: asset_name.to_owned(),
            signature: "disk".to_owned(),
            severity,
            message: String::new(),
            tool_source: None,
            status: Signal::Firing,
            fingerprint: None,
            starts_at: None,
            ends_at: None,
            labels: BTreeMap::new(),
            url: None,
            unsigned: false,
        }
    }
}

/// A durable alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// The store's order of acceptance within the company; also the last tie-break of correlation.
    pub no: u64,
    /// Whose it is.
    pub company_id: CompanyId,
    /// When it was accepted.
    pub received_at: Timestamp,
    /// The sender's name for the delivery.
    pub delivery_id: Option<DeliveryId>,
    /// What was sent.
    pub sent: Arc<NewAlert>,
}

impl Alert {
    /// Its id.
    pub fn id(&self) -> AlertId {
        self.sent.alert_id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sent_fingerprint_is_scoped_by_its_tool_and_parts_do_not_run_together() {
        let of = Identity::of;
        assert_eq!(
            of(Some("x"), Some("zabbix"), "a", "b"),
            of(Some("x"), Some("zabbix"), "c", "d")
        );
        assert_ne!(
            of(Some("x"), Some("zabbix"), "a", "b"),
            of(Some("x"), Some("datadog"), "a", "b")
        );
        assert_ne!(of(None, None, "ab", "c"), of(None, None, "a", "bc"));
        assert_eq!(of(None, Some("zabbix"), "a", "b"), of(None, None, "a", "b"));
    }
}
