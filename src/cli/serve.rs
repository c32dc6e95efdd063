//! `serve`.

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;
use secrecy::ExposeSecret;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::out;
use crate::config::{Flags, Settings};
use crate::{serve, telemetry};

/// Serve until SIGTERM. Exit codes: 0 drained, 1 forced, 2 could not start, 70 the actors failed,
/// 74 the store failed.
#[derive(Args)]
pub(super) struct ServeCommand {
    #[command(flatten)]
    flags: Flags,
    /// Print the address as JSON once it serves.
    #[arg(long)]
    json: bool,
}

impl ServeCommand {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let settings = Settings::settle(self.flags)?;
        telemetry::start(&settings)?;
        // Before anything is served: a signal that comes at once must find its handler.
        let mut signals = Signals::listen()?;
        let listener = listen(&settings).await?;
        let running = serve::start(settings, listener).await?;
        let address = format!("http://{}", running.address);
        let first = running.first_admin.as_ref();
        let password = first
            .and_then(|admin| admin.password.as_ref())
            .map(ExposeSecret::expose_secret);
        if self.json {
            let mut ready = json!({"address": address, "pid": std::process::id()});
            if let Some(address) = running.agentcore_address {
                ready["agentcore"] = format!("http://{address}").into();
            }
            if let Some(admin) = first {
                ready["administrator"] = json!({"email": admin.email, "password": password});
            }
            out::line(ready);
        } else {
            out::line(format_args!("serving on {address}"));
            if let Some(address) = running.agentcore_address {
                out::line(format_args!("serving AgentCore Runtime on http://{address}"));
            }
            if let (Some(admin), Some(password)) = (first, password) {
                out::line(format_args!(
                    "first administrator: {}, password: {password}\n  It is not shown again. Log in within a week and choose another.",
                    admin.email
                ));
            }
        }
        let mut again = Signals::listen()?;
        let ended = running.run_until(signals.next(), async { again.second().await }).await;
        Ok(ExitCode::from(ended.exit_code()))
    }
}

/// Listens where the settings say.
pub(crate) async fn listen(settings: &Settings) -> Result<TcpListener> {
    let address = settings.listen;
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}; choose another with --listen"))
}

/// SIGTERM and SIGINT.
pub(crate) struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    /// Listens from now on.
    pub(crate) fn listen() -> Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Returns at the next one.
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    /// Returns at the second one from when this began to listen.
    pub(crate) async fn second(&mut self) {
        self.next().await;
        self.next().await;
    }
}
