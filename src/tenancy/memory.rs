//! What people do to what is remembered: a post-mortem is written, a memory is quarantined or released. Each is one
//! commit, journalled; none of it authorises anything.

use actors::domain::ids::{IncidentId, MemoryId};
use actors::domain::outcome::{AuthorRole, LongMemory, Quarantine, Source, Verdict, version_of};
use actors::domain::redact::redact;
use actors::domain::runbook::Shelf;
use actors::domain::text::is_deceptive;
use actors::limits::{
    MEMORY_REASON_BYTES, MEMORY_RESOLUTION_BYTES, MEMORY_SIGNATURE_BYTES, MEMORY_TAG_BYTES, MEMORY_TAGS,
};
use actors::port::{Amendment, Put};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::{Desk, TenancyError, invalid};
use crate::accounts::rights::Role;
use crate::accounts::staff::difference;

/// What a person writes of an incident that is over.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostMortem {
    /// The kind of trouble, as alerts name it, on one line.
    #[schema(min_length = 1, max_length = 256)]
    pub signature: String,
    /// Words to find it by: letters, digits and `._:-`.
    #[serde(default)]
    #[schema(max_items = 16)]
    pub tags: Vec<String>,
    /// What was done, and what was learnt. What looks like a secret is not kept.
    #[schema(min_length = 1, max_length = 8192)]
    pub resolution: String,
    /// Whether it has helped.
    pub outcome: Verdict,
    /// By which runbook: its id, its slug, or the slug with a version (`disk-cleanup-v1`).
    #[serde(default)]
    #[schema(min_length = 1, max_length = 128)]
    pub runbook_used: Option<String>,
    /// Of which incident of the company.
    #[serde(default)]
    pub incident_id: Option<IncidentId>,
}

impl From<Role> for AuthorRole {
    fn from(role: Role) -> Self {
        match role {
            Role::MspAdmin => Self::MspAdmin,
            Role::CompanyAdmin => Self::CompanyAdmin,
            Role::Technician => Self::Technician,
        }
    }
}

impl Desk<'_> {
    /// A person's post-mortem; its incident, where it names one, is the company's.
    ///
    /// # Errors
    /// [`TenancyError`].
    pub fn remember(
        &self,
        shelf: &Shelf,
        written: &PostMortem,
        role: Role,
    ) -> Result<(LongMemory, Amendment), TenancyError> {
        let signature = line("signature", &written.signature, MEMORY_SIGNATURE_BYTES)?;
        check_tags(&written.tags)?;
        let resolution = prose("resolution", &written.resolution, MEMORY_RESOLUTION_BYTES)?;
        let (runbook_used, runbook_id) = match &written.runbook_used {
            None => (None, None),
            Some(name) => {
                let (used, id) = runbook(shelf, name)?;
                (Some(used), Some(id))
            }
        };
        let now = self.clock.now();
        let mut tags = written.tags.clone();
        tags.sort_unstable();
        tags.dedup();
        let memory = LongMemory {
            memory_id: MemoryId::from_uuid(self.entropy.uuid(now)),
            company_id: self.company_id.clone(),
            signature,
            tags,
            resolution: redact(&resolution).into_owned(),
            outcome: written.outcome,
            runbook_used,
            runbook_id,
            incident_id: written.incident_id.clone(),
            run_id: None,
            created_at: now,
            source: Source::Person {
                author: self.by.actor.clone(),
                role: role.into(),
            },
            quarantine: None,
        };
        let put = Put::new(&memory)?;
        let data = json!({"after": {
            "signature": memory.signature, "tags": memory.tags, "outcome": memory.outcome,
            "runbook_used": memory.runbook_used, "incident_id": memory.incident_id,
            "sha256": hex::encode(Sha256::digest(&memory.resolution)),
        }});
        let amendment = self.of_memory("memory.written", &memory, put, data);
        Ok((memory, amendment))
    }

    /// A memory that is not recalled any more; nothing where it was not already.
    ///
    /// # Errors
    /// [`TenancyError`].
    pub fn quarantine(
        &self,
        (memory, version): (&LongMemory, u64),
        reason: &str,
    ) -> Result<Option<(LongMemory, Amendment)>, TenancyError> {
        let reason = line("reason", reason, MEMORY_REASON_BYTES)?;
        if memory.quarantine.is_some() {
            return Ok(None);
        }
        let quarantine = Quarantine {
            by: self.by.actor.clone(),
            since: self.clock.now(),
            reason,
        };
        self.mark("memory.quarantined", memory, version, Some(quarantine), json!({}))
            .map(Some)
    }

    /// A memory that is recalled again; nothing where it was already.
    ///
    /// # Errors
    /// [`TenancyError`].
    pub fn release(
        &self,
        (memory, version): (&LongMemory, u64),
        reason: Option<&str>,
    ) -> Result<Option<(LongMemory, Amendment)>, TenancyError> {
        let reason = reason
            .map(|reason| line("reason", reason, MEMORY_REASON_BYTES))
            .transpose()?;
        if memory.quarantine.is_none() {
            return Ok(None);
        }
        self.mark("memory.released", memory, version, None, json!({"reason": reason}))
            .map(Some)
    }

    fn mark(
        &self,
        kind: &'static str,
        memory: &LongMemory,
        version: u64,
        quarantine: Option<Quarantine>,
        mut data: serde_json::Value,
    ) -> Result<(LongMemory, Amendment), TenancyError> {
        let marked = LongMemory {
            quarantine,
            ..memory.clone()
        };
        let shown = |memory: &LongMemory| json!({"quarantine": memory.quarantine});
        if let (Some(data), Some(changed)) = (
            data.as_object_mut(),
            difference(&shown(memory), &shown(&marked)).as_object(),
        ) {
            data.extend(changed.clone());
        }
        let put = Put::change(&marked, version)?;
        let amendment = self.of_memory(kind, &marked, put, data);
        Ok((marked, amendment))
    }

    fn of_memory(&self, kind: &'static str, memory: &LongMemory, put: Put, data: serde_json::Value) -> Amendment {
        Amendment {
            puts: vec![put],
            facts: vec![self.fact(self.clock.now(), kind, memory.memory_id.as_str(), data)],
            ..Amendment::default()
        }
    }
}

/// The runbook that is meant, as memories name it, and its id.
fn runbook(shelf: &Shelf, name: &str) -> Result<(String, actors::domain::RunbookId), TenancyError> {
    if let Some(found) = shelf.find(name) {
        return Ok((version_of(&found.slug, found.version), found.runbook_id.clone()));
    }
    let of_version = name.rsplit_once("-v").and_then(|(slug, version)| {
        let version: u32 = version.parse().ok().filter(|version| *version > 0)?;
        let found = shelf.find(slug).filter(|found| version <= found.version)?;
        Some((version_of(&found.slug, version), found.runbook_id.clone()))
    });
    of_version.ok_or_else(|| {
        let detail = "there is no such runbook: name one of GET /api/runbooks by its id or its slug, or leave it out";
        invalid("runbook_used", detail)
    })
}

fn check_tags(tags: &[String]) -> Result<(), TenancyError> {
    if tags.len() > MEMORY_TAGS {
        return Err(invalid("tags", format!("must be at most {MEMORY_TAGS}")));
    }
    let is_tag = |tag: &String| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._:-".contains(&byte);
        (1..=MEMORY_TAG_BYTES).contains(&tag.len()) && tag.bytes().all(plain)
    };
    match tags.iter().position(|tag| !is_tag(tag)) {
        None => Ok(()),
        Some(place) => {
            let detail = format!("must be 1 to {MEMORY_TAG_BYTES} characters of A-Z a-z 0-9 . _ : -");
            Err(invalid(format!("tags[{place}]"), detail))
        }
    }
}

/// A text on one line.
fn line(field: &'static str, text: &str, most: usize) -> Result<String, TenancyError> {
    let text = text.trim();
    if text.is_empty() || text.len() > most || text.chars().any(is_deceptive) {
        let detail = format!("must be 1 to {most} bytes on one line, without control and invisible characters");
        return Err(invalid(field, detail));
    }
    Ok(text.to_owned())
}

/// A text of several lines.
fn prose(field: &'static str, text: &str, most: usize) -> Result<String, TenancyError> {
    let text = text.trim();
    let is_odd = |char: char| is_deceptive(char) && char != '\n' && char != '\t';
    if text.is_empty() || text.len() > most || text.chars().any(is_odd) {
        let detail = format!("must be 1 to {most} bytes of text, without control and invisible characters");
        return Err(invalid(field, detail));
    }
    Ok(text.to_owned())
}
