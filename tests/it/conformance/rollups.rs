//! What incidents came to, hour by hour: kept with every commit, and always what the rows say.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use actors::correlator::regroup;
use actors::correlator::rules::Rules;
use actors::domain::kpi::Step;
use actors::domain::{Alert, Company, Incident, IncidentId, Life, Rollup, Timestamp};
use actors::port::reader::{IncidentFilter, PageRequest};
use actors::port::writer::{Changed, Expect, Move, Opening, Regroup, RegroupPart, Seen};
use actors::port::{Amended, Amendment, Cut, Reader, SeenIncident, Store, Writer};
use alert_whisperer::store::{MongoStore, SqliteStore};
use mongodb::bson::{Document, doc};

use super::{World, incident_id, place};
use crate::support::clock::{ManualClock, SeededEntropy};
use crate::support::engine::{Engine, Home};
use crate::support::placing::{batch, change_of, joining, opening, reopened, resolved};
use crate::support::profile::database;

/// Of all time.
pub async fn of_all_time(reader: &dyn Reader) -> Rollup {
    let end = Timestamp::from_millis(i64::MAX);
    reader.rollups(Timestamp::default(), end).await.unwrap()
}

/// What rows come to in a period of whole hours, worked out without the store.
pub fn recomputed(rows: &[Incident], since: Timestamp, until: Timestamp) -> Rollup {
    let hour = |at: Timestamp| at.as_millis().div_euclid(3_600_000);
    let mut sums = Rollup::default();
    for row in rows {
        let born = row.created_at;
        let is_within = hour(since) <= hour(born) && hour(born) * 3_600_000 < until.as_millis();
        if !is_within || row.life.merged_into.is_some() {
            continue;
        }
        // What ended before it began, by a clock that was set back, took no time.
        let took = |at: Timestamp| (at.as_millis() - born.as_millis()).max(0).unsigned_abs();
        sums.incidents += 1;
        sums.alerts += row.alert_count;
        if let Some(at) = row.life.acknowledged_at {
            sums.acknowledged += 1;
            sums.acknowledge_ms += took(at);
        }
        if let Some(at) = row.life.resolved_at {
            sums.resolved += 1;
            sums.resolve_ms += took(at);
            let by_hand = row.life.touched || row.life.acknowledged_at.is_some();
            sums.healed += u64::from(row.life.healed_by.is_some() && !by_hand);
        }
    }
    sums
}

/// Every row of `comp-a`.
async fn rows(reader: &dyn Reader) -> Vec<Incident> {
    let mut page = PageRequest { limit: 50, after: None };
    let mut rows = Vec::new();
    loop {
        let found = reader.incidents(&IncidentFilter::default(), page).await.unwrap();
        rows.extend(found.items.into_iter().map(|view| view.incident));
        page.after = found.next;
        if page.after.is_none() {
            return rows;
        }
    }
}

/// Things happen to incidents, by a seed.
struct Story<'a> {
    w: &'a World,
    writer: &'a dyn Writer,
    chance: SeededEntropy,
    told: usize,
}

impl Story<'_> {
    fn upto(&self, count: usize) -> usize {
        (self.chance.next() % count as u64) as usize
    }

    fn one<'r>(&self, rows: &[&'r Incident]) -> Option<&'r Incident> {
        (!rows.is_empty()).then(|| rows[self.upto(rows.len())])
    }

    fn new_id(&mut self) -> IncidentId {
        self.told += 1;
        incident_id(&format!("inc-{}", self.told))
    }

    async fn joinable_no(&self) -> u64 {
        self.writer.barrier().await.unwrap()
    }

    /// One thing more.
    async fn goes_on(&mut self) {
        self.w.clock.advance(Duration::from_secs(self.upto(2_400) as u64));
        let all = rows(&*self.w.reader()).await;
        let is_open = |row: &&Incident| row.is_open();
        let open: Vec<&Incident> = all.iter().filter(is_open).collect();
        let over: Vec<&Incident> = all
            .iter()
            .filter(|row| !row.is_open() && row.life.merged_into.is_none())
            .collect();
        match (self.upto(10), self.one(&open), self.one(&over)) {
            (2, Some(row), _) => self.join(row, false).await,
            (3, _, Some(row)) => self.join(row, true).await,
            (4, Some(row), _) => {
                let life = resolved(row, self.w.now());
                self.change(row, life).await;
            }
            (5, Some(row), _) => {
                let life = Life {
                    healed_by: Some("run-1".parse().unwrap()),
                    ..row.life.clone().resolved("run-1", self.w.now())
                };
                self.change(row, life).await;
            }
            (6, Some(row), _) => {
                let life = Life {
                    acknowledged_at: row.life.acknowledged_at.or(Some(self.w.now())),
                    ..row.life.clone().touched()
                };
                self.change(row, life).await;
            }
            // A note, perhaps upon what a run has ended.
            (7, _, Some(row)) if self.upto(2) == 0 => self.change(row, row.life.clone().touched()).await,
            (7, _, Some(row)) => self.change(row, reopened(row)).await,
            (8, Some(row), _) => self.merge(row, &open).await,
            (9, Some(row), _) if row.alert_count > 1 => self.split(row).await,
            _ => self.open().await,
        }
    }

    /// Opens some in one batch.
    async fn open(&mut self) {
        let mut parts = Vec::new();
        for _ in 0..=self.upto(2) {
            let alerts = self.w.alerts(1 + self.upto(3)).await;
            parts.push(opening(&self.new_id(), &alerts, self.w.now()));
        }
        let asked = batch(self.joinable_no().await, parts, vec![], self.w.now());
        assert_eq!(place(self.writer, asked).await.unwrap().refused, []);
    }

    async fn join(&self, row: &Incident, reopens: bool) {
        let alerts = self.w.alerts(1 + self.upto(3)).await;
        let mut part = joining(&row.incident_id, &alerts, self.w.now());
        part.reopens = reopens;
        let asked = batch(self.joinable_no().await, vec![part], vec![], self.w.now());
        // Placing it again counts nothing.
        for _ in 0..2 {
            assert_eq!(place(self.writer, asked.clone()).await.unwrap().refused, []);
        }
    }

    /// Changes a life; what comes too late changes nothing.
    async fn change(&self, row: &Incident, life: Life) {
        let mut change = change_of(row, self.w.now());
        change.life = Some(life);
        let mut late = change.clone();
        assert!(matches!(
            self.writer.change(change, None).await,
            Ok(Changed::Done(Some(_)))
        ));
        late.expect = Expect::Version(row.version + 7);
        assert!(matches!(
            self.writer.change(late, None).await,
            Ok(Changed::Refused(Some(_)))
        ));
    }

    async fn merge(&self, into: &Incident, open: &[&Incident]) {
        let others: Vec<&&Incident> = open.iter().filter(|row| row.incident_id != into.incident_id).collect();
        let Some(source) = others.get(self.upto(others.len().max(1))) else {
            return;
        };
        let (reader, now) = (self.w.reader(), self.w.now());
        let whole = [
            reader.owned(&into.incident_id).await.unwrap().unwrap(),
            reader.owned(&source.incident_id).await.unwrap().unwrap(),
        ];
        let gone = Life {
            merged_into: Some(into.incident_id.clone()),
            ..source.life.clone().touched().resolved("merge", now)
        };
        self.regroup(Regroup {
            parts: vec![
                part(into, into.life.clone().touched(), regroup::merged(&whole, now)),
                part(source, gone, regroup::merged(&[], now)),
            ],
            moves: vec![Move {
                from: source.incident_id.clone(),
                to: into.incident_id.clone(),
                alerts: None,
            }],
            puts: vec![],
            facts: vec![],
            now,
        })
        .await;
    }

    async fn split(&mut self, row: &Incident) {
        let (reader, now) = (self.w.reader(), self.w.now());
        let whole = reader.owned(&row.incident_id).await.unwrap().unwrap();
        let alerts = reader
            .placed_between(&row.incident_id, 0, row.placed_no, 10_000)
            .await
            .unwrap();
        let going: Vec<&Alert> = alerts.iter().skip(1).collect();
        let ids: BTreeSet<_> = going.iter().map(|alert| alert.id()).collect();
        let settings = reader.company().await.unwrap().correlation;
        let (stays, goes) = regroup::split(&whole, &alerts, &ids, (&settings, &Rules::default()), now).unwrap();
        let new = self.new_id();
        let opening = Opening {
            asset_name: "web-1".to_owned(),
            signature: "disk".to_owned(),
            created_at: now,
        };
        self.regroup(Regroup {
            moves: vec![Move {
                from: row.incident_id.clone(),
                to: new.clone(),
                alerts: Some(going.iter().map(|alert| alert.no).collect()),
            }],
            parts: vec![
                part(row, row.life.clone().touched(), stays),
                RegroupPart {
                    incident_id: new,
                    from: Err(opening),
                    life: Life::new().touched(),
                    owned: goes,
                },
            ],
            puts: vec![],
            facts: vec![],
            now,
        })
        .await;
    }

    /// Regroups; a second time nothing is as it was seen.
    async fn regroup(&self, wanted: Regroup) {
        assert_eq!(self.writer.regroup(wanted.clone(), None).await, Ok(true));
        assert_eq!(self.writer.regroup(wanted, None).await, Ok(false));
    }
}

fn part(row: &Incident, life: Life, owned: actors::port::writer::Owned) -> RegroupPart {
    let seen = Seen {
        version: row.version,
        placed_no: row.placed_no,
    };
    RegroupPart {
        incident_id: row.incident_id.clone(),
        from: Ok(seen),
        life,
        owned,
    }
}

/// A story of so many steps. The world's clock begins within an hour, not with one.
async fn tell(w: &World, seed: u64, steps: usize) {
    let writer = w.writer().await;
    let mut story = Story {
        w,
        writer: &*writer,
        chance: SeededEntropy::new(seed),
        told: 0,
    };
    for _ in 0..steps {
        story.goes_on().await;
    }
}

async fn assert_recomputed(w: &World, chance: &SeededEntropy, begin: Timestamp) {
    let (reader, all) = (w.reader(), rows(&*w.reader()).await);
    let span = w.now().since(begin).as_millis() as u64 + 1;
    let at = || begin.plus(Duration::from_millis(chance.next() % span));
    let end = Timestamp::from_millis(i64::MAX);
    let mut periods = vec![(Timestamp::default(), end), (begin, w.now()), (w.now(), begin)];
    periods.extend((0..20).map(|_| (at(), at())));
    for (since, until) in periods {
        let found = reader.rollups(since, until).await.unwrap();
        assert_eq!(found, recomputed(&all, since, until), "{since} to {until}");
    }
}

pub async fn hours_are_what_the_rows_come_to(w: World) {
    let begin = w.now();
    tell(&w, 7, 160).await;
    assert_recomputed(&w, &SeededEntropy::new(8), begin).await;
    let all = of_all_time(&*w.reader()).await;
    // The story has told of everything.
    assert!(all.counts().iter().all(|count| *count > 0), "{all:?}");
    assert!(all.incidents > all.resolved && all.resolved > all.healed, "{all:?}");
    // Another company has nothing of it.
    assert_eq!(of_all_time(&*w.store.reader(&w.b)).await, Rollup::default());
}

pub async fn steps_are_what_their_hours_come_to(w: World) {
    let (begin, writer) = (w.now(), w.writer().await);
    for no in 0..12_u64 {
        let row = w.opened(&*writer, &format!("inc-{no}"), 1 + no as usize % 3).await;
        w.clock.advance(Duration::from_secs(600));
        if no % 2 == 0 {
            let mut close = change_of(&row, w.now());
            close.life = Some(resolved(&row, w.now()));
            writer.change(close, None).await.unwrap();
        }
        // Two in an hour, then none for some.
        w.clock
            .advance(Duration::from_secs(if no % 3 == 0 { 60 } else { 5 * 3600 }));
    }
    let (reader, all) = (w.reader(), rows(&*w.reader()).await);
    let sets = [
        (Step::Hour, begin, w.after(1)),
        (Step::Day, Step::Day.begin_of(begin), w.after(1)),
        (
            Step::Day,
            begin.plus(Duration::from_secs(5 * 3600)),
            w.now().minus(Duration::from_secs(7000)),
        ),
    ];
    for (step, since, until) in sets {
        let found = reader.rollups_by(step, since, until).await.unwrap();
        assert!(
            found.len() > 1 && found.is_sorted_by(|one, next| one.0 < next.0),
            "{found:?}"
        );
        let span = Duration::from_millis(step.millis().unsigned_abs());
        let mut begun = step.begin_of(since);
        while begun < until {
            let counted = found.iter().find(|(at, _)| *at == begun).map(|(_, sums)| *sums);
            let expected = recomputed(&all, begun.max(since), begun.plus(span).min(until));
            assert_eq!(counted.unwrap_or_default(), expected, "{step:?} {begun}");
            assert_eq!(counted.is_some(), expected.incidents > 0, "{step:?} {begun}");
            begun = begun.plus(span);
        }
    }
    let other = w.store.reader(&w.b);
    assert_eq!(other.rollups_by(Step::Day, begin, w.now()).await, Ok(vec![]));
}

pub async fn what_retention_removes_stays_counted(w: World) {
    let writer = w.writer().await;
    let row = w.opened(&*writer, "inc-1", 3).await;
    let numbers = |alerts: &[Alert]| alerts.iter().map(|alert| alert.no).collect();
    let alerts = w.reader().placed_between(&row.incident_id, 0, u64::MAX, 10).await;
    let alerts: Vec<u64> = numbers(&alerts.unwrap());
    w.clock.advance(Duration::from_secs(90));
    let mut close = change_of(&row, w.now());
    close.life = Some(resolved(&row, w.now()));
    writer.change(close, None).await.unwrap();
    let counted = of_all_time(&*w.reader()).await;
    let expected = Rollup {
        incidents: 1,
        alerts: 3,
        resolved: 1,
        resolve_ms: 90_000,
        ..Rollup::default()
    };
    assert_eq!(counted, expected);

    let cut = async |cut: Cut| {
        let amendment = Amendment {
            cut: Some(cut),
            ..Amendment::default()
        };
        assert_eq!(writer.amend(amendment, None).await, Ok(Amended::Done));
        assert_eq!(of_all_time(&*w.reader()).await, expected);
    };
    let version = w.row(&row.incident_id).await.version;
    cut(Cut {
        now: w.now(),
        emptied: vec![(row.incident_id.clone(), version)],
        alerts,
        ..Cut::default()
    })
    .await;
    // Something is said of it once its alerts have gone.
    let emptied = w.row(&row.incident_id).await;
    let mut note = change_of(&emptied, w.now());
    note.life = Some(emptied.life.clone().touched());
    writer.change(note, None).await.unwrap();
    let version = w.row(&row.incident_id).await.version;
    cut(Cut {
        now: w.now(),
        incidents: vec![SeenIncident {
            incident_id: row.incident_id.clone(),
            version,
            last_decision: 0,
        }],
        ..Cut::default()
    })
    .await;
    assert_eq!(w.reader().incident(&row.incident_id).await, Ok(None));
}

pub async fn an_erased_companys_hours_go(w: World) {
    let writer = w.writer().await;
    w.opened(&*writer, "inc-1", 1).await;
    let other = w.store.acquire(&w.b).await.unwrap();
    let company = w.reader().company().await.unwrap();
    let change = |change: Company| Amendment {
        company: Some(change),
        ..Amendment::default()
    };
    let renamed = Company {
        name: "Other".to_owned(),
        version: company.version + 1,
        ..company
    };
    assert_eq!(writer.amend(change(renamed.clone()), None).await, Ok(Amended::Done));
    assert_eq!(of_all_time(&*w.reader()).await.incidents, 1);
    let of_b = w.store.reader(&w.b).company().await.unwrap();
    let erased = |company: Company| {
        change(Company {
            version: company.version + 1,
            erased_at: Some(w.now()),
            ..company
        })
    };
    assert_eq!(other.amend(erased(of_b), None).await, Ok(Amended::Done));
    assert_eq!(of_all_time(&*w.reader()).await.incidents, 1);
    assert_eq!(writer.amend(erased(renamed), None).await, Ok(Amended::Done));
    assert_eq!(of_all_time(&*w.reader()).await, Rollup::default());
}

/// The rows come to what they did, but for what runs have ended: an older version knew of none.
async fn assert_counted(reader: &dyn Reader) {
    let (all, begin) = (rows(reader).await, Timestamp::default());
    assert!(all.len() > 20, "{}", all.len());
    let mut hours = BTreeSet::new();
    for row in &all {
        hours.insert(row.created_at.as_millis() / 3_600_000);
    }
    for hour in hours {
        let since = begin.plus(Duration::from_secs(hour.unsigned_abs() * 3_600));
        let until = since.plus(Duration::from_secs(3_600));
        let expected = Rollup {
            healed: 0,
            ..recomputed(&all, since, until)
        };
        assert_eq!(reader.rollups(since, until).await, Ok(expected), "{since}");
    }
}

#[tokio::test]
async fn an_older_file_is_counted_when_it_is_opened() {
    let (clock, home) = (Arc::new(ManualClock::default()), Home::on(Engine::Sqlite));
    let store = SqliteStore::open(&home.data(), clock.clone()).unwrap();
    let w = World::new(store.clone(), clock.clone(), None).await;
    tell(&w, 3, 120).await;
    store.close();
    let a = w.a.clone();
    drop((w, store));
    let file = rusqlite::Connection::open(home.data().join("store.db")).unwrap();
    let undone = format!(
        "DROP TABLE rollup; {} PRAGMA user_version = 6",
        super::recall::UNINDEXED
    );
    file.execute_batch(&undone).unwrap();
    drop(file);
    let store = SqliteStore::open(&home.data(), clock).unwrap();
    assert_counted(&*store.reader(&a)).await;
    store.close();
}

#[tokio::test]
async fn an_older_database_is_counted_when_it_is_opened() {
    let (clock, home) = (Arc::new(ManualClock::default()), Home::on(Engine::Mongodb));
    let url = home.mongo_url().unwrap();
    let store = MongoStore::open(url, clock.clone()).await.unwrap();
    let w = World::new(store.clone(), clock.clone(), None).await;
    tell(&w, 3, 120).await;
    store.close().await;
    let database = database(url).await;
    database.collection::<Document>("rollups").drop().await.unwrap();
    let schema = database.collection::<Document>("schema");
    let before = doc! { "$set": { "version": 3_i64 } };
    // Twice, as where the first try was cut short.
    for _ in 0..2 {
        schema.update_one(doc! {}, before.clone()).await.unwrap();
        let store = MongoStore::open(url, clock.clone()).await.unwrap();
        assert_counted(&*store.reader(&w.a)).await;
        store.close().await;
    }
}
