//! `alert-whisperer import`: what another tool's configuration comes to here.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, ValueEnum};

use super::out;
use crate::import::alertmanager;

/// Read another tool's configuration, and print what it comes to here, as JSON: nothing is changed.
#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// Whose it is.
    #[arg(value_enum)]
    tool: Tool,
    /// The file: `alertmanager.yml`.
    file: PathBuf,
    /// Silences, as `amtool silence query -o json` prints them.
    #[arg(long)]
    silences: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Tool {
    /// Prometheus's Alertmanager.
    Alertmanager,
}

/// Reads, and prints.
///
/// # Errors
/// A file cannot be read, or is none of the tool's.
pub(super) fn run(args: &ImportArgs) -> anyhow::Result<()> {
    let Tool::Alertmanager = args.tool;
    let config = text(&args.file)?;
    let silences = args.silences.as_deref().map(text).transpose()?;
    let imported = alertmanager::read(&config, silences.as_deref())?;
    out::line(serde_json::to_string_pretty(&imported)?);
    Ok(())
}

fn text(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}
