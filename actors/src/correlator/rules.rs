//! A company's own rules, ready to be used: which of them an alert falls under, and what it counts as by that.
//!
//! Most rules want a trait of an alert to be one that they write out (`labels.cluster == 'db'`). Those are found by that
//! trait, and only they and the rules that want nothing of the kind are worked out, the first of them that is true.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use cel::common::ast::{CallExpr, EntryExpr, Expr, IdedExpr, LiteralValue, operators};
use cel::extractors::This;
use cel::objects::{Key, Map};
use cel::{Context, Env, Value};
use regex::{Regex, RegexBuilder};

use super::event_time::{aggregation_key, escaped};
use crate::domain::rule::{self, InvalidRule, Rule, Trait};
use crate::domain::{Company, Correlation, NewAlert, Severity, expression};

/// What an expression speaks of.
const SEES: [&str; 6] = ["asset", "signature", "severity", "tool", "message", "labels"];
/// What `matches` becomes: a pattern is read once, not for each alert.
const PATTERN: &str = "pattern";
/// Patterns that all rules of a company may hold: reading one takes up to milliseconds.
const PATTERNS: usize = 100;
/// Bytes that a pattern may come to.
const PATTERN_BYTES: usize = 1 << 17;

/// A company's rules.
#[derive(Default)]
pub struct Rules {
    /// In their order: the first that matches wins.
    each: Vec<Compiled>,
    /// Those that want a trait to be one of these.
    by_trait: HashMap<Trait, HashMap<String, Vec<usize>>>,
    /// Those that have to be worked out for every alert.
    others: Vec<usize>,
    env: Arc<Env>,
    patterns: Arc<HashMap<String, Regex>>,
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
    expression: Option<IdedExpr>,
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
        let mut compiled = Self {
            env: Arc::new(Env::stdlib()),
            ..Self::default()
        };
        let mut patterns = HashMap::new();
        for (no, (place, rule)) in in_order.into_iter().enumerate() {
            let refused = |rule: String| InvalidRule {
                field: format!("[{place}].match"),
                rule,
            };
            let mut expression = match &rule.matches {
                Some(text) => Some(expression::expression(text, &SEES).map_err(refused)?),
                None => None,
            };
            match expression.as_ref().and_then(written_out) {
                Some(Written { of, texts, is_all }) => {
                    let by_text = compiled.by_trait.entry(of).or_default();
                    for text in texts {
                        let those = by_text.entry(text).or_default();
                        if those.last() != Some(&no) {
                            those.push(no);
                        }
                    }
                    if is_all {
                        expression = None;
                    }
                }
                None => compiled.others.push(no),
            }
            if let Some(expression) = &mut expression {
                take_patterns(expression, &mut patterns).map_err(refused)?;
            }
            compiled.each.push(Compiled {
                name: rule.name.as_str().into(),
                expression,
                group_by: rule.group_by.iter().filter_map(|text| Trait::parse(text)).collect(),
                window: rule.window(),
                min_alerts: rule.min_alerts,
            });
        }
        compiled.patterns = Arc::new(patterns);
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

    /// Whether an alert makes each come to true or false, as far as one that says little can show it.
    fn try_out(&self, rules: &[Rule]) -> Result<(), InvalidRule> {
        let empty = [String::new(), String::new(), String::new(), String::new()];
        let context = self.context(&empty, Severity::Low, std::iter::empty());
        for compiled in &self.each {
            let Some(Ok(value)) = compiled
                .expression
                .as_ref()
                .map(|expression| Value::resolve(expression, &context))
            else {
                continue;
            };
            if !matches!(value, Value::Bool(_)) {
                let place = rules.iter().position(|rule| *rule.name == *compiled.name);
                return Err(InvalidRule {
                    field: format!("[{}].match", place.unwrap_or_default()),
                    rule: format!("must come to true or false, and comes to a {:?}", value.type_of()),
                });
            }
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

    fn first(&self, alert: &NewAlert) -> Option<&Compiled> {
        if self.each.is_empty() {
            return None;
        }
        let mut candidates = self.others.clone();
        for (of, by_text) in &self.by_trait {
            candidates.extend(by_text.get(value(of, alert)).into_iter().flatten());
        }
        candidates.sort_unstable();
        let mut context = None;
        candidates.into_iter().find_map(|no| {
            let rule = self.each.get(no)?;
            let Some(expression) = &rule.expression else {
                return Some(rule);
            };
            let context = context.get_or_insert_with(|| {
                let texts = [
                    alert.asset_name.clone(),
                    alert.signature.clone(),
                    alert.tool_source.clone().unwrap_or_default(),
                    alert.message.clone(),
                ];
                self.context(&texts, alert.severity, alert.labels.iter())
            });
            matches!(Value::resolve(expression, context), Ok(Value::Bool(true))).then_some(rule)
        })
    }

    fn context<'a>(
        &self,
        [asset, signature, tool, message]: &[String; 4],
        severity: Severity,
        labels: impl Iterator<Item = (&'a String, &'a String)>,
    ) -> Context<'static, 'static> {
        let mut context = Context::with_env(self.env.clone());
        let text = |text: &str| Value::String(Arc::new(text.to_owned()));
        let labels = labels.map(|(name, value)| (Key::String(Arc::new(name.clone())), text(value)));
        let map = Map {
            map: Arc::new(labels.collect()),
        };
        for (name, value) in [
            ("asset", text(asset)),
            ("signature", text(signature)),
            ("severity", text(severity.as_str())),
            ("tool", text(tool)),
            ("message", text(message)),
            ("labels", Value::Map(map)),
        ] {
            context.add_variable_from_value(name, value);
        }
        let patterns = self.patterns.clone();
        let is_match = move |This(text): This<Arc<String>>, pattern: Arc<String>| {
            patterns.get(&*pattern).is_some_and(|regex| regex.is_match(&text))
        };
        // The library's own functions have other names.
        let added = context.add_function(PATTERN, is_match);
        debug_assert!(added.is_ok());
        context
    }
}

impl Compiled {
    fn key(&self, alert: &NewAlert) -> String {
        let mut key = format!("rule={}", escaped(&self.name));
        for of in &self.group_by {
            let value = escaped(value(of, alert));
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

/// A trait of an alert; nothing said is the empty text.
fn value<'a>(of: &Trait, alert: &'a NewAlert) -> &'a str {
    match of {
        Trait::Asset => &alert.asset_name,
        Trait::Signature => &alert.signature,
        Trait::Tool => alert.tool_source.as_deref().unwrap_or_default(),
        Trait::Severity => alert.severity.as_str(),
        Trait::Label(name) => alert.labels.get(name).map(String::as_str).unwrap_or_default(),
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

/// Reads the patterns of an expression, and has it ask for them.
fn take_patterns(part: &mut IdedExpr, patterns: &mut HashMap<String, Regex>) -> Result<(), String> {
    match &mut part.expr {
        Expr::Unspecified | Expr::Literal(_) | Expr::Ident(_) | Expr::Struct(_) => Ok(()),
        Expr::Select(select) => take_patterns(&mut select.operand, patterns),
        Expr::List(list) => list
            .elements
            .iter_mut()
            .try_for_each(|one| take_patterns(one, patterns)),
        Expr::Map(map) => map.entries.iter_mut().try_for_each(|entry| match &mut entry.expr {
            EntryExpr::MapEntry(entry) => {
                take_patterns(&mut entry.key, patterns)?;
                take_patterns(&mut entry.value, patterns)
            }
            EntryExpr::StructField(field) => take_patterns(&mut field.value, patterns),
        }),
        Expr::Call(call) => {
            let is_full = patterns.len() >= PATTERNS;
            if call.func_name == "matches"
                && let Some(pattern) = call.args.last().and_then(literal)
            {
                if let Entry::Vacant(vacant) = patterns.entry(pattern) {
                    if is_full {
                        return Err(format!(
                            "has one pattern more than the {PATTERNS} that all rules together may hold"
                        ));
                    }
                    let read = RegexBuilder::new(vacant.key())
                        .size_limit(PATTERN_BYTES)
                        .dfa_size_limit(PATTERN_BYTES)
                        .build();
                    let refused = |error| format!("has the pattern {:?}, which {}", vacant.key(), why(&error));
                    let read = read.map_err(refused)?;
                    vacant.insert(read);
                }
                PATTERN.clone_into(&mut call.func_name);
            }
            let arguments = call.target.as_deref_mut().into_iter().chain(&mut call.args);
            arguments.into_iter().try_for_each(|one| take_patterns(one, patterns))
        }
        Expr::Comprehension(repeated) => [
            &mut repeated.iter_range,
            &mut repeated.accu_init,
            &mut repeated.loop_cond,
            &mut repeated.loop_step,
            &mut repeated.result,
        ]
        .into_iter()
        .try_for_each(|one| take_patterns(one, patterns)),
    }
}

fn why(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => format!("comes to more than {PATTERN_BYTES} bytes"),
        // The last line says what is wrong, those before it where.
        other => {
            let said = other.to_string();
            format!(
                "is none: {}",
                said.lines().last().unwrap_or_default().trim_start_matches("error: ")
            )
        }
    }
}

#[cfg(test)]
mod tests;
