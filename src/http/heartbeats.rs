//! `/api/companies/{id}/heartbeats`: what a company is to hear of; `POST /api/heartbeats/{name}`: a word from it.

use std::sync::Arc;

use actors::domain::ids::EntryId;
use actors::domain::{Fact, Severity, Timestamp};
use actors::limits::HEARTBEATS;
use actors::port::{Amendment, Put, RecordKind};
use axum::Json;
use axum::extract::{Path, RawQuery, State};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Edge;
use super::body::{SentOrNot, Unread};
use super::caller::Address;
use super::companies::{Answer, TRIES, commit, records};
use super::gate::LooksItself;
use super::page::Items;
use super::problem::{Code, Problem};
use super::rights::{AdministerCompany, May, Read, SendAlerts};
use super::webhook::{self, Signed};
use crate::heartbeats::{Heartbeat, Unheard};

/// How often something may be expected, in seconds: from a minute to a month.
const SECONDS: std::ops::RangeInclusive<u32> = 60..=2_678_400;
/// How often it is, where nothing is said.
const USUALLY: u32 = 300;
/// Characters of a name.
const NAME: usize = 128;

/// What is listened for.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HeartbeatRequest)]
pub(super) struct Wanted {
    /// How long it may be silent, in seconds: 60 to 2678400; as it was where nothing is said, 300 for a new one.
    #[serde(default)]
    #[schema(nullable = false, minimum = 60, maximum = 2_678_400)]
    every_seconds: Option<u32>,
    /// How grave its silence is; as it was where nothing is said, high for a new one.
    #[serde(default)]
    #[schema(nullable = false)]
    severity: Option<Severity>,
}

/// What it listens for, by name.
pub(super) async fn list(may: May<Read>, State(edge): State<Arc<Edge>>) -> Answer<Items<Heartbeat>> {
    let all = records::<Heartbeat, _>(&edge, &may).await?;
    Ok(Json(all.into_iter().map(|(heartbeat, _)| heartbeat).collect()))
}

/// `PUT {every_seconds?, severity?}`: listens for one from now on, or otherwise than before.
pub(super) async fn put(
    may: May<AdministerCompany>,
    State(edge): State<Arc<Edge>>,
    Path((_, name)): Path<(String, String)>,
    SentOrNot(wanted): SentOrNot<Wanted>,
) -> Answer<Heartbeat> {
    if !is_name(&name) {
        return Err(Problem::invalid(
            "name",
            "must be 1 to 128 of A-Z a-z 0-9 . _ : -, and not begin with a dot",
        ));
    }
    if wanted.every_seconds.is_some_and(|seconds| !SECONDS.contains(&seconds)) {
        return Err(Problem::invalid("every_seconds", "must be 60 to 2678400"));
    }
    edge.takes_work(may.company())?;
    let _turn = edge.heartbeats.turn(may.company()).await;
    for _ in 0..TRIES {
        let all = records::<Heartbeat, _>(&edge, &may).await?;
        let now = edge.clock.now();
        let before = all.iter().find(|(heartbeat, _)| heartbeat.name == name);
        if before.is_none() && all.len() >= HEARTBEATS {
            let detail = format!("a company has at most {HEARTBEATS} heartbeats: remove one first");
            return Err(Problem::new(Code::Conflict, detail));
        }
        let heartbeat = Heartbeat {
            name: name.clone(),
            every_seconds: wanted
                .every_seconds
                .or(before.map(|(before, _)| before.every_seconds))
                .unwrap_or(USUALLY),
            severity: wanted
                .severity
                .or(before.map(|(before, _)| before.severity))
                .unwrap_or(Severity::High),
            created_at: before.map_or(now, |(before, _)| before.created_at),
            last_seen_at: before.and_then(|(before, _)| before.last_seen_at),
            silent_since_at: before.and_then(|(before, _)| before.silent_since_at),
        };
        let put = match before {
            Some((before, _)) if *before == heartbeat => return Ok(Json(heartbeat)),
            Some((_, version)) => Put::change(&heartbeat, *version)?,
            None => Put::new(&heartbeat)?,
        };
        let shown =
            |heartbeat: &Heartbeat| json!({"every_seconds": heartbeat.every_seconds, "severity": heartbeat.severity});
        let data = json!({"before": before.map(|(before, _)| shown(before)), "after": shown(&heartbeat)});
        let amendment = changed(&edge, &may, &name, (now, put), data);
        if commit(&edge, &may, amendment).await? {
            edge.heartbeats.note(may.company(), &heartbeat);
            return Ok(Json(heartbeat));
        }
    }
    Err(actors::runtime::CallError::Overloaded.into())
}

fn changed(
    edge: &Edge,
    may: &May<AdministerCompany>,
    name: &str,
    (now, put): (Timestamp, Put),
    data: Value,
) -> Amendment {
    let id = EntryId::from_uuid(edge.entropy.uuid(now));
    Amendment {
        puts: vec![put],
        facts: vec![Fact::from_outside(
            id,
            now,
            "heartbeat.changed",
            name,
            &may.origin(),
            data,
        )],
        ..Amendment::default()
    }
}

fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._:-".contains(&byte);
    (1..=NAME).contains(&name.len()) && !name.starts_with('.') && name.bytes().all(plain)
}

/// One that is listened for no more.
#[derive(Serialize, ToSchema)]
pub(super) struct RemovedHeartbeat {
    message: &'static str,
    name: String,
}

/// `DELETE`: listens for it no more, and ends its silence.
pub(super) async fn remove(
    may: May<AdministerCompany>,
    State(edge): State<Arc<Edge>>,
    Path((_, name)): Path<(String, String)>,
) -> Answer<RemovedHeartbeat> {
    let _turn = edge.heartbeats.turn(may.company()).await;
    for _ in 0..TRIES {
        let reader = edge.store.reader(may.company());
        let record = reader.record(RecordKind::Heartbeats, &name).await?;
        let record = record.ok_or_else(|| Problem::not_found("heartbeat"))?;
        edge.heartbeats.end(may.company(), &record.read()?).await?;
        let put = Put::remove(RecordKind::Heartbeats, name.clone(), record.version);
        let amendment = changed(&edge, &may, &name, (edge.clock.now(), put), json!({"after": null}));
        if commit(&edge, &may, amendment).await? {
            edge.heartbeats.forget(may.company(), &name);
            return Ok(Json(RemovedHeartbeat {
                message: "Removed",
                name,
            }));
        }
    }
    Err(actors::runtime::CallError::Overloaded.into())
}

/// A word that was heard.
#[derive(Serialize, ToSchema)]
pub(super) struct Heard {
    message: &'static str,
    name: String,
    /// When.
    last_seen_at: Option<Timestamp>,
}

/// `POST`: it is alive. What the body says does not matter, so that a tool's own notification can be sent here, such as
/// Alertmanager's `Watchdog`; one that is signed has to name the heartbeat, because a signature is of a body alone, and
/// counts from when it was signed.
pub(super) async fn ping(
    _: LooksItself<SendAlerts>,
    State(edge): State<Arc<Edge>>,
    address: Address,
    Signed(headers): Signed,
    Path(name): Path<String>,
    RawQuery(raw): RawQuery,
    sent: Unread<Value>,
) -> Result<Json<Heard>, Problem> {
    let sign = webhook::sign_of_life(&edge, address, (headers, raw), sent.body).await?;
    let at = match &sign.signed {
        None => edge.clock.now(),
        Some((body, _)) if !names(body, &name) => {
            let rule =
                format!("must be {name:?}: a signed body has to name its heartbeat, as {{\"heartbeat\": {name:?}}}");
            return Err(Problem::invalid("heartbeat", rule));
        }
        Some((_, signed_at)) => *signed_at,
    };
    let heard = edge.heartbeats.heard(&sign.company_id, &name, at).await?;
    Ok(Json(Heard {
        message: "Heard",
        name: heard.name,
        last_seen_at: heard.last_seen_at,
    }))
}

fn names(body: &[u8], name: &str) -> bool {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    body["heartbeat"] == name
}

impl From<Unheard> for Problem {
    fn from(unheard: Unheard) -> Self {
        match unheard {
            Unheard::Unknown => Self::not_found("heartbeat"),
            Unheard::Late(..) => Self::invalid("X-Timestamp", unheard.to_string()),
            Unheard::Store(error) => error.into(),
            Unheard::Call(error) => error.into(),
        }
    }
}
