//! What the correlator knows of a company: its incidents that are open or may be reopened, with the
//! keys and fingerprints they own, the alerts held for `min_alerts`, the recoveries that came before their firing.
//!
//! Planning writes straight into the index. Whatever is then not committed as planned makes it
//! wrong: a refused join takes its incident out, anything else means loading it again.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use super::event_time::{asset_of, event_at, own_end};
use super::few::Few;
use super::rules::{Grouping, Rules};
use super::topology::Topology;
use crate::domain::alert::Identity;
use crate::domain::digest::Digest;
use crate::domain::incident::{add_flips, highest_firing};
use crate::domain::{Alert, Correlation, IncidentId, NewAlert, Severity, Signal, Timestamp};
use crate::incident::lifecycle::asks_again_at;
use crate::limits::{FLAP_ON, FLAP_WINDOW, TOOL_SOURCES};
use crate::port::writer::{FingerprintState, OpenIncident, Strays};

/// Recoveries without an incident that are remembered, at most.
const RECOVERIES: usize = 10_000;

/// An open incident as alerts see it. There are a hundred thousand of these: texts are kept as their
/// digests, and what few incidents have stands apart.
#[derive(Clone, Debug)]
pub(super) struct Open {
    /// Of the asset of its first alert and those that its keys name, the ones that depend on none of the others: its
    /// causes, as far as is known.
    roots: Few<Digest, ()>,
    pub(super) created_at: Timestamp,
    pub(super) first_event_at: Timestamp,
    pub(super) last_event_at: Timestamp,
    pub(super) last_alert_at: Timestamp,
    pub(super) alert_count: u64,
    /// The number of alerts at which it asks for another decision.
    pub(super) asks_again_at: u64,
    pub(super) firing: [u32; 4],
    pub(super) severity: Severity,
    tool_sources: Few<Digest, ()>,
    keys: Few<Digest, ()>,
    fingerprints: Few<Identity, Word>,
    unrest: Option<Box<Unrest>>,
}

/// A fingerprint's last word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Word {
    status: Signal,
    severity: Severity,
    event_at: Timestamp,
    alert_no: u64,
}

impl Word {
    fn of(self, identity: Identity) -> FingerprintState {
        FingerprintState {
            identity,
            status: self.status,
            severity: self.severity,
            event_at: self.event_at,
            alert_no: self.alert_no,
        }
    }
}

/// What is known of an incident that has ever recovered.
#[derive(Clone, Debug, Default, PartialEq)]
struct Unrest {
    recovered_at: Option<Timestamp>,
    flips: Vec<Timestamp>,
    /// Set where it is resolved: its own alerts reopen it until then.
    reopens_until: Option<Timestamp>,
}

impl Open {
    /// Before its first alert.
    pub(super) fn new(first: &HeldAlert, now: Timestamp) -> Self {
        Self {
            roots: once(Digest::of(&[&first.asset_name])),
            created_at: now,
            first_event_at: first.event_at,
            last_event_at: first.event_at,
            last_alert_at: first.received_at,
            alert_count: 0,
            asks_again_at: asks_again_at(None),
            firing: [0; 4],
            severity: first.severity,
            tool_sources: Few::None,
            keys: Few::None,
            fingerprints: Few::None,
            unrest: None,
        }
    }

    pub(super) fn load(incident: OpenIncident, reopen_window: Duration) -> (IncidentId, Self) {
        let row = incident.row;
        let unrest = Unrest {
            recovered_at: row.recovered_at,
            flips: row.flips,
            reopens_until: row.life.reopens_until(reopen_window),
        };
        let mut roots = once(Digest::of(&[&row.asset_name]));
        for asset in incident.keys.iter().filter_map(|key| asset_of(key)) {
            roots.insert(asset, ());
        }
        let named = |texts: Vec<String>| texts.iter().map(|text| (Digest::of(&[text]), ())).collect();
        let mut open = Self {
            roots,
            created_at: row.created_at,
            first_event_at: row.first_event_at,
            last_event_at: row.last_event_at,
            last_alert_at: row.last_alert_at,
            alert_count: row.alert_count,
            asks_again_at: asks_again_at(row.decided.as_ref()),
            firing: row.firing,
            severity: row.severity,
            tool_sources: named(row.tool_sources),
            keys: named(incident.keys),
            fingerprints: Few::None,
            unrest: Some(Box::new(unrest)).filter(|unrest| **unrest != Unrest::default()),
        };
        for word in incident.fingerprints {
            open.note(word);
        }
        (row.incident_id, open)
    }

    fn note(&mut self, word: FingerprintState) {
        let FingerprintState {
            identity,
            status,
            severity,
            event_at,
            alert_no,
        } = word;
        let word = Word {
            status,
            severity,
            event_at,
            alert_no,
        };
        self.fingerprints.insert(identity, word);
    }

    /// A fingerprint's last word.
    pub(super) fn word(&self, identity: Identity) -> Option<FingerprintState> {
        self.fingerprints.get(&identity).map(|word| word.of(identity))
    }

    /// Every fingerprint's last word.
    #[cfg(test)]
    pub(super) fn words(&self) -> impl Iterator<Item = FingerprintState> {
        self.fingerprints.iter().map(|(identity, word)| word.of(*identity))
    }

    /// Takes a fingerprint's word, unless a later one has been heard. Answers the change of what fires.
    pub(super) fn hear(&mut self, word: FingerprintState) -> [i32; 4] {
        let mut delta = [0; 4];
        let known = self.word(word.identity);
        if known.is_some_and(|known| (known.event_at, known.alert_no) > (word.event_at, word.alert_no)) {
            return delta;
        }
        if let Some(known) = known.filter(|known| known.status == Signal::Firing) {
            delta[known.severity.index()] -= 1;
        }
        if word.status == Signal::Firing {
            delta[word.severity.index()] += 1;
        }
        self.note(word);
        for (count, change) in self.firing.iter_mut().zip(delta) {
            *count = count.saturating_add_signed(change);
        }
        self.severity = highest_firing(&self.firing).unwrap_or(self.severity);
        delta
    }

    /// Whether a tool is new to it, and there is room for its name.
    pub(super) fn tells(&mut self, tool: &str) -> bool {
        self.tool_sources.len() < TOOL_SOURCES && self.tool_sources.insert(Digest::of(&[tool]), ())
    }

    pub(super) fn all_recovered(&self) -> bool {
        self.firing.iter().all(|count| *count == 0)
    }

    /// Since when nothing in it fires.
    pub(super) fn recovered_at(&self) -> Option<Timestamp> {
        self.unrest.as_ref().and_then(|unrest| unrest.recovered_at)
    }

    /// Until when its own alerts reopen it, where it is resolved.
    pub(super) fn reopens_until(&self) -> Option<Timestamp> {
        self.unrest.as_ref().and_then(|unrest| unrest.reopens_until)
    }

    /// Whether it goes back and forth too often.
    pub(super) fn flaps(&self, now: Timestamp) -> bool {
        let flips = self.unrest.iter().flat_map(|unrest| &unrest.flips);
        flips.filter(|at| now.since(**at) < FLAP_WINDOW).count() > FLAP_ON
    }

    /// Notes whether anything fires since its last alert; answers when it went from firing to recovered
    /// or back, if it did. An incident's first alert is no such turn.
    pub(super) fn turn(&mut self, now: Timestamp) -> Option<Timestamp> {
        let (recovered, before) = (self.all_recovered(), self.recovered_at());
        if recovered == before.is_some() {
            return None;
        }
        let unrest = self.unrest.get_or_insert_default();
        unrest.recovered_at = recovered.then_some(now);
        let flip = (self.alert_count > 1).then_some(now);
        add_flips(&mut unrest.flips, flip.as_slice());
        flip
    }

    fn reopen(&mut self) -> Option<Timestamp> {
        self.unrest.as_mut().and_then(|unrest| unrest.reopens_until.take())
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

fn drop_id(by_asset: &mut HashMap<Digest, Few<IncidentId, ()>>, asset: Digest, id: &IncidentId) {
    if let Some(ids) = by_asset.get_mut(&asset) {
        ids.remove(id);
        if ids.is_empty() {
            by_asset.remove(&asset);
        }
    }
}

fn once(digest: Digest) -> Few<Digest, ()> {
    let mut one = Few::None;
    one.insert(digest, ());
    one
}

/// The index.
#[derive(Debug)]
pub struct Index {
    pub(super) settings: Correlation,
    rules: Rules,
    pub(super) topology: Topology,
    /// Boxed, because the table has room for up to twice as many.
    pub(super) incidents: HashMap<IncidentId, Box<Open>>,
    by_key: HashMap<Digest, Few<IncidentId, ()>>,
    by_identity: HashMap<Identity, IncidentId>,
    by_asset: HashMap<Digest, Few<IncidentId, ()>>,
    held: HashMap<String, BTreeMap<u64, HeldAlert>>,
    recoveries: HashMap<Identity, Recovery>,
    recoveries_in_order: VecDeque<(Timestamp, Identity)>,
    /// Resolved incidents that may be reopened, by when that ends.
    closing: BTreeSet<(Timestamp, IncidentId)>,
}

impl Index {
    /// One that knows nothing yet.
    pub fn new(settings: Correlation, rules: Rules, topology: Topology) -> Self {
        Self {
            settings,
            rules,
            topology,
            incidents: HashMap::new(),
            by_key: HashMap::new(),
            by_identity: HashMap::new(),
            by_asset: HashMap::new(),
            held: HashMap::new(),
            recoveries: HashMap::new(),
            recoveries_in_order: VecDeque::new(),
            closing: BTreeSet::new(),
        }
    }

    /// Takes in what belongs to no incident.
    pub fn take_strays(&mut self, strays: Strays) {
        let window = self.settings.window();
        for alert in strays.held {
            let grouping = self.grouping(&alert.sent);
            self.hold(grouping.key, HeldAlert::of(&alert, window));
        }
        for alert in strays.recoveries {
            self.remember_recovery(alert.sent.identity(), event_at(&alert, window), alert.received_at);
        }
    }

    /// What an alert counts as.
    pub(super) fn grouping(&self, alert: &NewAlert) -> Grouping {
        self.rules.grouping(&self.settings, alert)
    }

    /// The number of open incidents.
    pub fn len(&self) -> usize {
        self.incidents.len()
    }

    /// Whether no incident is open.
    pub fn is_empty(&self) -> bool {
        self.incidents.is_empty()
    }

    pub(super) fn insert(&mut self, id: IncidentId, mut open: Open) {
        for key in open.keys.keys() {
            self.by_key.entry(*key).or_default().insert(id.clone(), ());
        }
        for identity in open.fingerprints.keys() {
            self.point_identity(*identity, &id, &open);
        }
        if let Some(until) = open.reopens_until() {
            self.closing.insert((until, id.clone()));
        }
        let assets = std::mem::take(&mut open.roots);
        self.incidents.insert(id.clone(), Box::new(open));
        for asset in assets.keys() {
            self.root(&id, *asset);
        }
    }

    /// An incident has an asset: one of its causes, unless it depends on one of them, in the place of those that depend
    /// on it. Assets that nothing depends on and that depend on nothing are left out.
    fn root(&mut self, id: &IncidentId, asset: Digest) {
        let Self {
            incidents,
            topology,
            by_asset,
            ..
        } = self;
        let Some(open) = incidents.get_mut(id).filter(|_| topology.knows(asset)) else {
            return;
        };
        if topology
            .causes(asset)
            .any(|cause| open.roots.get(&cause.digest).is_some())
        {
            return;
        }
        let depends = |root: &&Digest| topology.causes(**root).any(|cause| cause.digest == asset);
        let effects: Vec<Digest> = open.roots.keys().filter(depends).copied().collect();
        for effect in effects {
            open.roots.remove(&effect);
            drop_id(by_asset, effect, id);
        }
        if open.roots.insert(asset, ()) {
            by_asset.entry(asset).or_default().insert(id.clone(), ());
        }
    }

    /// Knows an incident as it is stored; forgets it where it is over and nothing reopens it.
    pub fn take(&mut self, stored: OpenIncident) {
        let is_open = stored.row.is_open();
        let (id, open) = Open::load(stored, self.settings.reopen_window());
        self.remove(&id);
        if is_open || open.reopens_until().is_some() {
            self.insert(id, open);
        }
    }

    /// It is open again.
    pub(super) fn reopen(&mut self, id: &IncidentId) -> bool {
        let until = self.incidents.get_mut(id).and_then(|open| open.reopen());
        until.is_some_and(|until| self.closing.remove(&(until, id.clone())))
    }

    /// It is over; its own alerts reopen it until a moment, if at all.
    pub(super) fn close(&mut self, id: &IncidentId, reopens_until: Option<Timestamp>) {
        let Some(until) = reopens_until else {
            return self.remove(id);
        };
        if let Some(open) = self.incidents.get_mut(id) {
            open.unrest.get_or_insert_default().reopens_until = Some(until);
            self.closing.insert((until, id.clone()));
        }
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
        let rank = |open: &Open| (open.reopens_until().is_none(), open.last_alert_at);
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
        let (key, asset) = (Digest::of(&[key]), asset_of(key));
        let new = open.keys.insert(key, ());
        if new {
            self.by_key.entry(key).or_default().insert(id.clone(), ());
            if let Some(asset) = asset {
                self.root(id, asset);
            }
        }
        new
    }

    /// Takes out an incident that is over.
    pub fn remove(&mut self, id: &IncidentId) {
        let Some(open) = self.incidents.remove(id) else { return };
        if let Some(until) = open.reopens_until() {
            self.closing.remove(&(until, id.clone()));
        }
        for key in open.keys.keys() {
            if let Some(ids) = self.by_key.get_mut(key) {
                ids.remove(id);
                if ids.is_empty() {
                    self.by_key.remove(key);
                }
            }
        }
        for root in open.roots.keys() {
            drop_id(&mut self.by_asset, *root, id);
        }
        for identity in open.fingerprints.keys() {
            if self.by_identity.get(identity) == Some(id) {
                self.by_identity.remove(identity);
            }
        }
    }

    pub(super) fn holder(&self, identity: Identity) -> Option<(&IncidentId, &Open)> {
        self.by_identity.get(&identity).and_then(|id| self.known(id))
    }

    /// The open incident that has one of these fingerprints.
    pub fn open_holder(&self, identities: impl IntoIterator<Item = Identity>) -> Option<IncidentId> {
        let holders = identities.into_iter().filter_map(|identity| self.holder(identity));
        let mut open = holders.filter(|(_, open)| open.reopens_until().is_none());
        open.next().map(|(id, _)| id.clone())
    }

    fn known(&self, id: &IncidentId) -> Option<(&IncidentId, &Open)> {
        self.incidents.get_key_value(id).map(|(id, open)| (id, &**open))
    }

    /// Open incidents that own a key, oldest first.
    pub(super) fn with_key(&self, key: &str) -> Vec<(&IncidentId, &Open)> {
        self.oldest_first(self.by_key.get(&Digest::of(&[key])))
    }

    /// Open incidents that an asset is a cause of, as far as is known, oldest first.
    pub(super) fn of_asset(&self, asset: Digest) -> Vec<(&IncidentId, &Open)> {
        self.oldest_first(self.by_asset.get(&asset))
    }

    fn oldest_first(&self, ids: Option<&Few<IncidentId, ()>>) -> Vec<(&IncidentId, &Open)> {
        let ids = ids.into_iter().flat_map(Few::keys);
        let known = ids.filter_map(|id| self.known(id));
        let mut found: Vec<_> = known.filter(|(_, open)| open.reopens_until().is_none()).collect();
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

    /// The alerts that are held under a key within its window around a moment.
    pub(super) fn held_near(&self, grouping: &Grouping, at: Timestamp) -> Vec<u64> {
        let window = grouping.window;
        let group = self.held.get(&grouping.key);
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
        let until = arrival.plus(self.remembers_for());
        self.recoveries.insert(identity, Recovery { event_at, until });
        self.recoveries_in_order.push_back((until, identity));
    }

    /// For how long a recovery without an incident is remembered: as long as an alert may be held that it ends.
    pub(super) fn remembers_for(&self) -> Duration {
        self.rules.longest_window(&self.settings)
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
