//! The clouds of companies as ports, each behind its own, and where their settings are known.

use std::sync::Arc;

use actors::domain::{AwsSettings, CompanyId};
use actors::port::Error;
use actors::port::cloud::{Automations, Circuits, CloudSettings, Commands, Connection, Inventory, Secrets, Watch};
use async_trait::async_trait;

use super::Aws;
use crate::ingest::keyring::Keyring;

/// What companies have in their clouds.
#[derive(Clone)]
pub struct Cloud {
    /// Runs commands.
    pub commands: Arc<dyn Commands>,
    /// Runs AWS's own documents.
    pub automations: Arc<dyn Automations>,
    /// Tries how they are connected.
    pub connection: Arc<dyn Connection>,
    /// Knows machines.
    pub inventory: Arc<dyn Inventory>,
    /// Knows alarms and metrics.
    pub watch: Arc<dyn Watch>,
    /// Has secrets.
    pub secrets: Arc<dyn Secrets>,
    /// How calls are let through.
    pub circuits: Arc<dyn Circuits>,
}

impl From<Arc<Aws>> for Cloud {
    fn from(aws: Arc<Aws>) -> Self {
        Self {
            commands: aws.clone(),
            automations: aws.clone(),
            connection: aws.clone(),
            inventory: aws.clone(),
            watch: aws.clone(),
            secrets: aws.clone(),
            circuits: aws,
        }
    }
}

/// As the store has them: the keyring is told of every change before whoever made it is answered.
#[async_trait]
impl CloudSettings for Keyring {
    async fn of(&self, company: &CompanyId) -> Result<Option<AwsSettings>, Error> {
        Ok(self.company(company).and_then(|company| company.aws.clone()))
    }
}
