//! A company's own rules of grouping: which alerts each is for, and what of them has to be the same for one incident.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::alert::NewAlert;
use crate::limits::{CEL_BYTES, RULE_GROUP_BY, RULES};

/// Characters of a rule's name.
const NAME: usize = 64;
/// Characters of a label's name.
const LABEL: usize = 128;

/// A rule. Of those that match an alert the one with the highest priority groups it, of equal ones the first; alerts that
/// none matches are grouped as `correlation` says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What people and receipts call it: 1 to 64 characters, no other rule's.
    #[schema(min_length = 1, max_length = 64, example = "database cluster")]
    pub name: String,
    /// Which alerts it is for, in CEL (cel.dev), of at most 1024 bytes: it sees `asset`, `signature`, `severity`, `tool`,
    /// `message` (texts, of at most 1024 characters) and `labels` (a map of at most 64 texts), and comes to true or false. What it refers to and an alert has not
    /// is no match. Left out, it is for every alert.
    #[serde(rename = "match", default, skip_serializing_if = "Option::is_none")]
    #[schema(
        nullable = false,
        example = "labels.cluster == 'db' && severity in ['high', 'critical']"
    )]
    pub matches: Option<String>,
    /// What has to be the same: `asset`, `signature`, `tool`, `severity`, or a label as `labels.cluster`; at most 8. Nothing:
    /// all that it is for is one incident.
    #[serde(default)]
    #[schema(max_items = 8, example = json!(["labels.cluster"]))]
    pub group_by: Vec<String>,
    /// How long after its last alert an incident is joined, in minutes: 1 to 240; the company's window where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 240)]
    pub window_minutes: Option<u32>,
    /// How many alerts open an incident: 1 to 1000; the company's number where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 1000)]
    pub min_alerts: Option<u32>,
    /// Higher comes first.
    #[serde(default)]
    pub priority: i32,
}

/// A rule that is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} {rule}")]
pub struct InvalidRule {
    /// Its path: `[2].group_by[0]`.
    pub field: String,
    /// What it must be.
    pub rule: String,
}

/// What of an alert has to be the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Trait {
    /// What is in trouble.
    Asset,
    /// The kind of trouble.
    Signature,
    /// The monitoring tool.
    Tool,
    /// How grave it is.
    Severity,
    /// A label.
    Label(String),
}

impl Trait {
    /// As it is written in `group_by`.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "asset" => Self::Asset,
            "signature" => Self::Signature,
            "tool" => Self::Tool,
            "severity" => Self::Severity,
            _ => {
                let label = text.strip_prefix("labels.")?;
                (1..=LABEL)
                    .contains(&label.chars().count())
                    .then(|| Self::Label(label.to_owned()))?
            }
        })
    }
}

impl Trait {
    /// What an alert has of it; nothing said is the empty text.
    pub fn value<'a>(&self, alert: &'a NewAlert) -> &'a str {
        match self {
            Self::Asset => &alert.asset_name,
            Self::Signature => &alert.signature,
            Self::Tool => alert.tool_source.as_deref().unwrap_or_default(),
            Self::Severity => alert.severity.as_str(),
            Self::Label(name) => alert.labels.get(name).map(String::as_str).unwrap_or_default(),
        }
    }
}

impl Rule {
    /// Its window, where it is of its own.
    pub fn window(&self) -> Option<Duration> {
        self.window_minutes
            .map(|minutes| Duration::from_secs(u64::from(minutes) * 60))
    }

    fn check(&self, place: usize) -> Result<(), InvalidRule> {
        let refused = |field: &str, rule: &str| InvalidRule {
            field: format!("[{place}].{field}"),
            rule: rule.to_owned(),
        };
        if self.name.trim() != self.name || !(1..=NAME).contains(&self.name.chars().count()) {
            return Err(refused(
                "name",
                "must be 1 to 64 characters, without spaces around them",
            ));
        }
        if self.matches.as_ref().is_some_and(|text| text.len() > CEL_BYTES) {
            return Err(refused("match", "must be at most 1024 bytes"));
        }
        if self.group_by.len() > RULE_GROUP_BY {
            return Err(refused("group_by", "must name at most 8 things"));
        }
        if let Some(no) = self.group_by.iter().position(|text| Trait::parse(text).is_none()) {
            let rule = "must be asset, signature, tool, severity or a label as labels.cluster";
            return Err(refused(&format!("group_by[{no}]"), rule));
        }
        if self.window_minutes.is_some_and(|minutes| !(1..=240).contains(&minutes)) {
            return Err(refused("window_minutes", "must be 1 to 240"));
        }
        if self.min_alerts.is_some_and(|alerts| !(1..=1000).contains(&alerts)) {
            return Err(refused("min_alerts", "must be 1 to 1000"));
        }
        Ok(())
    }
}

/// Whether these fit to how long an incident may be silent.
///
/// # Errors
/// The first window that is longer.
pub fn check_windows(rules: &[Rule], stale_after_minutes: u32) -> Result<(), InvalidRule> {
    let is_longer = |rule: &Rule| rule.window_minutes.is_some_and(|minutes| minutes > stale_after_minutes);
    match rules.iter().position(is_longer) {
        None => Ok(()),
        Some(place) => Err(InvalidRule {
            field: format!("[{place}].window_minutes"),
            rule: format!(
                "must be at most {stale_after_minutes}: an incident that is silent for longer is over (stale_after_minutes)"
            ),
        }),
    }
}

/// Whether these may be a company's rules, but for their expressions.
///
/// # Errors
/// The first thing that is not as it must be.
pub fn check(rules: &[Rule]) -> Result<(), InvalidRule> {
    if rules.len() > RULES {
        let rule = format!("must be at most {RULES} rules");
        return Err(InvalidRule {
            field: String::new(),
            rule,
        });
    }
    for (place, rule) in rules.iter().enumerate() {
        rule.check(place)?;
        if rules[..place].iter().any(|other| other.name == rule.name) {
            return Err(InvalidRule {
                field: format!("[{place}].name"),
                rule: format!("must be of one rule alone: {:?} stands twice", rule.name),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(name: &str) -> Rule {
        Rule {
            name: name.to_owned(),
            matches: None,
            group_by: Vec::new(),
            window_minutes: None,
            min_alerts: None,
            priority: 0,
        }
    }

    #[test]
    fn what_is_not_as_it_must_be_is_named() {
        let good = Rule {
            group_by: vec!["asset".to_owned(), "labels.cluster".to_owned()],
            window_minutes: Some(240),
            ..rule("a")
        };
        assert_eq!(check(&[good, rule("b")]), Ok(()));
        let named = |rule: Rule| check(&[rule]).unwrap_err().field;
        assert_eq!(named(rule("")), "[0].name");
        assert_eq!(named(rule(" a")), "[0].name");
        for (group_by, field) in [("host", "[0].group_by[0]"), ("labels.", "[0].group_by[0]")] {
            let wrong = Rule {
                group_by: vec![group_by.to_owned()],
                ..rule("a")
            };
            assert_eq!(named(wrong), field);
        }
        assert_eq!(
            named(Rule {
                window_minutes: Some(0),
                ..rule("a")
            }),
            "[0].window_minutes"
        );
        assert_eq!(
            named(Rule {
                min_alerts: Some(1001),
                ..rule("a")
            }),
            "[0].min_alerts"
        );
        assert_eq!(check(&[rule("a"), rule("a")]).unwrap_err().field, "[1].name");
        let many: Vec<Rule> = (0..=RULES).map(|no| rule(&no.to_string())).collect();
        assert_eq!(check(&many).unwrap_err().field, "");
    }

    #[test]
    fn a_window_is_no_longer_than_an_incident_may_be_silent() {
        let slow = Rule {
            window_minutes: Some(60),
            ..rule("slow")
        };
        let rules = [rule("usual"), slow];
        assert_eq!(check_windows(&rules, 60), Ok(()));
        let refused = check_windows(&rules, 59).unwrap_err();
        assert_eq!(refused.field, "[1].window_minutes");
    }
}
