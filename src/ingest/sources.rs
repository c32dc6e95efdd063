//! From which tools a company's alerts come: the first real one of each is journalled and kept, so that whoever has set a
//! tool up sees that it has arrived.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use actors::domain::ids::EntryId;
use actors::domain::{AlertId, CompanyId, Fact, NewAlert, Timestamp};
use actors::limits::{PAGE, SOURCES};
use actors::port::{Amended, Amendment, Entropy, Error, Kept, Put, Reader, RecordKind, Store};
use actors::runtime::Runtime;
use dashmap::DashMap;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

/// First alerts that wait to be noted; those beyond are noted with the next one of their source.
const WAITING: usize = 1_024;
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
            let next = tokio::select! {
                biased;
                next = coming.recv() => next,
                () = stop.cancelled() => coming.try_recv().ok(),
            };
            let Some((company, source)) = next else { return };
            let kept = keep(&*store, &runtime, &*entropy, &company, &source).await;
            if let Err(why) = kept {
                tracing::warn!(company_id = %company, tool_source = source.tool_source, why, "a new source is not noted");
                if let Some(mut known) = self.known.get_mut(&company) {
                    known.remove(&source.tool_source);
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
    source: &Source,
) -> Result<(), String> {
    let amendment = amendment(store, entropy, company, source)
        .await
        .map_err(|error| error.to_string())?;
    let Some(amendment) = amendment else { return Ok(()) };
    match runtime.amend(company, amendment, WITHIN).await {
        // Another was first.
        Ok(Amended::Done | Amended::Changed | Amended::Taken) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

/// Whether a company has as many sources as are kept, whichever process has noted them.
async fn is_full(reader: &dyn Reader) -> Result<bool, Error> {
    let (mut count, mut after) = (0, None::<String>);
    while count < SOURCES {
        let page = reader.records(RecordKind::Sources, after.as_deref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(false) };
        count += page.len();
        after = Some(last.id.clone());
    }
    Ok(true)
}

/// Nothing where it was known before this process began, or there is no room.
async fn amendment(
    store: &dyn Store,
    entropy: &dyn Entropy,
    company: &CompanyId,
    source: &Source,
) -> Result<Option<Amendment>, Error> {
    let reader = store.reader(company);
    let found = reader.record(RecordKind::Sources, &source.tool_source).await?;
    if found.is_some() || is_full(&*reader).await? {
        return Ok(None);
    }
    let at = source.first_seen_at;
    let data = json!({"tool_source": source.tool_source, "alert_id": source.first_alert_id});
    let fact = Fact::new(
        EntryId::from_uuid(entropy.uuid(at)),
        at,
        "source.first_alert",
        &source.tool_source,
        "edge",
        &data,
    );
    Ok(Some(Amendment {
        puts: vec![Put::new(source)?],
        facts: vec![fact],
        ..Amendment::default()
    }))
}
