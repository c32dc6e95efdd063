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
        if text.len() > MATCHER_BYTES {
            return Err(format!(
                "must be at most {MATCHER_BYTES} bytes, this one is {}",
                text.len()
            ));
        }
        let rule = || format!("must be conditions such as severity=\"critical\" or pod=~\"web-.*\"; {text:?} is none");
        let at = text.find(['=', '!']).ok_or_else(rule)?;
        let (name, rest) = (text[..at].trim(), &text[at..]);
        let (operator, value) = ["=~", "!~", "!=", "="]
            .into_iter()
            .find_map(|operator| Some((operator, rest.strip_prefix(operator)?)))
            .ok_or_else(rule)?;
        let value = unquoted(value.trim()).ok_or_else(rule)?;
        if name.is_empty() {
            return Err(rule());
        }
        let is_pattern = operator.ends_with('~');
        if is_pattern {
            pattern(&value).map_err(|why| format!("{value:?} {why}"))?;
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

/// A text without its quotes, where it has some. A backslash is one, but before a quote, a backslash or `n`
/// (`labels.ParseMatcher` of Alertmanager).
fn unquoted(text: &str) -> Option<String> {
    let Some(quoted) = text.strip_prefix('"') else {
        return Some(text.to_owned());
    };
    let (mut plain, mut chars) = (String::new(), quoted.chars());
    loop {
        match chars.next()? {
            '"' => break,
            '\\' => match chars.next()? {
                'n' => plain.push('\n'),
                char @ ('"' | '\\') => plain.push(char),
                other => plain.extend(['\\', other]),
            },
            char => plain.push(char),
        }
    }
    chars.next().is_none().then_some(plain)
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

    #[test]
    fn a_backslash_is_what_alertmanager_takes_it_for() {
        for (text, value) in [
            (r#"a=~"\d+""#, "12"),
            (r#"a=~"web\.x""#, "web.x"),
            (r#"a="C:\dir""#, r"C:\dir"),
            (r#"a="say \"x\"""#, r#"say "x""#),
            (r#"a="x\\y""#, r"x\y"),
            (r#"a="x\ny""#, "x\ny"),
        ] {
            let matcher = Matcher::read(text).unwrap();
            assert!(matcher.meets(&labels(&[("a", value)])), "{text}");
        }
        for wrong in [r#"a="x"#, r#"a="x"y"#, r#"a="x\"#] {
            assert!(Matcher::read(wrong).is_err(), "{wrong}");
        }
        let long = format!("a=~\"{}\"", "x".repeat(2_000));
        assert!(
            Matcher::read(&long)
                .unwrap_err()
                .starts_with("must be at most 1024 bytes")
        );
    }
}
