//! How companies' machines were patched, day by day: what was measured, once a day where it can be.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actors::domain::kpi::Step;
use actors::domain::{CompanyId, Timestamp};
use actors::limits::{PAGE, PATCH_KEPT};
use actors::port::{Amended, Amendment, Clock, Error, Kept, Put, Reader, RecordKind, Store};
use actors::runtime::{CallError, Runtime};
use futures::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use tokio_util::sync::CancellationToken;

use super::{Compliance, PatchCompliance};
use crate::ingest::keyring::Keyring;

/// How soon after the start it is looked first: there is more to do then.
const FIRST: Duration = Duration::from_secs(5 * 60);
/// How often it is looked whose day has no measurement yet.
const EVERY: Duration = Duration::from_secs(3600);
/// Companies that are measured at once.
const AT_ONCE: usize = 4;
/// How long a commit may take.
const WITHIN: Duration = Duration::from_secs(10);

/// What was measured on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatchDay {
    /// The day, in UTC: `2026-01-31`.
    pub day: String,
    /// Machines that were as their baselines ask.
    pub compliant: u64,
    /// Machines that were looked at.
    pub machines: u64,
    /// When.
    pub measured_at: Timestamp,
}

impl Kept for PatchDay {
    const KIND: RecordKind = RecordKind::Patching;

    fn id(&self) -> String {
        self.day.clone()
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.measured_at.plus(PATCH_KEPT))
    }
}

/// The day that a moment is in, in UTC.
fn day_of(at: Timestamp) -> String {
    let text = at.to_string();
    text.split('T').next().unwrap_or_default().to_owned()
}

/// What was measured of a company in a period, by the beginnings of the days.
///
/// # Errors
/// The store's.
pub async fn in_period(
    reader: &dyn Reader,
    since: Timestamp,
    until: Timestamp,
) -> Result<BTreeMap<Timestamp, Compliance>, Error> {
    let mut days = BTreeMap::new();
    let mut after = day_of(since.minus(Duration::from_secs(24 * 3600)));
    loop {
        let page = reader.records(RecordKind::Patching, Some(&after), PAGE).await?;
        let is_last = page.len() < PAGE;
        for record in page {
            let day: PatchDay = record.read()?;
            if day.measured_at >= until {
                return Ok(days);
            }
            let begin = Step::Day.begin_of(day.measured_at);
            if begin >= Step::Day.begin_of(since) {
                let (compliant, machines) = (day.compliant, day.machines);
                days.insert(begin, Compliance { compliant, machines });
            }
            after = record.id;
        }
        if is_last {
            return Ok(days);
        }
    }
}

/// Measures once a day, and keeps it.
pub struct PatchDays {
    patches: Arc<PatchCompliance>,
    keyring: Arc<Keyring>,
    store: Arc<dyn Store>,
    runtime: Runtime,
    clock: Arc<dyn Clock>,
    /// The last day that is kept of each company.
    kept: Mutex<HashMap<CompanyId, String>>,
}

impl PatchDays {
    /// From its parts.
    pub fn new(
        (patches, keyring): (Arc<PatchCompliance>, Arc<Keyring>),
        store: Arc<dyn Store>,
        runtime: Runtime,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            patches,
            keyring,
            store,
            runtime,
            clock,
            kept: Mutex::default(),
        }
    }

    /// Measures until it is told to stop.
    pub async fn run(self, stop: CancellationToken) {
        let mut turn = interval_at(Instant::now() + FIRST, EVERY);
        turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = turn.tick() => {}
                () = stop.cancelled() => return,
            }
            tokio::select! {
                () = self.look() => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// Measures every company of this node that is connected and whose day has no measurement yet.
    pub async fn look(&self) {
        let day = day_of(self.clock.now());
        let companies = self.keyring.companies().into_iter();
        let wanted = companies.filter_map(|id| self.keyring.company(&id)).filter(|company| {
            let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            let is_kept = kept.get(&company.company_id) == Some(&day);
            let is_mine = self.runtime.membership().is_mine(&company.company_id);
            company.aws.is_some() && company.archived_at.is_none() && is_mine && !is_kept
        });
        let looks = stream::iter(wanted).map(async |company| {
            let id = &company.company_id;
            match self.keep(id).await {
                Ok(None) => {}
                Ok(Some(day)) => {
                    let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
                    kept.insert(id.clone(), day);
                }
                Err(error) => tracing::warn!(company_id = %id, %error, "how it is patched cannot be kept now"),
            }
        });
        looks.buffer_unordered(AT_ONCE).collect::<()>().await;
    }

    /// The day of which a measurement is kept now; nothing where nothing could be measured.
    async fn keep(&self, company: &CompanyId) -> Result<Option<String>, CallError> {
        let now = self.clock.now();
        let day = day_of(now);
        let reader = self.store.reader(company);
        if reader.record(RecordKind::Patching, &day).await?.is_some() {
            return Ok(Some(day));
        }
        let Some(measured) = self.patches.measured(company).await else {
            return Ok(None);
        };
        let kept = PatchDay {
            day: day.clone(),
            compliant: measured.compliant,
            machines: measured.machines,
            measured_at: now,
        };
        let amendment = Amendment {
            puts: vec![Put::new(&kept)?],
            ..Amendment::default()
        };
        match self.runtime.amend(company, amendment, WITHIN).await? {
            // Another process was first.
            Amended::Done | Amended::Changed | Amended::Taken => Ok(Some(day)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_utcs_and_kept_as_long_as_a_series_may_be() {
        let at: Timestamp = "2026-01-31T23:59:59.999Z".parse().unwrap();
        assert_eq!(day_of(at), "2026-01-31");
        assert_eq!(day_of(at.plus(Duration::from_millis(1))), "2026-02-01");
        let kept = PatchDay {
            day: day_of(at),
            compliant: 1,
            machines: 2,
            measured_at: at,
        };
        assert_eq!(
            (kept.id(), kept.expires_at()),
            ("2026-01-31".to_owned(), Some(at.plus(PATCH_KEPT)))
        );
    }
}
