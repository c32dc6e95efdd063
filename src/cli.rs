//! The command line: one file per command.

mod audit;
mod company;
mod decide;
mod demo;
mod import;
mod init;
mod mcp;
mod migrate;
mod openapi;
mod out;
mod ping;
mod place;
mod replay;
mod send;
mod serve;
mod user;

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
    Serve(Box<serve::ServeCommand>),
    /// Companies: create, list, aws-role. Works whether a server holds the data directory or not.
    Company(company::CompanyCommand),
    /// People: create, list, disable, enable, reset. Works whether a server holds the data directory or not.
    User(user::UserArgs),
    /// Journals: verify an export, or a store.
    Audit(audit::AuditArgs),
    Decide(decide::DecideArgs),
    Replay(replay::ReplayArgs),
    Import(import::ImportArgs),
    Send(send::SendArgs),
    Ping(ping::PingArgs),
    Demo(demo::DemoArgs),
    Init(init::InitArgs),
    Migrate(migrate::MigrateArgs),
    Openapi(openapi::OpenapiArgs),
    Mcp(mcp::McpArgs),
}

/// A command did not succeed.
const EXIT_FAILED: u8 = 1;
/// A setting or argument cannot be used, or the data directory is held: nothing was started.
const EXIT_USAGE: u8 = 2;

/// Runs a command; what is wrong is said on standard error.
pub fn run() -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return out::fail(EXIT_USAGE, &error),
    };
    let done = runtime.block_on(Cli::parse().command.run());
    // A listener or a reader that is still at work must not hold up the end.
    runtime.shutdown_background();
    done
}

impl Command {
    async fn run(self) -> ExitCode {
        match self {
            Self::Serve(command) => command.run().await.unwrap_or_else(|error| fail(EXIT_USAGE, &error)),
            Self::Company(command) => succeed(EXIT_USAGE, command.run().await),
            Self::User(args) => succeed(EXIT_USAGE, args.run().await),
            Self::Audit(args) => succeed(EXIT_FAILED, args.run().await),
            Self::Decide(args) => succeed(EXIT_FAILED, decide::run(args).await),
            Self::Replay(args) => succeed(EXIT_FAILED, replay::run(args).await),
            Self::Import(args) => succeed(EXIT_FAILED, import::run(&args)),
            Self::Send(args) => succeed(EXIT_FAILED, send::run(args).await),
            Self::Ping(args) => succeed(EXIT_FAILED, ping::run(args).await),
            Self::Demo(args) => succeed(EXIT_FAILED, demo::run(args).await),
            Self::Init(args) => succeed(EXIT_FAILED, init::run(args).await),
            Self::Migrate(args) => migrate::run(args).await,
            Self::Openapi(args) => succeed(EXIT_FAILED, openapi::run(&args)),
            Self::Mcp(args) => succeed(EXIT_FAILED, mcp::run(args).await),
        }
    }
}

fn succeed(otherwise: u8, done: anyhow::Result<()>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(otherwise, &error),
    }
}

fn fail(code: u8, error: &anyhow::Error) -> ExitCode {
    out::fail(code, &format_args!("{error:#}"))
}
