//! Fields as senders really write them: numbers as texts and texts as numbers, moments in any of the usual notations, and
//! what a template could not fill in.

use std::collections::BTreeMap;
use std::fmt;

use actors::domain::Timestamp;
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

/// A text; a number or a truth is one too. Null, an empty one, and a macro that was not replaced are none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Text(Option<String>);

impl Text {
    pub(super) fn of(text: &str) -> Self {
        let text = text.trim();
        Self((!text.is_empty() && !is_unresolved(text)).then(|| text.to_owned()))
    }

    pub(super) fn get(&self) -> Option<&str> {
        self.0.as_deref()
    }

    pub(super) fn take(self) -> Option<String> {
        self.0
    }

    /// This, or what else is there.
    pub(super) fn or<'a>(&'a self, other: &'a Self) -> Option<&'a str> {
        self.get().or(other.get())
    }

    /// Whether it is this word, however it is written.
    pub(super) fn is(&self, word: &str) -> bool {
        self.get().is_some_and(|text| text.eq_ignore_ascii_case(word))
    }

    /// As a moment.
    pub(super) fn moment(&self) -> Option<Timestamp> {
        self.get().and_then(moment)
    }
}

/// Zabbix leaves `{HOST.IP}` or `*UNKNOWN*` where it knows nothing, Datadog `$HOSTNAME`, Nagios `$HOSTNAME$`.
fn is_unresolved(text: &str) -> bool {
    let is_name = |name: &str| {
        let mut chars = name.chars();
        chars.next().is_some_and(|first| first.is_ascii_uppercase())
            && chars.all(|char| char.is_ascii_uppercase() || char.is_ascii_digit() || "._".contains(char))
    };
    let braced = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let braced = braced.map(|name| name.trim_start_matches('$'));
    let dollar = text.strip_prefix('$').map(|name| name.trim_end_matches('$'));
    text == "*UNKNOWN*" || braced.is_some_and(is_name) || dollar.is_some_and(is_name)
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text, E> {
        Ok(Text::of(text))
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Text, E> {
        Ok(Text(Some(truth.to_string())))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Text, E> {
        Ok(Text(Some(number.to_string())))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Text, E> {
        Ok(Text(Some(number.to_string())))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Text, E> {
        Ok(Text(Some(number.to_string())))
    }

    fn visit_unit<E: Error>(self) -> Result<Text, E> {
        Ok(Text(None))
    }

    fn visit_none<E: Error>(self) -> Result<Text, E> {
        Ok(Text(None))
    }
}

/// Names and texts; null is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Texts(pub(super) BTreeMap<String, String>);

impl Texts {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The first of these that there is.
    pub(super) fn first(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.get(name))
    }
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextsVisitor)
    }
}

struct TextsVisitor;

impl<'de> Visitor<'de> for TextsVisitor {
    type Value = Texts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("names and texts")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Texts, A::Error> {
        let mut all = BTreeMap::new();
        while let Some((name, text)) = map.next_entry::<String, Text>()? {
            if let Some(text) = text.take() {
                all.insert(name, text);
            }
        }
        Ok(Texts(all))
    }

    fn visit_unit<E: Error>(self) -> Result<Texts, E> {
        Ok(Texts::default())
    }

    fn visit_none<E: Error>(self) -> Result<Texts, E> {
        Ok(Texts::default())
    }
}

/// A moment as a text: RFC 3339, the same with `+0000`, without a zone (UTC), or Unix time in seconds, milli-, micro- or
/// nanoseconds. What is none of these is no moment, and no reason to refuse an alert.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    if let Ok(whole) = text.parse::<i64>() {
        return since_1970(whole);
    }
    if let Ok(seconds) = text.parse::<f64>() {
        let plausible = (1.0..1e11).contains(&seconds);
        return plausible.then(|| Timestamp::from_millis((seconds * 1e3) as i64));
    }
    if let Ok(moment) = text.parse() {
        return Some(moment);
    }
    let with_offset = jiff::fmt::strtime::parse("%Y-%m-%dT%H:%M:%S%.f%z", text).ok();
    if let Some(moment) = with_offset.and_then(|parsed| parsed.to_timestamp().ok()) {
        return Some(Timestamp::from_millis(moment.as_millisecond()));
    }
    let civil: jiff::civil::DateTime = text.parse().ok()?;
    let moment = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Timestamp::from_millis(moment.timestamp().as_millisecond()))
}

/// Which unit it is shows in how many digits a moment of this century has.
fn since_1970(number: i64) -> Option<Timestamp> {
    let millis = match number {
        ..1 => return None,
        1..100_000_000_000 => number * 1_000,
        100_000_000_000..100_000_000_000_000 => number,
        100_000_000_000_000..100_000_000_000_000_000 => number / 1_000,
        100_000_000_000_000_000.. => number / 1_000_000,
    };
    Some(Timestamp::from_millis(millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_in_every_usual_notation() {
        for (text, millis) in [
            ("2023-08-04T12:36:15.490Z", 1_691_152_575_490),
            ("2023-08-04T14:36:15.490+02:00", 1_691_152_575_490),
            ("2023-08-04T12:36:15.490+0000", 1_691_152_575_490),
            ("2015-08-14T22:26:41.9975398Z", 1_439_591_201_997),
            ("2023-08-04 12:36:15", 1_691_152_575_000),
            ("2023-08-04T12:36:15", 1_691_152_575_000),
            ("1691152575", 1_691_152_575_000),
            ("1709991285.873", 1_709_991_285_873),
            ("1691152575490", 1_691_152_575_490),
            ("1691152575490000", 1_691_152_575_490),
            ("1691152575490000000", 1_691_152_575_490),
        ] {
            assert_eq!(moment(text).map(Timestamp::as_millis), Some(millis), "{text}");
        }
        for none in ["", "0", "soon", "-5", "nan", "inf", "{DATE}"] {
            assert_eq!(moment(none), None, "{none}");
        }
    }

    #[test]
    fn what_a_template_could_not_fill_in_is_missing() {
        for none in [
            "{HOST.IP}",
            "*UNKNOWN*",
            "$HOSTNAME",
            "$HOSTNAME$",
            "{$ZABBIX.URL}",
            "",
            "  ",
        ] {
            assert_eq!(Text::of(none), Text(None), "{none}");
        }
        for some in ["{host.name}", "$5", "a {HOST.IP}", "UNKNOWN"] {
            assert_eq!(Text::of(some).get(), Some(some));
        }
    }
}
