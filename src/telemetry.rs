//! Logs: one line an event on standard error, JSON or text, values in fields with the same names
//! everywhere. Never a secret, never an alert's text, never a query string.

use tracing_subscriber::EnvFilter;

use crate::config::{LogFormat, Settings};

/// Starts logging; a second call in one process changes nothing.
///
/// # Errors
/// `LOG_LEVEL` is no filter.
pub fn start(settings: &Settings) -> Result<(), BadFilter> {
    let filter = EnvFilter::try_new(&settings.log_level).map_err(|error| BadFilter(error.to_string()))?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match settings.log_format {
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
        LogFormat::Text => lines.try_init(),
    };
    if started.is_err() {
        tracing::debug!("logging had been started before");
    }
    Ok(())
}

/// `LOG_LEVEL` is no filter.
#[derive(Debug, thiserror::Error)]
#[error("LOG_LEVEL must be a level such as info, or a tracing filter: {0}")]
pub struct BadFilter(String);
