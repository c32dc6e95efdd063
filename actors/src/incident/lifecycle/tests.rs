use super::*;
use crate::domain::{IncidentStatus, Proposal, Severity};

const DAY: i64 = 24 * 3600;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}

fn row() -> Incident {
    Incident {
        incident_id: "inc-1".parse().unwrap(),
        company_id: "comp-a".parse().unwrap(),
        asset_name: "web-1".into(),
        signature: "disk".into(),
        created_at: at(0),
        life: Life::new(),
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
        absorbed_no: 0,
        wake_due: Some(at(0)),
        decided: decided(0, Severity::High, 1),
        updated_at: at(0),
    }
}

fn check(change: impl FnOnce(&mut Incident), now: i64, expected: Step) {
    let mut row = row();
    change(&mut row);
    let house = House {
        correlation: &Correlation::default(),
        notifications: &Notifications::default(),
        found: &Found::default(),
    };
    assert_eq!(step(&row, &house, at(now)), expected);
}

fn decided(at_seconds: i64, severity: Severity, alert_count: u64) -> Option<DecidedMark> {
    Some(DecidedMark {
        at: at(at_seconds),
        severity,
        alert_count,
    })
}

fn recovered(at_seconds: i64) -> impl FnOnce(&mut Incident) {
    move |row| {
        row.firing = [0; 4];
        row.recovered_at = Some(at(at_seconds));
    }
}

#[test]
fn ends() {
    check(|row| row.life.status = IncidentStatus::Resolved, 0, Step::Over);
    check(recovered(10), 10, Step::Rest(at(130)));
    check(recovered(10), 129, Step::Rest(at(130)));
    check(recovered(10), 130, Step::End(Ending::Recovery));
    check(|_| (), DAY - 1, Step::Rest(at(DAY)));
    check(|_| (), DAY, Step::End(Ending::Stale));
}

#[test]
fn decides() {
    check(|row| row.decided = None, 0, Step::Decide);
    check(|_| (), 5, Step::Rest(at(DAY)));
    // An incident that was over before anybody looked is still decided once.
    let unseen = |row: &mut Incident| {
        recovered(0)(row);
        row.decided = None;
    };
    check(unseen, 5, Step::Decide);
    // Graver: at once after the pace, else when the pace allows it.
    check(|row| row.decided = decided(0, Severity::Low, 1), 30, Step::Decide);
    check(|row| row.decided = decided(0, Severity::Low, 1), 29, Step::Rest(at(30)));
    // Doubled, but only past ten.
    check(|row| row.alert_count = 10, 60, Step::Rest(at(DAY)));
    check(|row| row.alert_count = 11, 60, Step::Decide);
    let grown = |row: &mut Incident| {
        row.decided = decided(0, Severity::High, 11);
        row.alert_count = 21;
    };
    check(grown, 60, Step::Rest(at(DAY)));
}

#[test]
fn flaps() {
    let flips = |count: i64| (0..count).map(|n| at(n * 60)).collect::<Vec<_>>();
    check(|row| row.flips = flips(4), 240, Step::Rest(at(DAY)));
    check(|row| row.flips = flips(5), 240, Step::Change(Turn::FlappingBegins));
    let flapping = |row: &mut Incident| {
        row.flips = flips(5);
        row.life.flapping_since = Some(at(240));
    };
    // Calm when at most one flip is within ten minutes: the last but one is at 180 s.
    check(flapping, 241, Step::Rest(at(780)));
    check(flapping, 779, Step::Rest(at(780)));
    check(flapping, 780, Step::Change(Turn::FlappingEnds));
    // It neither ends nor decides while it flaps.
    let quiet = |row: &mut Incident| {
        flapping(row);
        recovered(240)(row);
        row.decided = decided(0, Severity::Low, 1);
    };
    check(quiet, 500, Step::Rest(at(780)));
}

#[test]
fn proposes() {
    let wants = |row: &mut Incident| {
        row.life.proposal = Some(Proposal {
            runbook_id: "rbk-1".parse().unwrap(),
            reason: String::new(),
            since: at(0),
            again_at: at(15),
            waits_for: None,
        });
    };
    check(wants, 14, Step::Rest(at(15)));
    check(wants, 15, Step::Propose);
    // What is to be decided is decided first.
    let graver = |row: &mut Incident| {
        wants(row);
        row.decided = decided(0, Severity::Low, 1);
    };
    check(graver, 30, Step::Decide);
    // Not while something is under way, and not where there is nothing to heal.
    let busy = |row: &mut Incident| {
        wants(row);
        row.life.remedy = Some(Remedy::AwaitingApproval {
            approval_id: "apr-1".parse().unwrap(),
            until: at(3600),
        });
    };
    check(busy, 15, Step::Rest(at(3600)));
    let well = |row: &mut Incident| {
        wants(row);
        recovered(10)(row);
    };
    check(well, 15, Step::Rest(at(130)));
}

#[test]
fn sleeps() {
    let snoozed = |row: &mut Incident| {
        row.life.snooze = Some(Snooze {
            until: at(600),
            severity: Severity::High,
        });
    };
    check(snoozed, 1, Step::Rest(at(600)));
    check(snoozed, 600, Step::Change(Turn::Wakes));
    let graver = |row: &mut Incident| {
        snoozed(row);
        row.severity = Severity::Critical;
    };
    check(graver, 1, Step::Change(Turn::Wakes));
}

fn promised() -> Notifications {
    serde_json::from_value(json!({
        "routes": [{"name": "all", "channels": ["chat"]}],
        "escalation": [
            {"after_minutes": 5, "channels": ["second"]},
            {"after_minutes": 15, "severities": ["critical"], "channels": ["chief"]},
        ],
        "service_levels": {"high": {"response_minutes": 10, "resolution_minutes": 60}},
    }))
    .unwrap()
}

/// What becomes of an incident that is looked at whenever it wants to be, until a moment: each turn with its time in
/// seconds.
fn turns(
    mut row: Incident,
    found: &Found,
    until: i64,
    mut meanwhile: impl FnMut(i64, &mut Incident),
) -> Vec<(i64, Turn)> {
    let notifications = promised();
    let house = House {
        correlation: &Correlation::default(),
        notifications: &notifications,
        found,
    };
    let (mut now, mut seen) = (at(0), Vec::new());
    while now <= at(until) {
        meanwhile(now.as_millis() / 1000, &mut row);
        match step(&row, &house, now) {
            Step::Change(turn) => {
                row.life = turned(&row, &turn, &notifications, now).life;
                seen.push((now.as_millis() / 1000, turn));
            }
            Step::Rest(next) => now = next,
            _ => break,
        }
    }
    seen
}

#[test]
fn nobody_takes_notice_and_every_clock_is_told_in_its_time() {
    let seen = turns(row(), &Found::default(), 7200, |_, _| ());
    assert_eq!(
        seen,
        [
            (0, Turn::Told),
            (300, Turn::Step(0)),
            (480, Turn::Warns(Clocked::Response)),
            (600, Turn::Breaches(Clocked::Response)),
            (2880, Turn::Warns(Clocked::Resolution)),
            (3600, Turn::Breaches(Clocked::Resolution)),
        ],
        "the step for critical ones is passed over"
    );
}

#[test]
fn a_step_escalates_what_nothing_is_done_about() {
    for (before, after) in [
        (IncidentStatus::New, IncidentStatus::Escalated),
        (IncidentStatus::InProgress, IncidentStatus::InProgress),
    ] {
        let mut row = row();
        row.life.status = before;
        let turned = turned(&row, &Turn::Step(0), &promised(), at(300));
        assert_eq!(turned.life.status, after);
        assert_eq!(turned.data["status"].is_null(), before == after, "{}", turned.data);
    }
}

#[test]
fn whoever_takes_notice_stops_the_steps_and_the_first_clock() {
    let seen = turns(row(), &Found::default(), 7200, |now, row| {
        if now >= 300 && row.life.told.as_ref().is_some_and(|told| told.steps == 1) {
            row.life.acknowledged_at = Some(at(301));
        }
    });
    let told: Vec<Turn> = seen.into_iter().map(|(_, turn)| turn).collect();
    let resolution = Clocked::Resolution;
    assert_eq!(
        told,
        [
            Turn::Told,
            Turn::Step(0),
            Turn::Warns(resolution),
            Turn::Breaches(resolution)
        ]
    );
}

#[test]
fn a_graver_one_is_told_again_and_has_the_steps_of_its_severity() {
    let seen = turns(row(), &Found::default(), 900, |now, row| {
        if now >= 300 {
            row.severity = Severity::Critical;
            row.decided = decided(300, Severity::Critical, 1);
        }
    });
    assert_eq!(
        seen,
        [
            (0, Turn::Told),
            (300, Turn::Graver),
            (300, Turn::Step(0)),
            (900, Turn::Step(1))
        ]
    );
}

#[test]
fn what_nobody_looked_at_in_time_is_told_in_one_word() {
    let mut late = row();
    late.life.told = Some(Told {
        at: at(0),
        severity: Severity::High,
        steps: 2,
        warned: BTreeSet::new(),
        breached: BTreeSet::new(),
    });
    let notifications = promised();
    let house = House {
        correlation: &Correlation::default(),
        notifications: &notifications,
        found: &Found::default(),
    };
    assert_eq!(
        step(&late, &house, at(601)),
        Step::Change(Turn::Breaches(Clocked::Response))
    );
}

#[test]
fn what_is_suppressed_is_neither_told_nor_decided_until_that_ends() {
    let by = |name: &str| {
        vec![SuppressedBy {
            kind: crate::domain::suppression::SuppressedByKind::Silence,
            name: name.to_owned(),
            cause: None,
        }]
    };
    let quiet = Found {
        by: by("sil-1"),
        changes_at: Some(at(900)),
    };
    let mut new = row();
    new.decided = None;
    assert_eq!(
        turns(new.clone(), &quiet, 800, |_, _| ()),
        [(0, Turn::Quiet(by("sil-1")))]
    );
    new.life.suppressed = Some(Suppressed {
        by: by("sil-1"),
        since: at(0),
    });
    assert_eq!(phase(&new), Phase::Open);
    let seen = turns(new.clone(), &Found::default(), 0, |_, _| ());
    assert_eq!(seen, [(0, Turn::Heard), (0, Turn::Told)]);
    // Another reason is another word; one that has recovered stays as it is.
    let other = Found {
        by: by("sil-2"),
        changes_at: None,
    };
    assert_eq!(
        turns(new.clone(), &other, 0, |_, _| ()),
        [(0, Turn::Quiet(by("sil-2")))]
    );
    recovered(0)(&mut new);
    assert_eq!(turns(new, &Found::default(), 0, |_, _| ()), []);
}

/// A short silence washes no breach away, and tells nobody again.
#[test]
fn what_was_told_before_it_was_suppressed_is_not_told_again_and_its_clocks_run_on() {
    let mut silenced = row();
    silenced.life.told = Some(Told {
        at: at(0),
        severity: Severity::High,
        steps: 2,
        warned: BTreeSet::new(),
        breached: BTreeSet::new(),
    });
    silenced.life.suppressed = Some(Suppressed {
        by: Vec::new(),
        since: at(60),
    });
    let notifications = promised();
    let life = turned(&silenced, &Turn::Heard, &notifications, at(700)).life;
    assert_eq!(life.told, silenced.life.told);
    silenced.life = life;
    let house = House {
        correlation: &Correlation::default(),
        notifications: &notifications,
        found: &Found::default(),
    };
    let next = step(&silenced, &house, at(700));
    assert_eq!(next, Step::Change(Turn::Breaches(Clocked::Response)));
}

#[test]
fn what_flaps_is_told_when_it_is_calm() {
    let mut flapping = row();
    flapping.flips = (0..5).map(|flip| at(-60 + 60 * flip)).collect();
    let seen = turns(flapping, &Found::default(), 900, |_, _| ());
    assert_eq!(seen[0], (0, Turn::FlappingBegins));
    assert_eq!(seen[1].1, Turn::FlappingEnds);
    assert_eq!(seen[2], (seen[1].0, Turn::Told));
}
