//! Keeps checkpoints outside of the store: a line for each journal that has grown, at most once a minute and at the
//! end, appended to a file or written to standard output.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actors::domain::{ChainHash, CompanyId};
use actors::limits::PAGE;
use actors::port::reader::{Cursor, PageRequest};
use actors::port::{Clock, Committed, CompanySet, Error, Store};
use tokio::fs::{File, OpenOptions};
use tokio::io::AsyncWriteExt;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::checkpoint::{Checkpoint, Signer};

/// How often what has grown is signed.
const EVERY: Duration = Duration::from_secs(60);
/// The longest checkpoint file that is read at the start, in bytes: its end is what matters.
const TAIL_BYTES: u64 = 16 << 20;

/// Where checkpoints go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Appended to this file.
    File(PathBuf),
    /// To standard output, for whatever gathers it.
    Stdout,
}

/// A journal that is not what was signed of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discord {
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// What is wrong.
    pub why: &'static str,
}

/// The keeper.
pub struct Keeper {
    signer: Arc<Signer>,
    place: Place,
    clock: Arc<dyn Clock>,
    grown: HashMap<CompanyId, (u64, ChainHash)>,
}

impl Keeper {
    /// One that has seen nothing.
    pub fn new(signer: Arc<Signer>, place: Place, clock: Arc<dyn Clock>) -> Self {
        Self {
            signer,
            place,
            clock,
            grown: HashMap::new(),
        }
    }

    /// Signs what grows until it is told to stop, and then what has grown since.
    pub async fn run(mut self, store: Arc<dyn Store>, stop: CancellationToken) {
        let mut feed: Receiver<Arc<Committed>> = store.feed();
        let mut turn = interval(EVERY);
        turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
        turn.tick().await;
        loop {
            tokio::select! {
                told = feed.recv() => match told {
                    Ok(committed) => self.note(&committed),
                    // What comes next says how far each journal has come.
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => break,
                },
                _ = turn.tick() => self.keep().await,
                () = stop.cancelled() => break,
            }
        }
        // Whoever asks where the order of commits ends is answered when it is in order, and told.
        let platform = CompanySet::one(CompanyId::platform());
        if let Err(error) = store.events(&platform).last().await {
            tracing::warn!(%error, "the last commits are signed at the next start");
        }
        while let Ok(committed) = feed.try_recv() {
            self.note(&committed);
        }
        self.keep().await;
    }

    fn note(&mut self, committed: &Committed) {
        for event in &committed.events {
            let entry = &event.entry;
            let mut hash = ChainHash::default();
            if hex::decode_to_slice(&entry.hash, &mut hash).is_ok() {
                self.grown.insert(entry.company_id.clone(), (entry.seq, hash));
            }
        }
    }

    /// Signs and writes what has grown. What cannot be written is signed again at the next turn.
    async fn keep(&mut self) {
        let now = self.clock.now();
        let mut grown: Vec<_> = self.grown.iter().collect();
        grown.sort_unstable_by_key(|(company, _)| *company);
        let mut text = String::new();
        for (company, (seq, hash)) in grown {
            let signed = self.signer.sign(company, *seq, hash, now);
            text.push_str(&serde_json::to_string(&signed).unwrap_or_default());
            text.push('\n');
        }
        if text.is_empty() {
            return;
        }
        match write(&self.place, &text).await {
            Ok(()) => self.grown.clear(),
            Err(error) => tracing::error!(%error, place = ?self.place, "checkpoints cannot be written"),
        }
    }
}

async fn write(place: &Place, text: &str) -> io::Result<()> {
    match place {
        Place::Stdout => {
            let mut out = io::stdout().lock();
            out.write_all(text.as_bytes())?;
            out.flush()
        }
        Place::File(path) => {
            let mut file: File = OpenOptions::new()
                .create(true)
                .append(true)
                .mode(0o600)
                .open(path)
                .await?;
            file.write_all(text.as_bytes()).await?;
            file.sync_all().await
        }
    }
}

/// The last checkpoint of each journal in a file; none where there is no file. Lines that are none are passed over:
/// the last may have been cut by the end of the process.
///
/// # Errors
/// The file cannot be read.
pub async fn last(path: &std::path::Path) -> io::Result<Vec<Checkpoint>> {
    use tokio::io::{AsyncReadExt, AsyncSeekExt};
    let mut file = match File::open(path).await {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let length = file.metadata().await?.len();
    file.seek(io::SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))
        .await?;
    let mut bytes = Vec::new();
    file.take(TAIL_BYTES).read_to_end(&mut bytes).await?;
    let mut last: HashMap<CompanyId, Checkpoint> = HashMap::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        if let Ok(checkpoint) = serde_json::from_slice::<Checkpoint>(line) {
            last.insert(checkpoint.company_id.clone(), checkpoint);
        }
    }
    let mut last: Vec<Checkpoint> = last.into_values().collect();
    last.sort_unstable_by(|a, b| a.company_id.cmp(&b.company_id));
    Ok(last)
}

/// Whether a store still holds what was signed of it.
///
/// # Errors
/// The store does not answer.
pub async fn compare(store: &dyn Store, signed: &[Checkpoint]) -> Result<Vec<Discord>, Error> {
    let mut found = Vec::new();
    for checkpoint in signed.iter().filter(|checkpoint| checkpoint.seq > 0) {
        let after = Some(Cursor(checkpoint.seq - 1, 0)).filter(|cursor| cursor.0 > 0);
        let page = PageRequest {
            limit: PAGE.min(1),
            after,
        };
        let entries = match store.reader(&checkpoint.company_id).journal(page).await {
            Err(Error::NoSuchCompany) => Vec::new(),
            other => other?.items,
        };
        let why = match entries.first() {
            _ if checkpoint.verify(None).is_err() => Some("its signature does not fit"),
            Some(entry) if entry.seq == checkpoint.seq && entry.hash == checkpoint.hash => None,
            Some(entry) if entry.seq == checkpoint.seq => Some("the journal was written anew before this entry"),
            _ => Some("the journal's tail is cut"),
        };
        if let Some(why) = why {
            found.push(Discord {
                checkpoint: checkpoint.clone(),
                why,
            });
        }
    }
    Ok(found)
}
