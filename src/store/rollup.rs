//! What incidents add to their company's counters of each hour: the same whichever engine keeps them.
//!
//! Whatever a commit makes of a row, it adds what the row comes to now less what it came to before, in the same
//! transaction, so that reopening and merging subtract. What retention removes has been counted and stays so.

use std::collections::BTreeMap;

use actors::domain::kpi::hour_of;
use actors::domain::{Incident, Rollup, Timestamp};

/// What one incident comes to, in the hour of its beginning. One that was merged into another is no incident of its
/// own any more, and its alerts are in that one.
pub(in crate::store) fn of(row: &Incident) -> Rollup {
    if row.life.merged_into.is_some() {
        return Rollup::default();
    }
    let until = |at: Option<Timestamp>| at.map_or(0, |at| millis(at, row.created_at));
    let ended = row.life.resolved_at.filter(|_| !row.is_open());
    Rollup {
        incidents: 1,
        alerts: row.alert_count,
        acknowledged: u64::from(row.life.acknowledged_at.is_some()),
        acknowledge_ms: until(row.life.acknowledged_at),
        resolved: u64::from(ended.is_some()),
        resolve_ms: until(ended),
        healed: u64::from(row.life.is_self_healed()),
    }
}

fn millis(at: Timestamp, from: Timestamp) -> u64 {
    u64::try_from(at.since(from).as_millis()).unwrap_or(u64::MAX)
}

/// What a commit adds to a company's counters: one line for each hour.
#[derive(Debug, Default)]
pub(in crate::store) struct Tally(BTreeMap<Timestamp, [i64; 7]>);

impl Tally {
    /// Adds what has become of a row; a new one came to nothing before.
    pub(in crate::store) fn add(&mut self, before: Rollup, row: &Incident) {
        let now = of(row);
        if now == before {
            return;
        }
        let sums = self.0.entry(hour_of(row.created_at)).or_default();
        for ((sum, now), before) in sums.iter_mut().zip(now.counts()).zip(before.counts()) {
            *sum += now.cast_signed() - before.cast_signed();
        }
    }

    /// Hours and what is to be added to their counters.
    pub(in crate::store) fn lines(self) -> impl Iterator<Item = (Timestamp, [i64; 7])> {
        self.0.into_iter().filter(|(_, sums)| *sums != [0; 7])
    }
}
