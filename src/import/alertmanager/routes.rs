//! Alertmanager's tree of routes as a list: a route within another comes before it, and one that does not continue ends what
//! it is for.

use std::collections::BTreeSet;

use actors::domain::notification::Route;
use actors::domain::rule::Rule;
use actors::domain::schedule::Weekly;
use actors::limits::{CEL_BYTES, ROUTES, RULE_GROUP_BY, RULES};

use sha2::{Digest, Sha256};

use super::Import;
use super::config::Node;
use super::times::Interval;

/// What the root is called.
const ROOT: &str = "route";
/// Bytes of what a route is called; `end` and a number may follow.
const NAME: usize = 56;
/// How deep routes may be nested.
const DEPTH: usize = 24;

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

impl Import {
    /// Takes a tree of routes over.
    pub(super) fn routes(&mut self, root: &Node) {
        let top = Above {
            is_last: true,
            ..Above::default()
        };
        self.route(root, &top, 0);
    }

    fn route(&mut self, node: &Node, above: &Above, depth: usize) {
        let path = match above.path.is_empty() {
            true => ROOT.to_owned(),
            false => above.path.clone(),
        };
        if depth > DEPTH {
            return self.says(format!(
                "{path}: is nested more than {DEPTH} deep; it is left out, and what it is for goes to the route around it"
            ));
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
        let is_long = |all: &Option<String>| all.as_ref().is_some_and(|all| all.len() > CEL_BYTES);
        if is_long(&own) {
            return self.says(format!(
                "{path}: its conditions come to more than {CEL_BYTES} bytes here; write them anew"
            ));
        }
        self.grouping(&path, &here, own.clone());
        // Better told twice than not at all.
        let rest = match is_long(&rest) {
            true => {
                self.says(format!(
                    "{path}: what goes to routes within it comes to it, too: to keep it out takes more than {CEL_BYTES} bytes"
                ));
                own.clone()
            }
            false => rest,
        };
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
        // The last place is the root's, lest what no route is for is told to nobody.
        let most = if name == ROOT { ROUTES } else { ROUTES - 1 };
        if self.to.notifications.routes.len() >= most {
            return self.says(format!(
                "{name}: there are at most {ROUTES} routes here; it is left out, and what it is for goes to the root"
            ));
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
}

/// Conditions as one; nothing where there is none.
fn all_of(conditions: &[String]) -> Option<String> {
    Some(conditions.join(" && ")).filter(|all| !all.is_empty())
}

/// What a route that ends what routes within another have begun is called.
fn end_of(path: &str) -> String {
    format!("{} end", name_of(path))
}

/// What a route is called: where it stands, `route[0.2]`; a long one is told apart by a hash.
pub(super) fn name_of(path: &str) -> String {
    let short = path.replace(".routes", "").replace("][", ".");
    if short.len() <= NAME {
        return short;
    }
    let hash = hex::encode(&Sha256::digest(path)[..4]);
    format!("{}~{hash}", &short[..NAME - 9])
}
