//! Which entries of a journal are asked for.

use actors::domain::Timestamp;
use actors::port::reader::{EntryFilter, Kinds};
use utoipa::IntoParams;
use utoipa::openapi::path::Parameter;

use crate::http::Edge;
use crate::http::page::{Ask, Query};
use crate::http::problem::Problem;

/// Bytes of a kind, an actor or a subject that is asked for: as long as an id may be.
const TEXT: usize = 128;

#[derive(IntoParams)]
#[allow(dead_code, reason = "describes what `EntryFilter` is read from")]
struct Filter {
    /// Only those of this kind, such as `incident.opened`, or of all that begin so: `incident.`.
    #[param(min_length = 1, max_length = 128, pattern = "^[a-z_]+(\\.[a-z_]+)*\\.?$")]
    kind: Option<String>,
    /// Only those by this actor: a person's or a key's id, or a part of the system.
    #[param(min_length = 1, max_length = 128)]
    actor: Option<String>,
    /// Only those about this: an id.
    #[param(min_length = 1, max_length = 128)]
    subject: Option<String>,
    /// Only those since: an RFC 3339 time, or a span before now such as `24h`.
    since: Option<String>,
    /// Only those before: a time or a span as well.
    until: Option<String>,
}

impl Ask for EntryFilter {
    fn parameters() -> Vec<Parameter> {
        Filter::into_params(|| None)
    }

    fn read(query: &mut Query, edge: &Edge) -> Result<Self, Problem> {
        let now = edge.clock.now();
        let (since, until) = (query.since(now)?, query.moment("until", now)?);
        if since
            .zip(until)
            .is_some_and(|(since, until): (Timestamp, Timestamp)| until <= since)
        {
            return Err(Problem::invalid("until", "must be later than since"));
        }
        Ok(Self {
            kinds: text(query, "kind")?.map(kinds).transpose()?,
            actor: text(query, "actor")?,
            subject: text(query, "subject")?,
            since,
            until,
        })
    }
}

fn text(query: &mut Query, name: &str) -> Result<Option<String>, Problem> {
    match query.text(name) {
        Some(text) if text.len() > TEXT => Err(Problem::invalid(name, format!("must be at most {TEXT} bytes"))),
        text => Ok(text),
    }
}

fn kinds(text: String) -> Result<Kinds, Problem> {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let whole = text.strip_suffix('.');
    if !whole.unwrap_or(&text).split('.').all(is_word) {
        let why = "must be a kind such as incident.opened, or how kinds begin, with a dot: incident.";
        return Err(Problem::invalid("kind", why));
    }
    Ok(match whole {
        Some(_) => Kinds::Of(text),
        None => Kinds::One(text),
    })
}
