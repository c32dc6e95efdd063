//! Sessions, as pure functions: an incident's time at work, at most eight hours, and what one hands
//! over to the next.

use crate::domain::ids::SessionId;
use crate::domain::memory::{HANDED_OVER, brief};
use crate::domain::{Incident, Role, Session, ShortMemory, Timestamp};
use crate::limits::SESSION;
use crate::port::Entropy;

/// A new session.
pub(super) fn begin(entropy: &dyn Entropy, now: Timestamp) -> Session {
    Session {
        session_id: SessionId::from_uuid(entropy.uuid(now)),
        started_at: now,
        ends_at: now.plus(SESSION),
        handover: None,
    }
}

/// Something happens: where the session has ended, another begins, and its memory is told what the
/// last one handed over.
pub(super) fn renew(session: &mut Session, memory: &mut ShortMemory, entropy: &dyn Entropy, now: Timestamp) {
    if session.ends_at > now {
        return;
    }
    let last = std::mem::replace(session, begin(entropy, now));
    if let Some(handover) = last.handover {
        let text = format!("{HANDED_OVER} {}: {handover}", last.session_id);
        memory.remember(Role::System, &text, now);
    }
}

/// What a successor has to know.
pub(super) fn handover(row: &Incident, memory: &ShortMemory) -> String {
    let firing: u32 = row.firing.iter().sum();
    let mut text = format!(
        "{} {} on {}, {} alerts, {firing} firing",
        row.severity.as_str(),
        row.signature,
        row.asset_name,
        row.alert_count
    );
    let summary = memory.summary.as_ref();
    let last = |role| {
        let mut said = memory.messages.iter().rev().filter(|message| message.role == role);
        said.find(|message| !message.content.starts_with(HANDED_OVER))
            .map(|message| brief(&message.content))
    };
    if let Some(decision) = last(Role::Agent).or_else(|| summary?.last_decision.as_deref()) {
        text.push_str(&format!("; last decision: {decision}"));
    }
    if let Some(run) = last(Role::System).or_else(|| summary?.last_run.as_deref()) {
        text.push_str(&format!("; last of its runs: {run}"));
    }
    if let Some(summary) = summary {
        text.push_str(&format!(
            "; before its last messages {} more, since {}",
            summary.messages(),
            summary.since
        ));
    }
    match (&row.life.assigned_to, &row.life.acknowledged_by) {
        (Some(who), _) => text.push_str(&format!("; assigned to {who}")),
        (None, Some(who)) => text.push_str(&format!("; acknowledged by {who}")),
        (None, None) => text.push_str("; nobody has taken it up"),
    }
    text
}
