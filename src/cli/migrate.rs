//! `migrate`: an embedded store, moved into a MongoDB database.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use actors::port::Clock;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::place::kept;
use super::{EXIT_FAILED, EXIT_USAGE, out};
use crate::clock::SystemClock;
use crate::store::migration::{self, Moved, Part, Progress};

/// How often a program is told how far it has come.
const TELL_EVERY: Duration = Duration::from_secs(1);
/// What has to be known before the server is started there.
const KEY: &str = "Webhook secrets are sealed under the server's key: start the server with the SECRET_KEY it had, or, \
                   where it had none, with the same data directory, which holds secret.key.";

/// Move an embedded store into an empty MongoDB database, and read it again there. The source stays as it is.
/// Exit codes: 0 moved and found the same, 1 not, 2 nothing was begun.
#[derive(Debug, Args)]
pub(super) struct MigrateArgs {
    /// The data directory of the embedded store; no server may be running on it.
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// The database.
    #[arg(long, value_name = "MONGO_URL", env = "MONGO_URL", hide_env_values = true)]
    to: SecretString,
    /// Print JSON lines: `progress`, `verified`, `done`.
    #[arg(long)]
    json: bool,
}

/// Runs it.
pub(super) async fn run(args: MigrateArgs) -> ExitCode {
    if args.to.expose_secret().is_empty() {
        return out::fail(EXIT_USAGE, &"--to: name the database, as MONGO_URL does for the server");
    }
    let to = match kept("--to", Some(&args.to)).await {
        Ok(Some(to)) => to,
        Ok(None) => args.to,
        Err(error) => return out::fail(EXIT_USAGE, &error),
    };
    let began = Instant::now();
    let board = Board::new(args.json);
    let tell = |progress| board.tell(progress);
    let moved = migration::migrate(&args.from, &to, SystemClock.now(), &tell).await;
    board.clear();
    match moved {
        Ok(moved) => {
            finish(&moved, began.elapsed(), args.json);
            ExitCode::SUCCESS
        }
        Err(error) if error.is_refusal() => out::fail(EXIT_USAGE, &error),
        Err(error) => out::fail(EXIT_FAILED, &error),
    }
}

fn finish(moved: &Moved, took: Duration, json: bool) {
    if json {
        let parts: Map<String, Value> = moved.iter().map(|(part, count)| (name(*part), json!(count))).collect();
        return out::line(json!({ "event": "done", "moved": parts, "seconds": took.as_secs_f64(), "next": KEY }));
    }
    for (part, count) in moved.iter().filter(|(_, count)| *count > 0) {
        out::line(format_args!("{count:>12} {part}"));
    }
    out::line(format_args!(
        "Moved in {:.1} s; every count is the same, and every journal verifies from its first entry.",
        took.as_secs_f64()
    ));
    out::line(KEY);
}

/// A part for programs.
fn name(part: Part) -> String {
    let name = serde_json::to_value(part).ok();
    name.and_then(|name| name.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// Where progress is shown: a bar on a terminal, JSON lines where asked for, elsewhere nothing.
enum Board {
    Bar(ProgressBar),
    Json(Mutex<Option<Instant>>),
    Quiet,
}

impl Board {
    fn new(json: bool) -> Self {
        if json {
            return Self::Json(Mutex::default());
        }
        if !std::io::stderr().is_terminal() {
            return Self::Quiet;
        }
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("{elapsed} {bar:30} {pos}/{len} {msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(250));
        Self::Bar(bar)
    }

    fn tell(&self, progress: Progress) {
        match self {
            Self::Bar(bar) => draw(bar, progress),
            Self::Json(last) => {
                let (line, is_passing) = line(progress);
                if !is_passing || is_time(last) {
                    out::line(line);
                }
            }
            Self::Quiet => {}
        }
    }

    fn clear(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

fn draw(bar: &ProgressBar, progress: Progress) {
    let (position, length, message) = match progress {
        Progress::Clearing => (0, 0, "removing what an unfinished migration has left".to_owned()),
        Progress::Moving { part, moved, total } => (moved, total, part.to_string()),
        Progress::Reading { read, total } => (read, total, "journal entries read again".to_owned()),
        Progress::Verified { .. } => return,
    };
    bar.set_length(length);
    bar.set_position(position);
    bar.set_message(message);
}

/// A line for a program, and whether another of its kind follows soon.
fn line(progress: Progress) -> (Value, bool) {
    match progress {
        Progress::Clearing => (json!({ "event": "clearing" }), false),
        Progress::Moving { part, moved, total } => (
            json!({ "event": "progress", "part": name(part), "moved": moved, "total": total }),
            moved < total,
        ),
        Progress::Reading { read, total } => (
            json!({ "event": "progress", "part": "verifying", "read": read, "total": total }),
            read < total,
        ),
        Progress::Verified { company, entries } => (
            json!({ "event": "verified", "company_id": company, "entries": entries }),
            false,
        ),
    }
}

/// Whether it is time for another line.
fn is_time(last: &Mutex<Option<Instant>>) -> bool {
    let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
    let is_time = last.is_none_or(|last| last.elapsed() >= TELL_EVERY);
    if is_time {
        *last = Some(Instant::now());
    }
    is_time
}
