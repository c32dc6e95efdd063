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
pub struct Turn {
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

    /// A turn, once there is one: whoever waits longest has it first.
    pub(crate) async fn wait(&self) -> Option<Turn> {
        let company = self.company.clone().acquire_owned().await.ok()?;
        let process = self.process.clone().acquire_owned().await.ok()?;
        Some(Turn {
            _process: process,
            _company: company,
        })
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

    #[tokio::test]
    async fn whoever_waits_longest_has_the_next_turn() {
        let company = Turns::of_company(Turns::of_process());
        let mut taken: Vec<Turn> = std::iter::from_fn(|| company.take()).collect();
        let mut first = Box::pin(company.wait());
        let mut second = Box::pin(company.wait());
        let early = tokio::time::Duration::ZERO;
        assert!(tokio::time::timeout(early, &mut first).await.is_err());
        assert!(tokio::time::timeout(early, &mut second).await.is_err());
        taken.pop();
        assert!(company.take().is_none(), "somebody waits for it");
        assert!(tokio::time::timeout(early, &mut second).await.is_err());
        assert!(first.await.is_some());
    }
}
