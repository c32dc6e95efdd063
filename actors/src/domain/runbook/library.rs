//! The built-in library: the files of `runbooks/`, compiled in.

use super::{InvalidRunbook, Runbook};

macro_rules! files {
    ($($slug:literal),+ $(,)?) => {
        [$(($slug, include_str!(concat!("../../../../runbooks/", $slug, ".toml")))),+]
    };
}

/// Each slug with its file. Where several are for one signature, the first is meant.
const FILES: [(&str, &str); 13] = files![
    "disk-cleanup",
    "service-restart",
    "certificate-check",
    "certificate-renew",
    "dns-cache-flush",
    "log-rotate",
    "memory-relief",
    "queue-backlog",
    "stuck-process",
    "swap-reset",
    "time-sync",
    "tmp-cleanup",
    "zombie-report",
];

/// A file of the library that is no runbook.
#[derive(Debug, thiserror::Error)]
pub enum BrokenLibrary {
    /// It cannot be read as one.
    #[error("runbooks/{0}.toml: {1}")]
    Syntax(&'static str, Box<toml::de::Error>),
    /// It is refused as one.
    #[error("runbooks/{0}.toml: {1}")]
    Invalid(&'static str, InvalidRunbook),
}

/// The built-in runbooks.
///
/// # Errors
/// The first that is broken; a test shows that none is.
pub fn built_in() -> Result<Vec<Runbook>, BrokenLibrary> {
    FILES.into_iter().map(|(slug, text)| read(slug, text)).collect()
}

fn read(slug: &'static str, text: &str) -> Result<Runbook, BrokenLibrary> {
    let read: Result<Runbook, _> = toml::from_str(text);
    let runbook = read.map_err(|error| BrokenLibrary::Syntax(slug, Box::new(error)))?;
    runbook.check().map_err(|error| BrokenLibrary::Invalid(slug, error))?;
    Ok(runbook)
}
