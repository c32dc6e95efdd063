//! Conditions on alerts, in CEL, ready to be used: what companies' rules, silences and windows say of the alerts that they
//! are for.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, LazyLock};

use cel::common::ast::{EntryExpr, Expr, IdedExpr, LiteralValue};
use cel::extractors::This;
use cel::objects::{Key, Map};
use cel::{Context, Env, Value};
use regex::{Regex, RegexBuilder};

use super::alert::{NewAlert, Severity};
use super::expression::{self, Read};
use crate::limits::CEL_BYTES;

/// What an expression speaks of.
const SEES: [&str; 6] = ["asset", "signature", "severity", "tool", "message", "labels"];
/// What `matches` becomes: a pattern is read once, not for each alert.
const PATTERN: &str = "pattern";
/// Patterns that all conditions of one set may hold: reading one takes up to milliseconds.
pub const PATTERNS: usize = 100;
/// How often `map`, `filter`, `all` and `exists` may stand in all conditions of one set.
const LOOPS: usize = 10;
/// Characters of a text of an alert that conditions see.
const SEEN: usize = 1_024;
/// Labels of an alert that conditions see.
const LABELS: usize = 64;
/// Bytes that a pattern may come to.
const PATTERN_BYTES: usize = 1 << 17;

/// What CEL knows by itself, once for all.
static STDLIB: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

/// Reads conditions, and has what they share.
#[derive(Default)]
pub struct Reading {
    patterns: HashMap<String, Regex>,
    loops: usize,
}

/// A condition.
#[derive(Clone, Debug)]
pub struct Condition(IdedExpr);

/// What the conditions of one set are worked out with.
#[derive(Clone, Default)]
pub struct Conditions {
    patterns: Arc<HashMap<String, Regex>>,
}

/// An alert as conditions see it.
pub struct Sight(Context<'static, 'static>);

impl Reading {
    /// Reads one.
    ///
    /// # Errors
    /// Why not, as what follows the field's name.
    pub fn read(&mut self, text: &str) -> Result<Condition, String> {
        if text.len() > CEL_BYTES {
            return Err(format!("must be at most {CEL_BYTES} bytes"));
        }
        let Read { mut expression, loops } = expression::expression(text, &SEES)?;
        self.loops += loops;
        if self.loops > LOOPS {
            return Err(format!(
                "has a map, filter, all or exists more than the {LOOPS} that all of them together may hold"
            ));
        }
        take_patterns(&mut expression, &mut self.patterns)?;
        Ok(Condition(expression))
    }

    /// All of them are read.
    pub fn done(self) -> Conditions {
        Conditions {
            patterns: Arc::new(self.patterns),
        }
    }
}

impl Condition {
    /// What was read.
    pub fn expression(&self) -> &IdedExpr {
        &self.0
    }

    /// Whether it is true of an alert. What it refers to and the alert has not makes it false.
    pub fn holds(&self, sight: &Sight) -> bool {
        matches!(Value::resolve(&self.0, &sight.0), Ok(Value::Bool(true)))
    }

    /// Whether it comes to true or false, as far as an alert that says little can show it.
    ///
    /// # Errors
    /// Why not, as what follows the field's name.
    pub fn try_out(&self, conditions: &Conditions) -> Result<(), String> {
        let sight = conditions.sight([""; 4], Severity::Low, std::iter::empty());
        match Value::resolve(&self.0, &sight.0) {
            Err(_) | Ok(Value::Bool(_)) => Ok(()),
            Ok(value) => Err(format!(
                "must come to true or false, and comes to a {:?}",
                value.type_of()
            )),
        }
    }
}

impl Conditions {
    /// An alert as they see it.
    pub fn of(&self, alert: &NewAlert) -> Sight {
        let texts = [
            &*alert.asset_name,
            &alert.signature,
            alert.tool_source.as_deref().unwrap_or_default(),
            &alert.message,
        ];
        self.sight(texts, alert.severity, alert.labels.iter())
    }

    fn sight<'a>(
        &self,
        [asset, signature, tool, message]: [&str; 4],
        severity: Severity,
        labels: impl Iterator<Item = (&'a String, &'a String)>,
    ) -> Sight {
        let mut context = Context::with_env(STDLIB.clone());
        let text = |text: &str| Value::String(Arc::new(seen(text).to_owned()));
        let labels = labels
            .take(LABELS)
            .map(|(name, value)| (Key::String(Arc::new(name.clone())), text(value)));
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
        Sight(context)
    }
}

/// A text as far as conditions see it.
fn seen(text: &str) -> &str {
    text.char_indices().nth(SEEN).map_or(text, |(end, _)| &text[..end])
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
                            "has one pattern more than the {PATTERNS} that all of them together may hold"
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
