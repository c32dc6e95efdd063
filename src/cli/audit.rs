//! `audit verify`: a journal that was exported, or all journals of a store, verified by who does not trust us.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

use actors::domain::CompanyId;
use actors::domain::journal::ChainWalk;
use actors::limits::PAGE;
use actors::port::Store;
use actors::port::reader::PageRequest;
use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use serde_json::json;

use super::out;
use super::place::Place;
use crate::audit::{export, keeper};

/// Journals.
#[derive(Args)]
pub(super) struct AuditArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Verify an export (GET /api/audit/export), or all journals of a store that no server holds. Exit code 1 where
    /// something is wrong, with the first wrong entry.
    Verify(Verify),
}

#[derive(Args)]
struct Verify {
    /// The exported file; without it the store is verified.
    file: Option<PathBuf>,
    /// The public key, in hex, that the export's checkpoint has to be signed with (GET /api/audit/key, kept from before).
    #[arg(long)]
    public_key: Option<String>,
    /// A file of checkpoints that the store has to agree with; the data directory's otherwise.
    #[arg(long)]
    checkpoints: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

impl AuditArgs {
    pub(super) async fn run(self) -> Result<()> {
        let Action::Verify(verify) = self.action;
        match &verify.file {
            Some(file) => verify.export(file),
            None => verify.store().await,
        }
    }
}

impl Verify {
    fn export(&self, path: &PathBuf) -> Result<()> {
        let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let verified = export::verify(BufReader::new(file), self.public_key.as_deref());
        let checkpoint = match verified {
            Ok(verified) => verified.checkpoint,
            Err(broken) => bail!("{}: {broken}", path.display()),
        };
        if self.place.json {
            out::line(json!({"whole": true, "checkpoint": checkpoint}));
            return Ok(());
        }
        out::line(format_args!(
            "{}: {} entries, whole from the first; signed at {} by {}",
            checkpoint.company_id, checkpoint.seq, checkpoint.at, checkpoint.key
        ));
        if self.public_key.is_none() {
            out::line("Compare that key with the one that you have kept, or name it with --public-key.");
        }
        Ok(())
    }

    async fn store(&self) -> Result<()> {
        let Some(store) = self.place.open().await? else {
            bail!("a server holds the data directory: stop it, or ask it for GET /api/audit/verify");
        };
        let port = store.port();
        let mut companies = vec![CompanyId::platform()];
        companies.extend(port.companies().await?.into_iter().map(|company| company.company_id));
        let mut wrong = Vec::new();
        for company in companies {
            let found = walked(&*port, &company).await?;
            let whole = found.1.is_none();
            if self.place.json {
                out::line(json!({"company_id": company, "entries": found.0, "whole": whole, "why": found.1}));
            } else if whole {
                out::line(format_args!("{company}: {} entries, whole from the first", found.0));
            }
            wrong.extend(found.1.map(|why| format!("{company}: {why}")));
        }
        let file = self.checkpoints.clone().unwrap_or_else(|| self.place.checkpoint_file());
        let signed = keeper::last(&file)
            .await
            .with_context(|| format!("{} cannot be read", file.display()))?;
        for discord in keeper::compare(&*port, &signed).await? {
            let checkpoint = discord.checkpoint;
            wrong.push(format!(
                "{}: entry {}, signed at {}: {}",
                checkpoint.company_id, checkpoint.seq, checkpoint.at, discord.why
            ));
        }
        if !self.place.json && !signed.is_empty() {
            out::line(format_args!(
                "{} checkpoints of {} compared",
                signed.len(),
                file.display()
            ));
        }
        store.close().await;
        match wrong.is_empty() {
            true => Ok(()),
            false => bail!(wrong.join("\n")),
        }
    }
}

/// How many entries of a journal are whole, and what is wrong with the next.
async fn walked(store: &dyn Store, company: &CompanyId) -> Result<(u64, Option<String>)> {
    let reader = store.reader(company);
    let mut walk = ChainWalk::of(company.clone());
    let mut request = PageRequest {
        limit: PAGE,
        after: None,
    };
    loop {
        let page = reader.journal(request).await?;
        for entry in &page.items {
            if let Err(why) = walk.step(entry) {
                return Ok((walk.seq(), Some(format!("entry {} {why}", walk.seq() + 1))));
            }
        }
        match page.next {
            Some(after) => request.after = Some(after),
            None => return Ok((walk.seq(), None)),
        }
    }
}
