//! An incident's alerts, as a chain through their placements.
//!
//! A placement names the one before it in its incident, and the incident's row names the last, in the
//! order of (commit, alert). An index over incidents would dirty one more page for every alert, and
//! every incident's is another; the chain rides on rows that are written anyway. Every 64th link is a
//! milestone, so that whoever reads on from the middle of a long chain need not walk it from its end.

use std::collections::HashMap;

use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use super::rows::{int, uint};

/// Links from one milestone to the next.
const STRIDE: u64 = 64;

/// A place in the order of an incident's alerts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spot {
    pub(super) commit_no: u64,
    pub(super) alert: u64,
}

impl Spot {
    /// Behind every alert.
    pub(super) const END: Self = Self {
        commit_no: u64::MAX,
        alert: u64::MAX,
    };
}

/// Sets a milestone where the incident's `ordinal`th alert is due for one.
pub(super) fn mark(conn: &Connection, incident: i64, ordinal: u64, at: Spot) -> Result<(), rusqlite::Error> {
    if ordinal.is_multiple_of(STRIDE) {
        conn.prepare_cached("INSERT INTO milestone VALUES (?1, ?2, ?3)")?
            .execute([incident, int(at.commit_no), int(at.alert)])?;
    }
    Ok(())
}

/// A walk from the newest alert to the oldest.
pub(super) struct Walk<'c> {
    link: CachedStatement<'c>,
    next: Option<u64>,
    upto: Spot,
}

impl Iterator for Walk<'_> {
    type Item = Result<Spot, rusqlite::Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let alert = self.next?;
            let read = self
                .link
                .query_row([int(alert)], |row| Ok((uint(row, 0)?, row.get::<_, Option<i64>>(1)?)));
            let (commit_no, previous) = match read {
                Ok(read) => read,
                Err(error) => {
                    self.next = None;
                    return Some(Err(error));
                }
            };
            self.next = previous.map(i64::unsigned_abs);
            let spot = Spot { commit_no, alert };
            if spot <= self.upto {
                return Some(Ok(spot));
            }
        }
    }
}

/// The incident's alerts up to and with a spot, newest first.
pub(super) fn back(conn: &Connection, incident: i64, upto: Spot) -> Result<Walk<'_>, rusqlite::Error> {
    let start = milestone(conn, incident, upto, 0)?;
    walk(conn, incident, start, upto)
}

/// The incident's first `limit` alerts behind a spot, oldest first.
pub(super) fn forward(
    conn: &Connection,
    incident: i64,
    after: Spot,
    limit: usize,
) -> Result<Vec<Spot>, rusqlite::Error> {
    let start = milestone(conn, incident, after, limit as u64 / STRIDE + 1)?;
    let behind = |spot: &Result<Spot, _>| spot.as_ref().map_or(true, |spot| *spot > after);
    let mut found: Vec<Spot> = walk(conn, incident, start, Spot::END)?
        .take_while(behind)
        .collect::<Result<_, _>>()?;
    found.reverse();
    found.truncate(limit);
    Ok(found)
}

/// The first milestone at or behind a spot, or the `skip`th after that one.
fn milestone(conn: &Connection, incident: i64, from: Spot, skip: u64) -> Result<Option<u64>, rusqlite::Error> {
    let sql = "SELECT alert FROM milestone WHERE incident = ?1 AND (commit_no, alert) >= (?2, ?3) \
               ORDER BY commit_no, alert LIMIT 1 OFFSET ?4";
    conn.prepare_cached(sql)?
        .query_row([incident, int(from.commit_no), int(from.alert), int(skip)], |row| {
            uint(row, 0)
        })
        .optional()
}

fn walk(conn: &Connection, incident: i64, start: Option<u64>, upto: Spot) -> Result<Walk<'_>, rusqlite::Error> {
    let last = || {
        conn.prepare_cached("SELECT last_alert FROM incident WHERE no = ?1")?
            .query_row([incident], |row| row.get::<_, Option<i64>>(0))
            .map(|last| last.map(i64::unsigned_abs))
    };
    Ok(Walk {
        next: start.map_or_else(last, |start| Ok(Some(start)))?,
        link: conn.prepare_cached("SELECT commit_no, previous FROM placement WHERE alert = ?1")?,
        upto,
    })
}

/// The chains of incidents whose alerts change hands.
#[derive(Default)]
pub(super) struct Chains {
    chains: HashMap<i64, Vec<Spot>>,
    /// Each alert's incident and the alert before it, as they are stored.
    stored: HashMap<u64, (i64, Option<u64>)>,
}

impl Chains {
    fn load(&mut self, conn: &Connection, incident: i64) -> Result<(), rusqlite::Error> {
        if self.chains.contains_key(&incident) {
            return Ok(());
        }
        let mut chain: Vec<Spot> = back(conn, incident, Spot::END)?.collect::<Result<_, _>>()?;
        chain.reverse();
        for (spot, previous) in links(&chain) {
            self.stored.insert(spot.alert, (incident, previous));
        }
        self.chains.insert(incident, chain);
        Ok(())
    }

    /// Moves all alerts, or those that `moves` says.
    pub(super) fn shift(
        &mut self,
        conn: &Connection,
        (from, to): (i64, i64),
        moves: impl Fn(u64) -> bool,
    ) -> Result<(), rusqlite::Error> {
        self.load(conn, from)?;
        self.load(conn, to)?;
        let chain = self.chains.remove(&from).unwrap_or_default();
        let (moved, left): (Vec<Spot>, Vec<Spot>) = chain.into_iter().partition(|spot| moves(spot.alert));
        self.chains.insert(from, left);
        self.chains.entry(to).or_default().extend(moved);
        Ok(())
    }

    /// Writes what is not as it was.
    pub(super) fn write(mut self, conn: &Connection) -> Result<(), rusqlite::Error> {
        let mut relink = conn.prepare_cached("UPDATE placement SET incident = ?2, previous = ?3 WHERE alert = ?1")?;
        let mut last = conn.prepare_cached("UPDATE incident SET last_alert = ?2 WHERE no = ?1")?;
        for (incident, chain) in &mut self.chains {
            chain.sort_unstable();
            for (spot, previous) in links(chain) {
                if self.stored.get(&spot.alert) != Some(&(*incident, previous)) {
                    relink.execute(params![int(spot.alert), incident, previous.map(int)])?;
                }
            }
            last.execute(params![incident, chain.last().map(|spot| int(spot.alert))])?;
            conn.prepare_cached("DELETE FROM milestone WHERE incident = ?1")?
                .execute([incident])?;
            for (ordinal, spot) in (1..).zip(chain.iter()) {
                mark(conn, *incident, ordinal, *spot)?;
            }
        }
        Ok(())
    }
}

/// Each spot with the alert before it.
fn links(chain: &[Spot]) -> impl Iterator<Item = (Spot, Option<u64>)> {
    let before = std::iter::once(None).chain(chain.iter().map(|spot| Some(spot.alert)));
    chain.iter().copied().zip(before)
}

#[cfg(test)]
mod tests {
    use actors::domain::Timestamp;
    use proptest::prelude::*;

    use super::super::schema::migrate;
    use super::*;

    fn store() -> Connection {
        let mut conn = Connection::open_in_memory().unwrap();
        migrate(&mut conn, Timestamp::from_millis(1)).unwrap();
        for no in 1..=3 {
            conn.execute(
                "INSERT INTO incident (no, company, incident_id, asset_name, signature, created_at, status, life, \
                 version, alert_count, firing, severity, tool_sources, first_event_at, last_event_at, last_alert_at, \
                 flips, placed_no, absorbed_no, updated_at) \
                 VALUES (?1, 1, ?1, '', '', 0, 'new', '', 0, 0, '', 0, '', 0, 0, 0, '', 0, 0, 0)",
                [no],
            )
            .unwrap();
        }
        conn
    }

    /// Places alerts in incidents, and says each incident's chain.
    fn place(conn: &Connection, incidents: &[i64]) -> HashMap<i64, Vec<Spot>> {
        let mut chains: HashMap<i64, Vec<Spot>> = HashMap::new();
        for (alert, incident) in (1..).zip(incidents) {
            let spot = Spot {
                commit_no: alert / 3,
                alert,
            };
            let chain = chains.entry(*incident).or_default();
            let previous = chain.last().map(|spot| int(spot.alert));
            let sql = "INSERT INTO placement VALUES (?1, 1, ?2, 'placed', ?3, NULL, x'', ?4)";
            conn.execute(sql, params![int(alert), incident, int(spot.commit_no), previous])
                .unwrap();
            let sql = "UPDATE incident SET last_alert = ?2 WHERE no = ?1";
            conn.execute(sql, [*incident, int(alert)]).unwrap();
            chain.push(spot);
            mark(conn, *incident, chain.len() as u64, spot).unwrap();
        }
        chains
    }

    fn is_told(conn: &Connection, chains: &HashMap<i64, Vec<Spot>>) {
        for (incident, chain) in chains {
            let mut all: Vec<Spot> = back(conn, *incident, Spot::END).unwrap().map(Result::unwrap).collect();
            all.reverse();
            assert_eq!(all, *chain);
            for (index, spot) in chain.iter().enumerate().step_by(7) {
                let newest: Vec<Spot> = back(conn, *incident, *spot).unwrap().map(Result::unwrap).collect();
                assert!(newest.iter().rev().eq(&chain[..=index]));
                let next = forward(conn, *incident, *spot, 50).unwrap();
                assert!(next.iter().eq(chain[index + 1..].iter().take(50)));
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn is_the_incidents_alerts_in_order_whatever_is_moved(
            incidents in prop::collection::vec(1_i64..3, 1..600),
            steps in prop::collection::vec((1_i64..4, 1_i64..4, 1_u64..5), 0..4),
        ) {
            let conn = store();
            let mut expected = place(&conn, &incidents);
            is_told(&conn, &expected);
            for (from, to, every) in steps.into_iter().filter(|(from, to, _)| from != to) {
                let mut chains = Chains::default();
                chains.shift(&conn, (from, to), |alert| alert % every == 0).unwrap();
                chains.write(&conn).unwrap();
                let chain = expected.remove(&from).unwrap_or_default();
                let (moved, left) = chain.into_iter().partition::<Vec<_>, _>(|spot| spot.alert % every == 0);
                expected.insert(from, left);
                let target = expected.entry(to).or_default();
                target.extend(moved);
                target.sort_unstable();
                is_told(&conn, &expected);
            }
        }
    }
}
