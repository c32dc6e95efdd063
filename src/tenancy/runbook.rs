//! A company's own runbooks: what is written, and the one commit that puts it in force.
//!
//! The risk is the registry's word, and what a script may do is known to its author alone. So that nobody gets around
//! those who have to agree to a run, only who runs the platform says that what somebody has written is of less than
//! high risk; a company's admin may go on saying it as long as what is run stays the same.

use actors::domain::Runbook;
use actors::domain::ids::RunbookId;
use actors::domain::runbook::{AutomationCall, Parameter, Platform, Risk, Shelf};
use actors::limits::{OWN_RUNBOOKS, RUNBOOK_VERSIONS};
use actors::port::own_runbook::{OwnRunbook, PastRunbook};
use actors::port::{Amendment, Put, Record, RecordKind};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::{Desk, TenancyError, invalid};

/// What a slug may not begin with, so that no slug is taken for an id.
const ID: &str = RunbookId::PREFIX;

/// A runbook as somebody writes it: its id and version are ours.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WrittenRunbook)]
pub struct Written {
    /// Its short name, by which decisions call it. That of a built-in one takes its place.
    #[schema(pattern = "^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$")]
    slug: String,
    /// What people call it, on one line.
    #[schema(min_length = 1, max_length = 120)]
    title: String,
    /// What it does, for who has to approve it, on one line.
    #[schema(min_length = 1, max_length = 2000)]
    description: String,
    /// What its scripts are written for.
    platform: Platform,
    /// How much harm a run may do.
    risk: Risk,
    /// Which kinds of trouble it is for: texts that a signature holds, or globs.
    #[serde(default)]
    #[schema(max_items = 32)]
    signatures: Vec<String>,
    /// What may be said to it.
    #[serde(default)]
    #[schema(max_items = 16)]
    parameters: Vec<Parameter>,
    /// What a run does; left out where there is an automation.
    #[serde(default)]
    #[schema(max_length = 16384)]
    script: String,
    /// Prints what a run would do, and changes nothing; left out where there is an automation.
    #[serde(default)]
    #[schema(max_length = 16384)]
    dry_run: String,
    /// What a run starts in the place of a script: a document of AWS Systems Manager of the type Automation. There is
    /// then no rollback either.
    #[serde(default)]
    automation: Option<AutomationCall>,
    /// Ends with 0 where a run has helped.
    #[serde(default)]
    health_check: Option<String>,
    /// Takes back what a run has done.
    #[serde(default)]
    rollback: Option<String>,
    /// How long a target is left alone after a run.
    #[schema(minimum = 0, maximum = 604_800)]
    cool_down_seconds: u32,
    /// The most targets of one run.
    #[schema(minimum = 1, maximum = 50)]
    blast_radius: u32,
    /// How long a run may take.
    #[schema(minimum = 30, maximum = 172_800)]
    timeout_seconds: u32,
    /// Whether a second run does no harm that the first has not done.
    idempotent: bool,
}

impl Written {
    fn runbook(&self, runbook_id: RunbookId, version: u32) -> Runbook {
        let written = self.clone();
        Runbook {
            runbook_id,
            version,
            slug: written.slug,
            title: written.title,
            description: written.description,
            platform: written.platform,
            risk: written.risk,
            signatures: written.signatures,
            parameters: written.parameters,
            script: written.script,
            dry_run: written.dry_run,
            automation: written.automation,
            health_check: written.health_check,
            rollback: written.rollback,
            cool_down_seconds: written.cool_down_seconds,
            blast_radius: written.blast_radius,
            timeout_seconds: written.timeout_seconds,
            idempotent: written.idempotent,
        }
    }
}

/// A runbook in the journal: which text it was is said by its hash, and the text stands in its versions.
#[derive(Serialize)]
struct Journalled<'a> {
    slug: &'a str,
    version: u32,
    title: &'a str,
    risk: Risk,
    sha256: String,
}

fn journalled(runbook: &Runbook) -> Journalled<'_> {
    Journalled {
        slug: &runbook.slug,
        version: runbook.version,
        title: &runbook.title,
        risk: runbook.risk,
        sha256: hex::encode(Sha256::digest(json!(runbook).to_string())),
    }
}

impl Desk<'_> {
    /// A runbook of the company's own.
    ///
    /// # Errors
    /// [`TenancyError`].
    pub fn add_runbook(&self, shelf: &Shelf, written: &Written) -> Result<(OwnRunbook, Amendment), TenancyError> {
        if shelf.own().len() >= OWN_RUNBOOKS {
            let detail = format!("a company has at most {OWN_RUNBOOKS} runbooks of its own: remove one first");
            return Err(TenancyError::Conflict(detail));
        }
        let id = RunbookId::from_uuid(self.entropy.uuid(self.clock.now()));
        let own = self.own_runbook(written.runbook(id, 1));
        self.check_runbook(shelf, None, &own.runbook)?;
        let amendment = self.of_runbook(
            "runbook.created",
            &own.runbook.runbook_id,
            vec![Put::new(&own)?],
            json!({"after": journalled(&own.runbook)}),
        );
        Ok((own, amendment))
    }

    /// Another version of one; nothing where it is the same. `earlier` are those before the one in force, oldest first.
    ///
    /// # Errors
    /// [`TenancyError`].
    pub fn change_runbook(
        &self,
        shelf: &Shelf,
        (before, record_version): (&OwnRunbook, u64),
        earlier: &[Record],
        written: &Written,
    ) -> Result<Option<(OwnRunbook, Amendment)>, TenancyError> {
        let Runbook {
            runbook_id, version, ..
        } = &before.runbook;
        let same = written.runbook(runbook_id.clone(), *version);
        if same == before.runbook {
            return Ok(None);
        }
        let own = self.own_runbook(Runbook {
            version: version.saturating_add(1),
            ..same
        });
        self.check_runbook(shelf, Some(&before.runbook), &own.runbook)?;
        let mut puts = vec![
            Put::change(&own, record_version)?,
            Put::new(&PastRunbook(before.clone()))?,
        ];
        let too_many = (earlier.len() + 1).saturating_sub(RUNBOOK_VERSIONS);
        puts.extend(earlier.iter().take(too_many).map(removed));
        let data = json!({"before": journalled(&before.runbook), "after": journalled(&own.runbook)});
        let amendment = self.of_runbook("runbook.changed", runbook_id, puts, data);
        Ok(Some((own, amendment)))
    }

    /// None of it any more, its earlier versions with it.
    pub fn remove_runbook(&self, (before, record_version): (&OwnRunbook, u64), earlier: &[Record]) -> Amendment {
        let id = &before.runbook.runbook_id;
        let mut puts = vec![Put::remove(RecordKind::Runbooks, id.to_string(), record_version)];
        puts.extend(earlier.iter().map(removed));
        let data = json!({"before": journalled(&before.runbook)});
        self.of_runbook("runbook.removed", id, puts, data)
    }

    fn own_runbook(&self, runbook: Runbook) -> OwnRunbook {
        OwnRunbook {
            company_id: self.company_id.clone(),
            runbook,
            changed_at: self.clock.now(),
            changed_by: self.by.actor.clone(),
        }
    }

    fn check_runbook(&self, shelf: &Shelf, before: Option<&Runbook>, after: &Runbook) -> Result<(), TenancyError> {
        after.check().map_err(|error| invalid(error.field, error.rule))?;
        if after.slug.starts_with(ID) {
            return Err(invalid("slug", format!("must not begin with {ID}, as ids do")));
        }
        let same_slug = |own: &&Runbook| own.slug == after.slug && own.runbook_id != after.runbook_id;
        if let Some(other) = shelf.own().iter().find(same_slug) {
            let detail = format!(
                "the slug is that of {}: change that one, or choose another",
                other.runbook_id
            );
            return Err(TenancyError::Conflict(detail));
        }
        let least = before
            .filter(|before| runs_the_same(before, after))
            .map_or(Risk::High, |before| before.risk);
        match after.risk < least && !self.runs_platform {
            true => Err(TenancyError::Forbidden {
                field: "risk",
                detail: format!(
                    "must be {}: that what is run may do less harm is for an MSP admin to say",
                    least.as_str()
                ),
            }),
            false => Ok(()),
        }
    }

    fn of_runbook(&self, kind: &'static str, id: &RunbookId, puts: Vec<Put>, data: serde_json::Value) -> Amendment {
        Amendment {
            puts,
            facts: vec![self.fact(self.clock.now(), kind, id.as_str(), data)],
            ..Amendment::default()
        }
    }
}

fn removed(record: &Record) -> Put {
    Put::remove(RecordKind::Runbooks, record.id.clone(), record.version)
}

/// Whether two versions run the same, as often and on as many machines.
fn runs_the_same(before: &Runbook, after: &Runbook) -> bool {
    let told = |runbook: &Runbook| Runbook {
        version: 1,
        title: String::new(),
        description: String::new(),
        risk: Risk::High,
        signatures: Vec::new(),
        ..runbook.clone()
    };
    told(before) == told(after)
}
