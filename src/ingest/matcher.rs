//! Conditions on labels, as `amtool` and Alertmanager write them.

use std::collections::BTreeMap;

use regex::{Regex, RegexBuilder};

/// A condition on a label, as `amtool` and Alertmanager write it: `severity="critical"`, `job!=a`, `pod=~"web-.*"`.
#[derive(Debug)]
pub struct Matcher {
    name: String,
    value: Value,
    is_negated: bool,
}

#[derive(Debug)]
enum Value {
    Is(String),
    Matches(Regex),
}

/// Bytes that a compiled pattern may take.
const SIZE: usize = 256 * 1024;
/// Bytes of one condition.
const MATCHER_BYTES: usize = 1_024;

/// A condition as it is written: a name, `=`, `!=`, `=~` or `!~`, and a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The label.
    pub name: String,
    /// The value, or the pattern.
    pub value: String,
    /// Whether the value is a pattern.
    pub is_pattern: bool,
    /// Whether it must not be so.
    pub is_negated: bool,
}

impl Written {
    /// Reads a condition.
    ///
    /// # Errors
    /// What it must be.
    pub fn read(text: &str) -> Result<Self, String> {
        let rule = || format!("must be conditions such as severity=\"critical\" or pod=~\"web-.*\"; {text:?} is none");
        let at = text.find(['=', '!']).ok_or_else(rule)?;
        let (name, rest) = (text[..at].trim(), &text[at..]);
        let (operator, value) = ["=~", "!~", "!=", "="]
            .into_iter()
            .find_map(|operator| Some((operator, rest.strip_prefix(operator)?)))
            .ok_or_else(rule)?;
        let value = unquoted(value.trim()).ok_or_else(rule)?;
        if name.is_empty() || text.len() > MATCHER_BYTES {
            return Err(rule());
        }
        let is_pattern = operator.ends_with('~');
        if is_pattern {
            pattern(&value).map_err(|_| rule())?;
        }
        Ok(Self {
            name: unquoted(name).ok_or_else(rule)?,
            value,
            is_pattern,
            is_negated: operator.starts_with('!'),
        })
    }
}

impl Matcher {
    /// Reads a condition.
    ///
    /// # Errors
    /// What it must be.
    pub fn read(text: &str) -> Result<Self, String> {
        let written = Written::read(text)?;
        Ok(Self {
            value: match written.is_pattern {
                true => Value::Matches(pattern(&written.value)?),
                false => Value::Is(written.value),
            },
            name: written.name,
            is_negated: written.is_negated,
        })
    }

    /// Whether labels meet it; a label that is not there is empty.
    pub fn meets(&self, labels: &BTreeMap<String, String>) -> bool {
        let has = labels.get(&self.name).map_or("", String::as_str);
        let holds = match &self.value {
            Value::Is(value) => has == value,
            Value::Matches(regex) => regex.is_match(has),
        };
        holds != self.is_negated
    }
}

/// A pattern for the whole of a text, as Prometheus has them.
///
/// # Errors
/// What it must be.
pub fn pattern(text: &str) -> Result<Regex, String> {
    let rule = || format!("must be a regular expression of at most {MATCHER_BYTES} bytes");
    let whole = Some(text).filter(|text| text.len() <= MATCHER_BYTES).ok_or_else(rule)?;
    let whole = RegexBuilder::new(&format!("^(?:{whole})$")).size_limit(SIZE).build();
    whole.map_err(|_| rule())
}

/// A text without its quotes, where it has some.
fn unquoted(text: &str) -> Option<String> {
    match text.starts_with('"') {
        true => serde_json::from_str(text).ok(),
        false => Some(text.to_owned()),
    }
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
    fn matchers_are_read_as_amtool_writes_them() {
        let has = labels(&[("severity", "critical"), ("pod", "web-1")]);
        for (text, meets) in [
            ("severity=\"critical\"", true),
            ("severity=critical", true),
            ("severity!=\"critical\"", false),
            ("pod=~\"web-.*\"", true),
            ("pod=~\"web\"", false),
            ("pod!~web-[2-9]", true),
            ("none=\"\"", true),
            ("none=~\".+\"", false),
        ] {
            assert_eq!(Matcher::read(text).unwrap().meets(&has), meets, "{text}");
        }
        for bad in ["", "severity", "=x", "pod=~\"(\"", "pod=\"x", "a!x"] {
            assert!(Matcher::read(bad).is_err(), "{bad}");
        }
    }
}
