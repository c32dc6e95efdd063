//! Something that one channel is to be told of an incident. It is made in the commit of what it tells of, so that nothing is
//! told that has not happened, and nothing that has happened is forgotten.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ids::{CompanyId, DeliveryNoteId, IncidentId};
use super::incident::IncidentStatus;
use super::notification::News;
use super::time::Timestamp;
use crate::domain::Severity;

/// How long after each failure it is tried again, as Standard Webhooks recommends: eleven tries in three days.
const AGAIN_AFTER: [Duration; 10] = [
    Duration::from_secs(5),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 3600),
    Duration::from_secs(5 * 3600),
    Duration::from_secs(10 * 3600),
    Duration::from_secs(10 * 3600),
    Duration::from_secs(14 * 3600),
    Duration::from_secs(14 * 3600),
    Duration::from_secs(20 * 3600),
];
/// How often a receiver may say when to come again, and the longest that is waited for it; what it says beyond that is a
/// failure like any other.
const PUT_OFF: usize = 100;
const LONGEST: Duration = Duration::from_secs(86_400);
/// How long what was delivered, or was not, is remembered.
const KEPT: Duration = Duration::from_secs(30 * 86_400);
/// Tries of which a delivery tells.
const TRIES_TOLD: usize = 11;

/// What is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Message {
    /// What has happened.
    #[serde(rename = "type")]
    pub news: News,
    /// When.
    pub timestamp: Timestamp,
    /// Whose incident.
    pub company_id: CompanyId,
    /// What people call the company.
    pub company_name: String,
    /// The incident as it was then.
    pub incident: IncidentTold,
    /// What else there is to say, by what has happened: `acknowledged_by`, `escalated_by`, `by` (a person's id, `recovery`,
    /// `merge`, `stale`), `merged_into`, `step`, `clock`, `due_at`, `breached_at`, `severity`, `status`; `test` for a trial.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub detail: Value,
}

/// An incident as a message shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct IncidentTold {
    /// Which.
    pub incident_id: IncidentId,
    /// Where it stood.
    pub status: IncidentStatus,
    /// How grave it was.
    pub severity: Severity,
    /// The kind of trouble.
    pub signature: String,
    /// What is in trouble.
    pub asset_name: String,
    /// How many alerts.
    pub alert_count: u64,
    /// Since when.
    pub created_at: Timestamp,
    /// Who has it.
    pub assigned_to: Option<String>,
    /// What the newest alert that fires says.
    pub message: Option<String>,
    /// Its labels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// A link back to the tool.
    pub url: Option<String>,
}

/// A try to deliver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Try {
    /// When.
    pub at: Timestamp,
    /// What came of it.
    pub answer: String,
}

/// A message on its way to one channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// Its id; what receivers know repeats by.
    pub delivery_id: DeliveryNoteId,
    /// Which channel.
    pub channel: String,
    /// The route or step that leads there.
    pub because: String,
    /// Since when.
    pub created_at: Timestamp,
    /// The version of the incident's life that it tells of: of notices of one moment the lower comes first.
    #[serde(default)]
    pub life_version: u64,
    /// When it is tried next.
    pub next_at: Timestamp,
    /// How often it was tried.
    pub tried: usize,
    /// How often of these the receiver has said when to come again: these are no failures.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub put_off: usize,
    /// The last tries.
    pub tries: Vec<Try>,
    /// What is told.
    pub message: Message,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// What has become of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Fate {
    /// It is on its way.
    Pending,
    /// The receiver has taken it.
    Delivered,
    /// The receiver has refused it, or was tried as often as it is.
    Failed,
}

/// A message that is delivered, or never will be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    /// Which it was.
    #[serde(flatten)]
    pub notice: Notice,
    /// What has become of it.
    pub fate: Fate,
    /// Why it was given up, where that was not for what its last try came to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// When.
    pub ended_at: Timestamp,
}

impl Notice {
    /// As it is after a try that failed.
    ///
    /// # Errors
    /// The same, where it is not tried again.
    #[allow(clippy::result_large_err, reason = "both are what it is from now on")]
    pub fn again(mut self, answer: String, wait: Option<Duration>, now: Timestamp) -> Result<Self, Self> {
        let asked = wait.filter(|_| self.put_off < PUT_OFF);
        self.put_off += usize::from(asked.is_some());
        let usual = AGAIN_AFTER.get(self.tried.saturating_sub(self.put_off)).copied();
        self = self.tried(answer, now);
        let soonest = AGAIN_AFTER[0];
        match asked.map(|wait| wait.clamp(soonest, LONGEST)).or(usual) {
            None => Err(self),
            Some(wait) => {
                self.next_at = now.plus(wait);
                Ok(self)
            }
        }
    }

    /// With one more try.
    #[must_use]
    pub fn tried(mut self, answer: String, now: Timestamp) -> Self {
        self.tried += 1;
        self.tries.push(Try { at: now, answer });
        let too_many = self.tries.len().saturating_sub(TRIES_TOLD);
        self.tries.drain(..too_many);
        self
    }

    /// As it is remembered.
    pub fn ended(self, fate: Fate, why: Option<String>, now: Timestamp) -> Delivery {
        Delivery {
            notice: self,
            fate,
            why,
            ended_at: now,
        }
    }
}

impl Delivery {
    /// Until when it is remembered.
    pub fn kept_until(&self) -> Timestamp {
        self.ended_at.plus(KEPT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice() -> Notice {
        let at = Timestamp::default();
        Notice {
            delivery_id: DeliveryNoteId::from_uuid(uuid::Uuid::nil()),
            channel: "ops".to_owned(),
            because: "route all".to_owned(),
            created_at: at,
            life_version: 0,
            next_at: at,
            tried: 0,
            put_off: 0,
            tries: Vec::new(),
            message: Message {
                news: News::Opened,
                timestamp: at,
                company_id: "comp-a".parse().unwrap(),
                company_name: "a".to_owned(),
                incident: IncidentTold {
                    incident_id: "inc-a".parse().unwrap(),
                    status: IncidentStatus::New,
                    severity: Severity::High,
                    signature: "disk".to_owned(),
                    asset_name: "db-1".to_owned(),
                    alert_count: 1,
                    created_at: at,
                    assigned_to: None,
                    message: None,
                    labels: BTreeMap::new(),
                    url: None,
                },
                detail: Value::Null,
            },
        }
    }

    /// The waits after each try until it is given up, in seconds.
    fn waits(mut notice: Notice, asked: impl Fn(usize) -> Option<u64>) -> Vec<u64> {
        let (mut now, mut waits) = (Timestamp::default(), Vec::new());
        loop {
            let wait = asked(notice.tried).map(Duration::from_secs);
            match notice.again("no".to_owned(), wait, now) {
                Err(_) => return waits,
                Ok(again) => notice = again,
            }
            waits.push(notice.next_at.since(now).as_secs());
            now = notice.next_at;
        }
    }

    #[test]
    fn what_fails_is_tried_eleven_times_in_three_days() {
        let waits = waits(notice(), |_| None);
        assert_eq!(waits.len() + 1, 11);
        assert_eq!(&waits[..3], [5, 300, 1_800]);
        let hours = waits.iter().sum::<u64>() / 3_600;
        assert!((72..=84).contains(&hours), "{hours}");
    }

    #[test]
    fn a_receiver_that_says_when_to_come_again_is_asked_then_and_has_not_failed() {
        let waits = waits(notice(), |tried| {
            [(1, 1), (2, 90), (3, 999_999)]
                .into_iter()
                .find(|(no, _)| *no == tried)
                .map(|(_, wait)| wait)
        });
        assert_eq!(waits[..5], [5, 5, 90, 86_400, 300], "{waits:?}");
        assert_eq!(waits.len(), 10 + 3);
    }

    #[test]
    fn whoever_always_says_so_is_given_up_too() {
        let waits = waits(notice(), |_| Some(1));
        assert_eq!(waits.len(), PUT_OFF + 10);
        assert_eq!(
            notice()
                .again(String::new(), None, Timestamp::default())
                .unwrap()
                .tries
                .len(),
            1
        );
    }
}
