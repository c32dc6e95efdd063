//! Turns to run: so many at once in the process, and so many for one company.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::limits::{RUNS, RUNS_PER_COMPANY};

/// Where turns come from.
#[derive(Clone)]
pub(crate) struct Turns {
    process: Arc<Semaphore>,
    company: Arc<Semaphore>,
}

/// A turn; it comes back when this is dropped.
pub(crate) struct Turn {
    _process: OwnedSemaphorePermit,
    _company: OwnedSemaphorePermit,
}

impl Turns {
    /// All of the process's.
    pub(crate) fn of_process() -> Arc<Semaphore> {
        Arc::new(Semaphore::new(RUNS))
    }

    /// A company's part of them.
    pub(crate) fn of_company(process: Arc<Semaphore>) -> Self {
        Self {
            process,
            company: Arc::new(Semaphore::new(RUNS_PER_COMPANY)),
        }
    }

    /// A turn, if there is one now.
    pub(crate) fn take(&self) -> Option<Turn> {
        let company = self.company.clone().try_acquire_owned().ok()?;
        let process = self.process.clone().try_acquire_owned().ok()?;
        Some(Turn {
            _process: process,
            _company: company,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_company_never_has_all_turns() {
        let process = Turns::of_process();
        let companies: Vec<Turns> = (0..5).map(|_| Turns::of_company(process.clone())).collect();
        let mut taken: Vec<Turn> = std::iter::from_fn(|| companies[0].take()).collect();
        assert_eq!(taken.len(), RUNS_PER_COMPANY);
        for company in &companies[1..] {
            taken.extend(std::iter::from_fn(|| company.take()));
        }
        assert_eq!(taken.len(), RUNS);
        taken.remove(0);
        assert!(companies[4].take().is_some());
    }
}
