//! A company's own mapping of bodies to alerts, in CEL. What it costs is bounded before it is taken (`actors::domain::expression`), by
//! what of a body it is shown, and by a time.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use actors::domain::intake::Mapping;
use actors::domain::{Company, CompanyId, Signal, expression};
use actors::limits::ALERTS_PER_BODY;
use axum::body::Bytes;
use cel::parser::Expression;
use cel::{Context, Env, ExecutionError, Value};
use dashmap::DashMap;
use serde_json::Value as Json;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout};

use super::lenient::Text;
use super::{Draft, Identity, Reading};
use crate::ingest::native::Invalid;
use crate::json::{self, FieldError};

/// What bodies by a company's own mapping are sent as, and told as `tool_source`.
pub const TOOL: &str = "custom";
/// How long all expressions together may take for one body; each alone is bounded by what it may hold.
const WITHIN: Duration = Duration::from_secs(1);
/// How long a body may wait for its turn.
const TURN_WITHIN: Duration = Duration::from_secs(2);
/// Bytes of texts that a body may come to, and how many times its own.
const OUTPUT: usize = 256 * 1024;
const TIMES: usize = 4;
/// Bodies that are worked out at once.
const AT_ONCE: usize = 8;
/// Bytes of a text that expressions see; a longer one is cut.
const TEXT: usize = 4_096;
/// Things in a list or an object that expressions see.
const THINGS: usize = ALERTS_PER_BODY;
/// Things in a body, all in all.
const ALL_THINGS: usize = 10_000;
/// Characters of an error's words.
const SAID: usize = 200;
/// What says that a trouble is over.
const OVER: [&str; 9] = [
    "resolved",
    "ok",
    "closed",
    "recovered",
    "up",
    "recovery",
    "cleared",
    "normal",
    "inactive",
];

/// A mapping that may be used.
pub struct Compiled {
    alerts: Option<Expression>,
    fields: HashMap<&'static str, Expression>,
    env: Arc<Env>,
}

/// Reads a mapping's expressions.
///
/// # Errors
/// The first that cannot be read or may not be used, and why.
pub fn compile(mapping: &Mapping) -> Result<Compiled, FieldError> {
    let mut fields = HashMap::new();
    for (name, text) in mapping.expressions() {
        let sees: &[&str] = match name {
            "alerts" | "delivery_id" => &["body"],
            _ => &["body", "alert"],
        };
        let read = expression::expression(text, sees);
        let read = read.map_err(|rule| FieldError::new(format!("custom.{name}"), rule))?;
        fields.insert(name, read.expression);
    }
    Ok(Compiled {
        alerts: fields.remove("alerts"),
        fields,
        env: Arc::new(Env::stdlib()),
    })
}

impl Compiled {
    /// Reads a body.
    ///
    /// # Errors
    /// [`Invalid`]: no strict JSON, or an expression that comes to nothing where it must say something.
    pub fn read(&self, body: &[u8]) -> Result<Reading, Invalid> {
        let most = OUTPUT.max(TIMES * body.len());
        let body: Json = json::read(json::strict(body)?)?;
        let end = Instant::now() + WITHIN;
        let shown = Shown::of(&body)?;
        let mut root = Context::with_env(self.env.clone());
        root.add_variable_from_value("body", shown.clone());
        let alerts = match &self.alerts {
            Some(expression) => match evaluated(expression, &root) {
                Ok(Some(Value::List(list))) => list.to_vec(),
                Ok(None | Some(Value::Null)) => Vec::new(),
                Ok(Some(other)) => return Err(wrong("custom.alerts", "a list", &other)),
                Err(why) => return Err(failed("custom.alerts", &why)),
            },
            None => match shown {
                Value::List(list) => list.to_vec(),
                other => vec![other],
            },
        };
        if alerts.len() > ALERTS_PER_BODY {
            return Err(Invalid::TooMany(alerts.len()));
        }
        let delivery = self.text("delivery_id", &root, "custom.delivery_id")?;
        let mut drafts = Vec::with_capacity(alerts.len());
        let mut bytes = 0;
        for (place, alert) in alerts.into_iter().enumerate() {
            let mut context = root.new_inner_scope();
            context.add_variable_from_value("alert", alert);
            let draft = self.draft(&context, place)?;
            bytes += draft.bytes();
            drafts.push(draft);
            if bytes > most {
                let detail = format!("comes to more than {most} bytes of texts for this body");
                return Err(FieldError::new("custom", detail).into());
            }
            if Instant::now() > end {
                return Err(Invalid::Late(WITHIN));
            }
        }
        Ok(Reading {
            delivery: delivery.map(|id| Identity::once(&["custom", &id])),
            drafts,
        })
    }

    fn draft(&self, context: &Context, place: usize) -> Result<Draft, Invalid> {
        let path = |name: &str| format!("custom.{name} (alert {place})");
        let text = |name: &'static str| self.text(name, context, &path(name));
        let required = |name: &'static str| {
            let missing = || FieldError::new(path(name), "comes to nothing for this body: it must come to a text");
            text(name)?.ok_or_else(|| Invalid::from(missing()))
        };
        let moment = |name: &'static str| Ok::<_, Invalid>(text(name)?.and_then(|text| Text::of(&text).moment()));
        let is_over =
            text("resolved")?.is_some_and(|text| text == "true" || OVER.contains(&&*text.to_ascii_lowercase()));
        let severity = text("severity")?;
        let draft = Draft {
            asset: required("asset_name")?,
            signature: required("signature")?,
            message: text("message")?.unwrap_or_default(),
            status: if is_over { Signal::Resolved } else { Signal::Firing },
            fingerprint: text("fingerprint")?,
            starts_at: moment("starts_at")?,
            ends_at: moment("ends_at")?.filter(|_| is_over),
            url: text("url")?,
            labels: self.labels(context, &path("labels"))?,
            ..Draft::default()
        };
        Ok(draft.graded(severity.as_deref()))
    }

    /// What an expression comes to as a text; nothing where it is left out, or speaks of what the body has not.
    fn text(&self, name: &'static str, context: &Context, path: &str) -> Result<Option<String>, Invalid> {
        let Some(expression) = self.fields.get(name) else {
            return Ok(None);
        };
        match evaluated(expression, context) {
            Ok(None | Some(Value::Null)) => Ok(None),
            Ok(Some(value)) => match plain(&value) {
                Some(text) => Ok(Text::of(&text).take()),
                None => Err(wrong(path, "a text, a number or a truth", &value)),
            },
            Err(why) => Err(failed(path, &why)),
        }
    }

    fn labels(&self, context: &Context, path: &str) -> Result<BTreeMap<String, String>, Invalid> {
        let Some(expression) = self.fields.get("labels") else {
            return Ok(BTreeMap::new());
        };
        match evaluated(expression, context) {
            Ok(None | Some(Value::Null)) => Ok(BTreeMap::new()),
            Ok(Some(Value::Map(map))) => {
                let told = map
                    .map
                    .iter()
                    .filter_map(|(key, value)| Some((key.to_string(), plain(value)?)));
                Ok(told.collect())
            }
            Ok(Some(other)) => Err(wrong(path, "a map", &other)),
            Err(why) => Err(failed(path, &why)),
        }
    }
}

/// Companies' mappings, ready to be used.
pub struct Mappings {
    known: DashMap<CompanyId, (Mapping, Arc<Compiled>)>,
    /// One body of a company at a time: what one company's takes, no other company waits for.
    turns: DashMap<CompanyId, Arc<Semaphore>>,
    all: Arc<Semaphore>,
}

impl Default for Mappings {
    fn default() -> Self {
        Self {
            known: DashMap::new(),
            turns: DashMap::new(),
            all: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

impl Mappings {
    /// A company's mapping as it is now; nothing where it has none.
    ///
    /// # Errors
    /// Of one that was set when more could be read than now.
    pub fn of(&self, company: &Company) -> Result<Option<Arc<Compiled>>, FieldError> {
        let Some(mapping) = &company.intake.custom else {
            return Ok(None);
        };
        if let Some(known) = self.known.get(&company.company_id).filter(|known| known.0 == *mapping) {
            return Ok(Some(known.1.clone()));
        }
        let compiled = Arc::new(compile(mapping)?);
        self.known
            .insert(company.company_id.clone(), (mapping.clone(), compiled.clone()));
        Ok(Some(compiled))
    }

    /// Works a body out when it is the company's turn, on a thread that may take its time.
    ///
    /// # Errors
    /// [`Invalid`]; [`Invalid::Late`] where its turn does not come either.
    pub async fn read(&self, company: &CompanyId, mapping: Arc<Compiled>, body: Bytes) -> Result<Reading, Invalid> {
        let own = self
            .turns
            .entry(company.clone())
            .or_insert_with(|| Arc::new(Semaphore::new(1)))
            .clone();
        let turn = timeout(TURN_WITHIN, async {
            (own.acquire_owned().await, self.all.clone().acquire_owned().await)
        });
        let Ok((Ok(own), Ok(one_of_all))) = turn.await else {
            return Err(Invalid::Late(TURN_WITHIN));
        };
        let read = spawn_blocking(move || {
            // Whoever asked may have gone: the turn ends with the work.
            let _turn = (own, one_of_all);
            mapping.read(&body)
        });
        read.await.unwrap_or(Err(Invalid::Late(WITHIN)))
    }
}

/// What an expression comes to; nothing where it speaks of what the body has not.
fn evaluated(expression: &Expression, context: &Context) -> Result<Option<Value>, String> {
    match Value::resolve(expression, context) {
        Ok(value) => Ok(Some(value)),
        Err(ExecutionError::NoSuchKey(_) | ExecutionError::IndexOutOfBounds(_)) => Ok(None),
        // A field of nothing is nothing.
        Err(ExecutionError::NoSuchOverload(why))
            if why.argument_types().first().is_some_and(|kind| kind == "null_type") =>
        {
            Ok(None)
        }
        Err(why) => Err(why.to_string()),
    }
}

fn plain(value: &Value) -> Option<String> {
    Some(match value {
        Value::String(text) => text.to_string(),
        Value::Int(number) => number.to_string(),
        Value::UInt(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        _ => return None,
    })
}

fn wrong(path: &str, wanted: &str, value: &Value) -> Invalid {
    let detail = format!("must come to {wanted}, and comes to a {:?}", value.type_of());
    FieldError::new(path, detail).into()
}

/// Its words may hold what the body says.
fn failed(path: &str, why: &str) -> Invalid {
    let said: String = why.chars().take(SAID).collect();
    FieldError::new(path, format!("cannot be worked out for this body: {said}")).into()
}

/// A body as expressions see it.
struct Shown {
    left: usize,
}

impl Shown {
    fn of(body: &Json) -> Result<Value, Invalid> {
        let mut shown = Self { left: ALL_THINGS };
        shown.value(body).map_err(|detail| FieldError::new("", detail).into())
    }

    fn value(&mut self, json: &Json) -> Result<Value, String> {
        let too_many = || format!("holds more than {ALL_THINGS} values: a mapping cannot be used on it");
        self.left = self.left.checked_sub(1).ok_or_else(too_many)?;
        let few = |many: usize| match many {
            0..=THINGS => Ok(()),
            _ => Err(format!(
                "holds a list or an object of {many} things; a mapping sees at most {THINGS}"
            )),
        };
        Ok(match json {
            Json::Null => Value::Null,
            Json::Bool(truth) => Value::Bool(*truth),
            Json::Number(number) => match number.as_i64() {
                Some(whole) => Value::Int(whole),
                None => Value::Float(number.as_f64().unwrap_or_default()),
            },
            Json::String(text) => Value::String(Arc::new(text[..text.floor_char_boundary(TEXT)].to_owned())),
            Json::Array(all) => {
                few(all.len())?;
                let values: Result<Vec<Value>, String> = all.iter().map(|one| self.value(one)).collect();
                Value::List(Arc::new(values?))
            }
            Json::Object(all) => {
                few(all.len())?;
                let mut values = HashMap::with_capacity(all.len());
                for (name, value) in all {
                    values.insert(name.clone(), self.value(value)?);
                }
                Value::from(values)
            }
        })
    }
}

#[cfg(test)]
mod tests;
