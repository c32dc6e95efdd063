//! The native format: one alert, or an array of up to 1,000, as strict JSON.
//!
//! Duplicate keys, deep nesting, trailing bytes and a byte order mark are refused before anything is
//! believed, so that no second reader of the same bytes can see another alert. Unknown fields are let
//! pass; the sender's severity is never rewritten.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use actors::domain::text::is_deceptive;
use actors::domain::{AlertId, NewAlert, Severity, Signal, Timestamp};
use actors::limits::ALERTS_PER_BODY;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::json::{self, FieldError, Object};

/// What is wrong with a body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// It cannot be read, or a field is not as it should be.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// It takes too long to work out, by a mapping of the company's own.
    #[error("the mapping takes longer than {0:?} for this body now: make it simpler, or try again")]
    Late(Duration),
    /// More alerts than a body may hold.
    #[error("a body holds at most {ALERTS_PER_BODY} alerts, this one {0}")]
    TooMany(usize),
}

/// From 2000-01-01 to before 2100-01-01: what lies outside is a clock that was never set, or a zero of some
/// other calendar.
const BELIEVABLE_MS: Range<i64> = 946_684_800_000..4_102_444_800_000;

/// Characters of a name, such as an asset's.
pub(super) const NAME: usize = 256;
/// Bytes of a message.
pub(super) const MESSAGE_BYTES: usize = 8_192;
/// Labels of an alert.
pub(super) const LABELS: usize = 64;
/// Characters of a label's name.
pub(super) const LABEL_NAME: usize = 128;
/// Bytes of a label's value.
pub(super) const LABEL_BYTES: usize = 1_024;
/// Characters of a link.
pub(super) const URL: usize = 2_048;

/// Whether a moment is of this century, and not of a clock that was never set.
pub(super) fn is_believable(at: Timestamp) -> bool {
    BELIEVABLE_MS.contains(&at.as_millis())
}

/// Whether it is a web address, and no longer than one may be.
pub(super) fn is_link(url: &str) -> bool {
    let begins = url.starts_with("https://") || url.starts_with("http://");
    begins && url.len() <= URL && !url.chars().any(char::is_control)
}

fn field(field: impl Into<String>, detail: impl Into<String>) -> Invalid {
    FieldError::new(field, detail).into()
}

/// An alert as it is sent.
#[derive(Deserialize, ToSchema)]
#[schema(as = AlertToSend)]
pub(crate) struct Sent {
    asset_name: String,
    signature: String,
    severity: Severity,
    message: String,
    #[serde(default)]
    tool_source: Option<String>,
    #[serde(default)]
    status: Option<Signal>,
    #[serde(default)]
    fingerprint: Option<String>,
    #[serde(default)]
    starts_at: Option<Timestamp>,
    #[serde(default)]
    ends_at: Option<Timestamp>,
    #[serde(default)]
    labels: Option<BTreeMap<String, String>>,
    #[serde(default)]
    url: Option<String>,
}

/// A body's alerts, and whether it was an array. Each gets its id from `mint`.
///
/// # Errors
/// [`Invalid`], naming the first field that is not as it should be.
pub fn parse(
    body: &[u8],
    unsigned: bool,
    mut mint: impl FnMut() -> AlertId,
) -> Result<(Vec<Arc<NewAlert>>, bool), Invalid> {
    let text = json::strict(body)?;
    let many = text.trim_start().starts_with('[');
    let sent: Vec<Sent> = if many {
        json::read::<Vec<Object<Sent>>>(text)?
            .into_iter()
            .map(|sent| sent.0)
            .collect()
    } else {
        vec![json::object(text)?]
    };
    if sent.is_empty() {
        return Err(field("", "the array must hold at least one alert"));
    }
    if sent.len() > ALERTS_PER_BODY {
        return Err(Invalid::TooMany(sent.len()));
    }
    let alerts = sent.into_iter().enumerate().map(|(place, sent)| {
        let path = if many { format!("[{place}].") } else { String::new() };
        checked(sent, &path, unsigned, mint()).map(Arc::new)
    });
    Ok((alerts.collect::<Result<_, _>>()?, many))
}

fn checked(sent: Sent, path: &str, unsigned: bool, alert_id: AlertId) -> Result<NewAlert, Invalid> {
    let fault = |name: &str, detail: String| field(format!("{path}{name}"), detail);
    let named = |of: &str, value: &str, most| name(value, most).map_err(|detail| fault(of, detail));
    named("asset_name", &sent.asset_name, NAME)?;
    named("signature", &sent.signature, NAME)?;
    if sent.message.is_empty() || sent.message.len() > MESSAGE_BYTES {
        return Err(fault("message", "must be 1 to 8192 bytes".to_owned()));
    }
    let optional = [
        ("tool_source", &sent.tool_source, 64),
        ("fingerprint", &sent.fingerprint, NAME),
        ("url", &sent.url, URL),
    ];
    for (of, value, most) in optional {
        value.as_deref().map_or(Ok(()), |value| named(of, value, most))?;
    }
    if sent.url.as_deref().is_some_and(|url| !is_link(url)) {
        return Err(fault("url", "must begin with https:// or http://".to_owned()));
    }
    for (of, at_time) in [("starts_at", sent.starts_at), ("ends_at", sent.ends_at)] {
        if at_time.is_some_and(|time| !is_believable(time)) {
            let detail = "must lie in the years 2000 to 2099; leave it out where the time is not known";
            return Err(fault(of, detail.to_owned()));
        }
    }
    let labels = sent.labels.unwrap_or_default();
    if labels.len() > LABELS {
        return Err(fault("labels", "must be at most 64".to_owned()));
    }
    for (key, value) in &labels {
        name(key, LABEL_NAME).map_err(|detail| fault("labels", format!("the name of each {detail}")))?;
        if value.len() > LABEL_BYTES {
            return Err(fault(&format!("labels.{key}"), "must be at most 1024 bytes".to_owned()));
        }
    }
    Ok(NewAlert {
        alert_id,
        asset_name: sent.asset_name,
        signature: sent.signature,
        severity: sent.severity,
        message: sent.message,
        tool_source: sent.tool_source,
        status: sent.status.unwrap_or_default(),
        fingerprint: sent.fingerprint,
        starts_at: sent.starts_at,
        ends_at: sent.ends_at,
        labels,
        url: sent.url,
        unsigned,
    })
}

/// A name: some characters, none of them a control character, and one at least that is seen. `Err` says what is wrong
/// with it.
fn name(value: &str, most: usize) -> Result<(), String> {
    if value.is_empty() || (value.len() > most && value.chars().count() > most) {
        return Err(format!("must be 1 to {most} characters"));
    }
    if value.chars().any(char::is_control) {
        return Err("must not hold control characters".to_owned());
    }
    if is_blank(value) {
        return Err("must not be blank".to_owned());
    }
    Ok(())
}

/// Whether nothing of it is to be seen.
pub(super) fn is_blank(value: &str) -> bool {
    value.chars().all(|char| char.is_whitespace() || is_deceptive(char))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn parsed(body: &[u8]) -> Result<(Vec<Arc<NewAlert>>, bool), Invalid> {
        parse(body, false, || AlertId(Uuid::nil()))
    }

    fn refused(body: &str, at: &str, says: &str) {
        match parsed(body.as_bytes()) {
            Err(Invalid::Field(FieldError { field, detail })) => {
                assert_eq!(field, at, "{body}: {detail}");
                assert!(detail.contains(says), "{body}: {detail}");
            }
            other => panic!("{body}: {other:?}"),
        }
    }

    const GOOD: &str = r#"{"asset_name":"web-1","signature":"disk","severity":"high","message":"full"}"#;

    #[test]
    fn takes_one_and_many_and_lets_unknown_fields_pass() {
        let (alerts, many) = parsed(GOOD.as_bytes()).unwrap();
        assert_eq!((alerts.len(), many, alerts[0].status), (1, false, Signal::Firing));
        let (alerts, many) = parsed(format!(" [{GOOD},{GOOD}] ").as_bytes()).unwrap();
        assert_eq!((alerts.len(), many), (2, true));
        let nulls = GOOD.replace('}', r#","status":null,"labels":null,"starts_at":null,"url":null}"#);
        assert_eq!(parsed(nulls.as_bytes()).unwrap().0[0].status, Signal::Firing);
        let more = GOOD.replace(
            '}',
            r#","starts_at":"2026-01-31T10:00:00+02:00","mystery":{"a":[1]},"labels":{"a":"b"}}"#,
        );
        let (alerts, _) = parsed(more.as_bytes()).unwrap();
        assert_eq!(alerts[0].starts_at.unwrap().to_string(), "2026-01-31T08:00:00.000Z");
    }

    #[test]
    fn names_the_field_and_the_fix() {
        refused("", "", "strict JSON");
        refused("[]", "", "at least one");
        refused("42", "", "expected an object");
        refused("[[]]", "[0]", "expected an object");
        refused(r#"[["web-1", "disk", "high", "full"]]"#, "[0]", "expected an object");
        refused(
            &GOOD.replace('}', r#","status":"open"}"#),
            "status",
            "`firing` or `resolved`",
        );
        refused(
            &GOOD.replace("high", "urgent"),
            "severity",
            "expected one of `low`, `medium`, `high`, `critical`",
        );
        refused(
            &GOOD.replace(r#""severity":"high","#, ""),
            "severity",
            "severity is missing",
        );
        refused(
            &format!("[{GOOD},{}]", GOOD.replace(r#""severity":"high","#, "")),
            "[1].severity",
            "missing",
        );
        refused(
            &format!("[{GOOD},{}]", GOOD.replace("web-1", "")),
            "[1].asset_name",
            "1 to 256",
        );
        refused(&GOOD.replace("web-1", r"we\u0000b"), "asset_name", "control");
        for blank in ["  ", r"\u00a0", r"\u200b\u202e", "\u{3164}"] {
            refused(&GOOD.replace("web-1", blank), "asset_name", "blank");
            refused(&GOOD.replace("disk", blank), "signature", "blank");
        }
        refused(&GOOD.replace(r#""full""#, "7"), "message", "invalid type");
        refused(
            &GOOD.replace('}', r#","url":"javascript:alert(1)"}"#),
            "url",
            "https://",
        );
        refused(
            &GOOD.replace('}', r#","starts_at":"yesterday"}"#),
            "starts_at",
            "RFC 3339",
        );
        refused(&GOOD.replace('}', r#","labels":{"a":7}}"#), "labels.a", "invalid type");
        refused(
            &GOOD.replace('}', r#","labels":{"":"b"}}"#),
            "labels",
            "the name of each must be 1 to 128",
        );
    }

    #[test]
    fn refuses_times_from_far_off() {
        let with = |name: &str, time: &str| GOOD.replace('}', &format!(r#","{name}":"{time}"}}"#));
        for far in [
            "0001-01-01T00:00:00Z",
            "1970-01-01T00:00:00Z",
            "1999-12-31T23:59:59.999Z",
        ] {
            refused(&with("starts_at", far), "starts_at", "years 2000 to 2099");
        }
        refused(&with("ends_at", "2100-01-01T00:00:00Z"), "ends_at", "leave it out");
        refused(&with("ends_at", "9999-12-31T23:59:59Z"), "ends_at", "");
        refused(&with("starts_at", "+12026-01-31T00:00:00Z"), "starts_at", "RFC 3339");
        for near in ["2000-01-01T00:00:00Z", "2099-12-31T23:59:59.999Z"] {
            parsed(with("starts_at", near).as_bytes()).unwrap();
        }
    }

    #[test]
    fn refuses_what_two_readers_could_read_differently() {
        refused(&GOOD.replace('}', r#","severity":"low"}"#), "", "stands twice");
        refused(
            &GOOD.replace('}', r#","labels":{"a":"b","a":"c"}}"#),
            "",
            "stands twice",
        );
        for twice in [3, 30] {
            let many: Vec<String> = (0..40).chain([twice]).map(|n| format!(r#""k{n}":0"#)).collect();
            let body = GOOD.replace('}', &format!(r#","x":{{{}}}}}"#, many.join(",")));
            refused(&body, "", "stands twice");
        }
        refused(&GOOD.replace('}', r#","x":{"y":{"z":1,"z":2}}}"#), "", "stands twice");
        refused(&GOOD.replace('}', r#","x":{"\u0061":1,"a":2}}"#), "", "stands twice");
        refused(&format!("{GOOD}{GOOD}"), "", "trailing");
        refused(&format!("\u{feff}{GOOD}"), "", "byte order mark");
        let deep = GOOD.replace('}', &format!(r#","x":{}{}}}"#, "[".repeat(40), "]".repeat(40)));
        refused(&deep, "", "nested");
        assert!(matches!(parsed(b"\xff\xfe"), Err(Invalid::Field(_))));
        assert_eq!(
            parsed(format!("[{}]", vec![GOOD; 1001].join(",")).as_bytes()),
            Err(Invalid::TooMany(1001))
        );
    }

    proptest! {
        #[test]
        fn no_bytes_panic(body in prop::collection::vec(any::<u8>(), 0..300)) {
            drop(parsed(&body));
        }

        #[test]
        fn no_near_json_panics(body in r#"[\[\]{}",:a-z0-9\\ ]{0,80}"#) {
            drop(parsed(body.as_bytes()));
        }
    }
}
