//! Alertmanager's configuration (`alertmanager.yml`, prometheus.io/docs/alerting/latest/configuration) as rules, routes,
//! inhibitions, channels and silences of a company, with a report of what has no place here.

mod condition;
mod config;
mod routes;
mod times;

use std::collections::{BTreeMap, BTreeSet};

use actors::domain::notification::Notifications;
use actors::domain::rule::Rule;
use actors::domain::suppression::Inhibition;
use actors::limits::{CEL_BYTES, INHIBITIONS};
use serde::Serialize;
use serde_json::{Map, Value, json};

use self::condition::Conditions;
use self::config::{Config, InhibitRule, Receiver, Silence};
use self::times::Interval;

/// What a configuration comes to: each part as its endpoint takes it.
#[derive(Debug, Default, PartialEq, Serialize)]
pub struct Imported {
    /// For `PUT /companies/{id}/channels/{name}`, by name.
    pub channels: BTreeMap<String, Value>,
    /// For `PUT /companies/{id}/rules`.
    pub rules: Rules,
    /// For `PUT /companies/{id}/notifications`.
    pub notifications: Notifications,
    /// For `PUT /companies/{id}/inhibitions`.
    pub inhibitions: Inhibitions,
    /// For `POST /companies/{id}/silences`, one by one.
    pub silences: Vec<Value>,
    /// What has no place here, or another one.
    pub report: Vec<String>,
}

/// Rules of grouping.
#[derive(Debug, Default, PartialEq, Serialize)]
pub struct Rules {
    /// In their order.
    pub rules: Vec<Rule>,
}

/// Inhibitions.
#[derive(Debug, Default, PartialEq, Serialize)]
pub struct Inhibitions {
    /// In their order.
    pub inhibitions: Vec<Inhibition>,
}

/// Why a file is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// It is none of Alertmanager's.
    #[error("this is no alertmanager.yml: {0}")]
    Config(String),
    /// They are no silences.
    #[error("these are no silences as `amtool silence query -o json` tells them: {0}")]
    Silences(String),
}

/// Reads a configuration, and silences where there are some.
///
/// # Errors
/// [`Unread`].
pub fn read(config: &str, silences: Option<&str>) -> Result<Imported, Unread> {
    let config: Config = serde_saphyr::from_str(config).map_err(|error| Unread::Config(error.to_string()))?;
    let mut import = Import {
        intervals: BTreeMap::new(),
        channels: BTreeMap::new(),
        said: BTreeSet::new(),
        to: Imported::default(),
    };
    for interval in config.time_intervals.into_iter().chain(config.mute_time_intervals) {
        import.intervals.insert(interval.name.clone(), interval);
    }
    for receiver in &config.receivers {
        if import.channels.contains_key(&receiver.name) {
            import.says(format!(
                "receivers {:?}: stands twice; the last one counts",
                receiver.name
            ));
        }
        import.receiver(receiver);
    }
    for name in config.others.keys() {
        match name.as_str() {
            "global" => import.says("global: credentials and addresses of services are not taken over"),
            "templates" => import.says("templates: messages have a form of their own here"),
            other => import.says(format!("{other}: is not known")),
        }
    }
    if let Some(route) = &config.route {
        import.routes(route);
    }
    for (no, rule) in config.inhibit_rules.iter().enumerate() {
        import.inhibition(no, rule);
    }
    if let Some(text) = silences {
        let all: Vec<Silence> = serde_json::from_str(text).map_err(|error| Unread::Silences(error.to_string()))?;
        all.into_iter().for_each(|silence| import.silence(silence));
    }
    Ok(import.to)
}

struct Import {
    intervals: BTreeMap<String, Interval>,
    /// The channels of each receiver.
    channels: BTreeMap<String, Vec<String>>,
    said: BTreeSet<String>,
    to: Imported,
}

impl Import {
    /// Adds a line to the report, once.
    fn says(&mut self, line: impl Into<String>) {
        let line = line.into();
        if self.said.insert(line.clone()) {
            self.to.report.push(line);
        }
    }

    fn receiver(&mut self, receiver: &Receiver) {
        let mut channels = Vec::new();
        for (kind, list) in &receiver.kinds {
            for (no, one) in list.as_array().into_iter().flatten().enumerate() {
                let name = match no {
                    0 if channels.is_empty() => plain(&receiver.name),
                    _ => format!("{}-{}", plain(&receiver.name), channels.len() + 1),
                };
                let path = format!("receivers {:?}: {kind}[{no}]", receiver.name);
                let text = |field: &str| {
                    one[field]
                        .as_str()
                        .filter(|text| !text.contains("{{"))
                        .map(str::to_owned)
                };
                let wanted = match kind.as_str() {
                    "webhook_configs" => text("url").map(|url| json!({"kind": "webhook", "url": url})),
                    "slack_configs" => Some(json!({"kind": "slack", "url": text("api_url")})),
                    "msteams_configs" | "msteamsv2_configs" => {
                        Some(json!({"kind": "teams", "url": text("webhook_url")}))
                    }
                    "email_configs" => text("to").map(|to| {
                        let to: Vec<&str> = to.split(',').map(str::trim).collect();
                        json!({"kind": "email", "to": to})
                    }),
                    _ => None,
                };
                let Some(wanted) = wanted else {
                    self.says(format!("{path}: there is no such kind of channel here"));
                    continue;
                };
                self.settings(&path, one);
                if wanted["kind"] != "email" && wanted["url"].is_null() {
                    self.says(format!(
                        "{path}: its URL is not in this file; put it into channel {name:?}"
                    ));
                }
                if kind == "webhook_configs" {
                    self.says(format!(
                        "{path}: the body is another one: Standard Webhooks, an incident each"
                    ));
                }
                channels.push(name.clone());
                self.to.channels.insert(name, wanted);
            }
        }
        self.channels.insert(receiver.name.clone(), channels);
    }

    /// Says which settings of a receiver are left out.
    fn settings(&mut self, path: &str, receiver: &Value) {
        for (name, value) in receiver.as_object().into_iter().flatten() {
            match (name.as_str(), value) {
                ("url" | "api_url" | "webhook_url" | "to", _) | ("send_resolved", Value::Bool(true)) => {}
                ("send_resolved", _) => self.says(format!(
                    "{path}.send_resolved: name the `events` of its routes here, without incident.resolved"
                )),
                _ => self.says(format!("{path}.{name}: has no place here")),
            }
        }
    }

    fn inhibition(&mut self, no: usize, rule: &InhibitRule) {
        let path = format!("inhibit_rules[{no}]");
        let source = Conditions::of(&rule.source_matchers, &rule.source_match, &rule.source_match_re).cel();
        let target = Conditions::of(&rule.target_matchers, &rule.target_match, &rule.target_match_re).cel();
        let (source, target) = match (source, target) {
            (Ok(source), Ok(target)) => (source.join(" && "), target.join(" && ")),
            (Err(why), _) | (_, Err(why)) => return self.says(format!("{path}: {why}")),
        };
        let or_all = |text: String| if text.is_empty() { "true".to_owned() } else { text };
        let (source, target) = (or_all(source), or_all(target));
        if source.len().max(target.len()) > CEL_BYTES || self.to.inhibitions.inhibitions.len() == INHIBITIONS {
            return self.says(format!("{path}: is too long, or there are more than {INHIBITIONS}"));
        }
        self.to.inhibitions.inhibitions.push(Inhibition {
            name: path,
            source,
            target,
            equal: rule.equal.iter().map(|label| format!("labels.{label}")).collect(),
        });
    }

    fn silence(&mut self, silence: Silence) {
        let path = format!("silence {:?}", silence.comment);
        if silence.status.is_some_and(|status| status.state == "expired") {
            return self.says(format!("{path}: is over, and left out"));
        }
        if silence.matchers.is_empty() {
            return self.says(format!("{path}: has no matchers, and is left out"));
        }
        let written: Vec<condition::Written> = silence
            .matchers
            .into_iter()
            .map(|matcher| condition::Written {
                name: matcher.name,
                value: matcher.value,
                is_pattern: matcher.is_regex,
                is_negated: !matcher.is_equal,
            })
            .collect();
        let all: Vec<String> = written.iter().map(condition::cel).collect();
        let mut body = Map::new();
        body.insert("match".to_owned(), json!(all.join(" && ")));
        body.insert("starts_at".to_owned(), json!(silence.starts_at));
        body.insert("ends_at".to_owned(), json!(silence.ends_at));
        body.insert("comment".to_owned(), json!(silence.comment));
        self.to.silences.push(Value::Object(body));
    }
}

/// A name that a channel may have.
fn plain(name: &str) -> String {
    let plain = |char: char| {
        if char.is_ascii_alphanumeric() || "._-".contains(char) {
            char
        } else {
            '-'
        }
    };
    let name: String = name.chars().map(plain).take(60).collect();
    name.trim_start_matches('.').to_owned()
}

#[cfg(test)]
mod tests;
