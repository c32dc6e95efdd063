//! `audit verify`: a journal that was exported, or all journals of a store, verified by who does not trust us.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use serde_json::json;

use super::out;
use super::place::Place;
use crate::archive::seal;
use crate::audit::checkpoint::Trusted;
use crate::audit::export::{self, Verified};
use crate::audit::keeper;
use crate::audit::signed::{Fault, Signed};
use crate::audit::walk::{self, Found};

/// What stands at the beginning of a SQLite file.
const SQLITE: &[u8] = b"SQLite format 3\0";
/// Said of a file whose signer nobody was named for.
const UNCHECKED: &str = "The signer was NOT checked: whoever wrote the file may have signed it. Name the key that you have kept \
                         with --public-key.";

/// Said of a store whose journal was cut, where nobody is known who may sign.
const UNCHECKED_CUT: &str = "The signer of the cut was NOT checked: name the key that you have kept with --public-key.";

/// Which entries of a journal are there and hold.
fn extent(behind: u64, last: u64) -> String {
    match behind {
        0 => format!("{last} entries, whole from the first"),
        _ => format!("entries {} to {last}, whole from the signed cut on", behind + 1),
    }
}

/// Journals.
#[derive(Args)]
pub(super) struct AuditArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Verify an export (GET /api/audit/export), an archive, or all journals of a store, whether a server holds it or not:
    /// they are only read. Exit code 1 where something is wrong, with the first wrong entry.
    Verify(Verify),
}

#[derive(Args)]
struct Verify {
    /// The exported or archived file, or the data directory of a store; without it, the store of --data-dir.
    path: Option<PathBuf>,
    /// A public key, in hex, that checkpoints have to be signed with (GET /api/audit/key, kept from before). May stand
    /// several times. Without it, a store's are those of SECRET_KEY, or of the key in the data directory.
    #[arg(long)]
    public_key: Vec<String>,
    /// The file of checkpoints that the store has to agree with; the data directory's otherwise.
    #[arg(long, env = "CHECKPOINT_FILE")]
    checkpoints: Option<PathBuf>,
    /// Verify a store's chains alone, and do not ask for checkpoints: for a store that nothing was signed of yet.
    #[arg(long)]
    without_checkpoints: bool,
    #[command(flatten)]
    place: Place,
}

impl AuditArgs {
    pub(super) async fn run(self) -> Result<()> {
        let Action::Verify(mut verify) = self.action;
        let Some(path) = verify.path.take() else {
            return verify.store().await;
        };
        let found = fs::metadata(&path);
        let found = found.with_context(|| {
            format!(
                "{} is neither an export, an archive nor a data directory that can be read",
                path.display()
            )
        })?;
        if !found.is_dir() {
            return verify.file(&path);
        }
        verify.place.of(path);
        verify.store().await
    }
}

impl Verify {
    fn file(&self, path: &Path) -> Result<()> {
        let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let mut file = BufReader::new(file);
        let named = (!self.public_key.is_empty()).then(|| Trusted::named(&self.public_key));
        let begin = file.fill_buf().unwrap_or_default();
        if begin.starts_with(SQLITE) {
            bail!("{} is a database: name the directory that it is in", path.display());
        }
        match begin.starts_with(seal::BEGINNING) {
            true => self.archive(path, file, named.as_ref()),
            false => self.export(path, file, named.as_ref()),
        }
    }

    /// An archive of alerts or incidents.
    fn archive(&self, path: &Path, file: BufReader<File>, named: Option<&Trusted>) -> Result<()> {
        let seal::Verified { of, seal } = match seal::verify(file, named) {
            Ok(verified) => verified,
            Err(broken) => bail!("{}: {broken}", path.display()),
        };
        if self.place.json {
            out::line(json!({"whole": true, "of": of, "signer_checked": named.is_some(), "seal": seal}));
            return Ok(());
        }
        if named.is_none() {
            out::line(UNCHECKED);
        }
        let of: &str = of.into();
        out::line(format_args!(
            "{}: an archive of {of}, {} documents, whole; sealed at {} by {}",
            seal.company_id, seal.documents, seal.at, seal.key
        ));
        Ok(())
    }

    fn export(&self, path: &Path, file: BufReader<File>, named: Option<&Trusted>) -> Result<()> {
        let Verified { behind, checkpoint } = match export::verify(file, named) {
            Ok(verified) => verified,
            Err(broken) => bail!("{}: {broken}", path.display()),
        };
        if self.place.json {
            let signer_checked = named.is_some();
            out::line(
                json!({"whole": true, "behind": behind, "signer_checked": signer_checked, "checkpoint": checkpoint}),
            );
            return Ok(());
        }
        if named.is_none() {
            out::line(UNCHECKED);
        }
        out::line(format_args!(
            "{}: {}; signed at {} by {}",
            checkpoint.company_id,
            extent(behind, checkpoint.seq),
            checkpoint.at,
            checkpoint.key
        ));
        Ok(())
    }

    async fn store(&self) -> Result<()> {
        let store = self.place.evidence().await?;
        // What is signed while the journals are read is no part of this.
        let by = self.trusted().await?;
        let (signed, file) = match self.without_checkpoints {
            true => (Signed::default(), None),
            false => {
                let file = self.checkpoint_file()?;
                (self.signed(&file, by.as_ref()).await?, Some(file))
            }
        };
        let mut wrong = Vec::new();
        for company in keeper::companies(&store, &signed).await? {
            let found = walk::along(&store, &company, &signed, by.as_ref()).await?;
            wrong.extend(self.tell(&found, file.as_deref()));
            if found.behind > 0 && by.is_none() && !self.place.json {
                out::line(format_args!("{company}: {UNCHECKED_CUT}"));
            }
        }
        let of_line = |fault: &Fault| format!("line {} of the checkpoints {}", fault.line, fault.why);
        wrong.extend(signed.faults.iter().map(of_line));
        let unnamed = signed.wrong - signed.faults.len() as u64;
        if unnamed > 0 {
            wrong.push(format!("{unnamed} more lines of the checkpoints are wrong"));
        }
        match wrong.is_empty() {
            true => Ok(()),
            false => bail!(wrong.join("\n")),
        }
    }

    /// Tells what a journal is found to be: what is wrong with it, if anything is.
    fn tell(&self, found: &Found, file: Option<&Path>) -> Option<String> {
        let company = &found.company;
        let unsigned = file.filter(|_| found.entries > 0 && found.checkpoints == 0);
        let why = match (&found.wrong, unsigned) {
            (Some((seq, why)), _) => Some(format!("entry {seq} {why}")),
            (None, Some(file)) => Some(format!(
                "there is no checkpoint of it in {}: they were removed, or nothing was signed yet. A server that is \
                 started signs what stands, and says so; --without-checkpoints verifies the chain alone",
                file.display()
            )),
            (None, None) => None,
        };
        if self.place.json {
            let compared = file.map(|_| found.checkpoints);
            out::line(json!({
                "company_id": company, "behind": found.behind, "entries": found.entries, "checkpoints": compared, "whole": why.is_none(),
                "broken_at": found.wrong.map(|(seq, _)| seq), "why": why,
            }));
        } else if why.is_none() {
            let compared = match file {
                Some(_) => format!("checkpoints compared: {}", found.checkpoints),
                None => "NOT compared with checkpoints".to_owned(),
            };
            out::line(format_args!(
                "{company}: {}; {compared}",
                extent(found.behind, found.entries)
            ));
        }
        why.map(|why| format!("{company}: {why}"))
    }

    /// The file of checkpoints.
    fn checkpoint_file(&self) -> Result<PathBuf> {
        match &self.checkpoints {
            Some(path) if path.as_os_str() == "-" => bail!(
                "checkpoints go to standard output: name the file that gathers them with --checkpoints, or verify the \
                 chains alone, --without-checkpoints"
            ),
            Some(path) => Ok(path.clone()),
            None => Ok(self.place.checkpoint_file()),
        }
    }

    /// Who may sign for the store: those who were named, or else its server.
    async fn trusted(&self) -> Result<Option<Trusted>> {
        Ok(match self.public_key.is_empty() {
            false => Some(Trusted::named(&self.public_key)),
            true => self.place.key().await?.map(|key| Trusted::of(&key)).transpose()?,
        })
    }

    /// What was signed of the store.
    async fn signed(&self, file: &Path, by: Option<&Trusted>) -> Result<Signed> {
        let Some(by) = by else {
            bail!(
                "nobody is known who may sign checkpoints: give --public-key, or the server's SECRET_KEY; \
                 --without-checkpoints verifies the chains alone"
            );
        };
        let signed = Signed::read(file, by, None).await;
        signed.with_context(|| format!("{} cannot be read", file.display()))
    }
}
