//! Who is where: company → seat. Read by the edge without a message; written by Tenants alone.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use dashmap::DashMap;
use ractor::ActorRef;
use tokio::sync::Semaphore;

use crate::domain::CompanyId;
use crate::limits::CALLS_PER_COMPANY;
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

/// The directory.
#[derive(Default)]
pub struct Directory {
    seats: DashMap<CompanyId, Seat>,
    places: DashMap<CompanyId, Arc<Semaphore>>,
    tenants: RwLock<Option<ActorRef<TenantsMsg>>>,
    draining: AtomicBool,
}

impl Directory {
    /// A company's seat; `None` where it has not been needed yet.
    pub fn seat(&self, company: &CompanyId) -> Option<Seat> {
        self.seats.get(company).map(|seat| seat.value().clone())
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

    /// The company's places for waiting calls.
    pub(crate) fn places(&self, company: &CompanyId) -> Arc<Semaphore> {
        let place = self.places.entry(company.clone());
        place
            .or_insert_with(|| Arc::new(Semaphore::new(CALLS_PER_COMPANY)))
            .clone()
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
