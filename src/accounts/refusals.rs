//! Refusals for the journal: gathered by who, what and minute, so that a stranger cannot fill it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actors::domain::ids::EntryId;
use actors::domain::{CompanyId, Fact, Timestamp};
use actors::limits::REFUSALS;
use actors::port::{Amendment, Clock, Entropy};
use actors::runtime::Runtime;
use serde_json::json;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// How often what was gathered is journalled.
const EVERY: Duration = Duration::from_secs(60);
/// How long that may take, for each journal.
const WITHIN: Duration = Duration::from_secs(5);
/// The journal's entries of one turn and company.
const ENTRIES: usize = 100;

/// What was refused.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Refusal {
    /// Whose journal it belongs to: a company's for its key and its approvals, else the platform's.
    pub company_id: CompanyId,
    /// Who: a person, a key, or `stranger`.
    pub who: String,
    /// What: `login`, `token`, the right, or why a word on an approval did not count.
    pub what: &'static str,
    /// From where.
    pub address: Option<IpAddr>,
}

#[derive(Clone, Copy, Debug)]
struct Gathered {
    count: u64,
    first_at: Timestamp,
    last_at: Timestamp,
}

/// What is gathered until the next turn.
#[derive(Default)]
struct Turn {
    refusals: HashMap<Refusal, Gathered>,
    /// Beyond what is told apart.
    others: u64,
}

/// The gatherer.
#[derive(Default)]
pub struct Refusals(Mutex<Turn>);

impl Refusals {
    fn turn(&self) -> MutexGuard<'_, Turn> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes one.
    pub fn note(&self, refusal: Refusal, now: Timestamp) {
        let mut turn = self.turn();
        if let Some(gathered) = turn.refusals.get_mut(&refusal) {
            gathered.count += 1;
            gathered.last_at = now;
        } else if turn.refusals.len() < REFUSALS {
            let first = Gathered {
                count: 1,
                first_at: now,
                last_at: now,
            };
            turn.refusals.insert(refusal, first);
        } else {
            turn.others += 1;
        }
    }

    /// Journals what was gathered, each minute and when it is told to stop. What cannot be journalled is logged.
    pub async fn run(
        self: Arc<Self>,
        runtime: Runtime,
        (clock, entropy): (Arc<dyn Clock>, Arc<dyn Entropy>),
        stop: CancellationToken,
    ) {
        let mut turn = interval(EVERY);
        turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
        turn.tick().await;
        let mut stopped = false;
        while !stopped {
            tokio::select! {
                _ = turn.tick() => {}
                () = stop.cancelled() => stopped = true,
            }
            for (company, amendment) in self.taken(&*clock, &*entropy) {
                if let Err(error) = runtime.amend(&company, amendment, WITHIN).await {
                    tracing::warn!(company_id = %company, %error, "refusals are not journalled");
                }
            }
        }
    }

    /// What was gathered, as facts of each journal, the most frequent first.
    fn taken(&self, clock: &dyn Clock, entropy: &dyn Entropy) -> Vec<(CompanyId, Amendment)> {
        let Turn { refusals, others } = std::mem::take(&mut *self.turn());
        let now = clock.now();
        let mut by_company: HashMap<CompanyId, Vec<(Refusal, Gathered)>> = HashMap::new();
        for (refusal, gathered) in refusals {
            by_company
                .entry(refusal.company_id.clone())
                .or_default()
                .push((refusal, gathered));
        }
        let mut all: Vec<(CompanyId, Amendment)> = by_company
            .into_iter()
            .map(|(company, mut gathered)| {
                gathered.sort_by_key(|(_, gathered)| std::cmp::Reverse(gathered.count));
                let more: u64 = gathered.iter().skip(ENTRIES).map(|(_, gathered)| gathered.count).sum();
                let others = more + if company.is_platform() { others } else { 0 };
                let told = gathered.iter().take(ENTRIES).map(|(refusal, gathered)| {
                    let data = json!({
                        "what": refusal.what, "count": gathered.count, "first_at": gathered.first_at,
                        "last_at": gathered.last_at, "from": {"address": refusal.address.map(|a| a.to_string())},
                    });
                    (refusal.who.clone(), data)
                });
                let rest = (others > 0).then(|| ("others".to_owned(), json!({"count": others})));
                let facts = told.chain(rest).map(|(who, data)| {
                    let id = EntryId::from_uuid(entropy.uuid(now));
                    Fact::new(id, now, "access.refused", &who, "edge", &data)
                });
                let amendment = Amendment {
                    facts: facts.collect(),
                    ..Amendment::default()
                };
                (company, amendment)
            })
            .collect();
        all.sort_by(|(a, _), (b, _)| a.cmp(b));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{SystemClock, SystemEntropy};

    #[test]
    fn a_flood_is_a_few_entries() {
        let refusals = Refusals::default();
        let note = |who: usize, company: &str| {
            let refusal = Refusal {
                company_id: company.parse().unwrap(),
                who: format!("usr-{who}"),
                what: "read",
                address: None,
            };
            refusals.note(refusal, Timestamp::from_millis(7));
        };
        (0..1_000).for_each(|_| note(1, "comp-acme"));
        (0..REFUSALS * 2).for_each(|who| note(who, "platform"));
        let taken = refusals.taken(&SystemClock, &SystemEntropy);
        let of: Vec<(&str, usize)> = taken
            .iter()
            .map(|(company, told)| (company.as_str(), told.facts.len()))
            .collect();
        assert_eq!(of, [("comp-acme", 1), ("platform", ENTRIES + 1)]);
        assert!(taken[0].1.facts[0].canonical.contains(r#""count":1000"#));
        let counted: usize = ENTRIES + 2 * REFUSALS - ENTRIES;
        let others = format!(r#""count":{}"#, counted - ENTRIES);
        assert!(
            taken[1].1.facts[ENTRIES].canonical.contains(&others),
            "{}",
            taken[1].1.facts[ENTRIES].canonical
        );
        assert!(refusals.taken(&SystemClock, &SystemEntropy).is_empty());
    }
}
