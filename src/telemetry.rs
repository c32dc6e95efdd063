//! What the process says of itself: logs and measures.
//!
//! Logs: one line an event on standard error, JSON or text, values in fields with the same names
//! everywhere. Never a secret, never an alert's text, never a query string.

use std::io::{self, Write};
use std::sync::OnceLock;

use actors::domain::AlertState;
use actors::measures;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

use crate::config::{LogFormat, Settings};

/// Starts logging; a second call in one process changes nothing.
///
/// # Errors
/// `LOG_LEVEL` is no filter.
pub fn start(settings: &Settings) -> Result<(), BadFilter> {
    let filter = filter(&settings.log_level)?;
    let lines = tracing_subscriber::fmt::layer();
    let lines = match settings.log_format {
        LogFormat::Json => lines.json().flatten_event(true).with_writer(io::stderr).boxed(),
        LogFormat::Text => lines.with_writer(|| OneLine(io::stderr())).boxed(),
    };
    let started = tracing_subscriber::registry().with(lines).with(filter).try_init();
    if started.is_err() {
        tracing::debug!("logging had been started before");
    }
    Ok(())
}

/// Writes an event as one line whatever stands in it: what others wrote neither begins a line of its own nor steers a
/// terminal (CWE-117). JSON has no such characters.
struct OneLine<W>(W);

impl<W: Write> Write for OneLine<W> {
    /// The formatter hands an event over whole.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event.strip_suffix(b"\n").unwrap_or(event));
        let mut line = String::with_capacity(event.len() + 1);
        for char in text.chars() {
            match char.is_control() {
                true => line.extend(char.escape_default()),
                false => line.push(char),
            }
        }
        line.push('\n');
        self.0.write_all(line.as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Which lines are written: those that `LOG_LEVEL` names, but of AWS's SDK none that shows requests and answers, in
/// which there are keys and secrets, and of `genai`, which logs what providers answer, none at all; of `rmcp`, which has
/// three to tell of each request, only what is wrong, where it is not asked for.
///
/// # Errors
/// It is no filter.
pub fn filter(level: &str) -> Result<Targets, BadFilter> {
    let asked: Targets = level.parse().map_err(|error| BadFilter(format!("{error}")))?;
    let most = |level: LevelFilter| level.min(LevelFilter::INFO);
    let default = asked.default_level().unwrap_or(LevelFilter::OFF);
    let quiet = Targets::new()
        .with_default(default)
        .with_target("aws_", most(default))
        .with_target("rmcp", default.min(LevelFilter::WARN))
        .with_target("genai", LevelFilter::OFF);
    let named = asked.iter().filter(|(target, _)| !target.is_empty());
    Ok(quiet.with_targets(named.map(|(target, level)| {
        let level = match target {
            _ if target.starts_with("aws_") => most(level),
            _ if target.starts_with("genai") => LevelFilter::OFF,
            _ => level,
        };
        (target.to_owned(), level)
    })))
}

/// Alerts accepted, by `result`: `new` or `duplicate`.
pub const ACCEPTED: &str = "alert_whisperer_alerts_accepted_total";
/// Webhook requests refused, by `code`.
pub const REFUSED: &str = "alert_whisperer_webhooks_refused_total";
/// Logins refused, by `why`: `wrong`, `throttled` or `busy`.
pub const LOGINS_REFUSED: &str = "alert_whisperer_logins_refused_total";
/// Seconds from a webhook's arrival to its acknowledgement.
pub const ACCEPT_SECONDS: &str = "alert_whisperer_accept_seconds";
/// Transactions of the store, by `outcome`: `committed` or `failed`.
pub const COMMITS: &str = "alert_whisperer_store_commits_total";
/// Operations in one transaction.
pub const COMMIT_OPERATIONS: &str = "alert_whisperer_store_commit_operations";
/// Seconds that a transaction took, its flush with it.
pub const COMMIT_SECONDS: &str = "alert_whisperer_store_commit_seconds";
/// Live streams open, by `kind`.
pub const STREAMS: &str = "alert_whisperer_streams";
/// Actors that live, by `kind`.
pub const ACTORS: &str = "alert_whisperer_actors";
/// Actors started again since the process began, by `kind`.
pub const RESTARTS: &str = "alert_whisperer_actor_restarts_total";
/// Journals that were not what was signed of them.
pub const DISCORDS: &str = "alert_whisperer_journal_discords_total";
/// Alerts, incidents, decisions and journal entries that were archived and have gone, by `of`.
pub const ARCHIVED: &str = "alert_whisperer_archived_total";
/// Looks at a company that could not archive what was past its time.
pub const ARCHIVE_FAILURES: &str = "alert_whisperer_archive_failures_total";
/// Nodes that live, this one with them; where others may.
pub const NODES: &str = "alert_whisperer_nodes";
/// Nodes among them that this one does not reach at their `NODE_URL`.
pub const NODES_UNREACHED: &str = "alert_whisperer_nodes_unreached";
/// Seconds since the process began to serve.
pub const UPTIME: &str = "alert_whisperer_uptime_seconds";

/// Bounds of histograms of seconds.
const SECONDS: [f64; 14] = [
    0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0,
];
/// Bounds of histograms of numbers of things.
const NUMBERS: [f64; 11] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0];

static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Starts measuring, once a process.
pub fn measure() {
    RECORDER.get_or_init(|| {
        let installed = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
            .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix("_alerts".to_owned()), &NUMBERS))
            .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix("_operations".to_owned()), &NUMBERS))
            .and_then(PrometheusBuilder::install_recorder);
        match installed {
            Ok(handle) => {
                describe();
                begin_at_nothing();
                Some(handle)
            }
            Err(error) => {
                tracing::error!(%error, "nothing is measured");
                None
            }
        }
    });
}

/// Every series, in Prometheus' text format.
pub fn rendered() -> String {
    let handle = RECORDER.get().and_then(Option::as_ref);
    handle.map(PrometheusHandle::render).unwrap_or_default()
}

/// Puts samples into their buckets: to be called every few seconds, whether anybody asks or not.
pub fn upkeep() {
    if let Some(handle) = RECORDER.get().and_then(Option::as_ref) {
        handle.run_upkeep();
    }
}

/// What is to be noticed when it first happens is there before.
fn begin_at_nothing() {
    for state in [
        AlertState::Placed,
        AlertState::Held,
        AlertState::Unmatched,
        AlertState::DeadLetter,
    ] {
        metrics::counter!(measures::PLACEMENTS, "state" => state.as_str()).increment(0);
    }
    metrics::counter!(ARCHIVE_FAILURES).increment(0);
}

fn describe() {
    metrics::describe_counter!(ACCEPTED, "Alerts accepted, by result: new or duplicate");
    metrics::describe_counter!(REFUSED, "Webhook requests refused, by code");
    metrics::describe_counter!(LOGINS_REFUSED, "Logins refused, by why: wrong, throttled or busy");
    metrics::describe_histogram!(ACCEPT_SECONDS, "From a webhook's arrival to its acknowledgement");
    metrics::describe_counter!(COMMITS, "Transactions of the store, by outcome");
    metrics::describe_histogram!(COMMIT_OPERATIONS, "Operations in one transaction");
    metrics::describe_histogram!(COMMIT_SECONDS, "Time of one transaction, its flush with it");
    metrics::describe_gauge!(STREAMS, "Live streams open, by kind");
    metrics::describe_gauge!(ACTORS, "Actors that live, by kind");
    metrics::describe_counter!(RESTARTS, "Actors started again, by kind");
    metrics::describe_counter!(DISCORDS, "Journals that were not what was signed of them at the start");
    metrics::describe_counter!(
        ARCHIVED,
        "What was archived and has gone, by of: alerts, incidents, decisions or journal"
    );
    metrics::describe_counter!(
        ARCHIVE_FAILURES,
        "Looks at a company that could not archive what was past its time"
    );
    metrics::describe_gauge!(NODES, "Nodes that live, this one with them");
    metrics::describe_gauge!(NODES_UNREACHED, "Nodes that this one does not reach at their NODE_URL");
    metrics::describe_gauge!(UPTIME, "Time since the process began to serve");
    metrics::describe_histogram!(measures::PLACEMENT_LAG, "From an alert's acceptance to its placement");
    metrics::describe_histogram!(measures::PLACEMENT_BATCH, "Alerts placed in one commit");
    metrics::describe_counter!(measures::PLACEMENTS, "Alerts with a verdict, by state");
    metrics::describe_counter!(measures::DECISIONS, "Decisions stored, by engine");
    metrics::describe_histogram!(measures::DECISION_SECONDS, "Time that a decision took");
}

/// `LOG_LEVEL` is no filter.
#[derive(Debug, thiserror::Error)]
#[error("LOG_LEVEL must be a level such as info, or levels of targets such as info,actors=debug: {0}")]
pub struct BadFilter(String);

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tracing::Level;

    use super::*;

    /// What was written.
    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_others_write_stays_on_its_line() {
        let foreign = "refused\n2026-11-28T00:00:00Z  INFO all is well\r\u{1b}[2J";
        let (paper, on) = (Paper::default(), Paper::default());
        let text = paper.clone();
        let text = tracing_subscriber::fmt::layer().with_writer(move || OneLine(text.clone()));
        let json = on.clone();
        let json = tracing_subscriber::fmt::layer()
            .json()
            .with_writer(move || json.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(text).with(json), || {
            tracing::warn!(error = %foreign, word = foreign, "one said: {foreign}");
            tracing::warn!("another");
        });
        for paper in [paper, on] {
            let written = String::from_utf8(paper.0.lock().unwrap().clone()).unwrap();
            let lines: Vec<&str> = written.split_inclusive('\n').collect();
            assert_eq!(lines.len(), 2, "{written:?}");
            assert!(
                lines[0].contains("all is well") && lines[1].contains("another"),
                "{written:?}"
            );
            let control = |char: char| char.is_control() && char != '\n';
            assert!(!written.contains(control), "{written:?}");
        }
    }

    #[test]
    fn whatever_is_asked_for_the_sdk_of_aws_shows_no_requests() {
        for asked in [
            "trace",
            "info,aws_smithy_runtime=trace",
            "aws=trace",
            "aws_=debug",
            "debug,hyper=info",
        ] {
            let filter = filter(asked).unwrap();
            for target in ["aws_smithy_runtime::client::orchestrator", "aws_sigv4", "aws_config"] {
                assert!(!filter.would_enable(target, &Level::DEBUG), "{asked}: {target}");
            }
        }
        let filter = filter("debug,hyper=info").unwrap();
        assert!(filter.would_enable("alert_whisperer::aws", &Level::DEBUG));
        assert!(filter.would_enable("aws_config", &Level::INFO));
        assert!(!filter.would_enable("hyper", &Level::DEBUG));
        assert!(!super::filter("error").unwrap().would_enable("aws_config", &Level::INFO));
    }
}
