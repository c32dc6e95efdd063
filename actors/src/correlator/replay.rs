//! A company's alerts placed once more, in the order in which they came, by whatever rules: what the correlator and the
//! incidents' clocks would have made of them, without people and without runs.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::index::Index;
use super::plan::{Mint, Plan};
use super::rules::Rules;
use super::topology::Topology;
use crate::domain::ids::EntryId;
use crate::domain::incident::DecidedMark;
use crate::domain::suppression::Found;
use crate::domain::{Alert, AlertState, CompanyId, Correlation, Incident, IncidentId, Notifications, Timestamp};
use crate::incident::lifecycle::{House, Step, step, turned};
use crate::port::writer::{PlaceBatch, Placement};

/// What became of an alert.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Placed, held, or not in any incident.
    pub state: AlertState,
    /// Its incident.
    pub incident_id: Option<IncidentId>,
    /// By which layer.
    pub layer: Cow<'static, str>,
    /// By which of the company's own rules.
    pub by_rule: Option<String>,
}

/// A replay under way.
pub struct Replay {
    company: CompanyId,
    settings: Correlation,
    index: Index,
    mint: Numbers,
    incidents: HashMap<IncidentId, Incident>,
    /// When each incident is to be looked at.
    due: BTreeSet<(Timestamp, IncidentId)>,
    /// Alerts that wait for others, and until when.
    held: BTreeMap<u64, (Timestamp, Alert)>,
    verdicts: BTreeMap<u64, Verdict>,
}

/// Ids by their order, so that the same alerts make the same incidents.
#[derive(Default)]
struct Numbers(u64);

impl Mint for Numbers {
    fn incident(&mut self) -> IncidentId {
        self.0 += 1;
        IncidentId::from_uuid(uuid::Uuid::from_u128(u128::from(self.0)))
    }

    fn entry(&mut self) -> EntryId {
        EntryId::from_uuid(uuid::Uuid::nil())
    }
}

impl Replay {
    /// Before the first alert.
    pub fn new(company: CompanyId, settings: Correlation, rules: Rules, topology: Topology) -> Self {
        Self {
            company,
            settings,
            index: Index::new(settings, rules, topology),
            mint: Numbers::default(),
            incidents: HashMap::new(),
            due: BTreeSet::new(),
            held: BTreeMap::new(),
            verdicts: BTreeMap::new(),
        }
    }

    /// Places the next alert, at the moment at which it came.
    pub fn place(&mut self, alert: &Alert) {
        let now = alert.received_at;
        self.pass(now);
        let mut plan = Plan::new(&mut self.index, &mut self.mint, now);
        plan.place(alert);
        let batch = plan.finish(0);
        if let Some(held) = batch.others.iter().find(|other| other.state == AlertState::Held) {
            let until = held.due_at.unwrap_or(now);
            self.held.insert(alert.no, (until, alert.clone()));
        }
        self.apply(batch);
    }

    /// Lets the time pass until a moment: what is held is let go, and incidents end.
    pub fn pass(&mut self, now: Timestamp) {
        loop {
            let held = self.held.iter().map(|(no, (until, _))| (*until, *no)).min();
            let incident = self.due.first().map(|(at, _)| *at);
            match (held, incident) {
                (Some((until, no)), other) if until <= now && other.is_none_or(|other| until <= other) => {
                    self.give_up(no, until);
                }
                (_, Some(at)) if at <= now => {
                    if let Some((at, id)) = self.due.pop_first() {
                        self.look(&id, at);
                    }
                }
                _ => return,
            }
        }
    }

    /// What became of each alert, by its `no`.
    pub fn verdicts(&self) -> &BTreeMap<u64, Verdict> {
        &self.verdicts
    }

    /// The incidents, in the order in which they were opened.
    pub fn incidents(&self) -> Vec<&Incident> {
        let mut all: Vec<&Incident> = self.incidents.values().collect();
        all.sort_by(|a, b| a.incident_id.cmp(&b.incident_id));
        all
    }

    fn give_up(&mut self, no: u64, now: Timestamp) {
        let Some((_, alert)) = self.held.remove(&no) else {
            return;
        };
        let mut plan = Plan::new(&mut self.index, &mut self.mint, now);
        plan.give_up(&alert);
        let batch = plan.finish(0);
        self.apply(batch);
    }

    fn apply(&mut self, batch: PlaceBatch) {
        for other in &batch.others {
            self.note(other, None);
        }
        for placement in &batch.incidents {
            let id = &placement.incident_id;
            for alert in &placement.alerts {
                self.held.remove(&alert.alert_no);
                self.note(alert, Some(id.clone()));
            }
            if let Some(opening) = &placement.opening {
                self.incidents.insert(id.clone(), opening.row(&self.company, id));
            }
            let Some(row) = self.incidents.get_mut(id) else {
                continue;
            };
            let due = row.wake_due;
            placement.add_to(row, 0, batch.now);
            let wakes = row.wake_due.filter(|_| row.wake_due != due);
            let Some(at) = wakes else { continue };
            if let Some(due) = due {
                self.due.remove(&(due, id.clone()));
            }
            self.due.insert((at, id.clone()));
            if at <= batch.now {
                self.look(id, batch.now);
            }
        }
    }

    fn note(&mut self, placement: &Placement, incident_id: Option<IncidentId>) {
        let verdict = Verdict {
            state: placement.state,
            incident_id,
            layer: placement.receipt.layer.clone(),
            by_rule: placement.receipt.by_rule.clone(),
        };
        self.verdicts.insert(placement.alert_no, verdict);
    }

    /// What an incident's actor does when it looks, but for what people and runs have to do with.
    fn look(&mut self, id: &IncidentId, now: Timestamp) {
        let Some(row) = self.incidents.get_mut(id) else { return };
        if let Some(at) = row.wake_due.take() {
            self.due.remove(&(at, id.clone()));
        }
        let (untold, nothing) = (Notifications::default(), Found::default());
        let house = House {
            correlation: &self.settings,
            notifications: &untold,
            found: &nothing,
        };
        loop {
            match step(row, &house, now) {
                Step::Change(turn) => row.life = turned(row, &turn, &untold, now).life,
                Step::Decide => {
                    row.decided = Some(DecidedMark {
                        at: now,
                        severity: row.severity,
                        alert_count: row.alert_count,
                    });
                }
                Step::End(ending) => {
                    row.life = row.life.clone().resolved(ending.as_str(), now);
                    let until = row.life.reopens_until(self.settings.reopen_window());
                    self.index.close(id, until);
                }
                Step::Rest(at) => {
                    row.wake_due = Some(at);
                    self.due.insert((at, id.clone()));
                    return;
                }
                Step::Over | Step::Expire | Step::HandUp(_) | Step::Tend | Step::Propose => return,
            }
        }
    }
}
