//! A company as it is now, for all of its actors: a change of its settings holds at once.

use std::sync::{Arc, PoisonError, RwLock};

use crate::decision::purse::Purse;
use crate::domain::runbook::Shelf;
use crate::domain::{Company, CompanyId};

/// A company as it is now. Set by its tenant alone.
#[derive(Clone)]
pub struct CompanyNow {
    id: CompanyId,
    now: Arc<RwLock<Arc<Company>>>,
    shelf: Arc<RwLock<Arc<Shelf>>>,
    purse: Arc<Purse>,
}

impl CompanyNow {
    pub(crate) fn new(company: Company, shelf: Shelf) -> Self {
        Self {
            id: company.company_id.clone(),
            now: Arc::new(RwLock::new(Arc::new(company))),
            shelf: Arc::new(RwLock::new(Arc::new(shelf))),
            purse: Arc::default(),
        }
    }

    /// Which company.
    pub fn id(&self) -> &CompanyId {
        &self.id
    }

    /// Its settings.
    pub fn now(&self) -> Arc<Company> {
        self.now.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Its runbooks.
    pub fn shelf(&self) -> Arc<Shelf> {
        self.shelf.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What it may spend on models today.
    pub fn purse(&self) -> &Purse {
        &self.purse
    }

    pub(crate) fn set_shelf(&self, shelf: Shelf) {
        *self.shelf.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(shelf);
    }

    pub(crate) fn set(&self, company: Company) {
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(company);
    }
}
