//! An alert as a tool has told it, before it is brought within our limits.

use std::collections::BTreeMap;

use actors::domain::{AlertId, NewAlert, Severity, Signal, Timestamp};

use super::words;
use crate::ingest::native::{self, LABELS};

/// What has a name of nothing but control characters.
const UNKNOWN: &str = "unknown";

/// An alert, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// What is in trouble.
    pub asset: String,
    /// The kind of trouble.
    pub signature: String,
    /// How grave it is; where nothing is said, medium.
    pub severity: Option<Severity>,
    /// The tool's words.
    pub message: String,
    /// Firing or resolved.
    pub status: Signal,
    /// By what the tool knows the trouble again.
    pub fingerprint: Option<String>,
    /// When it began.
    pub starts_at: Option<Timestamp>,
    /// When it ended.
    pub ends_at: Option<Timestamp>,
    /// What else is said of it.
    pub labels: BTreeMap<String, String>,
    /// Back to the tool.
    pub url: Option<String>,
}

impl Draft {
    /// With a severity in the tool's own words, which are kept.
    pub(super) fn graded(mut self, word: Option<&str>) -> Self {
        if let Some(word) = word {
            self.severity = words::severity(word);
            if !self.labels.contains_key("severity") {
                self.labels.insert("severity".to_owned(), word.to_owned());
            }
        }
        self
    }

    /// Bytes of its texts.
    pub(super) fn bytes(&self) -> usize {
        let labels: usize = self.labels.iter().map(|(name, value)| name.len() + value.len()).sum();
        let others = [&self.fingerprint, &self.url]
            .into_iter()
            .flatten()
            .map(String::len)
            .sum::<usize>();
        self.asset.len() + self.signature.len() + self.message.len() + labels + others
    }

    /// With a label more, where there is something to say.
    pub(super) fn label(mut self, name: &str, value: Option<&str>) -> Self {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.labels.insert(name.to_owned(), value.to_owned());
        }
        self
    }

    /// As an alert within our limits: what is too long is cut, what cannot stand where it stands is left out.
    pub fn seal(self, tool_source: &str, alert_id: AlertId, unsigned: bool) -> NewAlert {
        let named = |text: String| match name(text, native::NAME) {
            name if native::is_blank(&name) => UNKNOWN.to_owned(),
            name => name,
        };
        let signature = named(self.signature);
        let message = match self.message.trim() {
            "" => signature.clone(),
            message if message.len() == self.message.len() && message.len() <= native::MESSAGE_BYTES => self.message,
            message => cut(message, native::MESSAGE_BYTES).to_owned(),
        };
        NewAlert {
            alert_id,
            asset_name: named(self.asset),
            signature,
            severity: self.severity.unwrap_or(Severity::Medium),
            message,
            tool_source: Some(tool_source.to_owned()),
            status: self.status,
            fingerprint: self.fingerprint.map(fingerprint).filter(|sent| !sent.is_empty()),
            starts_at: self.starts_at.filter(|at| native::is_believable(*at)),
            ends_at: self.ends_at.filter(|at| native::is_believable(*at)),
            labels: labels(self.labels),
            url: self.url.filter(|url| native::is_link(url)),
            unsigned,
        }
    }
}

/// One that is too long, or holds what a name may not, is known by its hash.
fn fingerprint(sent: String) -> String {
    let sent = sent.trim();
    if sent.chars().count() <= native::NAME && !sent.chars().any(char::is_control) {
        return sent.to_owned();
    }
    hex::encode(super::hash_of(&[sent]))
}

/// The first labels by name, each within its limits.
fn labels(all: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let fits =
        |(key, value): (&String, &String)| is_name(key, native::LABEL_NAME) && value.len() <= native::LABEL_BYTES;
    if all.len() <= LABELS && all.iter().all(fits) {
        return all;
    }
    let each = all.into_iter().map(|(key, value)| {
        (
            name(key, native::LABEL_NAME),
            cut(&value, native::LABEL_BYTES).to_owned(),
        )
    });
    each.filter(|(key, _)| !native::is_blank(key)).take(LABELS).collect()
}

/// Whether a text is a name as it is: in plain ASCII, on one line, without spaces around it, and short enough.
fn is_name(text: &str, most: usize) -> bool {
    let is_plain = |byte: u8| (b' '..=b'~').contains(&byte);
    let is_trimmed = !text.starts_with(' ') && !text.ends_with(' ');
    !text.is_empty() && text.len() <= most && is_trimmed && text.bytes().all(is_plain)
}

/// A text on one line, of so many characters at most.
fn name(text: String, most: usize) -> String {
    if is_name(&text, most) {
        return text;
    }
    let plain = text
        .trim()
        .chars()
        .map(|char| if char.is_control() { ' ' } else { char });
    let plain: String = plain.take(most).collect();
    plain.trim_end().to_owned()
}

/// The beginning of a text.
fn cut(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_whose_name_shows_nothing_is_left_out() {
        let named = |name: &str| (name.to_owned(), "true".to_owned());
        let all = ["", "  ", "\u{0}\u{7}\n\u{202e}", "\u{200b}", "team"].map(named);
        assert_eq!(labels(all.into()), [named("team")].into());
    }
}
