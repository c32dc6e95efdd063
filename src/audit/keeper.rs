//! Keeps checkpoints outside of the store: a line for each journal that has grown, at most once a minute and at the
//! end, appended to a file or written to standard output.
//!
//! Before it signs anything, it walks every journal along all that was signed of it. A journal that was cut or written
//! anew is told loudly, and served: whoever looks into it needs it. What was signed of it stays in force: nothing is
//! signed at or below an entry that was signed before.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use actors::domain::{ChainHash, CompanyId};
use actors::port::reader::PageRequest;
use actors::port::{Clock, Committed, CompanySet, Error, Store};
use tokio::fs::OpenOptions;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::checkpoint::{Signer, Trusted};
use super::signed::{Fault, Signed};
use super::walk::{self, Found, Journals};
use crate::telemetry;

/// How often what has grown is signed.
const EVERY: Duration = Duration::from_secs(60);

/// Journals that are named where many are told of.
const NAMED: usize = 10;

/// How long the end waits to know what was signed before.
const LAST_LOOK: Duration = Duration::from_secs(2);

/// Where checkpoints go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Appended to this file.
    File(PathBuf),
    /// To standard output, for whatever gathers it.
    Stdout,
}

impl Place {
    /// What was signed of a company's journal; nothing where checkpoints are not kept in a file.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn signed_of(&self, company: &CompanyId, by: &Trusted) -> io::Result<Option<Signed>> {
        match self {
            Self::Stdout => Ok(None),
            Self::File(path) => Signed::read(path, by, Some(company)).await.map(Some),
        }
    }
}

/// The keeper.
pub struct Keeper {
    signer: Arc<Signer>,
    place: Place,
    clock: Arc<dyn Clock>,
    grown: HashMap<CompanyId, (u64, ChainHash)>,
    /// The highest entry of each journal that was signed; nothing is signed before this is known.
    highest: Option<HashMap<CompanyId, u64>>,
}

/// The journals that there were before this process wrote anything: something should have been signed of each.
///
/// # Errors
/// The store does not answer.
pub async fn found_at_the_start(store: &Arc<dyn Store>) -> Result<Vec<CompanyId>, Error> {
    let mut found = Journals::companies(store).await?;
    let first = PageRequest { limit: 1, after: None };
    if Journals::journal(store, &CompanyId::platform(), first)
        .await?
        .items
        .is_empty()
    {
        found.retain(|company| !company.is_platform());
    }
    Ok(found)
}

impl Keeper {
    /// One that has seen nothing.
    pub fn new(signer: Arc<Signer>, place: Place, clock: Arc<dyn Clock>) -> Self {
        Self {
            signer,
            place,
            clock,
            grown: HashMap::new(),
            highest: None,
        }
    }

    /// Looks whether the store still holds what was signed of it, then signs what grows until it is told to stop, and
    /// at last what has grown since. `before`: [`found_at_the_start`].
    pub async fn run(mut self, store: Arc<dyn Store>, before: Vec<CompanyId>, stop: CancellationToken) {
        let heeded = heed(store.clone(), self.place.clone(), self.signer.trusted().clone(), before);
        let mut heeded = pin!(heeded);
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
                found = &mut heeded, if self.highest.is_none() => self.begin(found).await,
                _ = turn.tick() => self.keep().await,
                () = stop.cancelled() => break,
            }
        }
        if self.highest.is_none()
            && let Ok(found) = timeout(LAST_LOOK, &mut heeded).await
        {
            self.begin(found).await;
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

    /// Goes on from what was signed, and signs what has grown since.
    async fn begin(&mut self, (signed, found): (Signed, Vec<Found>)) {
        let highest = signed.highest().map(|(company, seq)| (company.clone(), seq));
        self.highest = Some(highest.collect());
        for found in found.into_iter().filter(|found| found.wrong.is_none()) {
            let stands = (found.entries, found.hash);
            // What was heard meanwhile is later.
            self.grown.entry(found.company).or_insert(stands);
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
        // Whoever ends before it is known what was signed leaves it to the next start.
        let Some(highest) = &mut self.highest else { return };
        let now = self.clock.now();
        let signed = |company: &CompanyId| highest.get(company).copied().unwrap_or_default();
        let mut grown: Vec<_> = self.grown.iter().collect();
        grown.retain(|(company, (seq, _))| *seq > signed(company));
        grown.sort_unstable_by_key(|(company, _)| *company);
        let mut text = String::new();
        for (company, (seq, hash)) in &grown {
            let signed = self.signer.sign(company, *seq, hash, now);
            text.push_str(&serde_json::to_string(&signed).unwrap_or_default());
            text.push('\n');
        }
        if text.is_empty() {
            self.grown.clear();
            return;
        }
        match write(&self.place, &text).await {
            Ok(()) => {
                let signed: Vec<_> = grown
                    .iter()
                    .map(|(company, (seq, _))| ((*company).clone(), *seq))
                    .collect();
                highest.extend(signed);
                self.grown.clear();
            }
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
            let mut options = OpenOptions::new();
            options.create(true).append(true).read(true).mode(0o600);
            let mut file = options.open(path).await?;
            // What the end of an earlier process has cut stays a line of its own.
            let mut last = [b'\n'];
            if file.seek(io::SeekFrom::End(0)).await? > 0 {
                file.seek(io::SeekFrom::End(-1)).await?;
                file.read_exact(&mut last).await?;
            }
            let end = if last == *b"\n" { "" } else { "\n" };
            file.write_all(format!("{end}{text}").as_bytes()).await?;
            file.sync_all().await
        }
    }
}

/// Walks every journal along what was signed of it, and tells what is wrong: what was signed, and what was found.
async fn heed(store: Arc<dyn Store>, place: Place, by: Trusted, before: Vec<CompanyId>) -> (Signed, Vec<Found>) {
    let Place::File(path) = place else {
        return Default::default();
    };
    let signed = loop {
        match Signed::read(&path, &by, None).await {
            Ok(signed) => break signed,
            Err(error) => tracing::error!(%error, path = %path.display(), "checkpoints cannot be read, nor signed"),
        }
        sleep(EVERY).await;
    };
    signed.faults.iter().for_each(tell_fault);
    let mut all = Vec::new();
    match companies(&store, &signed).await {
        Ok(companies) => {
            for company in companies {
                match walk::along(&store, &company, &signed, Some(&by)).await {
                    Ok(found) => all.push(found),
                    Err(error) => tracing::error!(%error, company_id = %company, "a journal cannot be compared"),
                }
            }
        }
        Err(error) => tracing::error!(%error, "the journals cannot be compared with what was signed of them"),
    }
    all.iter().for_each(tell_found);
    tell_unsigned(&all, &signed, &before);
    (signed, all)
}

/// The companies of a store, and those that it should have.
///
/// # Errors
/// The store does not answer.
pub async fn companies(journals: &dyn Journals, signed: &Signed) -> Result<Vec<CompanyId>, Error> {
    let mut all = journals.companies().await?;
    let gone: Vec<_> = signed
        .companies()
        .filter(|company| !all.contains(company))
        .cloned()
        .collect();
    all.extend(gone);
    Ok(all)
}

fn tell_fault(fault: &Fault) {
    metrics::counter!(telemetry::DISCORDS).increment(1);
    let company = fault.about.as_ref().map(|(company, _)| company.as_str());
    tracing::error!(company_id = company, line = fault.line, why = %fault.why, "a line of the checkpoints is wrong");
}

fn tell_found(found: &Found) {
    if let Some((seq, why)) = &found.wrong {
        metrics::counter!(telemetry::DISCORDS).increment(1);
        tracing::error!(company_id = %found.company, seq, %why, "a journal is not what was signed of it");
    }
}

/// Tells once of all journals that were there before and that nothing was signed of.
fn tell_unsigned(all: &[Found], signed: &Signed, before: &[CompanyId]) {
    let is_unsigned =
        |found: &&Found| found.entries > 0 && signed.of(&found.company).is_empty() && before.contains(&found.company);
    let unsigned: Vec<_> = all
        .iter()
        .filter(is_unsigned)
        .map(|found| found.company.as_str())
        .collect();
    if unsigned.is_empty() {
        return;
    }
    let named = &unsigned[..unsigned.len().min(NAMED)];
    tracing::warn!(
        journals = unsigned.len(),
        ?named,
        "nothing was signed here of journals that were there before: this node is new, and what others have signed is in \
         their files; or its checkpoints were removed; or the store comes from an older version or another directory, or the \
         server was killed in a journal's first minute. What stands is signed from now on"
    );
}
