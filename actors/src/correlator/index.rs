//! What the correlator knows of a company: its incidents that are open or may be reopened, with the
//! keys and fingerprints they own, the alerts held for `min_alerts`, the recoveries that came before their firing.
//!
//! Planning writes straight into the index. Whatever is then not committed as planned makes it
//! wrong: a refused join takes its incident out, anything else means loading it again.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::time::Duration;

use super::event_time::{aggregation_key, event_at, own_end};
use crate::domain::alert::Identity;
use crate::domain::incident::highest_firing;
use crate::domain::{Alert, Correlation, IncidentId, Severity, Signal, Timestamp};
use crate::incident::lifecycle::asks_again_at;
use crate::limits::{FLAP_ON, FLAP_WINDOW};
use crate::port::writer::{FingerprintState, OpenIncident, OpenIndex};

/// Recoveries without an incident that are remembered, at most.
const RECOVERIES: usize = 10_000;

/// An open incident as alerts see it.
#[derive(Clone, Debug)]
pub(super) struct Open {
    pub(super) created_at: Timestamp,
    pub(super) first_event_at: Timestamp,
    pub(super) last_event_at: Timestamp,
    pub(super) last_alert_at: Timestamp,
    pub(super) alert_count: u64,
    /// The number of alerts at which it asks for another decision.
    pub(super) asks_again_at: u64,
    pub(super) firing: [u32; 4],
    pub(super) severity: Severity,
    pub(super) tool_sources: HashSet<String>,
    pub(super) keys: HashSet<String>,
    pub(super) fingerprints: HashMap<Identity, FingerprintState>,
    pub(super) recovered_at: Option<Timestamp>,
    pub(super) flips: Vec<Timestamp>,
    /// Set where it is resolved: its own alerts reopen it until then.
    pub(super) reopens_until: Option<Timestamp>,
}

impl Open {
    pub(super) fn load(incident: OpenIncident, reopen_window: Duration) -> (IncidentId, Self) {
        let row = incident.row;
        let open = Self {
            recovered_at: row.recovered_at,
            flips: row.flips,
            reopens_until: row.life.reopens_until(reopen_window),
            created_at: row.created_at,
            first_event_at: row.first_event_at,
            last_event_at: row.last_event_at,
            last_alert_at: row.last_alert_at,
            alert_count: row.alert_count,
            asks_again_at: asks_again_at(row.decided.as_ref()),
            firing: row.firing,
            severity: row.severity,
            tool_sources: row.tool_sources.into_iter().collect(),
            keys: incident.keys.into_iter().collect(),
            fingerprints: incident
                .fingerprints
                .into_iter()
                .map(|state| (state.identity, state))
                .collect(),
        };
        (row.incident_id, open)
    }

    /// Takes a fingerprint's word, unless a later one has been heard. Answers the change of what fires.
    pub(super) fn hear(&mut self, word: FingerprintState) -> [i32; 4] {
        let mut delta = [0; 4];
        let known = self.fingerprints.get(&word.identity).copied();
        if known.is_some_and(|known| (known.event_at, known.alert_no) > (word.event_at, word.alert_no)) {
            return delta;
        }
        if let Some(known) = known.filter(|known| known.status == Signal::Firing) {
            delta[known.severity.index()] -= 1;
        }
        if word.status == Signal::Firing {
            delta[word.severity.index()] += 1;
        }
        self.fingerprints.insert(word.identity, word);
        for (count, change) in self.firing.iter_mut().zip(delta) {
            *count = count.saturating_add_signed(change);
        }
        self.severity = highest_firing(&self.firing).unwrap_or(self.severity);
        delta
    }

    pub(super) fn all_recovered(&self) -> bool {
        self.firing.iter().all(|count| *count == 0)
    }

    /// Whether it goes back and forth too often.
    pub(super) fn flaps(&self, now: Timestamp) -> bool {
        self.flips.iter().filter(|at| now.since(**at) < FLAP_WINDOW).count() > FLAP_ON
    }
}

/// What is kept of an alert that waits for its incident.
#[derive(Clone, Debug)]
pub(super) struct HeldAlert {
    pub(super) alert_no: u64,
    pub(super) identity: Identity,
    pub(super) severity: Severity,
    pub(super) status: Signal,
    pub(super) tool_source: Option<String>,
    pub(super) asset_name: String,
    pub(super) signature: String,
    pub(super) event_at: Timestamp,
    /// When it was over by its own word.
    pub(super) own_end: Option<Timestamp>,
    pub(super) received_at: Timestamp,
}

impl HeldAlert {
    pub(super) fn of(alert: &Alert, window: Duration) -> Self {
        Self {
            alert_no: alert.no,
            identity: alert.sent.identity(),
            severity: alert.sent.severity,
            status: alert.sent.status,
            tool_source: alert.sent.tool_source.clone(),
            asset_name: alert.sent.asset_name.clone(),
            signature: alert.sent.signature.clone(),
            event_at: event_at(alert, window),
            own_end: own_end(alert, window),
            received_at: alert.received_at,
        }
    }
}

/// A recovery that found no incident.
#[derive(Clone, Copy, Debug)]
struct Recovery {
    event_at: Timestamp,
    until: Timestamp,
}

/// The index.
#[derive(Debug)]
pub struct Index {
    pub(super) settings: Correlation,
    pub(super) incidents: HashMap<IncidentId, Open>,
    by_key: HashMap<String, Vec<IncidentId>>,
    by_identity: HashMap<Identity, IncidentId>,
    held: HashMap<String, BTreeMap<u64, HeldAlert>>,
    recoveries: HashMap<Identity, Recovery>,
    recoveries_in_order: VecDeque<(Timestamp, Identity)>,
    /// Resolved incidents that may be reopened, by when that ends.
    closing: BTreeSet<(Timestamp, IncidentId)>,
}

impl Index {
    /// From what the store holds.
    pub fn load(settings: Correlation, stored: OpenIndex) -> Self {
        let mut index = Self {
            settings,
            incidents: HashMap::with_capacity(stored.incidents.len()),
            by_key: HashMap::with_capacity(stored.incidents.len()),
            by_identity: HashMap::with_capacity(stored.incidents.len()),
            held: HashMap::new(),
            recoveries: HashMap::new(),
            recoveries_in_order: VecDeque::new(),
            closing: BTreeSet::new(),
        };
        for incident in stored.incidents {
            index.take(incident);
        }
        for alert in stored.held {
            let key = aggregation_key(settings.aggregation_key, &alert.sent);
            index.hold(key, HeldAlert::of(&alert, settings.window()));
        }
        for alert in stored.recoveries {
            let at = event_at(&alert, settings.window());
            index.remember_recovery(alert.sent.identity(), at, alert.received_at);
        }
        index
    }

    /// The number of open incidents.
    pub fn len(&self) -> usize {
        self.incidents.len()
    }

    /// Whether no incident is open.
    pub fn is_empty(&self) -> bool {
        self.incidents.is_empty()
    }

    pub(super) fn insert(&mut self, id: IncidentId, open: Open) {
        for key in &open.keys {
            self.by_key.entry(key.clone()).or_default().push(id.clone());
        }
        for identity in open.fingerprints.keys() {
            self.point_identity(*identity, &id, &open);
        }
        if let Some(until) = open.reopens_until {
            self.closing.insert((until, id.clone()));
        }
        self.incidents.insert(id, open);
    }

    /// Takes an incident in, unless it is over and nothing reopens it.
    pub fn take(&mut self, stored: OpenIncident) {
        let is_open = stored.row.is_open();
        let (id, open) = Open::load(stored, self.settings.reopen_window());
        if is_open || open.reopens_until.is_some() {
            self.insert(id, open);
        }
    }

    /// It is open again.
    pub(super) fn reopen(&mut self, id: &IncidentId) -> bool {
        let until = self.incidents.get_mut(id).and_then(|open| open.reopens_until.take());
        until.is_some_and(|until| self.closing.remove(&(until, id.clone())))
    }

    /// Forgets resolved incidents that nothing reopens any more.
    pub(super) fn forget_closed(&mut self, now: Timestamp) {
        while self.closing.first().is_some_and(|(until, _)| *until < now) {
            if let Some((_, id)) = self.closing.pop_first() {
                self.remove(&id);
            }
        }
    }

    /// A shared fingerprint belongs to an open incident before one that is over, and follows its latest alert.
    fn point_identity(&mut self, identity: Identity, id: &IncidentId, open: &Open) {
        let holder = self
            .by_identity
            .get(&identity)
            .and_then(|holder| self.incidents.get(holder));
        let rank = |open: &Open| (open.reopens_until.is_none(), open.last_alert_at);
        if holder.is_none_or(|holder| rank(holder) <= rank(open)) {
            self.by_identity.insert(identity, id.clone());
        }
    }

    /// Makes a key and a fingerprint the incident's own; `true` where the key is new to it.
    pub(super) fn own(&mut self, id: &IncidentId, key: &str, identity: Identity) -> bool {
        self.by_identity.insert(identity, id.clone());
        let Some(open) = self.incidents.get_mut(id) else {
            return false;
        };
        let new = open.keys.insert(key.to_owned());
        if new {
            self.by_key.entry(key.to_owned()).or_default().push(id.clone());
        }
        new
    }

    /// Takes out an incident that is over.
    pub fn remove(&mut self, id: &IncidentId) {
        let Some(open) = self.incidents.remove(id) else { return };
        if let Some(until) = open.reopens_until {
            self.closing.remove(&(until, id.clone()));
        }
        for key in &open.keys {
            if let Some(ids) = self.by_key.get_mut(key) {
                ids.retain(|other| other != id);
                if ids.is_empty() {
                    self.by_key.remove(key);
                }
            }
        }
        for identity in open.fingerprints.keys() {
            if self.by_identity.get(identity) == Some(id) {
                self.by_identity.remove(identity);
            }
        }
    }

    pub(super) fn holder(&self, identity: Identity) -> Option<(&IncidentId, &Open)> {
        self.by_identity
            .get(&identity)
            .and_then(|id| self.incidents.get_key_value(id))
    }

    /// Open incidents that own a key, oldest first.
    pub(super) fn with_key(&self, key: &str) -> Vec<(&IncidentId, &Open)> {
        let ids = self.by_key.get(key).map(Vec::as_slice).unwrap_or_default();
        let known = ids.iter().filter_map(|id| self.incidents.get_key_value(id));
        let mut found: Vec<_> = known.filter(|(_, open)| open.reopens_until.is_none()).collect();
        found.sort_by_key(|(id, open)| (open.created_at, (*id).clone()));
        found
    }

    /// Whether any alert is held.
    pub(super) fn holds_any(&self) -> bool {
        !self.held.is_empty()
    }

    pub(super) fn hold(&mut self, key: String, alert: HeldAlert) {
        self.held.entry(key).or_default().insert(alert.alert_no, alert);
    }

    /// How many alerts are held under a key within the window around a moment.
    pub(super) fn held_near(&self, key: &str, at: Timestamp) -> Vec<u64> {
        let window = self.settings.window();
        let group = self.held.get(key);
        let near = |held: &&HeldAlert| held.event_at.since(at) <= window && at.since(held.event_at) <= window;
        group
            .into_iter()
            .flat_map(BTreeMap::values)
            .filter(near)
            .map(|held| held.alert_no)
            .collect()
    }

    pub(super) fn release(&mut self, key: &str, alert_no: u64) -> Option<HeldAlert> {
        let group = self.held.get_mut(key)?;
        let released = group.remove(&alert_no);
        if group.is_empty() {
            self.held.remove(key);
        }
        released
    }

    pub(super) fn remember_recovery(&mut self, identity: Identity, event_at: Timestamp, arrival: Timestamp) {
        if self.recoveries_in_order.len() >= RECOVERIES
            && let Some((_, oldest)) = self.recoveries_in_order.pop_front()
        {
            self.recoveries.remove(&oldest);
        }
        let until = arrival.plus(self.settings.window());
        self.recoveries.insert(identity, Recovery { event_at, until });
        self.recoveries_in_order.push_back((until, identity));
    }

    /// When a firing alert was over, if it was: by its own word, or by a recovery that came before it.
    pub(super) fn end_of(&self, word: &HeldAlert) -> Option<Timestamp> {
        let recovered_at = || {
            let recovery = self.recoveries.get(&word.identity)?;
            (recovery.event_at >= word.event_at && recovery.until >= word.received_at).then_some(recovery.event_at)
        };
        word.own_end.or_else(recovered_at)
    }

    /// Forgets recoveries whose window has ended.
    pub(super) fn forget_recoveries(&mut self, now: Timestamp) {
        while let Some((until, identity)) = self
            .recoveries_in_order
            .front()
            .copied()
            .filter(|(until, _)| *until < now)
        {
            self.recoveries_in_order.pop_front();
            if self
                .recoveries
                .get(&identity)
                .is_some_and(|recovery| recovery.until == until)
            {
                self.recoveries.remove(&identity);
            }
        }
    }
}
