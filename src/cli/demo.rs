//! `alert-whisperer demo`: three companies, some minutes of alerts, and the platform at work on them.
//!
//! Nothing is staged behind the edge: the alerts are signed webhooks over a real socket, and every
//! figure shown is asked of the server.

mod board;
mod feed;
mod house;
mod measure;
mod scenario;
mod welcome;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use secrecy::SecretString;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use self::board::Board;
use self::feed::Tally;
use self::house::House;
use self::measure::{CompanyFigures, Figures};
use self::scenario::Event;
use super::out;
use crate::client::Client;

/// One seed, one demo: what is shown today can be shown again tomorrow.
const SEED: u64 = 0x0a1e_27ed;
/// How long incidents may take to be decided after the last alert, when the demo ends by itself.
const LAST_DECISIONS: Duration = Duration::from_secs(10);

/// Watch three companies' alert storms become decided incidents.
#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// Keep the store here; without it, it lives in a temporary directory that is removed at the end.
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// Keep it in this MongoDB: without --data-dir in a database of its own beside the one that the URL names, which is
    /// removed at the end.
    #[arg(long, env = "MONGO_URL", hide_env_values = true)]
    mongo_url: Option<SecretString>,
    /// How many minutes of alerts; fractions are allowed.
    #[arg(long, default_value_t = 3.0, value_parser = minutes)]
    minutes: f64,
    /// Where to listen; another port is taken where this one is not free.
    #[arg(long, default_value = "127.0.0.1:8001")]
    listen: SocketAddr,
    /// End when the last alert has its verdict, instead of serving on.
    #[arg(long)]
    exit_when_done: bool,
    /// Print JSON lines: `ready`, `progress`, `done`.
    #[arg(long)]
    json: bool,
}

fn minutes(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(minutes) if (0.05..=240.0).contains(&minutes) => Ok(minutes),
        _ => Err("must be 0.05 to 240".to_owned()),
    }
}

/// A company of the demo, with what its senders and its visitors need.
struct Tenant {
    company_id: String,
    api_key: String,
    webhook_secret: String,
    client: Client,
}

/// Somebody who may log in to the demo.
struct Person {
    email: &'static str,
    role: &'static str,
    password: String,
}

/// Runs the demo until its end, Ctrl-C or SIGTERM.
///
/// # Errors
/// The server cannot be started, or a company cannot be made.
pub(super) async fn run(args: DemoArgs) -> anyhow::Result<()> {
    let house = House::open(args.listen, args.data_dir, args.mongo_url).await?;
    if let Some(notice) = &house.notice
        && !args.json
    {
        out::line(notice);
    }
    let tenants = house.settle_companies().await?;
    let people = house.settle_people(&tenants).await?;
    welcome::print(&house.url, &people, &tenants, args.json);
    let events = scenario::write(SEED, Duration::from_secs_f64(args.minutes * 60.0));
    let stop = house.stopping();
    play(events, &tenants, args.json, &stop).await;
    if !args.exit_when_done && !stop.is_cancelled() {
        if !args.json {
            out::line(format_args!("Serving on {} until Ctrl-C", house.url));
        }
        stop.cancelled().await;
    }
    house.close().await
}

/// Sends the events and shows what becomes of them.
async fn play(events: Vec<Event>, tenants: &[Tenant], json: bool, stop: &CancellationToken) {
    let alerts = events.iter().map(|event| event.alerts.len() as u64).sum();
    let board = Board::new(json, alerts);
    let tally = Arc::new(Tally::default());
    let clients: Vec<Client> = tenants.iter().map(|tenant| tenant.client.clone()).collect();
    let over = CancellationToken::new();
    let feed = async {
        feed::play(events, &clients, &tally, stop).await;
        over.cancel();
    };
    let watch = over.run_until_cancelled(show_each_tick(&board, tenants, &tally));
    tokio::join!(feed, watch);
    if stop.is_cancelled() {
        return;
    }
    let last = stop.run_until_cancelled(last_figures(tenants)).await;
    if let Some(Some(companies)) = last {
        board.finish(&Figures::of(tally.now(), companies));
    }
}

async fn show_each_tick(board: &Board, tenants: &[Tenant], tally: &Tally) {
    let mut ticks = interval(board.interval());
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await;
    loop {
        ticks.tick().await;
        match measure::ask(tenants).await {
            Ok(companies) => board.show(&Figures::of(tally.now(), companies)),
            Err(error) => tracing::warn!(%error, "the figures cannot be asked for"),
        }
    }
}

/// The figures once every incident has a decision, or when that takes too long.
async fn last_figures(tenants: &[Tenant]) -> Option<Vec<CompanyFigures>> {
    let deadline = tokio::time::Instant::now() + LAST_DECISIONS;
    loop {
        match measure::ask(tenants).await {
            Ok(companies) if companies.iter().all(|company| company.decided >= company.incidents) => {
                return Some(companies);
            }
            Ok(companies) if tokio::time::Instant::now() >= deadline => return Some(companies),
            Ok(_) => tokio::time::sleep(Duration::from_millis(250)).await,
            Err(error) => {
                tracing::warn!(%error, "the figures cannot be asked for");
                return None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_may_be_fractions_but_not_nonsense() {
        assert_eq!(minutes("0.1"), Ok(0.1));
        for bad in ["0", "-3", "NaN", "inf", "a", "1000"] {
            assert!(minutes(bad).is_err(), "{bad}");
        }
    }
}
