//! What Prometheus sends to Alertmanagers (`POST /api/v2/alerts`).
//!
//! Prometheus sends each alert again and again for as long as it fires, in whatever company. So each is known on its own:
//! by its labels, when it began, and, once it is over, when it ended.

use actors::domain::Timestamp;
use actors::limits::ALERTS_PER_BODY;

use super::alertmanager::Item;
use super::samples::Sample;
use super::{Draft, Identity, REPEATED, Reading};
use crate::ingest::native::{Invalid, is_believable};
use crate::json::{self, FieldError};

/// How alerts name what they come from, where Prometheus itself has sent them.
pub const TOOL: &str = "prometheus";

/// What Prometheus sends.
pub const SAMPLE: Sample = Sample {
    firing: include_str!("samples/prometheus.firing.json"),
    resolved: include_str!("samples/prometheus.resolved.json"),
    headers: &[],
};

/// Reads a body: of each alert what it is, and by what it is known again.
///
/// # Errors
/// [`Invalid`].
pub fn read(body: &[u8], now: Timestamp) -> Result<Vec<Reading>, Invalid> {
    let sent: Vec<json::Object<Item>> = json::read(json::strict(body)?)?;
    match sent.len() {
        0 => return Err(FieldError::new("", "the array must hold at least one alert").into()),
        1..=ALERTS_PER_BODY => {}
        many => return Err(Invalid::TooMany(many)),
    }
    let each = sent.into_iter().enumerate();
    each.map(|(place, item)| {
        // Of one that fires it says when it would be over if nothing more were heard.
        let ended = item.0.ends_at().filter(|end| *end <= now && is_believable(*end));
        let draft = item.0.told(&format!("[{place}]"), ended)?;
        Ok(Reading {
            delivery: Some(identity(&draft)),
            drafts: vec![draft],
        })
    })
    .collect()
}

fn identity(draft: &Draft) -> Identity {
    let moment = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    let (began, ended) = (moment(draft.starts_at), moment(draft.ends_at));
    let fingerprint = draft.fingerprint.as_deref().unwrap_or_default();
    Identity::recurring(&["prometheus", fingerprint, &began, &ended], REPEATED)
}

#[cfg(test)]
mod tests {
    use actors::domain::Signal;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn an_alert_is_the_same_for_as_long_as_it_fires_and_over_once_its_end_has_come() {
        let body = |end: &str| {
            format!(
                r#"[{{"labels":{{"alertname":"DiskFull","instance":"web-1:9100"}},"annotations":{{"summary":"full"}},
                "startsAt":"2026-11-27T10:00:00Z","endsAt":"{end}","generatorURL":"http://p.example/g"}}]"#
            )
        };
        let now = at("2026-11-27T10:01:00Z");
        let one = |end: &str| {
            let reading = read(body(end).as_bytes(), now).unwrap().remove(0);
            (reading.drafts.into_iter().next().unwrap(), reading.delivery)
        };
        let (first, again) = (one("2026-11-27T10:05:00Z"), one("2026-11-27T10:06:00Z"));
        assert_eq!(first.1, again.1, "told again");
        assert_eq!(
            (first.0.status, first.0.ends_at, &*first.0.asset),
            (Signal::Firing, None, "web-1")
        );
        let over = one("2026-11-27T10:00:50Z");
        assert_eq!(over.0.status, Signal::Resolved);
        assert_ne!(over.1, first.1);
        assert_eq!(over.0.fingerprint, first.0.fingerprint);
        assert_eq!(one("0001-01-01T00:00:00Z").0.status, Signal::Firing);
        assert!(read(b"[]", now).is_err() && read(b"{}", now).is_err());
    }
}
