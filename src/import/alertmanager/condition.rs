//! Conditions on labels, as CEL.

use std::collections::BTreeMap;

use serde::Deserialize;

pub(super) use crate::ingest::matcher::Written;
use crate::ingest::matcher::pattern;

/// What a route asks of an alert's labels, in all three forms.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Conditions {
    #[serde(default)]
    matchers: Vec<String>,
    #[serde(default, rename = "match")]
    equal: BTreeMap<String, Plain>,
    #[serde(default, rename = "match_re")]
    like: BTreeMap<String, Plain>,
}

/// A text, or what YAML takes for something else where Alertmanager takes it for a text: `code: 500`, `up: true`.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Plain {
    Text(String),
    Whole(i64),
    Number(f64),
    Truth(bool),
}

impl Plain {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Whole(number) => number.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Truth(is) => is.to_string(),
        }
    }
}

impl Conditions {
    pub(super) fn of(matchers: &[String], equal: &BTreeMap<String, Plain>, like: &BTreeMap<String, Plain>) -> Self {
        Self {
            matchers: matchers.to_vec(),
            equal: equal.clone(),
            like: like.clone(),
        }
    }

    /// Each as an expression.
    pub(super) fn cel(&self) -> Result<Vec<String>, String> {
        let mut all = Vec::new();
        for (names, is_pattern) in [(&self.equal, false), (&self.like, true)] {
            for (name, value) in names {
                all.push(cel(&Written {
                    name: name.clone(),
                    value: value.text(),
                    is_pattern,
                    is_negated: false,
                }));
            }
        }
        for text in &self.matchers {
            for one in split(text) {
                all.push(cel(&Written::read(&one)?));
            }
        }
        Ok(all)
    }
}

/// `{a="b", c=~"d"}` is several in one text.
fn split(text: &str) -> Vec<String> {
    let inner = text.trim();
    let inner = inner
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .unwrap_or(inner);
    let (mut parts, mut part, mut is_quoted, mut is_escaped) = (Vec::new(), String::new(), false, false);
    for char in inner.chars() {
        match char {
            ',' if !is_quoted => parts.push(std::mem::take(&mut part)),
            _ => part.push(char),
        }
        is_quoted ^= char == '"' && !is_escaped;
        is_escaped = char == '\\' && !is_escaped;
    }
    parts.push(part);
    parts.into_iter().filter(|part| !part.trim().is_empty()).collect()
}

/// A condition, with a label that is not there counting as empty, as Prometheus has it.
pub(super) fn cel(written: &Written) -> String {
    let name = quoted(&written.name);
    let is_there = format!("{name} in labels");
    let takes_nothing = match written.is_pattern {
        true => pattern(&written.value).is_ok_and(|pattern| pattern.is_match("")),
        false => written.value.is_empty(),
    };
    let holds = match written.is_pattern {
        true => format!(
            "labels[{name}].matches({})",
            quoted(&format!("^(?:{})$", written.value))
        ),
        false => format!("labels[{name}] == {}", quoted(&written.value)),
    };
    match (takes_nothing, written.is_negated) {
        (true, false) => format!("(!({is_there}) || {holds})"),
        (true, true) => format!("({is_there} && !({holds}))"),
        (false, false) => format!("({is_there} && {holds})"),
        (false, true) => format!("!({is_there} && {holds})"),
    }
}

fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n");
    format!("'{escaped}'")
}
