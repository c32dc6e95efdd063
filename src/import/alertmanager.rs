//! Alertmanager's configuration (`alertmanager.yml`, prometheus.io/docs/alerting/latest/configuration) as rules, routes,
//! inhibitions, channels and silences of a company, with a report of what has no place here.

mod condition;
mod times;

use std::collections::{BTreeMap, BTreeSet};

use actors::domain::notification::{Notifications, Route};
use actors::domain::rule::Rule;
use actors::domain::schedule::Weekly;
use actors::domain::suppression::Inhibition;
use actors::limits::{CEL_BYTES, INHIBITIONS, ROUTES, RULE_GROUP_BY, RULES};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use self::condition::{Conditions, Plain};
use self::times::Interval;

/// How deep routes may be nested.
const DEPTH: usize = 32;

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

#[derive(Deserialize)]
struct Config {
    route: Option<Node>,
    #[serde(default)]
    receivers: Vec<Receiver>,
    #[serde(default)]
    inhibit_rules: Vec<InhibitRule>,
    #[serde(default)]
    time_intervals: Vec<Interval>,
    #[serde(default)]
    mute_time_intervals: Vec<Interval>,
    #[serde(flatten)]
    others: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct Node {
    receiver: Option<String>,
    #[serde(default)]
    group_by: Option<Vec<String>>,
    #[serde(default)]
    r#continue: bool,
    #[serde(default)]
    routes: Vec<Node>,
    #[serde(default)]
    active_time_intervals: Vec<String>,
    #[serde(default)]
    mute_time_intervals: Vec<String>,
    #[serde(flatten)]
    conditions: Conditions,
    #[serde(flatten)]
    others: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct Receiver {
    name: String,
    #[serde(flatten)]
    kinds: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct InhibitRule {
    #[serde(default)]
    source_matchers: Vec<String>,
    #[serde(default)]
    target_matchers: Vec<String>,
    #[serde(default)]
    source_match: BTreeMap<String, Plain>,
    #[serde(default)]
    target_match: BTreeMap<String, Plain>,
    #[serde(default)]
    source_match_re: BTreeMap<String, Plain>,
    #[serde(default)]
    target_match_re: BTreeMap<String, Plain>,
    #[serde(default)]
    equal: Vec<String>,
}

/// A silence, as `GET /api/v2/silences` and `amtool silence query -o json` tell it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Silence {
    matchers: Vec<SilenceMatcher>,
    starts_at: String,
    ends_at: String,
    #[serde(default)]
    comment: String,
    #[serde(default)]
    status: Option<SilenceStatus>,
}

#[derive(Deserialize)]
struct SilenceStatus {
    state: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SilenceMatcher {
    name: String,
    value: String,
    is_regex: bool,
    #[serde(default = "yes")]
    is_equal: bool,
}

fn yes() -> bool {
    true
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
        let top = Above {
            is_last: true,
            ..Above::default()
        };
        import.route(route, &top, 0);
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

/// What a route has of those above it.
#[derive(Clone, Default)]
struct Above {
    path: String,
    conditions: Vec<String>,
    /// What goes to a route beside one of these, from where it does not go on.
    elsewhere: Vec<String>,
    receiver: Option<String>,
    group_by: Option<Vec<String>>,
    /// Whether nothing is asked after it about what it is for: neither it nor one above it continues.
    is_last: bool,
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

    fn route(&mut self, node: &Node, above: &Above, depth: usize) {
        let path = match above.path.is_empty() {
            true => "route".to_owned(),
            false => above.path.clone(),
        };
        if depth > DEPTH {
            return self.says(format!("{path}: routes are nested too deep"));
        }
        for name in node.others.keys() {
            let why = match name.as_str() {
                "group_wait" | "group_interval" => "an incident is told when it opens, and when it is graver",
                "repeat_interval" => "nothing is repeated; steps of an escalation tell again",
                _ => "is not known",
            };
            self.says(format!("{path}.{name}: {why}"));
        }
        let mut here = above.clone();
        match node.conditions.cel() {
            Ok(own) => here.conditions.extend(own),
            Err(why) => return self.says(format!("{path}: {why}; the route and those in it are left out")),
        }
        here.is_last &= depth == 0 || !node.r#continue;
        here.receiver = node.receiver.clone().or(here.receiver);
        here.group_by = node.group_by.clone().or(here.group_by);
        // What a route within this one is for does not come to it, and to a later one only if that one continues. Where
        // it ends for good, the order of the routes says so.
        let (mut below, mut within) = (here.clone(), Vec::new());
        for (no, child) in node.routes.iter().enumerate() {
            below.path = format!("{path}.routes[{no}]");
            self.route(child, &below, depth + 1);
            if here.is_last && !child.r#continue {
                continue;
            }
            let Ok(own) = child.conditions.cel() else { continue };
            let taken = all_of(&own).unwrap_or_else(|| "true".to_owned());
            within.push(format!("!({taken})"));
            if !child.r#continue {
                below.elsewhere.push(format!("!({taken})"));
            }
        }
        let all = |conditions: &[String]| all_of(&[&here.elsewhere[..], conditions].concat());
        let own = all(&here.conditions);
        let rest = all(&[&here.conditions[..], &within[..]].concat());
        if own.iter().chain(&rest).any(|all| all.len() > CEL_BYTES) {
            return self.says(format!(
                "{path}: its conditions come to more than {CEL_BYTES} bytes here; write them anew"
            ));
        }
        self.grouping(&path, &here, own.clone());
        self.telling(&path, node, &here, rest);
        if here.is_last && depth > 0 && !within.is_empty() {
            self.add(end_of(&path), own, None, Vec::new(), false);
        }
    }

    fn grouping(&mut self, path: &str, here: &Above, matches: Option<String>) {
        let Some(by) = &here.group_by else { return };
        if by.iter().any(|label| label == "...") {
            return self.says(format!(
                "{path}.group_by: by all labels is as here without a rule; a later one may be for it"
            ));
        }
        if by.len() > RULE_GROUP_BY || self.to.rules.rules.len() == RULES {
            return self.says(format!(
                "{path}.group_by: a rule groups by at most {RULE_GROUP_BY}, and there are at most {RULES}"
            ));
        }
        self.to.rules.rules.push(Rule {
            name: name_of(path),
            matches,
            group_by: by.iter().map(|label| format!("labels.{label}")).collect(),
            window_minutes: None,
            min_alerts: None,
            priority: 0,
        });
    }

    fn telling(&mut self, path: &str, node: &Node, here: &Above, matches: Option<String>) {
        let Some(receiver) = &here.receiver else { return };
        let channels = self.channels.get(receiver).cloned();
        let channels = channels.unwrap_or_else(|| {
            self.says(format!("{path}: there is no receiver {receiver:?}"));
            Vec::new()
        });
        if channels.is_empty() {
            self.says(format!(
                "{path}: receiver {receiver:?} has no channel here, so that nobody is told"
            ));
            if here.is_last {
                self.add(name_of(path), matches, None, channels, false);
            }
            return;
        }
        for name in &node.mute_time_intervals {
            self.says(format!(
                "{path}.mute_time_intervals: {name:?}: routes have times at which they are open; a maintenance window is quiet"
            ));
        }
        let mut hours = vec![None];
        if let [name] = &node.active_time_intervals[..] {
            let found = self.intervals.get(name).map(Interval::weekly);
            match found {
                Some(Ok(times)) => hours = times.into_iter().map(Some).collect(),
                Some(Err(why)) => self.says(format!("{path}.active_time_intervals: {name:?}: {why}")),
                None => self.says(format!("{path}.active_time_intervals: there is no {name:?}")),
            }
        } else if !node.active_time_intervals.is_empty() {
            self.says(format!("{path}.active_time_intervals: a route has one time here"));
        }
        let times = hours.len();
        for (no, hours) in hours.into_iter().enumerate() {
            let name = match no {
                0 => name_of(path),
                no => format!("{} {}", name_of(path), no + 1),
            };
            let continues = no + 1 < times || !here.is_last;
            self.add(name, matches.clone(), hours, channels.clone(), continues);
        }
    }

    fn add(
        &mut self,
        name: String,
        matches: Option<String>,
        hours: Option<Weekly>,
        channels: Vec<String>,
        continues: bool,
    ) {
        if self.to.notifications.routes.len() == ROUTES {
            return self.says(format!("{name}: there are at most {ROUTES} routes here"));
        }
        self.to.notifications.routes.push(Route {
            name,
            matches,
            severities: BTreeSet::new(),
            events: BTreeSet::new(),
            hours,
            channels,
            continues,
        });
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
        if silence.status.is_some_and(|status| status.state == "expired") {
            return;
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

/// Conditions as one; nothing where there is none.
fn all_of(conditions: &[String]) -> Option<String> {
    Some(conditions.join(" && ")).filter(|all| !all.is_empty())
}

/// What a route that ends what routes within another have begun is called.
fn end_of(path: &str) -> String {
    format!("{} end", name_of(path))
}

fn name_of(path: &str) -> String {
    let short = path.replace(".routes", "");
    match short.chars().count() > 56 {
        true => short
            .chars()
            .rev()
            .take(56)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect(),
        false => short,
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
