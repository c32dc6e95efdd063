//! What a batch of operations makes of a company: worked out in memory over what was read, then written
//! whole.
//!
//! Nothing here asks the server. An operation checks all its preconditions before it changes anything,
//! so that a refused one leaves no trace.

use std::collections::{BTreeSet, HashMap};

use actors::domain::{AlertState, CompanyId, Entry, Fact, Incident, IncidentId, Rollup, Timestamp};
use actors::port::events::IncidentCounts;
use actors::port::writer::{
    Changed, FingerprintState, IncidentChange, PlaceBatch, Placed, Placement, RefusedPlacement, Regroup,
};
use actors::port::{Amendment, Error, Put};
use mongodb::bson::{Document, doc};

use super::companies::company_document;
use super::fault::Fault;
use super::head::Head;
use super::read::incidents::OPEN;
use super::rollups;
use super::rows::{self, StoredIncident, key};
use super::shape::{self, date, int};
use crate::store::commit::{Verdict, apply, check_repeats, counts, is_as_seen, judge, may_change, take};
use crate::store::rollup::Tally;

/// A batch under way.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) company: CompanyId,
    /// The head that this began from, and as it is now.
    pub(super) before: Head,
    pub(super) head: Head,
    /// Every incident that an operation speaks of, as it is now.
    pub(super) rows: HashMap<IncidentId, StoredIncident>,
    /// And as it was read.
    pub(super) read: HashMap<IncidentId, Document>,
    /// And what it came to then.
    pub(super) counted: HashMap<IncidentId, Rollup>,
    /// Every alert that an operation places, as it stands now.
    pub(super) states: HashMap<u64, AlertState>,
    /// What is to be written.
    pub(super) changed: BTreeSet<IncidentId>,
    pub(super) verdicts: Vec<Document>,
    pub(super) moves: Vec<Document>,
    pub(super) disowned: Vec<Document>,
    pub(super) owned: Vec<Document>,
    pub(super) entries: Vec<(Entry, Timestamp)>,
    pub(super) outbox: Vec<Document>,
    pub(super) decisions: Vec<Document>,
    pub(super) memories: Vec<Document>,
    pub(super) settings: Vec<Document>,
    pub(super) wakes: Vec<Document>,
    pub(super) puts: Vec<Put>,
    /// What live readers are told of it.
    pub(super) counts: Vec<IncidentCounts>,
    /// How many alerts have a verdict now that had none, less those that have none any more.
    pub(super) placed: i64,
}

impl Work {
    pub(super) fn new(company: CompanyId, head: Head) -> Self {
        Self {
            company,
            before: head,
            head,
            rows: HashMap::new(),
            read: HashMap::new(),
            counted: HashMap::new(),
            states: HashMap::new(),
            changed: BTreeSet::new(),
            verdicts: Vec::new(),
            moves: Vec::new(),
            disowned: Vec::new(),
            owned: Vec::new(),
            entries: Vec::new(),
            outbox: Vec::new(),
            decisions: Vec::new(),
            memories: Vec::new(),
            settings: Vec::new(),
            wakes: Vec::new(),
            puts: Vec::new(),
            counts: Vec::new(),
            placed: 0,
        }
    }

    /// Whether anything is to be written.
    pub(super) fn is_any(&self) -> bool {
        self.head != self.before
    }

    fn row(&self, id: &IncidentId) -> Option<&StoredIncident> {
        self.rows.get(id)
    }

    fn current(&self, id: &IncidentId) -> Option<Box<Incident>> {
        self.row(id).map(|stored| Box::new(stored.row.clone()))
    }

    /// Whether an alert has its last verdict; one that is held may still move.
    fn is_final(&self, alert_no: u64) -> Result<bool, Error> {
        match self.states.get(&alert_no) {
            Some(state) => Ok(!matches!(state, AlertState::Received | AlertState::Held)),
            None => Err(Error::Corrupt(format!("{} has no alert {alert_no}", self.company))),
        }
    }

    /// Appends facts to the journal as part of the present commit.
    pub(super) fn journal<'a>(&mut self, facts: impl IntoIterator<Item = &'a Fact>) {
        let first_seq = self.head.place.seq + 1;
        for fact in facts {
            let entry = self.head.place.append(&self.company, fact);
            self.entries.push((entry, fact.at));
        }
        if self.head.place.seq >= first_seq {
            let commit_no = self.head.place.commit_no;
            self.outbox.push(doc! {
                "_id": key(&self.company, &format!("{commit_no:020}")),
                "company_id": self.company.as_str(),
                "first_seq": int(first_seq),
                "last_seq": int(self.head.place.seq),
            });
        }
    }

    // ---- placing -------------------------------------------------------------------------------

    /// Places a batch.
    pub(super) fn place(&mut self, batch: &PlaceBatch, is_heard: bool) -> Result<Placed, Fault> {
        check_repeats(batch)?;
        let mut placed = Placed {
            commit_no: self.head.place.commit_no,
            joinable_no: self.head.place.joinable_no,
            refused: Vec::new(),
        };
        if placed.joinable_no != batch.joinable_no {
            return Ok(placed);
        }
        let mut parts = Vec::with_capacity(batch.incidents.len());
        for wanted in &batch.incidents {
            let mut finals = 0;
            for placement in &wanted.alerts {
                finals += usize::from(self.is_final(placement.alert_no)?);
            }
            let id = &wanted.incident_id;
            match judge(wanted, finals, self.row(id).map(|stored| &stored.row)) {
                Verdict::Join => parts.push((wanted, None)),
                Verdict::Open(opening) => parts.push((wanted, Some(opening))),
                Verdict::Done => {}
                Verdict::Refuse => placed.refused.push(RefusedPlacement {
                    incident_id: id.clone(),
                    current: self.current(id),
                }),
            }
        }
        let mut others = Vec::with_capacity(batch.others.len());
        for placement in &batch.others {
            if !self.is_final(placement.alert_no)? {
                others.push(placement);
            }
        }
        if parts.is_empty() && others.is_empty() {
            return Ok(placed);
        }
        // From here on everything is written.
        self.head.place.commit_no += 1;
        let commit_no = self.head.place.commit_no;
        placed.commit_no = commit_no;
        for (wanted, opening) in &parts {
            let id = &wanted.incident_id;
            if let Some(opening) = opening {
                self.open(opening.row(&self.company, id));
            }
            if let Some(stored) = self.rows.get_mut(id) {
                wanted.add_to(&mut stored.row, commit_no, batch.now);
                if is_heard {
                    self.counts.push(counts(&stored.row));
                }
            }
            self.changed.insert(id.clone());
            self.own(id, &wanted.keys, &wanted.fingerprints);
            for placement in &wanted.alerts {
                self.give(placement, Some(id))?;
            }
        }
        for placement in others {
            self.give(placement, None)?;
        }
        self.journal(parts.iter().flat_map(|(wanted, _)| &wanted.facts));
        Ok(placed)
    }

    /// A new incident under the company's next number.
    fn open(&mut self, row: Incident) {
        self.head.incident_no += 1;
        let id = row.incident_id.clone();
        self.changed.insert(id.clone());
        let no = self.head.incident_no;
        self.rows.insert(id, StoredIncident { no, row });
    }

    /// Gives an alert its verdict.
    fn give(&mut self, placement: &Placement, incident: Option<&IncidentId>) -> Result<(), Fault> {
        let no = placement.alert_no;
        let verdict = rows::verdict(placement, incident, self.head.place.commit_no)?;
        self.verdicts
            .push(doc! { "q": { "_id": int(no), "company_id": self.company.as_str() }, "u": verdict });
        if self.states.insert(no, placement.state) == Some(AlertState::Received) {
            self.placed += 1;
        }
        Ok(())
    }

    /// The keys and fingerprints that an incident owns from now on.
    fn own(&mut self, id: &IncidentId, keys: &[String], fingerprints: &[FingerprintState]) {
        let keys = keys.iter().map(|owned| rows::key_document(&self.company, id, owned));
        let fingerprints = fingerprints
            .iter()
            .map(|owned| rows::fingerprint_document(&self.company, id, owned));
        self.owned.extend(keys.chain(fingerprints).map(replacing));
    }

    // ---- changing ------------------------------------------------------------------------------

    /// Why an incident is not changed, where its row is not as it was expected.
    pub(super) fn refusal(&self, wanted: &IncidentChange) -> Option<Changed> {
        let id = &wanted.incident_id;
        let row = self.row(id).map(|stored| &stored.row);
        (!may_change(row, wanted)).then(|| Changed::Refused(self.current(id)))
    }

    /// Changes an incident, once all that is asked of it and of what is stored has been found so.
    pub(super) fn change(&mut self, wanted: &IncidentChange) -> Result<Changed, Fault> {
        let id = &wanted.incident_id;
        self.head.place.commit_no += 1;
        if let Some(stored) = self.rows.get_mut(id) {
            apply(&mut stored.row, wanted, &mut self.head.place);
            self.changed.insert(id.clone());
        }
        if let Some(decision) = &wanted.decision {
            self.head.decision_no += 1;
            let document = rows::decision_document(&self.company, self.head.decision_no, decision)?;
            self.decisions.push(document);
        }
        if let Some(memory) = &wanted.memory {
            self.memories
                .push(replacing(rows::memory_document(&self.company, id, memory)?));
        }
        self.puts.extend_from_slice(&wanted.puts);
        self.journal(&wanted.facts);
        Ok(Changed::Done(self.current(id)))
    }

    // ---- regrouping ----------------------------------------------------------------------------

    /// Merges or splits; `false` where a row is not as it was seen.
    pub(super) fn regroup(&mut self, wanted: &Regroup) -> bool {
        let as_seen = wanted
            .parts
            .iter()
            .all(|part| match (&part.from, self.row(&part.incident_id)) {
                (Ok(seen), Some(stored)) => is_as_seen(&stored.row, *seen),
                (Err(_), None) => true,
                _ => false,
            });
        if !as_seen {
            return false;
        }
        // From here on everything is written.
        self.head.place.commit_no += 1;
        self.head.place.joinable_no += 1;
        let commit_no = self.head.place.commit_no;
        for part in &wanted.parts {
            let id = &part.incident_id;
            match &part.from {
                Err(opening) => self.open(opening.row(&self.company, id)),
                Ok(_) => {
                    self.changed.insert(id.clone());
                    self.disowned.push(rows::under(&self.company, id));
                }
            }
            if let Some(stored) = self.rows.get_mut(id) {
                stored.row.version += u64::from(part.from.is_ok());
                take(&mut stored.row, part, commit_no, wanted);
            }
            self.own(id, &part.owned.keys, &part.owned.fingerprints);
        }
        for step in &wanted.moves {
            let mut which = doc! { "company_id": self.company.as_str(), "incident_id": step.from.as_str() };
            if let Some(alerts) = &step.alerts {
                let alerts: Vec<i64> = alerts.iter().copied().map(int).collect();
                which.insert("_id", doc! { "$in": alerts });
            }
            let change = doc! { "$set": { "incident_id": step.to.as_str() } };
            self.moves.push(doc! { "q": which, "u": change, "multi": true });
        }
        self.puts.extend_from_slice(&wanted.puts);
        self.journal(&wanted.facts);
        true
    }

    /// Takes a dead letter's verdict back, so that it waits to be placed again.
    pub(super) fn release(&mut self, alert_no: u64) {
        self.head.place.commit_no += 1;
        let change = doc! {
            "$set": { "state": AlertState::Received.as_str() },
            "$unset": { "placed_no": "", "receipt": "", "incident_id": "", "due_at": "" },
        };
        self.verdicts
            .push(doc! { "q": { "_id": int(alert_no), "company_id": self.company.as_str() }, "u": change });
        self.placed -= 1;
    }

    // ---- amending ------------------------------------------------------------------------------

    /// Amends, once all that is asked of what is stored has been found so.
    pub(super) fn amend(&mut self, wanted: &Amendment) -> Result<(), Fault> {
        self.head.place.commit_no += 1;
        if let Some(company) = &wanted.company {
            self.head.place.joinable_no += 1;
            let which = doc! { "_id": self.company.as_str() };
            self.settings.push(doc! { "q": which, "u": company_document(company)? });
        }
        if let Some(at) = wanted.wake {
            let which = doc! {
                "company_id": self.company.as_str(), "status": { "$in": OPEN.to_vec() }, "wake_due": { "$gt": date(at) },
            };
            let change = doc! { "$set": { "wake_due": date(at) } };
            self.wakes.push(doc! { "q": which, "u": change, "multi": true });
        }
        self.puts.clone_from(&wanted.puts);
        self.journal(&wanted.facts);
        Ok(())
    }

    /// What is to be added to the company's counters, as update statements.
    pub(super) fn rollups(&self) -> Vec<Document> {
        let mut tally = Tally::default();
        for id in &self.changed {
            if let Some(stored) = self.row(id) {
                tally.add(self.counted.get(id).copied().unwrap_or_default(), &stored.row);
            }
        }
        rollups::statements(&self.company, tally)
    }

    /// The incidents to be written, as update statements: of one that was read only what is otherwise now, so that
    /// an index is only touched where its fields have changed.
    pub(super) fn incidents(&self) -> Result<Vec<Document>, Fault> {
        let changed = self
            .changed
            .iter()
            .filter_map(|id| self.row(id).map(|stored| (id, stored)));
        changed
            .map(|(id, stored)| {
                let document = rows::incident_document(stored)?;
                let which = doc! { "_id": document.get("_id"), "company_id": self.company.as_str() };
                Ok(match self.read.get(id) {
                    Some(read) => doc! { "q": which, "u": shape::difference(read, document) },
                    None => doc! { "q": which, "u": document, "upsert": true },
                })
            })
            .collect()
    }
}

/// A statement that writes a document whether it is there or not.
fn replacing(document: Document) -> Document {
    let which = doc! { "_id": document.get("_id"), "company_id": document.get("company_id") };
    doc! { "q": which, "u": document, "upsert": true }
}
