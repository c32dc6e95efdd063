//! A company as it is now, for all of its actors: a change of its settings holds at once.

use std::sync::{Arc, PoisonError, RwLock};

use dashmap::DashMap;

use crate::decision::purse::Purse;
use crate::domain::notification::Routes;
use crate::domain::runbook::Shelf;
use crate::domain::suppression::Mutes;
use crate::domain::{Company, CompanyId};

/// A company as it is now. Set by its tenant alone.
#[derive(Clone)]
pub struct CompanyNow {
    id: CompanyId,
    now: Arc<RwLock<Arc<Company>>>,
    shelf: Arc<RwLock<Arc<Shelf>>>,
    purse: Arc<Purse>,
    outward: Arc<RwLock<Arc<Outward>>>,
}

/// What its settings say of the news that it is, ready to be used.
#[derive(Default)]
pub struct Outward {
    /// What keeps its incidents quiet.
    pub mutes: Mutes,
    /// Who hears of them.
    pub routes: Routes,
}

impl Outward {
    /// A company's. What was taken by an earlier version and cannot be read by this one counts as nothing.
    fn of(company: &Company) -> Self {
        let unreadable = |invalid| {
            tracing::error!(company_id = %company.company_id, %invalid, "the company's suppression or notifications cannot be used: there are none until they are set anew");
        };
        let mutes = Mutes::read(&company.suppression, &company.silences);
        let routes = Routes::read(&company.notifications);
        Self {
            mutes: mutes.map_err(unreadable).unwrap_or_default(),
            routes: routes.map_err(unreadable).unwrap_or_default(),
        }
    }
}

/// Companies' [`Outward`]s, each read once for a version of its company.
#[derive(Default)]
pub struct Outwards(DashMap<CompanyId, (u64, Arc<Outward>)>);

impl Outwards {
    /// A company's, as it is now.
    pub fn of(&self, company: &Company) -> Arc<Outward> {
        let known = self.0.get(&company.company_id);
        if let Some(known) = known.filter(|known| known.0 == company.version) {
            return known.1.clone();
        }
        let outward = Arc::new(Outward::of(company));
        let entry = (company.version, outward.clone());
        self.0.insert(company.company_id.clone(), entry);
        outward
    }
}

impl CompanyNow {
    pub(crate) fn new(company: Company, shelf: Shelf) -> Self {
        Self {
            id: company.company_id.clone(),
            outward: Arc::new(RwLock::new(Arc::new(Outward::of(&company)))),
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

    /// What its settings say of the news that it is.
    pub fn outward(&self) -> Arc<Outward> {
        self.outward.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set(&self, company: Company) {
        *self.outward.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Outward::of(&company));
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(company);
    }
}
