//! The machines of a company that take commands, and how they are patched.

use async_trait::async_trait;

use super::CloudError;
use crate::domain::runbook::InstanceId;
use crate::domain::{CompanyId, Timestamp};

/// Machines with a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagFilter {
    /// The tag's name, 1 to 128 characters.
    pub name: String,
    /// What it says, one of these; 1 to 40.
    pub values: Vec<String>,
}

/// Whether a machine is heard of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PingStatus {
    /// Within the last minutes.
    Online,
    /// Not any more; it may come back.
    ConnectionLost,
    /// Not for 30 days.
    Inactive,
    /// A word that we do not know.
    Unknown,
}

/// A machine that SSM knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// Its id.
    pub instance_id: InstanceId,
    /// Which system it has, in SSM's words: `Linux`, `Windows`, `MacOS`; empty where it does not say.
    pub platform: String,
    /// Whether it is heard of.
    pub ping_status: PingStatus,
    /// What it calls itself: its name at SSM, else its host name.
    pub name: Option<String>,
    /// Its address.
    pub ip: Option<String>,
}

/// How a machine is patched. Numbers of patches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatchState {
    /// Which machine.
    pub instance_id: InstanceId,
    /// By which baseline.
    pub baseline_id: String,
    /// Installed, as the baseline asks.
    pub installed: u32,
    /// Not installed.
    pub missing: u32,
    /// Could not be installed.
    pub failed: u32,
    /// Installed, and in force after a restart.
    pub pending_reboot: u32,
    /// Installed although the baseline rejects them.
    pub rejected: u32,
    /// When the machine was last looked at.
    pub looked_at: Timestamp,
}

impl PatchState {
    /// Whether it is as its baseline asks.
    pub fn is_compliant(&self) -> bool {
        self.missing == 0 && self.failed == 0 && self.pending_reboot == 0 && self.rejected == 0
    }
}

/// Knows a company's machines.
#[async_trait]
pub trait Inventory: Send + Sync + 'static {
    /// A company's machines, or those with a tag, in the order of their ids.
    ///
    /// # Errors
    /// [`CloudError`].
    async fn instances(&self, company: &CompanyId, tag: Option<&TagFilter>) -> Result<Vec<Instance>, CloudError>;

    /// How machines are patched, in the order of their ids; one that was never looked at is not among them.
    ///
    /// # Errors
    /// [`CloudError`].
    async fn patch_states(&self, company: &CompanyId, instances: &[InstanceId]) -> Result<Vec<PatchState>, CloudError>;
}
