//! `init`: the database's collections and indexes, made or compared.

use anyhow::{Result, bail};
use clap::Args;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::out;
use super::place::kept;
use crate::store::mongo;

/// Make the collections and indexes of a MongoDB database, or bring them up to date. `serve` does so by itself; this is for
/// a user who may, before one who may not.
#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// The database.
    #[arg(long, env = "MONGO_URL", hide_env_values = true)]
    mongo_url: Option<SecretString>,
    /// Only compare: exit code 1 where something is missing or otherwise.
    #[arg(long)]
    check: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Runs it.
///
/// # Errors
/// The database cannot be used, or with `--check` is not as it should be.
pub(super) async fn run(args: InitArgs) -> Result<()> {
    let given = args.mongo_url.filter(|url| !url.expose_secret().is_empty());
    let Some(url) = kept("MONGO_URL", given.as_ref()).await? else {
        bail!("MONGO_URL: name the database; the embedded store is made by the first command that opens its directory");
    };
    if !args.check {
        mongo::init(&url).await?;
        match args.json {
            true => out::line(json!({"initialised": true})),
            false => out::line("The collections and indexes are there."),
        }
        return Ok(());
    }
    let differences = mongo::check(&url).await?;
    match args.json {
        true => out::line(json!({"differences": differences})),
        false => differences.iter().for_each(out::line),
    }
    if !differences.is_empty() {
        bail!("the database is not as it should be; `alert-whisperer init` makes what is missing");
    }
    if !args.json {
        out::line("Every collection and index is as it should be.");
    }
    Ok(())
}
