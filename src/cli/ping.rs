//! `alert-whisperer ping`: whether a server answers; the container's health check.

use std::time::Duration;

use anyhow::bail;
use clap::Args;

use super::out;
use crate::client::{Client, Retry};

/// Ask a server whether it is well: exit code 0 if so, else 1.
#[derive(Debug, Args)]
pub(super) struct PingArgs {
    /// The server.
    #[arg(long, default_value = "http://127.0.0.1:8001")]
    url: String,
    /// How long to wait for the answer, in seconds.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=60))]
    timeout_seconds: u64,
    /// Print the server's answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Asks once.
///
/// # Errors
/// No answer in time, or not a good one.
pub(super) async fn run(args: PingArgs) -> anyhow::Result<()> {
    let client = Client::new(&args.url)?.with_retry(Retry::NEVER);
    let within = Duration::from_secs(args.timeout_seconds);
    let Ok(answer) = tokio::time::timeout(within, client.get("/api/agent/ping")).await else {
        bail!("no answer from {} within {} s", args.url, args.timeout_seconds);
    };
    let answer = answer?.body;
    if answer["status"] != "ok" {
        bail!("{} answers, but is not ok", args.url);
    }
    if args.json {
        out::line(&answer);
    } else {
        out::line(format_args!("ok, up for {} s", answer["uptime_s"]));
    }
    Ok(())
}
