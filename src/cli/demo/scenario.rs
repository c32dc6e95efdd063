//! What the monitoring tools of three companies say during a demo.
//!
//! Pure: a seed and a length give the same list each time. A demo is played in acts of at most three
//! minutes; a shorter one is the same act told faster.

mod chance;
mod stories;

use std::collections::BTreeMap;
use std::time::Duration;

use actors::domain::{Severity, Signal};
use serde::Serialize;

use chance::Chance;

/// The companies, in the order by which events name them: an id for a fresh directory, and a name.
pub(super) const COMPANIES: [(&str, &str); 3] = [
    ("comp-acme", "Acme"),
    ("comp-globex", "Globex"),
    ("comp-initech", "Initech"),
];

/// The longest act.
const ACT: Duration = Duration::from_secs(180);

/// One request of one tool.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Event {
    /// When, from the beginning of the feed.
    pub(super) at: Duration,
    /// Whose: a place in [`COMPANIES`].
    pub(super) company: usize,
    /// Which tool sends it.
    pub(super) tool: &'static str,
    /// What it sends: at least one.
    pub(super) alerts: Vec<DemoAlert>,
}

impl Event {
    /// The body of the request: one native alert, or an array of them.
    ///
    /// # Errors
    /// None that these types can cause.
    pub(super) fn body(&self) -> serde_json::Result<String> {
        match self.alerts.as_slice() {
            [alone] => serde_json::to_string(alone),
            many => serde_json::to_string(many),
        }
    }
}

/// An alert in the native format.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct DemoAlert {
    /// What is in trouble.
    pub(super) asset_name: String,
    /// The kind of trouble.
    pub(super) signature: &'static str,
    /// How grave.
    pub(super) severity: Severity,
    /// What the tool says of it.
    pub(super) message: String,
    /// The tool.
    pub(super) tool_source: &'static str,
    /// Whether it fires or is over.
    pub(super) status: Signal,
    /// Its number in the demo. Without it two repeats within a second would be one request sent
    /// twice, which is what the server takes them for.
    pub(super) labels: BTreeMap<&'static str, String>,
}

/// Every event of a demo of this length, in the order of time.
pub(super) fn write(seed: u64, length: Duration) -> Vec<Event> {
    let acts = u32::try_from(length.as_millis().div_ceil(ACT.as_millis()))
        .unwrap_or(u32::MAX)
        .max(1);
    let mut chance = Chance::new(seed);
    let mut events = Vec::new();
    for act in 0..acts {
        let mut script = Script {
            begins: length / acts * act,
            pace: (length / acts).as_secs_f64() / ACT.as_secs_f64(),
            chance: &mut chance,
            events: &mut events,
        };
        stories::tell(&mut script, act);
    }
    events.sort_by_key(|event| event.at);
    number(&mut events);
    events
}

fn number(events: &mut [Event]) {
    let mut next = 0_u32;
    for alert in events.iter_mut().flat_map(|event| &mut event.alerts) {
        next += 1;
        alert.labels.insert("demo_event", format!("{next:06}"));
    }
}

/// An act being written. Times are seconds of a three-minute act.
struct Script<'a> {
    begins: Duration,
    pace: f64,
    chance: &'a mut Chance,
    events: &'a mut Vec<Event>,
}

impl Script<'_> {
    fn send(&mut self, second: f64, company: usize, alerts: Vec<DemoAlert>) {
        let Some(first) = alerts.first() else { return };
        let within = second.clamp(0.0, ACT.as_secs_f64()) * self.pace;
        self.events.push(Event {
            at: self.begins + Duration::from_secs_f64(within),
            company,
            tool: first.tool_source,
            alerts,
        });
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const THREE_MINUTES: Duration = Duration::from_secs(180);

    fn alerts(events: &[Event]) -> impl Iterator<Item = &DemoAlert> {
        events.iter().flat_map(|event| &event.alerts)
    }

    #[test]
    fn one_seed_is_one_demo() {
        assert_eq!(write(7, THREE_MINUTES), write(7, THREE_MINUTES));
        assert_ne!(write(7, THREE_MINUTES), write(8, THREE_MINUTES));
    }

    #[test]
    fn events_are_in_order_within_the_length_and_begin_at_once() {
        for seconds in [6, 60, 180, 600] {
            let length = Duration::from_secs(seconds);
            let events = write(1, length);
            assert!(events.is_sorted_by_key(|event| event.at));
            assert!(events.iter().all(|event| event.at <= length), "{seconds}");
            for company in 0..COMPANIES.len() {
                let first = events.iter().find(|event| event.company == company).unwrap();
                assert!(first.at < Duration::from_secs(3), "{seconds} s, company {company}");
            }
        }
    }

    #[test]
    fn no_two_bodies_are_equal() {
        let events = write(1, Duration::from_secs(600));
        let bodies: BTreeSet<String> = events.iter().map(|event| event.body().unwrap()).collect();
        assert_eq!(bodies.len(), events.len());
    }

    #[test]
    fn a_default_company_may_send_it_even_when_told_fast() {
        let events = write(1, Duration::from_secs(6));
        let burst = usize::try_from(actors::domain::RateLimit::default().burst_size).unwrap();
        for company in 0..COMPANIES.len() {
            let sent = alerts(&events).count();
            assert!(sent > 500, "{sent} alerts make no storm");
            let own = events.iter().filter(|event| event.company == company);
            let own: usize = own.map(|event| event.alerts.len()).sum();
            assert!(own < burst * 4 / 5, "company {company} sends {own}");
        }
        assert!(
            events
                .iter()
                .all(|event| event.alerts.len() <= actors::limits::ALERTS_PER_BODY)
        );
    }

    #[test]
    fn there_are_storms_repeats_recoveries_and_several_tools() {
        let events = write(1, THREE_MINUTES);
        let kinds: BTreeSet<_> = alerts(&events).map(|a| (&a.asset_name, a.signature)).collect();
        let sent = alerts(&events).count();
        assert!(sent > kinds.len() * 4, "{sent} alerts of {} kinds", kinds.len());
        let recovered = alerts(&events).filter(|a| a.status == Signal::Resolved).count();
        assert!(recovered > 50, "{recovered} recoveries");
        let tools: BTreeSet<_> = alerts(&events).map(|a| a.tool_source).collect();
        assert!(tools.len() >= 5, "{tools:?}");
        for severity in Severity::ALL {
            assert!(alerts(&events).any(|a| a.severity == severity), "{severity}");
        }
    }
}
