//! How many of a company's machines are patched as their baselines ask, measured now and then and kept in between;
//! [`days`] keeps what was measured of each day.

pub mod days;

use std::collections::HashMap;
use std::ops::AddAssign;
use std::sync::{Arc, Mutex, PoisonError};

use actors::domain::{AwsSettings, CompanyId};
use actors::limits::{CLOUD_COMPANIES, PATCH_LOOK, PATCH_LOOK_AGAIN, PATCH_LOOK_WITHIN};
use actors::port::cloud::{CloudError, CloudSettings, Inventory, PatchState};
use tokio::time::{Instant, timeout_at};

/// Measures, and keeps what was measured.
pub struct PatchCompliance {
    inventory: Arc<dyn Inventory>,
    settings: Arc<dyn CloudSettings>,
    slots: Mutex<HashMap<CompanyId, (Instant, Slot)>>,
}

/// What was measured: machines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compliance {
    /// Those that are as their baselines ask.
    pub compliant: u64,
    /// Those that were looked at.
    pub machines: u64,
}

impl Compliance {
    /// In percent; nothing where no machine was looked at.
    pub fn pct(self) -> Option<f64> {
        (self.machines > 0).then(|| self.compliant as f64 / self.machines as f64 * 100.0)
    }
}

impl AddAssign for Compliance {
    fn add_assign(&mut self, other: Self) {
        self.compliant += other.compliant;
        self.machines += other.machines;
    }
}

/// What was measured of a company. Held while it is measured: who asks meanwhile waits for it, and finds it kept.
type Slot = Arc<tokio::sync::Mutex<Option<Kept>>>;

struct Kept {
    /// Under these settings: others are another account.
    settings: AwsSettings,
    measured: Option<Compliance>,
    until: Instant,
}

impl PatchCompliance {
    /// Of these machines.
    pub fn new(inventory: Arc<dyn Inventory>, settings: Arc<dyn CloudSettings>) -> Self {
        Self {
            inventory,
            settings,
            slots: Mutex::default(),
        }
    }

    /// How many of the machines that were looked at are as their baselines ask. `None` where the company is not
    /// connected, none was looked at, or it could not be measured within [`PATCH_LOOK_WITHIN`].
    pub async fn measured(&self, company: &CompanyId) -> Option<Compliance> {
        let settings = self.settings.of(company).await.ok().flatten()?;
        let deadline = Instant::now() + PATCH_LOOK_WITHIN;
        let slot = self.slot(company);
        let mut kept = timeout_at(deadline, slot.lock()).await.ok()?;
        let holds = |kept: &&Kept| kept.settings == settings && Instant::now() < kept.until;
        if let Some(kept) = kept.as_ref().filter(holds) {
            return kept.measured;
        }
        let measured = timeout_at(deadline, self.measure(company)).await;
        let (measured, rest) = match measured {
            Ok(Ok(measured)) => (measured, PATCH_LOOK),
            Ok(Err(error)) => {
                tracing::warn!(company_id = %company, %error, "its patches cannot be looked at");
                (None, PATCH_LOOK_AGAIN)
            }
            Err(_) => {
                tracing::warn!(company_id = %company, "its patches cannot be looked at in time");
                (None, PATCH_LOOK_AGAIN)
            }
        };
        *kept = Some(Kept {
            settings,
            measured,
            until: Instant::now() + rest,
        });
        measured
    }

    /// The same, where it was measured lately: nothing is asked for it, and nothing waited for.
    pub async fn kept(&self, company: &CompanyId) -> Option<Compliance> {
        let settings = self.settings.of(company).await.ok().flatten()?;
        let slot = {
            let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            slots.get(company).map(|(_, slot)| slot.clone())?
        };
        let kept = slot.try_lock().ok()?;
        let holds = |kept: &&Kept| kept.settings == settings && Instant::now() < kept.until;
        kept.as_ref().filter(holds)?.measured
    }

    async fn measure(&self, company: &CompanyId) -> Result<Option<Compliance>, CloudError> {
        let instances = self.inventory.instances(company, None).await?;
        let ids: Vec<_> = instances.into_iter().map(|known| known.instance_id).collect();
        if ids.is_empty() {
            return Ok(None);
        }
        Ok(counted(&self.inventory.patch_states(company, &ids).await?))
    }

    fn slot(&self, company: &CompanyId) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let (used, slot) = slots
            .entry(company.clone())
            .or_insert_with(|| (Instant::now(), Slot::default()));
        *used = Instant::now();
        let slot = slot.clone();
        if slots.len() > CLOUD_COMPANIES {
            let others = slots.iter().filter(|(other, _)| *other != company);
            let oldest = others.min_by_key(|(_, (used, _))| *used);
            if let Some(oldest) = oldest.map(|(other, _)| other.clone()) {
                slots.remove(&oldest);
            }
        }
        slot
    }
}

/// Those that were looked at; nothing where there are none.
fn counted(states: &[PatchState]) -> Option<Compliance> {
    let compliant = states.iter().filter(|state| state.is_compliant()).count() as u64;
    let machines = states.len() as u64;
    (machines > 0).then_some(Compliance { compliant, machines })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use actors::domain::runbook::InstanceId;
    use actors::domain::{AwsTimeouts, Timestamp};
    use actors::port::Error;
    use actors::port::cloud::{Instance, PingStatus, TagFilter};
    use async_trait::async_trait;
    use tokio::time::advance;

    use super::*;

    /// Machines of which so many have patches missing, behind a service that takes its time.
    struct Park {
        missing: Mutex<Result<Vec<u32>, CloudError>>,
        slow: Duration,
        asked: AtomicUsize,
        settings: Mutex<Option<AwsSettings>>,
    }

    fn id(number: usize) -> InstanceId {
        format!("i-{number:08x}").parse().unwrap()
    }

    #[async_trait]
    impl Inventory for Park {
        async fn instances(&self, _: &CompanyId, _: Option<&TagFilter>) -> Result<Vec<Instance>, CloudError> {
            self.asked.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(self.slow).await;
            let missing = self.missing.lock().unwrap().clone()?;
            let instance = |number| Instance {
                instance_id: id(number),
                platform: "Linux".into(),
                ping_status: PingStatus::Online,
                name: None,
                ip: None,
            };
            Ok((0..=missing.len()).map(instance).collect())
        }

        /// The last machine was never looked at.
        async fn patch_states(&self, _: &CompanyId, ids: &[InstanceId]) -> Result<Vec<PatchState>, CloudError> {
            let missing = self.missing.lock().unwrap().clone()?;
            let states = ids.iter().zip(missing).map(|(id, missing)| PatchState {
                instance_id: id.clone(),
                baseline_id: "pb-1".into(),
                installed: 7,
                missing,
                failed: 0,
                pending_reboot: 0,
                rejected: 0,
                looked_at: Timestamp::default(),
            });
            Ok(states.collect())
        }
    }

    #[async_trait]
    impl CloudSettings for Park {
        async fn of(&self, _: &CompanyId) -> Result<Option<AwsSettings>, Error> {
            Ok(self.settings.lock().unwrap().clone())
        }
    }

    fn park(missing: &[u32], slow: Duration) -> (Arc<Park>, PatchCompliance, CompanyId) {
        let settings = AwsSettings {
            role_arn: "arn:aws:iam::111111111111:role/alert-whisperer".into(),
            external_id: "acme:1".into(),
            region: "eu-central-1".into(),
            endpoint_url: None,
            timeouts: AwsTimeouts::default(),
        };
        let park = Arc::new(Park {
            missing: Mutex::new(Ok(missing.to_vec())),
            slow,
            asked: AtomicUsize::new(0),
            settings: Mutex::new(Some(settings)),
        });
        let compliance = PatchCompliance::new(park.clone(), park.clone());
        (park, compliance, "comp-acme".parse().unwrap())
    }

    async fn pct(compliance: &PatchCompliance, company: &CompanyId) -> Option<f64> {
        compliance.measured(company).await.and_then(Compliance::pct)
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_the_share_of_those_that_were_looked_at_and_kept_for_a_while() {
        let (park, compliance, acme) = park(&[0, 0, 3, 0], Duration::from_secs(1));
        let many = futures::future::join_all((0..5).map(|_| pct(&compliance, &acme))).await;
        assert_eq!(many, [Some(75.0); 5]);
        assert_eq!(park.asked.load(Ordering::SeqCst), 1, "five asked, and one measured");
        *park.missing.lock().unwrap() = Ok(vec![1]);
        advance(PATCH_LOOK - Duration::from_secs(1)).await;
        assert_eq!(pct(&compliance, &acme).await, Some(75.0));
        advance(Duration::from_secs(1)).await;
        assert_eq!(pct(&compliance, &acme).await, Some(0.0));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_known_is_nothing_and_soon_looked_at_again() {
        let (park, compliance, acme) = park(&[], Duration::ZERO);
        assert_eq!(pct(&compliance, &acme).await, None, "none was looked at");
        let elsewhere = park.settings.lock().unwrap().clone().map(|settings| AwsSettings {
            region: "us-east-1".into(),
            ..settings
        });
        *park.missing.lock().unwrap() = Err(CloudError::Denied("no".into()));
        *park.settings.lock().unwrap() = elsewhere;
        assert_eq!(pct(&compliance, &acme).await, None);
        *park.missing.lock().unwrap() = Ok(vec![0]);
        assert_eq!(pct(&compliance, &acme).await, None, "as it was a moment ago");
        advance(PATCH_LOOK_AGAIN).await;
        assert_eq!(pct(&compliance, &acme).await, Some(100.0));
        *park.settings.lock().unwrap() = None;
        assert_eq!(pct(&compliance, &acme).await, None, "not connected any more");
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_longer_than_the_limit() {
        let (park, compliance, acme) = park(&[0], Duration::from_secs(60));
        let began = Instant::now();
        let many = futures::future::join_all((0..3).map(|_| pct(&compliance, &acme))).await;
        assert_eq!(many, [None; 3]);
        assert_eq!(began.elapsed(), PATCH_LOOK_WITHIN);
        assert_eq!(park.asked.load(Ordering::SeqCst), 1);
    }
}
