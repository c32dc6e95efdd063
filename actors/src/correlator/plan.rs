//! Planning a batch: which incident each alert belongs to, and why. A pure function of the alerts,
//! the index, the settings and the clock, so that it can be replayed.
//!
//! Layers, first match wins: identity (an open incident holds the fingerprint), grouping (one owns
//! the aggregation key, by the company's rules or settings, and is within its window), topology (one is of an asset
//! that this one depends on, or that depends on it, and within its window), else a new incident once `min_alerts` is
//! reached.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::json;

use super::event_time::event_at;
use super::index::{HeldAlert, Index, Open};
use super::rules::Grouping;
use super::rules::Rules;
use super::topology::Near;
use crate::domain::alert::Identity;
use crate::domain::digest::Digest;
use crate::domain::ids::EntryId;
use crate::domain::{Alert, AlertState, Fact, IncidentId, Severity, Signal, Timestamp};
use crate::limits::RECEIPT_CANDIDATES;
use crate::port::writer::{Considered, FingerprintState, IncidentPlacement, Opening, PlaceBatch, Placement, Receipt};

/// Who the journal names for placements.
const ACTOR: &str = "correlator";

/// New ids, from the caller's entropy.
pub trait Mint {
    /// For an incident.
    fn incident(&mut self) -> IncidentId;
    /// For a journal entry.
    fn entry(&mut self) -> EntryId;
}

/// A batch in the making.
pub struct Plan<'a> {
    index: &'a mut Index,
    mint: &'a mut dyn Mint,
    now: Timestamp,
    drafts: Vec<Draft>,
    by_incident: HashMap<IncidentId, usize>,
    others: Vec<Placement>,
}

/// What the batch does to one incident so far.
struct Draft {
    placement: IncidentPlacement,
    severity_before: Severity,
    fingerprints: HashMap<Identity, FingerprintState>,
}

/// How an alert came to its incident.
struct Ground {
    layer: &'static str,
    rule: Cow<'static, str>,
    considered: Vec<Considered>,
    offers_merge_with: Option<IncidentId>,
}

impl Ground {
    fn plain(layer: &'static str, rule: impl Into<Cow<'static, str>>) -> Self {
        Self {
            layer,
            rule: rule.into(),
            considered: Vec::new(),
            offers_merge_with: None,
        }
    }
}

impl<'a> Plan<'a> {
    /// An empty batch over an index.
    pub fn new(index: &'a mut Index, mint: &'a mut dyn Mint, now: Timestamp) -> Self {
        index.forget_recoveries(now);
        index.forget_closed(now);
        Self {
            index,
            mint,
            now,
            drafts: Vec::new(),
            by_incident: HashMap::new(),
            others: Vec::new(),
        }
    }

    /// Plans one alert.
    pub fn place(&mut self, alert: &Alert) {
        let grouping = self.index.grouping(&alert.sent);
        let word = HeldAlert::of(alert, self.index.settings.window());
        match alert.sent.status {
            Signal::Resolved => self.place_recovery(&word, &grouping),
            Signal::Firing => self.place_firing(word, &grouping),
        }
    }

    /// Puts an alert aside that could not be planned.
    pub fn bury(&mut self, alert: &Alert, why: &str) {
        // As without rules: one of them may be what failed.
        let grouping = Rules::default().grouping(&self.index.settings, &alert.sent);
        let receipt = self.receipt(
            &grouping,
            alert.received_at,
            Ground::plain("dead_letter", why.to_owned()),
        );
        self.others.push(Placement {
            alert_no: alert.no,
            state: AlertState::DeadLetter,
            receipt,
            due_at: None,
        });
    }

    /// Lets a held alert go whose window has ended.
    pub fn give_up(&mut self, alert: &Alert) {
        let grouping = self.index.grouping(&alert.sent);
        let held = self.index.release(&grouping.key, alert.no);
        if let Some(word) = held.filter(|_| grouping.min_alerts == 1) {
            // It was held under other settings.
            return self.place_firing(word, &grouping);
        }
        let rule = format!("fewer than {} alerts within the window", grouping.min_alerts);
        let at = event_at(alert, self.index.settings.window());
        let receipt = self.receipt(&grouping, at, Ground::plain("unmatched", rule));
        self.others.push(Placement {
            alert_no: alert.no,
            state: AlertState::Unmatched,
            receipt,
            due_at: None,
        });
    }

    /// The batch, to be committed as it is.
    pub fn finish(self, joinable_no: u64) -> PlaceBatch {
        let Self {
            index,
            mint,
            now,
            drafts,
            others,
            ..
        } = self;
        let incidents = drafts.into_iter().map(|draft| draft.finish(index, mint, now)).collect();
        PlaceBatch {
            now,
            joinable_no,
            incidents,
            others,
        }
    }

    fn place_recovery(&mut self, word: &HeldAlert, grouping: &Grouping) {
        let holder = self.index.holder(word.identity);
        if let Some(id) = holder
            .filter(|(_, open)| open.reopens_until().is_none())
            .map(|(id, _)| id.clone())
        {
            let ground = Ground::plain("recovery", "the incident holds the fingerprint that has recovered");
            return self.join(&id, word, grouping, ground);
        }
        self.index
            .remember_recovery(word.identity, word.event_at, word.received_at);
        let ground = Ground::plain(
            "unmatched",
            "a recovery opens no incident, and no open incident holds its fingerprint",
        );
        let receipt = self.receipt(grouping, word.event_at, ground);
        let due_at = Some(word.received_at.plus(self.index.remembers_for()));
        self.others.push(Placement {
            alert_no: word.alert_no,
            state: AlertState::Unmatched,
            receipt,
            due_at,
        });
    }

    fn place_firing(&mut self, word: HeldAlert, grouping: &Grouping) {
        let mut considered = Vec::new();
        match self.by_identity(&word) {
            Some(Ok(id)) => {
                let ground = match self.index.incidents[&id].reopens_until() {
                    None => Ground::plain("identity", "an open incident holds the fingerprint"),
                    Some(_) => Ground::plain(
                        "reopened",
                        "an incident that ended a short while ago holds the fingerprint",
                    ),
                };
                return self.join(&id, &word, grouping, ground);
            }
            Some(Err(silent)) => considered.push(silent),
            None => {}
        }
        match self.by_grouping(&word, grouping, &mut considered) {
            Some((id, offers_merge_with)) => {
                let rule = match &grouping.rule {
                    Some(name) => format!("an open incident has the same key by the rule {name:?}"),
                    None => format!(
                        "an open incident has the same {}",
                        self.index.settings.aggregation_key.as_str()
                    ),
                };
                let ground = Ground {
                    layer: "grouping",
                    rule: rule.into(),
                    considered,
                    offers_merge_with,
                };
                self.join(&id, &word, grouping, ground);
            }
            None => match self.by_topology(&word, grouping, &mut considered) {
                Some((id, rule, offers_merge_with)) => {
                    let ground = Ground {
                        layer: "topology",
                        rule: rule.into(),
                        considered,
                        offers_merge_with,
                    };
                    self.join(&id, &word, grouping, ground);
                }
                None => self.open_or_hold(word, grouping, considered),
            },
        }
    }

    /// Layer 1: the incident that holds the fingerprint and is open or may be reopened, unless it has
    /// been silent for too long.
    fn by_identity(&self, word: &HeldAlert) -> Option<Result<IncidentId, Considered>> {
        let (id, open) = self.index.holder(word.identity)?;
        let silence = word.received_at.since(open.last_alert_at);
        if silence <= self.index.settings.stale_after() {
            return Some(Ok(id.clone()));
        }
        let why_not = format!(
            "holds the fingerprint, but was silent for {} min",
            silence.as_secs() / 60
        );
        Some(Err(Considered {
            incident_id: id.clone(),
            why_not,
        }))
    }

    /// Layer 2: the oldest open incident that owns the key and is within its window. Another one
    /// within its window is bridged by this alert, and offered for a merge.
    fn by_grouping(
        &self,
        word: &HeldAlert,
        grouping: &Grouping,
        considered: &mut Vec<Considered>,
    ) -> Option<(IncidentId, Option<IncidentId>)> {
        let owners = self.index.with_key(&grouping.key);
        let mut near = within(owners, word, grouping, "owns the key", considered).into_iter();
        near.next().map(|id| (id, near.next()))
    }

    /// Layer 3: the open incident of an asset that this one depends on, where both began within the window, the one that
    /// began nearest to it; where there is none, of one that depends on it, because a cause is often told after its effects. In words why, and
    /// another one that is offered for a merge.
    fn by_topology(
        &self,
        word: &HeldAlert,
        grouping: &Grouping,
        considered: &mut Vec<Considered>,
    ) -> Option<(IncidentId, String, Option<IncidentId>)> {
        let (asset, digest) = (&word.asset_name, Digest::of(&[&word.asset_name]));
        if !self.index.topology.knows(digest) {
            return None;
        }
        let mut nearest = |near: Vec<Near>, why: &dyn Fn(&str) -> String| {
            let mut found = Vec::new();
            for asset in near {
                for (id, open) in self.index.of_asset(asset.digest) {
                    let (began, at) = (open.first_event_at, word.event_at);
                    let apart = at.since(began).max(began.since(at));
                    if apart <= grouping.window {
                        found.push((apart, id.clone(), asset.name));
                    } else if considered.len() < RECEIPT_CANDIDATES {
                        let why_not = format!("is of {}, but began {} min away", asset.name, apart.as_secs() / 60);
                        considered.push(Considered {
                            incident_id: id.clone(),
                            why_not,
                        });
                    }
                }
            }
            // Of equal ones the first: the nearest by what depends on what, and the oldest.
            found.sort_by_key(|(apart, ..)| *apart);
            let mut found = found.into_iter();
            let (_, id, name) = found.next()?;
            Some((id, why(name), found.next().map(|(_, id, _)| id)))
        };
        let causes = self.index.topology.causes(digest).collect();
        nearest(causes, &|name| {
            format!("{asset} depends on {name}, whose incident is open")
        })
        .or_else(|| {
            let effects = self.index.topology.effects(digest).collect();
            nearest(effects, &|name| {
                format!("{name} depends on {asset}, and its incident is open")
            })
        })
    }

    /// Layer 4: a new incident once `min_alerts` is reached; until then the alert is held.
    fn open_or_hold(&mut self, word: HeldAlert, grouping: &Grouping, considered: Vec<Considered>) {
        let min_alerts = grouping.min_alerts;
        let near = self.index.held_near(grouping, word.event_at);
        if near.len() + 1 < min_alerts {
            let rule = format!("alert {} of {min_alerts} that open an incident", near.len() + 1);
            let ground = Ground {
                layer: "held",
                rule: rule.into(),
                considered,
                offers_merge_with: None,
            };
            let receipt = self.receipt(grouping, word.event_at, ground);
            let due_at = Some(word.received_at.plus(grouping.window));
            self.others.push(Placement {
                alert_no: word.alert_no,
                state: AlertState::Held,
                receipt,
                due_at,
            });
            self.index.hold(grouping.key.clone(), word);
            return;
        }
        let id = self.open(&word);
        for alert_no in near {
            if let Some(held) = self.index.release(&grouping.key, alert_no) {
                self.others.retain(|placement| placement.alert_no != alert_no);
                // Its fingerprint may have found an incident of its own meanwhile.
                let (of, ground) = match self.by_identity(&held) {
                    Some(Ok(other)) if other != id => (
                        other,
                        Ground::plain("identity", "an incident has opened that holds the fingerprint"),
                    ),
                    _ => (id.clone(), Ground::plain("opened", "held until the incident opened")),
                };
                self.join(&of, &held, grouping, ground);
            }
        }
        let rule = match min_alerts {
            1 => "no open incident matches".into(),
            _ => format!("no open incident matches, and {min_alerts} alerts are reached").into(),
        };
        self.join(
            &id,
            &word,
            grouping,
            Ground {
                layer: "opened",
                rule,
                considered,
                offers_merge_with: None,
            },
        );
    }

    fn open(&mut self, word: &HeldAlert) -> IncidentId {
        let id = self.mint.incident();
        let open = Open::new(word, self.now);
        self.index.insert(id.clone(), open);
        let opening = Opening {
            asset_name: word.asset_name.clone(),
            signature: word.signature.clone(),
            created_at: self.now,
        };
        let place = self.draft(&id);
        self.drafts[place].placement.opening = Some(opening);
        self.drafts[place].placement.wake = Some(self.now);
        id
    }

    /// Adds an alert to an incident, as its last word unless a later one has been heard.
    fn join(&mut self, id: &IncidentId, word: &HeldAlert, grouping: &Grouping, ground: Ground) {
        let end = self.index.end_of(word).filter(|_| word.status == Signal::Firing);
        let receipt = self.receipt(grouping, word.event_at, ground);
        let place = self.draft(id);
        let new_key = self.index.own(id, &grouping.key, word.identity);
        let spoken = FingerprintState {
            identity: word.identity,
            status: if end.is_some() { Signal::Resolved } else { word.status },
            severity: word.severity,
            event_at: end.unwrap_or(word.event_at),
            alert_no: word.alert_no,
        };
        let reopened = self.index.reopen(id);
        let hold = self.index.settings.resolve_hold();
        let Some(open) = self.index.incidents.get_mut(id) else {
            return;
        };
        let severity_before = open.severity;
        let recovered_before = open.recovered_at();
        let delta = open.hear(spoken);
        open.alert_count += 1;
        open.first_event_at = open.first_event_at.min(word.event_at);
        open.last_event_at = open.last_event_at.max(word.event_at);
        open.last_alert_at = open.last_alert_at.max(word.received_at);
        let flip = open.turn(self.now);
        let recovered_at = open.recovered_at();
        let new_tool = word.tool_source.clone().filter(|tool| open.tells(tool));
        let graver = open.severity > severity_before;
        let doubled = spoken.status == Signal::Firing && open.alert_count >= open.asks_again_at;
        if doubled {
            open.asks_again_at = open.alert_count.saturating_mul(2);
        }
        let at_once = graver || doubled || reopened || (flip.is_some() && open.flaps(self.now));
        let ends = recovered_at.filter(|_| recovered_before.is_none());
        let wake = at_once.then_some(self.now).or(ends.map(|at| at.plus(hold)));
        let last_word = open.word(word.identity);

        let draft = &mut self.drafts[place];
        let placement = &mut draft.placement;
        placement.alerts.push(Placement {
            alert_no: word.alert_no,
            state: AlertState::Placed,
            receipt,
            due_at: None,
        });
        placement.first_event_at = placement.first_event_at.min(word.event_at);
        placement.last_event_at = placement.last_event_at.max(word.event_at);
        placement.last_alert_at = placement.last_alert_at.max(word.received_at);
        placement.wake = placement.wake.into_iter().chain(wake).min();
        placement.recovered_at = recovered_at;
        placement.flips.extend(flip);
        placement.reopens |= reopened;
        placement.keys.extend(new_key.then(|| grouping.key.clone()));
        placement.tool_sources.extend(new_tool);
        for (sum, change) in placement.firing_delta.iter_mut().zip(delta) {
            *sum += change;
        }
        draft
            .fingerprints
            .extend(last_word.map(|state| (state.identity, state)));
    }

    /// The place of an incident's draft, begun before anything of this batch has changed it.
    fn draft(&mut self, id: &IncidentId) -> usize {
        *self.by_incident.entry(id.clone()).or_insert_with(|| {
            self.drafts.push(Draft::new(id.clone(), self.index));
            self.drafts.len() - 1
        })
    }

    fn receipt(&self, grouping: &Grouping, event_at: Timestamp, ground: Ground) -> Receipt {
        Receipt {
            layer: ground.layer.into(),
            rule: ground.rule,
            by_rule: grouping.rule.as_deref().map(str::to_owned),
            key: grouping.key.clone(),
            event_at,
            window_minutes: (grouping.window.as_secs() / 60) as u32,
            considered: ground.considered,
            offers_merge_with: ground.offers_merge_with,
            now: self.now,
            rules_version: self.index.settings.version,
        }
    }
}

/// Those that are within their window of an alert, in their order; of the others, why not.
fn within(
    open: Vec<(&IncidentId, &Open)>,
    word: &HeldAlert,
    grouping: &Grouping,
    what: &str,
    considered: &mut Vec<Considered>,
) -> Vec<IncidentId> {
    let mut near = Vec::new();
    for (id, open) in open {
        let behind = word.event_at.since(open.last_event_at);
        let before = open.first_event_at.since(word.event_at);
        if behind <= grouping.window && before <= grouping.window {
            near.push(id.clone());
        } else if considered.len() < RECEIPT_CANDIDATES {
            let minutes = behind.max(before).as_secs() / 60;
            considered.push(Considered {
                incident_id: id.clone(),
                why_not: format!("{what}, but its nearest alert is {minutes} min away"),
            });
        }
    }
    near
}

impl Draft {
    fn new(incident_id: IncidentId, index: &Index) -> Self {
        let severity_before = index
            .incidents
            .get(&incident_id)
            .map_or(Severity::Low, |open| open.severity);
        let placement = IncidentPlacement {
            incident_id,
            opening: None,
            alerts: Vec::new(),
            firing_delta: [0; 4],
            severity: severity_before,
            tool_sources: Vec::new(),
            first_event_at: Timestamp::from_millis(i64::MAX),
            last_event_at: Timestamp::default(),
            last_alert_at: Timestamp::default(),
            keys: Vec::new(),
            fingerprints: Vec::new(),
            recovered_at: None,
            flips: Vec::new(),
            reopens: false,
            wake: None,
            facts: Vec::new(),
        };
        Self {
            placement,
            severity_before,
            fingerprints: HashMap::new(),
        }
    }

    fn finish(self, index: &Index, mint: &mut dyn Mint, now: Timestamp) -> IncidentPlacement {
        let Self {
            mut placement,
            severity_before,
            fingerprints,
        } = self;
        let severity = index
            .incidents
            .get(&placement.incident_id)
            .map_or(severity_before, |open| open.severity);
        placement.severity = severity;
        placement.fingerprints = fingerprints.into_values().collect();
        placement.fingerprints.sort_by_key(|state| state.identity);
        let subject = placement.incident_id.as_str();
        let fact = match &placement.opening {
            Some(opening) => Some((
                "incident.opened",
                json!({
                    "asset_name": opening.asset_name, "signature": opening.signature,
                    "severity": severity, "alert_count": placement.alerts.len(),
                }),
            )),
            None if placement.reopens => Some((
                "incident.changed",
                json!({"reopened_by": "alert", "severity": severity}),
            )),
            None if severity != severity_before => Some((
                "incident.changed",
                json!({"severity": {"from": severity_before, "to": severity}}),
            )),
            None => None,
        };
        placement.facts = fact
            .map(|(kind, data)| Fact::new(mint.entry(), now, kind, subject, ACTOR, &data))
            .into_iter()
            .collect();
        placement
    }
}

#[cfg(test)]
mod tests;
