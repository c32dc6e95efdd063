//! From which tools a company's alerts come: the first real one of each is journalled and kept, so that whoever has set a
//! tool up sees that it has arrived.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

use actors::domain::ids::EntryId;
use actors::domain::{AlertId, CompanyId, Fact, NewAlert, Timestamp};
use actors::limits::{PAGE, SOURCES};
use actors::port::{Amended, Amendment, Entropy, Error, Kept, Put, RecordKind, Store};
use actors::runtime::Runtime;
use dashmap::DashMap;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

/// First alerts that wait to be noted; those beyond are noted with the next one of their source.
const WAITING: usize = 1_024;
/// Those that are noted at once.
const AT_ONCE: usize = 256;
/// How often others may be first.
const TRIES: usize = 3;
/// How long a commit may take.
const WITHIN: Duration = Duration::from_secs(10);
/// The label that tells a trial from the real thing.
pub const TEST: &str = "test";

/// A tool that a company's alerts come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Source {
    /// The tool, as its alerts name it.
    pub tool_source: String,
    /// Its first alert that was no trial.
    pub first_alert_id: AlertId,
    /// When that arrived.
    pub first_seen_at: Timestamp,
}

impl Kept for Source {
    const KIND: RecordKind = RecordKind::Sources;

    fn id(&self) -> String {
        self.tool_source.clone()
    }
}

/// Which sources are known, and those that are to be noted.
pub struct Sources {
    known: DashMap<CompanyId, HashSet<String>>,
    noted: mpsc::Sender<(CompanyId, Source)>,
    coming: Mutex<mpsc::Receiver<(CompanyId, Source)>>,
}

impl Default for Sources {
    fn default() -> Self {
        let (noted, coming) = mpsc::channel(WAITING);
        Self {
            known: DashMap::new(),
            noted,
            coming: Mutex::new(coming),
        }
    }
}

impl Sources {
    /// Notes where alerts come from that were taken just now. Never waits.
    pub fn note(&self, company: &CompanyId, alerts: &[Arc<NewAlert>], now: Timestamp) {
        for alert in alerts
            .iter()
            .filter(|alert| alert.labels.get(TEST).is_none_or(|test| test != "true"))
        {
            let Some(tool) = &alert.tool_source else { continue };
            let is_known = |known: &HashSet<String>| known.contains(tool) || known.len() >= SOURCES;
            if self.known.get(company).is_some_and(|known| is_known(&known)) {
                continue;
            }
            let source = Source {
                tool_source: tool.clone(),
                first_alert_id: alert.alert_id,
                first_seen_at: now,
            };
            // Where it finds no room it is noted with the next alert.
            if self.noted.try_send((company.clone(), source)).is_ok() {
                self.known.entry(company.clone()).or_default().insert(tool.clone());
            }
        }
    }

    /// Journals and keeps what was noted, until it is told to stop, and what is there then.
    pub async fn run(
        self: Arc<Self>,
        store: Arc<dyn Store>,
        runtime: Runtime,
        entropy: Arc<dyn Entropy>,
        stop: CancellationToken,
    ) {
        let mut coming = self.coming.lock().await;
        loop {
            let mut noted = Vec::new();
            tokio::select! {
                biased;
                _ = coming.recv_many(&mut noted, AT_ONCE) => {}
                () = stop.cancelled() => {}
            }
            if noted.is_empty() {
                return;
            }
            let mut by_company: BTreeMap<CompanyId, Vec<Source>> = BTreeMap::new();
            for (company, source) in noted {
                by_company.entry(company).or_default().push(source);
            }
            for (company, sources) in by_company {
                if let Err(why) = keep(&*store, &runtime, &*entropy, &company, &sources).await {
                    tracing::warn!(company_id = %company, why, "new sources are not noted");
                    if let Some(mut known) = self.known.get_mut(&company) {
                        known.retain(|tool| sources.iter().all(|source| source.tool_source != *tool));
                    }
                }
            }
        }
    }
}

async fn keep(
    store: &dyn Store,
    runtime: &Runtime,
    entropy: &dyn Entropy,
    company: &CompanyId,
    sources: &[Source],
) -> Result<(), String> {
    for _ in 0..TRIES {
        let amendment = amendment(store, entropy, company, sources).await;
        let Some(amendment) = amendment.map_err(|error| error.to_string())? else {
            return Ok(());
        };
        match runtime.amend(company, amendment, WITHIN).await {
            Ok(Amended::Done) => return Ok(()),
            // Another was first with one of them.
            Ok(Amended::Changed | Amended::Taken) => {}
            Err(error) => return Err(error.to_string()),
        }
    }
    Err("others note the same".to_owned())
}

/// Those that are not kept yet, as far as there is room, whichever process has kept the others; nothing where there are
/// none.
async fn amendment(
    store: &dyn Store,
    entropy: &dyn Entropy,
    company: &CompanyId,
    sources: &[Source],
) -> Result<Option<Amendment>, Error> {
    let (reader, mut kept) = (store.reader(company), BTreeSet::new());
    while kept.len() < SOURCES {
        let after = kept.last().map(String::as_str);
        let page = reader.records(RecordKind::Sources, after, PAGE).await?;
        if page.is_empty() {
            break;
        }
        kept.extend(page.into_iter().map(|record| record.id));
    }
    let room = SOURCES.saturating_sub(kept.len());
    let new = sources.iter().filter(|source| !kept.contains(&source.tool_source));
    let mut amendment = Amendment::default();
    for source in new.take(room) {
        let at = source.first_seen_at;
        let data = json!({"tool_source": source.tool_source, "alert_id": source.first_alert_id});
        amendment.puts.push(Put::new(source)?);
        amendment.facts.push(Fact::new(
            EntryId::from_uuid(entropy.uuid(at)),
            at,
            "source.first_alert",
            &source.tool_source,
            "edge",
            &data,
        ));
    }
    Ok(Some(amendment).filter(|amendment| !amendment.puts.is_empty()))
}
