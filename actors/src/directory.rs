//! Who is where: company → seat. Read by the edge without a message; written by Tenants alone.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use dashmap::DashMap;
use ractor::ActorRef;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::call::Place;
use crate::domain::CompanyId;
use crate::limits::{CALLS_PER_COMPANY, DECISIONS_AT_ONCE, DECISIONS_PER_COMPANY, ELSEWHERE_BELIEVED};
use crate::membership::{self, Membership};
use crate::tenant::TenantMsg;
use crate::tenants::TenantsMsg;

/// How a company's actor is doing.
#[derive(Clone)]
pub enum Seat {
    /// It takes messages.
    Running {
        /// The actor.
        tenant: ActorRef<TenantMsg>,
        /// Set by who sends news, cleared by the correlator before it looks. Made at its spawn.
        news: Arc<AtomicBool>,
    },
    /// It failed and will be started again in a moment; messages go through Tenants.
    Restarting,
    /// It failed too often and rests.
    Quarantined,
}

/// What somebody waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// What is done at once, or not at all.
    Calls,
    /// A decision, which may wait for a model: so that none of them keeps anybody from acting.
    Decisions,
}

/// A company's places.
struct Places {
    calls: Arc<Semaphore>,
    decisions: Arc<Semaphore>,
}

/// The directory.
pub struct Directory {
    membership: Membership,
    seats: DashMap<CompanyId, Seat>,
    /// Companies that were found with other nodes lately, with where those are reached.
    elsewhere: DashMap<CompanyId, (Option<String>, Instant)>,
    places: DashMap<CompanyId, Places>,
    decisions: Arc<Semaphore>,
    tenants: RwLock<Option<ActorRef<TenantsMsg>>>,
    draining: AtomicBool,
}

impl Directory {
    /// Of a node of this name; of the only one, where it has none.
    pub(crate) fn of(me: Option<&str>) -> Self {
        Self {
            membership: Membership::of(me),
            seats: DashMap::new(),
            elsewhere: DashMap::new(),
            places: DashMap::new(),
            decisions: Arc::new(Semaphore::new(DECISIONS_AT_ONCE)),
            tenants: RwLock::default(),
            draining: AtomicBool::default(),
        }
    }

    /// Which node is to have which company.
    pub fn membership(&self) -> &Membership {
        &self.membership
    }

    /// A company's seat; `None` where it has not been needed yet.
    pub fn seat(&self, company: &CompanyId) -> Option<Seat> {
        self.seats.get(company).map(|seat| seat.value().clone())
    }

    /// Where a company is: here where it has a seat, else by what was found lately, else by who lives.
    pub fn place_of(&self, company: &CompanyId) -> membership::Place {
        if self.seats.contains_key(company) {
            return membership::Place::Here;
        }
        let is_late = |_: &CompanyId, found: &(Option<String>, Instant)| found.1.elapsed() >= ELSEWHERE_BELIEVED;
        self.elsewhere.remove_if(company, is_late);
        match self.elsewhere.get(company) {
            Some(found) => membership::Place::Elsewhere(found.0.clone()),
            None => self.membership.place(company),
        }
    }

    pub(crate) fn set_elsewhere(&self, company: CompanyId, url: Option<String>) {
        self.elsewhere.insert(company, (url, Instant::now()));
    }

    /// What was found elsewhere is looked for again.
    pub(crate) fn forget_elsewhere(&self) {
        self.elsewhere.clear();
    }

    pub(crate) fn set_seat(&self, company: &CompanyId, seat: Seat) {
        self.seats.insert(company.clone(), seat);
    }

    pub(crate) fn clear_seat(&self, company: &CompanyId) {
        self.seats.remove(company);
    }

    pub(crate) fn clear_seats(&self) {
        self.seats.clear();
    }

    /// One of the company's places for who waits; `None` where all are taken.
    pub(crate) fn place(&self, company: &CompanyId, lane: Lane) -> Option<Place> {
        let places = self.places.entry(company.clone()).or_insert_with(|| Places {
            calls: Arc::new(Semaphore::new(CALLS_PER_COMPANY)),
            decisions: Arc::new(Semaphore::new(DECISIONS_PER_COMPANY)),
        });
        let (of_company, of_all) = match lane {
            Lane::Calls => (&places.calls, None),
            Lane::Decisions => (&places.decisions, Some(&self.decisions)),
        };
        let take = |from: &Arc<Semaphore>| from.clone().try_acquire_owned().ok();
        Some(Place {
            _of_company: take(of_company)?,
            _of_all: of_all.map(|all| take(all).ok_or(())).transpose().ok()?,
        })
    }

    pub(crate) fn set_tenants(&self, tenants: ActorRef<TenantsMsg>) {
        *self.tenants.write().unwrap_or_else(PoisonError::into_inner) = Some(tenants);
    }

    /// Sends to Tenants; a message lost between two incarnations is told by its dropped reply port.
    pub(crate) fn tell_tenants(&self, msg: TenantsMsg) {
        let tenants = self.tenants.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(tenants) = tenants {
            drop(tenants.cast(msg));
        }
    }

    pub(crate) fn begin_drain(&self) {
        self.draining.store(true, Ordering::SeqCst);
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::SeqCst)
    }
}
