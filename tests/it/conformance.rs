//! What every store promises, asked of each through the ports alone.
//!
//! A promise is an `async fn(World)`; each is run on every store, and the test's name tells which:
//! `conformance::on_sqlite::...`, `conformance::on_mongodb::...`, `conformance::on_memory::...`.

mod accept;
mod change;
mod directory;
pub mod events;
mod guarded;
pub mod journal;
mod like;
pub mod lists;
mod past;
mod place;
mod recall;
pub mod records;
pub mod rollups;
mod roster;
mod unresolved;

use std::sync::Arc;
use std::time::Duration;

use actors::domain::{Alert, CompanyId, Incident, IncidentId, NewAlert, Timestamp};
use actors::port::inbox::Accepted;
use actors::port::reader::PageRequest;
use actors::port::writer::{OpenIncident, PlaceBatch, Placed};
use actors::port::{Clock, Error, Reader, Store, Writer};
use alert_whisperer::store::{MemoryStore, MongoStore, SqliteStore};

use crate::support::alerts::{alert, delivery, new_company};
use crate::support::clock::{ManualClock, SeededEntropy};
use crate::support::engine::{Engine, Home};
use crate::support::placing::{batch, opening};
use crate::support::profile::Profile;

/// A window in which nothing is reopened.
pub const NEVER: std::time::Duration = std::time::Duration::ZERO;

/// A store with two companies, `comp-a` and `comp-b`.
pub struct World {
    pub store: Arc<dyn Store>,
    pub clock: Arc<ManualClock>,
    pub entropy: SeededEntropy,
    pub a: CompanyId,
    pub b: CompanyId,
    _home: Option<Home>,
}

/// All that alerts may join.
pub async fn joinable(reader: &dyn Reader, now: Timestamp, reopen_window: Duration) -> Vec<OpenIncident> {
    let mut found = Vec::new();
    let mut page = PageRequest { limit: 2, after: None };
    loop {
        let next = reader.joinable(now, reopen_window, page).await.unwrap();
        found.extend(next.items);
        page.after = next.next;
        if page.after.is_none() {
            return found;
        }
    }
}

impl World {
    pub async fn new(store: Arc<dyn Store>, clock: Arc<ManualClock>, home: Option<Home>) -> Self {
        let (a, b): (CompanyId, CompanyId) = ("comp-a".parse().unwrap(), "comp-b".parse().unwrap());
        let platform = store.acquire(&CompanyId::platform()).await.unwrap();
        for id in [&a, &b] {
            assert!(platform.found(new_company(id, clock.now())).await.unwrap());
        }
        Self {
            store,
            clock,
            entropy: SeededEntropy::new(1),
            a,
            b,
            _home: home,
        }
    }

    pub async fn on_sqlite() -> Self {
        let (clock, home) = (Arc::new(ManualClock::default()), Home::on(Engine::Sqlite));
        let store = SqliteStore::open(&home.data(), clock.clone()).unwrap();
        Self::new(store, clock, Some(home)).await
    }

    /// With everything that the server is asked written down, to see that no question walks a whole collection.
    pub async fn on_mongodb() -> (Self, Profile) {
        let (clock, home) = (Arc::new(ManualClock::default()), Home::on(Engine::Mongodb));
        let url = home.mongo_url().unwrap().clone();
        let store = MongoStore::open(&url, clock.clone()).await.unwrap();
        let profile = Profile::begin(&url).await;
        (Self::new(store, clock, Some(home)).await, profile)
    }

    pub async fn on_memory() -> Self {
        let clock = Arc::new(ManualClock::default());
        let store = MemoryStore::new(clock.clone());
        Self::new(store, clock, None).await
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn after(&self, seconds: u64) -> Timestamp {
        self.now().plus(Duration::from_secs(seconds))
    }

    pub fn alert(&self) -> NewAlert {
        alert(&self.entropy, self.now())
    }

    pub fn reader(&self) -> Arc<dyn Reader> {
        self.store.reader(&self.a)
    }

    /// All that alerts may join, of resolved incidents those that ended within `reopen_window`.
    pub async fn joinable(&self, reopen_window: Duration) -> Vec<OpenIncident> {
        joinable(&*self.reader(), self.now(), reopen_window).await
    }

    pub async fn writer(&self) -> Arc<dyn Writer> {
        self.store.acquire(&self.a).await.unwrap()
    }

    /// Accepts alerts of `comp-a`, one delivery each: the alerts as they are stored.
    pub async fn accepted(&self, alerts: Vec<NewAlert>) -> Vec<Alert> {
        let mark = self.reader().accept_mark().await.unwrap();
        for alert in alerts {
            let delivery = delivery(&self.a, vec![alert], self.now());
            assert_eq!(self.store.accept(delivery).await, Ok(Accepted::New));
        }
        let mut unplaced = self.reader().unplaced(100_000).await.unwrap();
        unplaced.retain(|alert| alert.no >= mark);
        unplaced
    }

    /// So many plain alerts of `comp-a`.
    pub async fn alerts(&self, count: usize) -> Vec<Alert> {
        self.accepted((0..count).map(|_| self.alert()).collect()).await
    }

    /// An incident opened by so many alerts.
    pub async fn opened(&self, writer: &dyn Writer, name: &str, count: usize) -> Incident {
        let (id, alerts) = (incident_id(name), self.alerts(count).await);
        let joinable_no = writer.barrier().await.unwrap();
        let placed = place(
            writer,
            batch(joinable_no, vec![opening(&id, &alerts, self.now())], vec![], self.now()),
        )
        .await;
        assert_eq!(placed.unwrap().refused, []);
        self.row(&id).await
    }

    /// An incident's row.
    pub async fn row(&self, id: &IncidentId) -> Incident {
        self.reader().incident(id).await.unwrap().unwrap().incident
    }
}

pub fn incident_id(name: &str) -> IncidentId {
    name.parse().unwrap()
}

pub async fn place(writer: &dyn Writer, batch: PlaceBatch) -> Result<Placed, Error> {
    writer.place(batch).await
}

macro_rules! promises {
    ($($room:ident::$promise:ident,)*) => {
        mod on_sqlite {
            $(#[tokio::test]
            async fn $promise() {
                super::$room::$promise(super::World::on_sqlite().await).await;
            })*
        }

        mod on_mongodb {
            $(#[tokio::test]
            async fn $promise() {
                let (world, profile) = super::World::on_mongodb().await;
                super::$room::$promise(world).await;
                profile.assert_no_scans().await;
            })*
        }

        mod on_memory {
            $(#[tokio::test]
            async fn $promise() {
                super::$room::$promise(super::World::on_memory().await).await;
            })*
        }
    };
}

promises! {
    accept::a_delivery_is_stored_as_it_was_sent,
    accept::a_delivery_id_is_known_for_a_day_from_its_first_use,
    accept::another_body_under_a_known_id_is_told,
    accept::a_replayed_signature_is_a_duplicate_and_spends_no_delivery_id,
    accept::a_forgotten_signature_is_stale_when_the_clock_has_stepped_back,
    accept::what_was_seen_is_a_companys_own,
    accept::of_many_at_once_one_is_new,
    accept::too_many_unplaced_alerts_are_refused,
    accept::unknown_companies_are_refused,
    place::an_incident_opens_and_is_joined,
    place::a_refused_incident_fails_alone_and_shows_its_row,
    place::a_batch_asks_for_the_same_joinable_no,
    place::placing_again_counts_once,
    place::half_placed_parts_are_refused_whole,
    place::a_held_alert_moves_and_a_final_one_does_not,
    place::another_companys_alerts_cannot_be_placed,
    place::what_alerts_may_join_is_told_with_what_it_owns,
    place::what_alerts_may_join_comes_in_pages,
    place::recoveries_are_remembered_until_due,
    place::a_mark_is_settled_when_all_before_it_have_verdicts,
    change::a_newer_writer_fences_the_older,
    change::a_life_changes_only_from_the_version_it_was_read_at,
    change::closing_asks_that_every_placement_is_absorbed,
    change::reopening_raises_joinable_no,
    change::the_earlier_wake_stands_while_something_is_unabsorbed,
    change::a_change_past_its_deadline_is_not_begun,
    change::an_incident_without_a_row_keeps_decisions_and_memory,
    change::no_row_is_refused_where_there_is_one,
    change::short_memory_expires_by_its_stored_time,
    journal::the_chain_is_gapless_and_verifies_from_genesis,
    journal::a_timeline_joins_entries_and_placements,
    events::entries_are_read_in_the_order_of_commits,
    events::pages_of_any_size_have_no_gap_and_no_repeat,
    events::only_the_scopes_companies_are_read,
    events::a_position_of_another_store_is_lost,
    events::the_feed_tells_what_is_read_and_only_that,
    events::the_feed_tells_counts_after_a_placement,
    events::a_new_company_begins_at_the_start,
    lists::alerts_are_paged_without_repeats_or_gaps,
    lists::alerts_are_filtered,
    lists::incidents_are_paged_and_filtered,
    lists::any_filters_together_show_what_meets_all,
    lists::what_came_since_a_moment_is_found_though_the_clock_was_set_back,
    lists::decisions_are_paged_oldest_first,
    lists::the_journal_is_paged,
    like::a_filter_shows_what_a_look_at_each_entry_would,
    like::a_page_looks_at_so_many_entries_and_goes_on,
    unresolved::what_is_open_is_told_in_short,
    lists::nothing_of_another_company_is_seen,
    lists::counts_are_since_a_moment,
    guarded::records_change_with_an_incident_or_nothing_does,
    guarded::records_change_with_a_regrouping_or_nothing_does,
    guarded::a_run_begins_only_under_the_settings_that_permit_it,
    guarded::no_run_begins_while_the_platforms_switch_is_thrown,
    past::what_arrived_before_and_is_settled_is_past,
    past::what_is_past_goes_whole_or_not_at_all,
    past::an_emptied_incident_does_not_begin_again,
    past::decisions_that_no_incident_has_are_past_and_go,
    past::a_journal_is_cut_at_the_end_of_a_commit_and_goes_on,
    records::a_record_is_read_as_it_was_written,
    records::an_amendment_is_done_whole_or_not_at_all,
    records::an_amendment_is_one_commit_with_its_facts,
    records::a_lookup_text_is_one_records_of_all_companies,
    records::of_many_at_once_one_has_the_lookup_text,
    records::records_are_a_companys_own,
    records::records_are_paged_in_the_order_of_their_ids,
    records::expired_records_are_forgotten,
    records::a_companys_settings_change_from_the_version_before,
    records::amending_is_fenced_and_has_a_deadline,
    records::a_company_is_founded_with_its_records_or_not_at_all,
    recall::memories_are_found_by_signature_tags_and_words,
    recall::only_a_companys_own_memories_are_found,
    recall::what_is_changed_or_removed_is_found_as_it_is,
    recall::what_runs_have_shown_comes_with_a_memory,
    recall::no_text_is_taken_for_syntax,
    recall::the_rare_and_the_newest_are_found_among_many,
    recall::older_ones_are_found_when_the_newest_are_removed,
    recall::an_old_one_with_two_common_words_is_found_among_many,
    rollups::hours_are_what_the_rows_come_to,
    rollups::steps_are_what_their_hours_come_to,
    rollups::what_retention_removes_stays_counted,
    rollups::an_erased_companys_hours_go,
    roster::companies_keys_and_secrets_are_listed,
    roster::an_id_is_taken_once_and_only_the_platform_founds,
    roster::companies_with_unplaced_alerts_are_found,
    roster::what_is_due_is_found_gravest_first,
    roster::an_amendment_can_make_open_incidents_due,
    roster::held_alerts_fall_due,
    roster::what_has_expired_is_forgotten,
}
