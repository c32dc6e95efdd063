//! Merging and splitting, as pure functions: what incidents' alerts make of them, computed anew.

use std::collections::{BTreeMap, BTreeSet};

use super::event_time::{event_at, own_end};
use super::rules::Rules;
use crate::domain::alert::Identity;
use crate::domain::incident::{add_flips, add_tool_source, highest_firing};
use crate::domain::{Alert, AlertId, Correlation, IncidentId, Severity, Signal, Timestamp};
use crate::limits::REGROUPED_ALERTS;
use crate::port::writer::{FingerprintState, OpenIncident, Owned};

/// Why incidents cannot be regrouped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegroupRefusal {
    /// There is none of this id.
    #[error("there is no incident {0}")]
    NoSuchIncident(IncidentId),
    /// It is over.
    #[error("{0} is resolved; reopen it first")]
    Resolved(IncidentId),
    /// Something is under way to heal it.
    #[error("a run of {0} is under way, or somebody has to agree to one: wait for its end, or reject it")]
    UnderWay(IncidentId),
    /// One of the alerts is not in it.
    #[error("{0} is not an alert of this incident")]
    NotItsAlert(AlertId),
    /// Nothing would stay behind.
    #[error("an incident keeps at least one of its alerts")]
    NothingLeft,
    /// Too many alerts.
    #[error("more than {REGROUPED_ALERTS} alerts cannot be regrouped")]
    TooMany,
}

/// What incidents come to as one. A shared fingerprint keeps its latest word.
pub fn merged(incidents: &[OpenIncident], now: Timestamp) -> Owned {
    let mut words: BTreeMap<Identity, FingerprintState> = BTreeMap::new();
    let mut keys = BTreeSet::new();
    let mut flips = Vec::new();
    let mut tool_sources = Vec::new();
    for incident in incidents {
        for word in &incident.fingerprints {
            hear(&mut words, *word);
        }
        keys.extend(incident.keys.iter().cloned());
        flips.extend_from_slice(&incident.row.flips);
        incident
            .row
            .tool_sources
            .iter()
            .for_each(|tool| add_tool_source(&mut tool_sources, tool));
    }
    flips.sort_unstable();
    let rows = || incidents.iter().map(|incident| &incident.row);
    let gravest = rows().map(|row| row.severity).max().unwrap_or(Severity::Low);
    let totals = Totals {
        alert_count: rows().map(|row| row.alert_count).sum(),
        first_event_at: rows().map(|row| row.first_event_at).min().unwrap_or(now),
        last_event_at: rows().map(|row| row.last_event_at).max().unwrap_or(now),
        last_alert_at: rows().map(|row| row.last_alert_at).max().unwrap_or(now),
    };
    let mut kept = Vec::new();
    add_flips(&mut kept, &flips);
    owned(words, keys, totals, tool_sources, kept, gravest, now)
}

/// Both parts of an incident that is split: what stays, and what goes. A fingerprint that it owns goes
/// where the alert of its last word is; one that it has lost to another incident stays lost.
///
/// # Errors
/// An alert is not the incident's, or nothing would stay.
pub fn split(
    whole: &OpenIncident,
    alerts: &[Alert],
    going: &BTreeSet<AlertId>,
    (settings, rules): (&Correlation, &Rules),
    now: Timestamp,
) -> Result<(Owned, Owned), RegroupRefusal> {
    if let Some(stranger) = going.iter().find(|id| alerts.iter().all(|alert| alert.id() != **id)) {
        return Err(RegroupRefusal::NotItsAlert(*stranger));
    }
    let (gone, stays): (Vec<&Alert>, Vec<&Alert>) = alerts.iter().partition(|alert| going.contains(&alert.id()));
    if stays.is_empty() || gone.is_empty() {
        return Err(RegroupRefusal::NothingLeft);
    }
    let (mut stays, mut gone) = (Part::of(&stays, settings, rules), Part::of(&gone, settings, rules));
    for word in &whole.fingerprints {
        let part = match stays.told.get(&word.identity) < gone.told.get(&word.identity) {
            true => &mut gone,
            false => &mut stays,
        };
        part.words.insert(word.identity, *word);
    }
    Ok((stays.owned(now), gone.owned(now)))
}

/// Sums that do not depend on who holds which fingerprint.
struct Totals {
    alert_count: u64,
    first_event_at: Timestamp,
    last_event_at: Timestamp,
    last_alert_at: Timestamp,
}

struct Part {
    words: BTreeMap<Identity, FingerprintState>,
    /// When each fingerprint's last alert in it happened, and its `no`.
    told: BTreeMap<Identity, (Timestamp, u64)>,
    keys: BTreeSet<String>,
    totals: Totals,
    tool_sources: Vec<String>,
    gravest: Severity,
}

impl Part {
    /// Of at least one alert.
    fn of(alerts: &[&Alert], settings: &Correlation, rules: &Rules) -> Self {
        let (mut told, mut keys, mut tool_sources) = (BTreeMap::new(), BTreeSet::new(), Vec::new());
        let window = settings.window();
        for alert in alerts {
            let at = own_end(alert, window).unwrap_or(event_at(alert, window));
            let last = told.entry(alert.sent.identity()).or_default();
            *last = (at, alert.no).max(*last);
            keys.insert(rules.grouping(settings, &alert.sent).key);
            if let Some(tool) = &alert.sent.tool_source {
                add_tool_source(&mut tool_sources, tool);
            }
        }
        let events = || alerts.iter().map(|alert| event_at(alert, window));
        let totals = Totals {
            alert_count: alerts.len() as u64,
            first_event_at: events().min().unwrap_or_default(),
            last_event_at: events().max().unwrap_or_default(),
            last_alert_at: alerts.iter().map(|alert| alert.received_at).max().unwrap_or_default(),
        };
        let gravest = alerts
            .iter()
            .map(|alert| alert.sent.severity)
            .max()
            .unwrap_or(Severity::Low);
        Self {
            words: BTreeMap::new(),
            told,
            keys,
            totals,
            tool_sources,
            gravest,
        }
    }

    fn owned(self, now: Timestamp) -> Owned {
        owned(
            self.words,
            self.keys,
            self.totals,
            self.tool_sources,
            Vec::new(),
            self.gravest,
            now,
        )
    }
}

/// Keeps the later of two words about one fingerprint.
fn hear(words: &mut BTreeMap<Identity, FingerprintState>, word: FingerprintState) {
    let known = words.entry(word.identity).or_insert(word);
    if (word.event_at, word.alert_no) > (known.event_at, known.alert_no) {
        *known = word;
    }
}

fn owned(
    words: BTreeMap<Identity, FingerprintState>,
    keys: BTreeSet<String>,
    totals: Totals,
    tool_sources: Vec<String>,
    flips: Vec<Timestamp>,
    gravest: Severity,
    now: Timestamp,
) -> Owned {
    let mut firing = [0; 4];
    for word in words.values().filter(|word| word.status == Signal::Firing) {
        firing[word.severity.index()] += 1;
    }
    let severity = highest_firing(&firing);
    Owned {
        alert_count: totals.alert_count,
        firing,
        severity: severity.unwrap_or(gravest),
        tool_sources,
        first_event_at: totals.first_event_at,
        last_event_at: totals.last_event_at,
        last_alert_at: totals.last_alert_at,
        recovered_at: severity.is_none().then_some(now),
        flips,
        keys: keys.into_iter().collect(),
        fingerprints: words.into_values().collect(),
    }
}
