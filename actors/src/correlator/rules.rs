//! A company's own rules, ready to be used: which of them an alert falls under, and what it counts as by that.
//!
//! Most rules want a trait of an alert to be one that they write out (`labels.cluster == 'db'`). Those are found by that
//! trait, and only they and the rules that want nothing of the kind are worked out, the first of them that is true.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, operators};

use super::event_time::{aggregation_key, escaped};
use crate::domain::condition::{Condition, Conditions, Reading};
use crate::domain::rule::{self, InvalidRule, Rule, Trait};
use crate::domain::{Company, Correlation, NewAlert};

/// A company's rules.
#[derive(Default)]
pub struct Rules {
    /// In their order: the first that matches wins.
    each: Vec<Compiled>,
    /// Those that want a trait to be one of these.
    by_trait: HashMap<Trait, HashMap<String, Vec<usize>>>,
    /// Those that have to be worked out for every alert.
    others: Vec<usize>,
    conditions: Conditions,
}

impl std::fmt::Debug for Rules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.each.iter().map(|rule| &rule.name);
        f.debug_list().entries(names).finish()
    }
}

struct Compiled {
    name: Arc<str>,
    /// Nothing where there is nothing to work out.
    condition: Option<Condition>,
    group_by: Vec<Trait>,
    window: Option<Duration>,
    min_alerts: Option<u32>,
}

/// What an alert counts as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grouping {
    /// The aggregation key: `asset=web-1|signature=disk`, or by a rule `rule=database cluster|labels.cluster=db`.
    pub key: String,
    /// How long after its last alert an incident is joined.
    pub window: Duration,
    /// How many alerts open an incident.
    pub min_alerts: usize,
    /// The rule's name.
    pub rule: Option<Arc<str>>,
}

impl Rules {
    /// Reads a company's rules.
    ///
    /// # Errors
    /// The first that is not as it must be.
    pub fn compile(rules: &[Rule]) -> Result<Self, InvalidRule> {
        rule::check(rules)?;
        let mut in_order: Vec<(usize, &Rule)> = rules.iter().enumerate().collect();
        in_order.sort_by_key(|(place, rule)| (std::cmp::Reverse(rule.priority), *place));
        let mut compiled = Self::default();
        let mut reading = Reading::default();
        for (no, (place, rule)) in in_order.into_iter().enumerate() {
            let refused = |rule: String| InvalidRule {
                field: format!("[{place}].match"),
                rule,
            };
            let mut condition = match &rule.matches {
                Some(text) => Some(reading.read(text).map_err(refused)?),
                None => None,
            };
            match condition
                .as_ref()
                .and_then(|condition| written_out(condition.expression()))
            {
                Some(Written { of, texts, is_all }) => {
                    let by_text = compiled.by_trait.entry(of).or_default();
                    for text in texts {
                        let those = by_text.entry(text).or_default();
                        if those.last() != Some(&no) {
                            those.push(no);
                        }
                    }
                    if is_all {
                        condition = None;
                    }
                }
                None => compiled.others.push(no),
            }
            compiled.each.push(Compiled {
                name: rule.name.as_str().into(),
                condition,
                group_by: rule.group_by.iter().filter_map(|text| Trait::parse(text)).collect(),
                window: rule.window(),
                min_alerts: rule.min_alerts,
            });
        }
        compiled.conditions = reading.done();
        compiled.try_out(rules)?;
        Ok(compiled)
    }

    /// A company's. What was taken by an earlier version and cannot be read by this one groups nothing.
    pub fn of(company: &Company) -> Self {
        Self::compile(&company.rules).unwrap_or_else(|invalid| {
            tracing::error!(company_id = %company.company_id, %invalid, "the company's rules cannot be used: it has none until they are set anew");
            Self::default()
        })
    }

    /// Whether each comes to true or false.
    fn try_out(&self, rules: &[Rule]) -> Result<(), InvalidRule> {
        for compiled in &self.each {
            let Some(condition) = &compiled.condition else { continue };
            condition.try_out(&self.conditions).map_err(|rule| {
                let place = rules.iter().position(|rule| *rule.name == *compiled.name);
                InvalidRule {
                    field: format!("[{}].match", place.unwrap_or_default()),
                    rule,
                }
            })?;
        }
        Ok(())
    }

    /// What an alert counts as: by the first rule that matches it, else as the settings say.
    pub fn grouping(&self, settings: &Correlation, alert: &NewAlert) -> Grouping {
        let own = |rule: &Compiled| Grouping {
            key: rule.key(alert),
            window: rule.window.unwrap_or_else(|| settings.window()),
            min_alerts: rule.min_alerts.unwrap_or(settings.min_alerts) as usize,
            rule: Some(rule.name.clone()),
        };
        self.first(alert).map_or_else(
            || Grouping {
                key: aggregation_key(settings.aggregation_key, alert),
                window: settings.window(),
                min_alerts: settings.min_alerts as usize,
                rule: None,
            },
            own,
        )
    }

    /// The longest window in force: for so long a recovery may still be waited for.
    pub fn longest_window(&self, settings: &Correlation) -> Duration {
        let own = self.each.iter().filter_map(|rule| rule.window);
        own.fold(settings.window(), Duration::max)
    }

    fn first(&self, alert: &NewAlert) -> Option<&Compiled> {
        if self.each.is_empty() {
            return None;
        }
        let mut candidates = self.others.clone();
        for (of, by_text) in &self.by_trait {
            candidates.extend(by_text.get(of.value(alert)).into_iter().flatten());
        }
        candidates.sort_unstable();
        let mut sight = None;
        candidates.into_iter().find_map(|no| {
            let rule = self.each.get(no)?;
            let Some(condition) = &rule.condition else {
                return Some(rule);
            };
            let sight = sight.get_or_insert_with(|| self.conditions.of(alert));
            condition.holds(sight).then_some(rule)
        })
    }
}

impl Compiled {
    fn key(&self, alert: &NewAlert) -> String {
        let mut key = format!("rule={}", escaped(&self.name));
        for of in &self.group_by {
            let value = escaped(of.value(alert));
            match of {
                Trait::Asset => key.push_str(&format!("|asset={value}")),
                Trait::Signature => key.push_str(&format!("|signature={value}")),
                Trait::Tool => key.push_str(&format!("|tool={value}")),
                Trait::Severity => key.push_str(&format!("|severity={value}")),
                Trait::Label(name) => key.push_str(&format!("|labels.{}={value}", escaped(name))),
            }
        }
        key
    }
}

/// What an expression cannot be true without: a trait that is one of these texts.
struct Written {
    of: Trait,
    texts: Vec<String>,
    /// Whether that is all that it says.
    is_all: bool,
}

/// Nothing where it has no such part.
fn written_out(part: &IdedExpr) -> Option<Written> {
    let Expr::Call(call) = &part.expr else { return None };
    let arguments: Vec<&IdedExpr> = call.target.as_deref().into_iter().chain(&call.args).collect();
    if call.func_name == operators::LOGICAL_AND {
        let found = arguments.into_iter().find_map(written_out);
        return found.map(|found| Written { is_all: false, ..found });
    }
    let [left, right] = arguments[..] else { return None };
    let (of, texts) = match &*call.func_name {
        operators::EQUALS => match (trait_of(left), literal(right)) {
            (Some(of), Some(text)) => (of, vec![text]),
            _ => (trait_of(right)?, vec![literal(left)?]),
        },
        operators::IN => {
            let Expr::List(list) = &right.expr else { return None };
            let texts: Option<Vec<String>> = list.elements.iter().map(literal).collect();
            (trait_of(left)?, texts?)
        }
        _ => return None,
    };
    // Of a label that an alert has not, nothing is true; but it counts as the empty text where it is looked up.
    let is_all = !texts.iter().any(String::is_empty);
    Some(Written { of, texts, is_all })
}

fn trait_of(part: &IdedExpr) -> Option<Trait> {
    let is_labels = |part: &IdedExpr| matches!(&part.expr, Expr::Ident(name) if name == "labels");
    match &part.expr {
        Expr::Ident(name) => Trait::parse(name),
        Expr::Select(select) if !select.test && is_labels(&select.operand) => Some(Trait::Label(select.field.clone())),
        Expr::Call(CallExpr {
            func_name,
            target: None,
            args,
        }) if func_name == operators::INDEX => match &args[..] {
            [of, name] if is_labels(of) => literal(name).map(Trait::Label),
            _ => None,
        },
        _ => None,
    }
}

fn literal(part: &IdedExpr) -> Option<String> {
    match &part.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner().to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
