//! The command line: one file per command.

mod company;
mod out;
mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Turns the alert storms of many companies into decided incidents.
#[derive(Parser)]
#[command(name = "alert-whisperer", version, about)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve until SIGTERM.
    Serve(serve::ServeCommand),
    /// Companies: create, list. Works whether a server holds the data directory or not.
    Company(company::CompanyCommand),
}

/// A setting or argument cannot be used, or the data directory is held: nothing was started.
pub const EXIT_USAGE: u8 = 2;

/// Runs a command; what is wrong is said on standard error.
pub fn run() -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return out::fail(EXIT_USAGE, &error),
    };
    let done = runtime.block_on(async {
        match Cli::parse().command {
            Command::Serve(command) => command.run().await,
            Command::Company(command) => command.run().await,
        }
    });
    // A listener or a reader that is still at work must not hold up the end.
    runtime.shutdown_background();
    done.unwrap_or_else(|error| out::fail(EXIT_USAGE, &format!("{error:#}")))
}
