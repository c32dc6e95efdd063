//! One look at one company: what is past its time goes to files, and then from the store.

use std::collections::HashSet;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actors::domain::ids::EntryId;
use actors::domain::{
    Company, CompanyId, Correlation, Decision, Entry, Fact, IncidentId, Intake, Policy, RateLimit, Retention, Timestamp,
};
use actors::limits::PAGE;
use actors::port::reader::{AlertFilter, Cursor, IncidentFilter, IncidentView, Page, PageRequest};
use actors::port::{Amended, Amendment, Clock, Cut, Entropy, Put, Reader, RecordKind, SeenIncident, Store};
use actors::runtime::Runtime;
use serde_json::{Value, json};

use super::ArchiveError;
use super::document::{Alert, Document, PastIncident};
use super::file::{ArchiveFile, Archived};
use super::seal::{self, Of};
use crate::audit::checkpoint::Signer;
use crate::audit::cut::{self, SignedCut};
use crate::audit::export;
use crate::audit::keeper::Place;
use crate::audit::walk;

/// Documents of a file; of decisions and journal entries those that belong together may go beyond it.
const FILE_DOCUMENTS: u64 = 100_000;
/// Journal entries that one commit removes; those of one commit may go beyond it.
const ENTRIES_AT_ONCE: usize = 1_000;
/// What is left of a company when its alerts and incidents have gone.
const ERASED: [RecordKind; 18] = [
    RecordKind::ApiKeys,
    RecordKind::WebhookSecrets,
    RecordKind::Assets,
    RecordKind::Runbooks,
    RecordKind::Runs,
    RecordKind::Approvals,
    RecordKind::Locks,
    RecordKind::Outcomes,
    RecordKind::LongMemory,
    RecordKind::Spending,
    RecordKind::Traces,
    RecordKind::Sources,
    RecordKind::Heartbeats,
    RecordKind::Channels,
    RecordKind::Notices,
    RecordKind::Notified,
    RecordKind::Tickets,
    RecordKind::Patching,
];
/// How often what was changed meanwhile is looked at again.
const ROUNDS: usize = 3;
/// How long a commit may take.
const WITHIN: Duration = Duration::from_secs(30);

/// Who archives, and where to.
pub struct Archivist {
    /// Where everything is.
    pub store: Arc<dyn Store>,
    /// Through whom it goes.
    pub runtime: Runtime,
    /// Signs archives, and cuts of journals.
    pub signer: Arc<Signer>,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// The directory that archives go to.
    pub dir: PathBuf,
    /// What was signed of journals.
    pub checkpoints: Place,
}

/// What went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Gone {
    pub(super) alerts: u64,
    pub(super) incidents: u64,
    pub(super) decisions: u64,
    pub(super) entries: u64,
}

/// A look at a company: whose, how, and as of when.
struct Look<'a> {
    by: &'a Archivist,
    company: &'a CompanyId,
    reader: Arc<dyn Reader>,
    now: Timestamp,
}

/// A file that the journal is told of by the first commit that removes what stands in it.
struct Told {
    /// Nothing once it is told.
    fact: Option<Fact>,
    name: String,
}

impl Archivist {
    /// Archives what is past its time of one company; the platform has a journal alone.
    pub(super) async fn pass(&self, company: &CompanyId) -> Result<Gone, ArchiveError> {
        let look = Look {
            by: self,
            company,
            reader: self.store.reader(company),
            now: self.clock.now(),
        };
        if company.is_platform() {
            let entries = look.journal(Retention::default().past(look.now).journal).await?;
            return Ok(Gone {
                entries,
                ..Gone::default()
            });
        }
        let settings = look.reader.company().await?;
        let past = settings.past(look.now);
        let gone = Gone {
            alerts: look.documents(Of::Alerts, past.alerts).await?,
            incidents: look.documents(Of::Incidents, past.incidents).await?,
            decisions: look.documents(Of::Decisions, past.incidents).await?,
            entries: look.journal(past.journal).await?,
        };
        if settings.erase_requested_at.is_some() && settings.erased_at.is_none() {
            look.erase(settings).await?;
        }
        Ok(gone)
    }
}

impl Look<'_> {
    /// Archives documents of a kind, file by file: how many have gone. What was changed meanwhile is looked at again.
    async fn documents(&self, of: Of, before: Timestamp) -> Result<u64, ArchiveError> {
        let (mut gone, mut refusals) = (0, 0);
        loop {
            let mut archive = Archive::of(of, before);
            let mut cuts = Vec::new();
            let mut request = first_page();
            let is_last = loop {
                let (cut, next) = match of {
                    Of::Alerts => self.alerts(&mut archive, request).await?,
                    Of::Incidents => self.incidents(&mut archive, request).await?,
                    Of::Decisions => self.decisions(&mut archive, request).await?,
                };
                cuts.extend(Some(cut).filter(|cut| count(cut) > 0));
                match next {
                    None => break true,
                    Some(_) if archive.documents >= FILE_DOCUMENTS => break false,
                    after => request.after = after,
                }
            };
            let Some(mut told) = archive.close(self).await? else {
                return Ok(gone);
            };
            let mut is_refused = false;
            for cut in cuts {
                let count = count(&cut);
                match self.commit(cut, Vec::new(), &mut told).await? {
                    true => gone += count,
                    false => is_refused = true,
                }
            }
            self.forget_untold(told).await?;
            refusals += usize::from(is_refused);
            if refusals >= ROUNDS {
                tracing::warn!(company_id = %self.company, "some of what is past its time was changed while it was archived, and stays until the next look");
            }
            if refusals >= ROUNDS || is_last && !is_refused {
                return Ok(gone);
            }
        }
    }

    /// Removes a file that nothing has gone into: everything in it is still in the store.
    async fn forget_untold(&self, told: Told) -> Result<(), ArchiveError> {
        if told.fact.is_none() {
            return Ok(());
        }
        let path = self.by.dir.join(told.name);
        on_thread(move || std::fs::remove_file(path)).await
    }

    /// Writes a page of alerts: what goes, and where to go on.
    async fn alerts(&self, archive: &mut Archive, request: PageRequest) -> Result<(Cut, Option<Cursor>), ArchiveError> {
        let found = self.reader.past_alerts(archive.before, request).await?;
        let mut cut = self.cut();
        let mut lines = Lines::default();
        for past in &found.items {
            lines.add(&Document::Alert(Alert::of(past)))?;
            cut.alerts.push(past.view.alert.no);
            // Its first alert to go empties an incident.
            if let (Some(id), Some(version)) = (&past.view.incident_id, past.version)
                && archive.emptied.insert(id.clone())
            {
                cut.emptied.push((id.clone(), version));
            }
        }
        archive.write(self, lines).await?;
        Ok((cut, found.next))
    }

    /// Writes a page of incidents with their decisions: what goes, and where to go on.
    async fn incidents(
        &self,
        archive: &mut Archive,
        request: PageRequest,
    ) -> Result<(Cut, Option<Cursor>), ArchiveError> {
        let found = self.reader.past_incidents(archive.before, request).await?;
        let mut cut = self.cut();
        for IncidentView { incident, .. } in &found.items {
            let mut lines = Lines::default();
            lines.add(&Document::Incident(PastIncident::of(incident)))?;
            archive.write(self, lines).await?;
            cut.incidents.push(SeenIncident {
                last_decision: self.write_decisions(archive, &incident.incident_id).await?,
                incident_id: incident.incident_id.clone(),
                version: incident.version,
            });
        }
        Ok((cut, found.next))
    }

    /// Writes a page of decisions that no incident has: what goes, and where to go on.
    async fn decisions(
        &self,
        archive: &mut Archive,
        request: PageRequest,
    ) -> Result<(Cut, Option<Cursor>), ArchiveError> {
        let found = self.reader.past_decisions(archive.before, request).await?;
        let mut cut = self.cut();
        let mut lines = Lines::default();
        for (no, decision) in &found.items {
            lines.add(&Document::Decision(decision))?;
            cut.decisions.push((decision.incident_id.clone(), *no));
        }
        archive.write(self, lines).await?;
        Ok((cut, found.next))
    }

    /// Writes an incident's decisions: the place of the last.
    async fn write_decisions(&self, archive: &mut Archive, id: &IncidentId) -> Result<u64, ArchiveError> {
        let mut request = first_page();
        let mut last = 0;
        loop {
            let found: Page<(u64, Decision)> = self.reader.decisions(id, request).await?;
            let mut lines = Lines::default();
            for (no, decision) in &found.items {
                lines.add(&Document::Decision(decision))?;
                last = *no;
            }
            archive.write(self, lines).await?;
            match found.next {
                None => return Ok(last),
                after => request.after = after,
            }
        }
    }

    /// Archives the beginning of the journal: whole commits, and never the last one, from whose hash it goes on.
    async fn journal(&self, before: Timestamp) -> Result<u64, ArchiveError> {
        let record = self.reader.record(RecordKind::Cuts, cut::RECORD).await?;
        let mut version = record.as_ref().map(|record| record.version);
        let signed: Option<SignedCut> = record.map(|record| record.read()).transpose()?;
        let mut walk = cut::walk(self.company, signed.as_ref(), Some(self.by.signer.trusted()))?;
        let behind = walk.seq();
        let mut is_checked = false;
        let mut file = None;
        let mut cuts: Vec<SignedCut> = Vec::new();
        let mut commits = Commits::behind(behind);
        let mut since = behind;
        while let Some(commit) = commits.next(&*self.reader).await? {
            let is_past = commit.iter().all(|entry| entry.at().is_some_and(|at| at < before));
            if !is_past || walk.seq() - behind >= FILE_DOCUMENTS {
                break;
            }
            if !std::mem::replace(&mut is_checked, true) {
                self.check_journal().await?;
            }
            let mut lines = Lines::default();
            for entry in &commit {
                let broken = |why| ArchiveError::Journal(format!("entry {} {why}", entry.seq));
                walk.step(entry).map_err(broken)?;
                lines.push(&entry.to_json_text());
            }
            let to = match file.take() {
                Some(to) => to,
                None => {
                    self.begin("journal", &export::opening(self.company, signed.as_ref()))
                        .await?
                }
            };
            file = Some(written(to, lines.text).await?);
            if walk.seq() - since >= ENTRIES_AT_ONCE as u64 {
                since = walk.seq();
                cuts.push(self.by.signer.sign_cut(self.company, since, walk.hash(), self.now));
            }
        }
        let Some(file) = file else { return Ok(0) };
        if since < walk.seq() {
            cuts.push(self.by.signer.sign_cut(self.company, walk.seq(), walk.hash(), self.now));
        }
        let checkpoint = self.by.signer.sign(self.company, walk.seq(), walk.hash(), self.now);
        let archived = closed(file, export::closing(&checkpoint)).await?;
        let data = json!({"first": behind + 1, "last": walk.seq(), "hash": checkpoint.hash, "before": before});
        let mut told = self.told("journal", &archived, data);
        let mut gone = 0;
        for signed in cuts {
            let put = match version {
                None => Put::new(&signed)?,
                Some(version) => Put::change(&signed, version)?,
            };
            let cut = Cut {
                journal: Some(signed.seq),
                ..self.cut()
            };
            if !self.commit(cut, vec![put], &mut told).await? {
                break;
            }
            version = Some(version.unwrap_or(0) + 1);
            gone = signed.seq - behind;
        }
        self.forget_untold(told).await?;
        Ok(gone)
    }

    /// Nothing is cut from a journal that is not what was signed of it: what is cut would be signed anew.
    async fn check_journal(&self) -> Result<(), ArchiveError> {
        let trusted = self.by.signer.trusted();
        let signed = self.by.checkpoints.signed_of(self.company, trusted).await?;
        let signed = signed.unwrap_or_default();
        let found = walk::along(&self.by.store, self.company, &signed, Some(trusted)).await?;
        match walk::discord(&found, &signed) {
            None => Ok(()),
            Some((seq, why)) => {
                let entry = seq.map_or_else(String::new, |seq| format!("entry {seq}: "));
                Err(ArchiveError::Journal(format!("{entry}{why}")))
            }
        }
    }

    /// Removes what is left of a company that is to be erased, once its alerts and incidents have gone: its records
    /// ([`ERASED`]), its name and its settings. Its id stays taken.
    async fn erase(&self, settings: Company) -> Result<(), ArchiveError> {
        let one = PageRequest { limit: 1, after: None };
        let alerts = self.reader.alerts(&AlertFilter::default(), one).await?;
        let incidents = self.reader.incidents(&IncidentFilter::default(), one).await?;
        if !alerts.items.is_empty() || !incidents.items.is_empty() {
            return Ok(());
        }
        for kind in ERASED {
            loop {
                let found = self.reader.records(kind, None, PAGE).await?;
                if found.is_empty() {
                    break;
                }
                let gone = found
                    .into_iter()
                    .map(|record| Put::remove(kind, record.id, record.version));
                let amendment = Amendment {
                    puts: gone.collect(),
                    ..Amendment::default()
                };
                if !self.amend(amendment).await? {
                    return Ok(());
                }
            }
        }
        let erased = Company {
            name: settings.company_id.to_string(),
            version: settings.version + 1,
            erased_at: Some(self.now),
            correlation: Correlation::default(),
            rate_limit: RateLimit::default(),
            retention: Retention::default(),
            policy: Policy::default(),
            aws: None,
            intake: Intake::default(),
            rules: Vec::new(),
            suppression: Default::default(),
            silences: Vec::new(),
            notifications: Default::default(),
            ..settings
        };
        let amendment = Amendment {
            company: Some(erased),
            facts: vec![self.fact("company.erased", &json!({}))],
            ..Amendment::default()
        };
        self.amend(amendment).await?;
        Ok(())
    }

    /// Of nothing yet.
    fn cut(&self) -> Cut {
        Cut {
            now: self.now,
            ..Cut::default()
        }
    }

    /// Begins a file with its first line.
    async fn begin(&self, of: &str, opening: &str) -> Result<ArchiveFile, ArchiveError> {
        let at = self.now.to_string().replace(':', "-");
        let unique = self.by.entropy.uuid(self.now).simple().to_string();
        let name = format!("{}.{of}.{at}.{}.jsonl", self.company, &unique[unique.len() - 8..]);
        let (dir, opening) = (self.by.dir.clone(), format!("{opening}\n"));
        let partial = self.by.partial();
        on_thread(move || {
            let mut file = ArchiveFile::begin(&dir, name, &partial)?;
            file.write(&opening)?;
            Ok(file)
        })
        .await
    }

    fn told(&self, of: &str, archived: &Archived, mut data: Value) -> Told {
        data["of"] = of.into();
        data["file"] = archived.name.as_str().into();
        data["sha256"] = archived.sha256.as_str().into();
        Told {
            fact: Some(self.fact("retention.archived", &data)),
            name: archived.name.clone(),
        }
    }

    fn fact(&self, kind: &'static str, data: &Value) -> Fact {
        let id = EntryId::from_uuid(self.by.entropy.uuid(self.now));
        Fact::new(id, self.now, kind, self.company.as_str(), "retention", data)
    }

    /// Removes what stands in a file; `false` where something was changed meanwhile, which is looked at the next time.
    async fn commit(&self, cut: Cut, puts: Vec<Put>, told: &mut Told) -> Result<bool, ArchiveError> {
        let amendment = Amendment {
            cut: Some(cut),
            puts,
            facts: told.fact.clone().into_iter().collect(),
            ..Amendment::default()
        };
        let done = self.amend(amendment).await?;
        if done {
            told.fact = None;
        }
        Ok(done)
    }

    async fn amend(&self, amendment: Amendment) -> Result<bool, ArchiveError> {
        let amended = self.by.runtime.amend(self.company, amendment, WITHIN).await?;
        Ok(amended == Amended::Done)
    }
}

/// How many documents it removes.
fn count(cut: &Cut) -> u64 {
    (cut.alerts.len() + cut.incidents.len() + cut.decisions.len()) as u64
}

fn first_page() -> PageRequest {
    PageRequest {
        limit: PAGE,
        after: None,
    }
}

/// Lines on their way to a file.
#[derive(Default)]
struct Lines {
    text: String,
    count: u64,
}

impl Lines {
    fn add(&mut self, document: &Document<'_>) -> Result<(), serde_json::Error> {
        self.push(&serde_json::to_string(document)?);
        Ok(())
    }

    fn push(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
        self.count += 1;
    }
}

/// An archive under way; its file begins with its first document.
struct Archive {
    of: Of,
    before: Timestamp,
    file: Option<ArchiveFile>,
    documents: u64,
    /// Incidents that are emptied by what stands in it.
    emptied: HashSet<IncidentId>,
}

impl Archive {
    fn of(of: Of, before: Timestamp) -> Self {
        Self {
            of,
            before,
            file: None,
            documents: 0,
            emptied: HashSet::new(),
        }
    }

    async fn write(&mut self, look: &Look<'_>, lines: Lines) -> Result<(), ArchiveError> {
        if lines.count == 0 {
            return Ok(());
        }
        let file = match self.file.take() {
            Some(file) => file,
            None => {
                let opening = seal::opening(look.company, self.of, self.before);
                look.begin(self.of.into(), &opening).await?
            }
        };
        self.file = Some(written(file, lines.text).await?);
        self.documents += lines.count;
        Ok(())
    }

    /// What is to be told of it; nothing where there was no document.
    async fn close(self, look: &Look<'_>) -> Result<Option<Told>, ArchiveError> {
        let Some(file) = self.file else { return Ok(None) };
        let sealed = seal::closing(&look.by.signer, look.company, self.documents, &file.sha256(), look.now);
        let archived = closed(file, sealed).await?;
        let data = json!({"documents": self.documents, "before": self.before});
        Ok(Some(look.told(self.of.into(), &archived, data)))
    }
}

async fn written(mut file: ArchiveFile, lines: String) -> Result<ArchiveFile, ArchiveError> {
    on_thread(move || {
        file.write(&lines)?;
        Ok(file)
    })
    .await
}

async fn closed(mut file: ArchiveFile, last: String) -> Result<Archived, ArchiveError> {
    on_thread(move || {
        file.write(&format!("{last}\n"))?;
        file.close()
    })
    .await
}

/// Waits for a disk where one may wait.
async fn on_thread<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, ArchiveError> {
    let cut_short = |_| Err(io::Error::other("it was cut short"));
    Ok(tokio::task::spawn_blocking(work).await.unwrap_or_else(cut_short)?)
}

/// A journal, commit by commit.
struct Commits {
    request: PageRequest,
    is_over: bool,
    read: Vec<Entry>,
}

impl Commits {
    fn behind(seq: u64) -> Self {
        let after = Cursor(seq, 0);
        Self {
            request: PageRequest {
                limit: PAGE,
                after: Some(after),
            },
            is_over: false,
            read: Vec::new(),
        }
    }

    /// The entries of the next commit, which is not the last.
    async fn next(&mut self, reader: &dyn Reader) -> Result<Option<Vec<Entry>>, ArchiveError> {
        loop {
            let first = self.read.first().map(|entry| entry.commit_no);
            let end = self.read.iter().position(|entry| Some(entry.commit_no) != first);
            if let Some(end) = end {
                return Ok(Some(self.read.drain(..end).collect()));
            }
            if self.is_over {
                return Ok(None);
            }
            let found = reader.journal(self.request).await?;
            self.read.extend(found.items);
            self.is_over = found.next.is_none();
            self.request.after = found.next;
        }
    }
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::*;

    /// Whatever is kept for a company goes with it; what stays belongs to the platform, or to the proof of what went.
    #[test]
    fn every_kind_of_record_is_erased_or_is_no_companys() {
        let stays = [
            RecordKind::Users,
            RecordKind::Logins,
            RecordKind::Cuts,
            RecordKind::Switches,
        ];
        for kind in RecordKind::iter() {
            assert!(ERASED.contains(&kind) != stays.contains(&kind), "{kind:?}");
        }
    }
}
