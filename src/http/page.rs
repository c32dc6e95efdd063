//! Lists: query parameters, cursors, pages.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use actors::domain::{CompanyId, Timestamp};
use actors::limits::PAGE;
use actors::port::reader::{Cursor, Page, PageRequest};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use utoipa::openapi::path::{Parameter, ParameterBuilder};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::Edge;
use super::describe::{Argument, Description};
use super::problem::Problem;

/// Rows of a page where the request says nothing.
const DEFAULT_LIMIT: usize = 50;

/// A request's query parameters, taken one by one; what is left over is refused.
pub(super) struct Query {
    once: HashMap<String, String>,
    /// Those that may stand more than once.
    repeated: Vec<(String, String)>,
}

impl Query {
    /// Reads a query string.
    pub(super) fn read(raw: Option<&str>) -> Result<Self, Problem> {
        Self::with_repeated(raw, &[])
    }

    /// Reads a query string in which some parameters may stand more than once.
    fn with_repeated(raw: Option<&str>, may_repeat: &[&str]) -> Result<Self, Problem> {
        let (mut parameters, mut repeated) = (HashMap::new(), Vec::new());
        for (name, value) in form_urlencoded::parse(raw.unwrap_or_default().as_bytes()) {
            if may_repeat.contains(&&*name) {
                repeated.push((name.into_owned(), value.into_owned()));
                continue;
            }
            if parameters
                .insert(name.clone().into_owned(), value.into_owned())
                .is_some()
            {
                return Err(Problem::invalid(name, "the parameter must stand once"));
            }
        }
        Ok(Self {
            once: parameters,
            repeated,
        })
    }

    /// A single parameter that came another way.
    pub(super) fn of(name: &str, value: String) -> Self {
        Self {
            once: HashMap::from([(name.to_owned(), value)]),
            repeated: Vec::new(),
        }
    }

    /// Parameters that came as the fields of an object; `null` is as good as none.
    pub(super) fn of_fields(fields: Map<String, Value>) -> Result<Self, Problem> {
        let mut parameters = HashMap::new();
        for (name, value) in fields {
            let text = match value {
                Value::Null => continue,
                Value::String(text) => text,
                Value::Number(number) => number.to_string(),
                Value::Bool(flag) => flag.to_string(),
                Value::Array(_) | Value::Object(_) => {
                    return Err(Problem::invalid(name, "must be a text, a number, true or false"));
                }
            };
            parameters.insert(name, text);
        }
        Ok(Self {
            once: parameters,
            repeated: Vec::new(),
        })
    }

    /// A parameter's text.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        self.once.remove(name).filter(|value| !value.is_empty())
    }

    /// All texts of a parameter that may stand more than once.
    pub(super) fn all(&mut self, name: &str) -> Vec<String> {
        let (meant, others) = std::mem::take(&mut self.repeated)
            .into_iter()
            .partition(|(other, _)| other == name);
        self.repeated = others;
        let meant: Vec<(String, String)> = meant;
        meant
            .into_iter()
            .map(|(_, value)| value)
            .filter(|value| !value.is_empty())
            .collect()
    }

    /// A parameter that reads like a JSON string, such as a severity.
    pub(super) fn word<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, Problem> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let read = serde_json::from_value(Value::String(text));
        read.map(Some)
            .map_err(|error| Problem::invalid(name, error.to_string()))
    }

    /// Yes or no.
    pub(super) fn flag(&mut self, name: &str) -> Result<Option<bool>, Problem> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let read = text.parse().map(Some);
        read.map_err(|_| Problem::invalid(name, "must be true or false"))
    }

    /// The company that is meant.
    pub(super) fn company(&mut self) -> Result<Option<CompanyId>, Problem> {
        self.word("company_id")
    }

    /// A moment: RFC 3339, or so long before now (`24h`, `30m`, `7d`).
    pub(super) fn since(&mut self, now: Timestamp) -> Result<Option<Timestamp>, Problem> {
        self.moment("since", now)
    }

    /// A moment of any name.
    pub(super) fn moment(&mut self, name: &str, now: Timestamp) -> Result<Option<Timestamp>, Problem> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        since(&text, now).map(Some).ok_or_else(|| {
            Problem::invalid(
                name,
                "must be an RFC 3339 time such as 2026-01-31T08:00:00Z, or a span such as 24h",
            )
        })
    }

    /// A whole number within bounds.
    pub(super) fn number(&mut self, name: &str, within: RangeInclusive<u32>) -> Result<Option<u32>, Problem> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let read = text.parse().ok().filter(|number| within.contains(number));
        read.map(Some)
            .ok_or_else(|| Problem::invalid(name, format!("must be {} to {}", within.start(), within.end())))
    }

    /// `limit` and `cursor`.
    pub(super) fn page(&mut self) -> Result<PageRequest, Problem> {
        Ok(PageRequest {
            limit: self.limit(PAGE, DEFAULT_LIMIT)?,
            after: self.cursor(read_cursor)?,
        })
    }

    /// `limit`: rows of a page.
    pub(super) fn limit(&mut self, most: usize, default: usize) -> Result<usize, Problem> {
        let Some(text) = self.text("limit") else {
            return Ok(default);
        };
        let read = text.parse().ok().filter(|limit| (1..=most).contains(limit));
        read.ok_or_else(|| Problem::invalid("limit", format!("must be 1 to {most}")))
    }

    /// `cursor`, as the list reads it.
    pub(super) fn cursor<T>(&mut self, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Problem> {
        let Some(text) = self.text("cursor") else {
            return Ok(None);
        };
        let read = read(&text).map(Some);
        read.ok_or_else(|| Problem::invalid("cursor", "must be the next_cursor of an earlier page"))
    }

    /// Refuses what nothing has asked for.
    pub(super) fn done(self) -> Result<(), Problem> {
        match self.once.into_keys().min() {
            Some(name) => Err(Problem::invalid(name, "there is no such parameter here")),
            None => Ok(()),
        }
    }
}

fn since(text: &str, now: Timestamp) -> Option<Timestamp> {
    if let Ok(at) = text.parse() {
        return Some(at);
    }
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    };
    let number: u64 = number.parse().ok()?;
    Some(now.minus(std::time::Duration::from_secs(number.checked_mul(seconds)?)))
}

/// Reads an opaque cursor; bytes from outside.
pub fn read_cursor(text: &str) -> Option<Cursor> {
    let bytes: [u8; 16] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
    let (first, second) = bytes.split_first_chunk::<8>()?;
    Some(Cursor(
        u64::from_be_bytes(*first),
        u64::from_be_bytes(second.try_into().ok()?),
    ))
}

/// Writes it.
pub fn write_cursor(cursor: Cursor) -> String {
    URL_SAFE_NO_PAD.encode([cursor.0.to_be_bytes(), cursor.1.to_be_bytes()].concat())
}

/// A page of a list.
#[derive(Serialize)]
pub(super) struct Paged<T> {
    items: Vec<T>,
    next_cursor: Option<String>,
}

impl<T> Paged<T> {
    /// A page of a list that has a cursor of its own.
    pub(super) fn with(items: Vec<T>, next_cursor: Option<String>) -> Self {
        Self { items, next_cursor }
    }

    pub(super) fn of<R>(page: Page<R>, item: impl Fn(R) -> T) -> Self {
        Self {
            items: page.items.into_iter().map(item).collect(),
            next_cursor: page.next.map(write_cursor),
        }
    }
}

/// A list that is never long.
#[derive(Serialize)]
pub(super) struct Items<T> {
    items: Vec<T>,
}

impl<T> FromIterator<T> for Items<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self {
            items: items.into_iter().collect(),
        }
    }
}

fn items_of<T: ToSchema>() -> ObjectBuilder {
    let items = ArrayBuilder::new().items(Ref::from_schema_name(T::name()));
    ObjectBuilder::new().property("items", items).required("items")
}

impl<T: ToSchema> PartialSchema for Paged<T> {
    fn schema() -> RefOr<Schema> {
        let cursor = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .description(Some("Where the next page begins; null on the last."));
        items_of::<T>()
            .property("next_cursor", cursor)
            .required("next_cursor")
            .into()
    }
}

impl<T: ToSchema> ToSchema for Paged<T> {
    fn name() -> Cow<'static, str> {
        format!("{}Page", T::name()).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

impl<T: ToSchema> PartialSchema for Items<T> {
    fn schema() -> RefOr<Schema> {
        items_of::<T>().into()
    }
}

impl<T: ToSchema> ToSchema for Items<T> {
    fn name() -> Cow<'static, str> {
        format!("{}List", T::name()).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

/// What a list may be asked.
pub(super) trait Ask: Sized + Send {
    /// Whether a company may be named.
    const OF_COMPANY: bool = true;
    /// Parameters that may stand more than once.
    const MAY_REPEAT: &'static [&'static str] = &[];

    /// The parameters, for clients to read.
    fn parameters() -> Vec<Parameter>;

    /// Reads them.
    ///
    /// # Errors
    /// The first that is not as it should be.
    fn read(query: &mut Query, edge: &Edge) -> Result<Self, Problem>;
}

/// Nothing is asked, and anything that is refused.
impl Ask for () {
    fn parameters() -> Vec<Parameter> {
        Vec::new()
    }

    fn read(_: &mut Query, _: &Edge) -> Result<Self, Problem> {
        Ok(())
    }
}

impl<A: Ask, B: Ask> Ask for (A, B) {
    fn parameters() -> Vec<Parameter> {
        [A::parameters(), B::parameters()].concat()
    }

    fn read(query: &mut Query, edge: &Edge) -> Result<Self, Problem> {
        Ok((A::read(query, edge)?, B::read(query, edge)?))
    }
}

/// `limit` and `cursor`, for clients to read.
pub(super) fn page_parameters(most: usize, default: usize) -> Vec<Parameter> {
    let limit = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(1))
        .maximum(Some(most))
        .default(Some(default.into()));
    let cursor = ObjectBuilder::new().schema_type(Type::String);
    let parameter = |name, what, schema: ObjectBuilder| {
        let named = ParameterBuilder::new().name(name).description(Some(what));
        named.schema(Some(schema)).build()
    };
    vec![
        parameter("limit", "Rows of the page.", limit),
        parameter("cursor", "The `next_cursor` of an earlier page.", cursor),
    ]
}

impl Ask for PageRequest {
    fn parameters() -> Vec<Parameter> {
        page_parameters(PAGE, DEFAULT_LIMIT)
    }

    fn read(query: &mut Query, _: &Edge) -> Result<Self, Problem> {
        query.page()
    }
}

/// The company that a request names, and what else it asks; what is left over is refused.
pub(super) struct Asked<Q = ()> {
    pub(super) company: Option<CompanyId>,
    pub(super) asked: Q,
}

impl<Q: Ask> FromRequestParts<Arc<Edge>> for Asked<Q> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, edge: &Arc<Edge>) -> Result<Self, Problem> {
        Self::of(Query::with_repeated(parts.uri.query(), Q::MAY_REPEAT)?, edge)
    }
}

impl<Q: Ask> Asked<Q> {
    /// Reads all of a query.
    ///
    /// # Errors
    /// The first parameter that is not as it should be, or that nothing has asked for.
    pub(super) fn of(mut query: Query, edge: &Edge) -> Result<Self, Problem> {
        let company = if Q::OF_COMPANY { query.company()? } else { None };
        let asked = Q::read(&mut query, edge)?;
        query.done()?;
        Ok(Self { company, asked })
    }
}

impl<Q: Ask> Argument for Asked<Q> {
    const READS_QUERY: bool = true;

    fn describe(description: &mut Description) {
        if Q::OF_COMPANY {
            description.takes_company();
        }
        Q::parameters()
            .into_iter()
            .for_each(|parameter| description.asks(parameter));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn cursors_come_back_as_they_went(first: u64, second: u64) {
            prop_assert_eq!(read_cursor(&write_cursor(Cursor(first, second))), Some(Cursor(first, second)));
        }

        #[test]
        fn no_text_panics(text in ".{0,40}") {
            let _ = read_cursor(&text);
            let _ = since(&text, Timestamp::default());
        }
    }

    #[test]
    fn spans_and_times() {
        let now = Timestamp::from_millis(100_000_000);
        assert_eq!(since("24h", now), Some(Timestamp::from_millis(13_600_000)));
        assert_eq!(since("1970-01-01T00:00:01Z", now), Some(Timestamp::from_millis(1000)));
        for bad in ["", "h", "24", "-1h", "24w", "ä", "1ä"] {
            assert_eq!(since(bad, now), None, "{bad}");
        }
    }
}
