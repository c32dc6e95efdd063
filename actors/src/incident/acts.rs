//! What people do to an incident, as a pure function: the row, the act and the clock in; the new life
//! and the fact out.

use serde_json::{Value, json};

use crate::domain::{Incident, IncidentStatus, Life, News, Phase, Remedy, Snooze, Timestamp};

/// Something that a person or a client does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Take notice: its time gives MTTA, and escalation stops.
    Acknowledge,
    /// Give it to somebody or to nobody, say something about it, or both.
    Update {
        /// Who has it from now on; the outer [`None`] leaves it.
        assigned_to: Option<Option<String>>,
        /// Something to remember.
        note: Option<String>,
    },
    /// End it.
    Resolve,
    /// Begin it again.
    Reopen,
    /// Hand it up, saying why.
    Escalate(Option<String>),
    /// Hide it until then, or until it is graver.
    Snooze(Timestamp),
}

/// Why an act cannot be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActRefusal {
    /// The company does not have the incident.
    #[error("there is no such incident")]
    NoSuchIncident,
    /// It is over.
    #[error("the incident is resolved; reopen it first")]
    Resolved,
    /// Something acts on its machines.
    #[error("{0} is under way on the incident's machines: wait for its end, cancel it or give it up")]
    Acting(String),
    /// It is not over.
    #[error("the incident is open")]
    Open,
    /// Its alerts have gone to another.
    #[error("the incident was merged into {0}; reopen that one")]
    Merged(String),
    /// Its alerts are in an archive alone.
    #[error("the incident's alerts were archived at {0}; what is new opens an incident of its own")]
    Archived(Timestamp),
    /// A newer incident has its fingerprint.
    #[error("{0} is open and has what this incident was about; work there, or resolve it first")]
    Superseded(String),
}

/// What an act makes of an incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Its new life.
    pub life: Life,
    /// The kind of the fact.
    pub kind: &'static str,
    /// What the fact says; `null` where nothing has changed and nothing is to be written.
    pub data: Value,
    /// What its memory is told.
    pub told: Option<String>,
    /// What people are told.
    pub news: Option<News>,
}

/// Does an act.
///
/// # Errors
/// [`ActRefusal`].
pub fn act(row: &Incident, act: &Act, by: &str, now: Timestamp) -> Result<Done, ActRefusal> {
    let life = row.life.clone();
    match act {
        Act::Reopen if row.is_open() => return Err(ActRefusal::Open),
        Act::Reopen => {}
        Act::Update { assigned_to: None, .. } => {}
        _ if !row.is_open() => {
            return Err(life
                .alerts_archived_at
                .map_or(ActRefusal::Resolved, ActRefusal::Archived));
        }
        Act::Resolve => {
            if let Some(Remedy::Executing { run_id } | Remedy::Checking { run_id }) = &life.remedy {
                return Err(ActRefusal::Acting(run_id.to_string()));
            }
        }
        _ => {}
    }
    let mut done = match act {
        Act::Acknowledge if life.acknowledged_at.is_some() && life.status == taken_up(life.status) => nothing(life),
        Act::Acknowledge => {
            let status = taken_up(life.status);
            let data = json!({"acknowledged_by": by, "status": moved(life.status, status)});
            // The first time counts: it gives MTTA.
            let acknowledged_at = life.acknowledged_at.or(Some(now));
            let acknowledged_by = life.acknowledged_by.clone().or(Some(by.to_owned()));
            let phase = looked_at(life.phase);
            changed(
                Life {
                    status,
                    phase,
                    acknowledged_at,
                    acknowledged_by,
                    ..life
                },
                data,
            )
        }
        Act::Update { assigned_to, note } => update(life, assigned_to.as_ref(), note.as_deref(), by),
        Act::Resolve => Done {
            kind: "incident.resolved",
            ..changed(life.resolved(by, now), ending(row, by, now))
        },
        Act::Reopen => {
            if let Some(into) = &life.merged_into {
                return Err(ActRefusal::Merged(into.to_string()));
            }
            if let Some(at) = life.alerts_archived_at {
                return Err(ActRefusal::Archived(at));
            }
            let life = Life {
                kept_open_at: Some(now),
                ..life.reopened()
            };
            changed(life, json!({"reopened_by": by}))
        }
        Act::Escalate(why) => {
            let data = json!({"escalated_by": by, "why": why, "status": moved(life.status, IncidentStatus::Escalated)});
            let (status, phase) = (IncidentStatus::Escalated, Phase::NeedsHuman);
            changed(
                Life {
                    status,
                    phase,
                    snooze: None,
                    proposal: None,
                    ..life
                },
                data,
            )
        }
        Act::Snooze(until) => {
            let data = json!({"snoozed_by": by, "snoozed_until": until});
            let snooze = Some(Snooze {
                until: *until,
                severity: row.severity,
            });
            changed(Life { snooze, ..life }, data)
        }
    };
    done.news = match act {
        _ if done.data.is_null() => None,
        Act::Acknowledge => Some(News::Acknowledged),
        Act::Update { .. } if !row.life.is_taken_up() && done.life.is_taken_up() => Some(News::Acknowledged),
        Act::Resolve => Some(News::Resolved),
        Act::Escalate(_) => Some(News::Escalated),
        Act::Update { .. } | Act::Reopen | Act::Snooze(_) => None,
    };
    // Whatever a person does: the incident does not heal by itself any more.
    done.life.touched |= !done.data.is_null() && (row.is_open() || *act == Act::Reopen);
    Ok(done)
}

fn update(life: Life, assigned_to: Option<&Option<String>>, note: Option<&str>, by: &str) -> Done {
    let mut data = json!({});
    let mut new = life.clone();
    if let Some(to) = assigned_to.filter(|to| **to != life.assigned_to) {
        if to.is_some() {
            (new.status, new.phase) = (taken_up(life.status), looked_at(life.phase));
        }
        new.assigned_to.clone_from(to);
        data["assigned_to"] = json!({"from": life.assigned_to, "to": to});
        data["status"] = moved(life.status, new.status);
    }
    if let Some(note) = note {
        data["note"] = note.into();
    }
    let nothing_new = data.as_object().is_some_and(serde_json::Map::is_empty);
    Done {
        told: note.map(|note| format!("Note by {by}: {note}")),
        ..changed(new, if nothing_new { Value::Null } else { data })
    }
}

/// What is told of an incident's end.
pub fn ending(row: &Incident, by: &str, now: Timestamp) -> Value {
    let minutes = now.since(row.created_at).as_secs_f64() / 60.0;
    json!({"by": by, "alert_count": row.alert_count, "minutes_open": (minutes * 10.0).round() / 10.0})
}

fn changed(life: Life, data: Value) -> Done {
    Done {
        life,
        kind: "incident.changed",
        data,
        told: None,
        news: None,
    }
}

fn nothing(life: Life) -> Done {
    changed(life, Value::Null)
}

/// Somebody works on it now.
fn taken_up(status: IncidentStatus) -> IncidentStatus {
    match status {
        IncidentStatus::New | IncidentStatus::Escalated => IncidentStatus::InProgress,
        other => other,
    }
}

/// A person has looked.
fn looked_at(phase: Phase) -> Phase {
    match phase {
        Phase::NeedsHuman => Phase::Open,
        other => other,
    }
}

/// What is told of a status: nothing where it is as it was.
pub(super) fn moved(from: IncidentStatus, to: IncidentStatus) -> Value {
    if from == to {
        Value::Null
    } else {
        json!({"from": from, "to": to})
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::Severity;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn row(life: Life) -> Incident {
        Incident {
            incident_id: "inc-1".parse().unwrap(),
            company_id: "comp-a".parse().unwrap(),
            asset_name: "web-1".into(),
            signature: "disk".into(),
            created_at: at(0),
            life,
            version: 0,
            alert_count: 1,
            firing: [0, 0, 1, 0],
            severity: Severity::High,
            tool_sources: vec![],
            first_event_at: at(0),
            last_event_at: at(0),
            last_alert_at: at(0),
            recovered_at: None,
            flips: vec![],
            placed_no: 1,
            absorbed_no: 1,
            wake_due: None,
            decided: None,
            updated_at: at(0),
        }
    }

    fn after(life: Life, acts: &[Act]) -> Result<Life, ActRefusal> {
        acts.iter()
            .try_fold(life, |life, one| Ok(act(&row(life), one, "usr-1", at(60))?.life))
    }

    fn assign(to: Option<&str>) -> Act {
        Act::Update {
            assigned_to: Some(to.map(str::to_owned)),
            note: None,
        }
    }

    #[test]
    fn whoever_takes_it_up_has_it_in_progress() {
        use IncidentStatus as S;
        let status = |acts: &[Act]| after(Life::new(), acts).map(|life| life.status);
        assert_eq!(status(&[Act::Acknowledge]), Ok(S::InProgress));
        assert_eq!(status(&[assign(Some("ann"))]), Ok(S::InProgress));
        assert_eq!(status(&[assign(None)]), Ok(S::New));
        assert_eq!(status(&[Act::Escalate(None)]), Ok(S::Escalated));
        assert_eq!(status(&[Act::Escalate(None), Act::Acknowledge]), Ok(S::InProgress));
        assert_eq!(status(&[Act::Resolve]), Ok(S::Resolved));
        assert_eq!(status(&[Act::Resolve, Act::Reopen]), Ok(S::New));
        assert_eq!(
            status(&[Act::Acknowledge, Act::Resolve, Act::Reopen]),
            Ok(S::InProgress)
        );
    }

    #[test]
    fn what_is_over_is_left_alone_until_it_is_reopened() {
        let over = after(Life::new(), &[Act::Resolve]).unwrap();
        for act in [
            Act::Acknowledge,
            Act::Resolve,
            Act::Escalate(None),
            Act::Snooze(at(99)),
            assign(None),
        ] {
            assert_eq!(
                after(over.clone(), std::slice::from_ref(&act)),
                Err(ActRefusal::Resolved),
                "{act:?}"
            );
        }
        let note = Act::Update {
            assigned_to: None,
            note: Some("it was the cable".into()),
        };
        assert_eq!(after(over.clone(), &[note]), Ok(over));
        assert_eq!(after(Life::new(), &[Act::Reopen]), Err(ActRefusal::Open));
        let merged = Life {
            merged_into: Some("inc-2".parse().unwrap()),
            ..after(Life::new(), &[Act::Resolve]).unwrap()
        };
        assert_eq!(after(merged, &[Act::Reopen]), Err(ActRefusal::Merged("inc-2".into())));
        let archived = Life {
            alerts_archived_at: Some(at(70)),
            ..after(Life::new(), &[Act::Resolve]).unwrap()
        };
        assert_eq!(archived.reopens_until(Duration::from_secs(99)), None);
        assert_eq!(after(archived, &[Act::Reopen]), Err(ActRefusal::Archived(at(70))));
    }

    #[test]
    fn whatever_a_person_does_has_touched_it() {
        let note = Act::Update {
            assigned_to: None,
            note: Some("it was the cable".into()),
        };
        let assign = assign(Some("ann"));
        for act in [
            Act::Acknowledge,
            Act::Resolve,
            Act::Escalate(None),
            Act::Snooze(at(99)),
            assign,
            note,
        ] {
            assert!(
                after(Life::new(), std::slice::from_ref(&act)).unwrap().touched,
                "{act:?}"
            );
        }
        let healed = Life {
            healed_by: Some("run-1".parse().unwrap()),
            ..Life::new().resolved("run-1", at(30))
        };
        assert!(healed.is_self_healed());
        let reopened = after(healed, &[Act::Reopen]).unwrap();
        assert_eq!((reopened.touched, &reopened.healed_by), (true, &None));
        assert!(!after(reopened, &[Act::Resolve]).unwrap().is_self_healed());
        let nothing = Act::Update {
            assigned_to: Some(None),
            note: None,
        };
        assert!(!after(Life::new(), &[nothing]).unwrap().touched);
    }

    #[test]
    fn the_first_notice_counts_and_saying_it_again_changes_nothing() {
        let once = act(&row(Life::new()), &Act::Acknowledge, "usr-1", at(60)).unwrap().life;
        let again = act(&row(once.clone()), &Act::Acknowledge, "usr-2", at(90)).unwrap();
        assert_eq!((again.life, again.data), (once.clone(), Value::Null));
        assert_eq!(
            (once.acknowledged_at, once.acknowledged_by.as_deref()),
            (Some(at(60)), Some("usr-1"))
        );
    }
}
