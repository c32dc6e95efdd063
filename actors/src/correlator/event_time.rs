//! Event time and aggregation keys: when an alert happened, and what it counts as (layer 5, layer 2).

use std::borrow::Cow;
use std::time::Duration;

use crate::domain::digest::Digest;
use crate::domain::{AggregationKey, Alert, NewAlert, Signal, Timestamp};

/// How far a sender's clock may run ahead of ours and still be believed.
const LEAD: Duration = Duration::from_secs(5);

/// A claimed time, where it lies within the window before the arrival (or a little after it).
fn believable(claimed: Option<Timestamp>, arrival: Timestamp, window: Duration) -> Option<Timestamp> {
    claimed.filter(|at| *at >= arrival.minus(window) && *at <= arrival.plus(LEAD))
}

/// When the alert happened: a firing one at `starts_at`, a recovery at `ends_at`, where believable;
/// else at its arrival, because senders repeat with an old `starts_at`.
pub fn event_at(alert: &Alert, window: Duration) -> Timestamp {
    let claimed = match alert.sent.status {
        Signal::Firing => alert.sent.starts_at,
        Signal::Resolved => alert.sent.ends_at,
    };
    believable(claimed, alert.received_at, window).unwrap_or(alert.received_at)
}

/// When a firing alert says that it was already over when it arrived.
pub fn own_end(alert: &Alert, window: Duration) -> Option<Timestamp> {
    let end = believable(alert.sent.ends_at, alert.received_at, window)?;
    (alert.sent.status == Signal::Firing && end <= alert.received_at).then_some(end)
}

/// What the alert counts as, such as `asset=web-1|signature=disk`. Separators within names are
/// escaped, so that two different pairs never make one key.
pub fn aggregation_key(key: AggregationKey, alert: &NewAlert) -> String {
    let (asset, signature) = (escaped(&alert.asset_name), escaped(&alert.signature));
    match key {
        AggregationKey::AssetSignature => format!("asset={asset}|signature={signature}"),
        AggregationKey::Asset => format!("asset={asset}"),
        AggregationKey::Signature => format!("signature={signature}"),
        AggregationKey::AssetSignatureTool => {
            let tool = escaped(alert.tool_source.as_deref().unwrap_or(""));
            format!("asset={asset}|signature={signature}|tool={tool}")
        }
    }
}

/// The digest of the asset that a key names, where it names one.
pub(super) fn asset_of(key: &str) -> Option<Digest> {
    let mut is_escaped = false;
    let mut parts = key.split(|char| {
        let ends = char == '|' && !is_escaped;
        is_escaped = char == '\\' && !is_escaped;
        ends
    });
    let asset = parts.find_map(|part| part.strip_prefix("asset="))?;
    let mut chars = asset.chars();
    let plain: String = std::iter::from_fn(|| match chars.next()? {
        '\\' => chars.next(),
        char => Some(char),
    })
    .collect();
    Some(Digest::of(&[&plain]))
}

pub(super) fn escaped(name: &str) -> Cow<'_, str> {
    if name.contains(['\\', '|']) {
        name.replace('\\', "\\\\").replace('|', "\\|").into()
    } else {
        name.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_names_its_asset_whatever_stands_in_the_name() {
        for name in ["web-1", "a|b", r"a\b", r"\|", "asset=x", "signature=y|asset=z"] {
            let key = format!("asset={}|signature={}", escaped(name), escaped("asset=no|"));
            assert_eq!(asset_of(&key), Some(Digest::of(&[name])), "{key}");
            let by_rule = format!(
                "rule={}|labels.a=b|asset={}",
                escaped("asset=no|asset=no"),
                escaped(name)
            );
            assert_eq!(asset_of(&by_rule), Some(Digest::of(&[name])), "{by_rule}");
        }
        assert_eq!(asset_of("signature=disk"), None);
        assert_eq!(asset_of(r"rule=x\|asset=no|labels.a=b"), None);
    }
}
