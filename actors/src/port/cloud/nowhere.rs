//! The cloud of a process that has none: no company is connected, and nothing is ever sent.

use async_trait::async_trait;
use secrecy::SecretString;

use super::{
    Alarm, AlarmState, Automation, AutomationSeen, Automations, Circuit, Circuits, CloudError, Command, CommandId,
    Commands, Connection, Found, Identity, Instance, Inventory, Invocation, Machines, MetricQuery, MetricSeries,
    PatchState, Secrets, SendError, TagFilter, Watch, WatchedAlarm,
};
use crate::domain::runbook::InstanceId;
use crate::domain::{CompanyId, SecretReference, Timestamp};

/// Answers that no company is connected.
#[derive(Clone, Copy, Debug, Default)]
pub struct NotConnected;

#[async_trait]
impl Commands for NotConnected {
    async fn send(&self, _: &CompanyId, _: Command) -> Result<CommandId, SendError> {
        Err(SendError::NotConnected)
    }

    async fn find(&self, _: &CompanyId, _: &str, _: Timestamp) -> Result<Vec<Found>, CloudError> {
        Err(CloudError::NotConnected)
    }

    async fn invocation(&self, _: &CompanyId, _: &CommandId, _: &InstanceId) -> Result<Option<Invocation>, CloudError> {
        Err(CloudError::NotConnected)
    }

    async fn cancel(&self, _: &CompanyId, _: &CommandId) -> Result<(), CloudError> {
        Err(CloudError::NotConnected)
    }

    async fn document_hash(&self, _: &CompanyId) -> Result<Option<String>, CloudError> {
        Err(CloudError::NotConnected)
    }
}

#[async_trait]
impl Automations for NotConnected {
    async fn start_automation(&self, _: &CompanyId, _: Automation) -> Result<String, SendError> {
        Err(SendError::NotConnected)
    }

    async fn automation(&self, _: &CompanyId, _: &str) -> Result<Option<AutomationSeen>, CloudError> {
        Err(CloudError::NotConnected)
    }

    async fn stop_automation(&self, _: &CompanyId, _: &str) -> Result<(), CloudError> {
        Err(CloudError::NotConnected)
    }
}

#[async_trait]
impl Inventory for NotConnected {
    async fn instances(&self, _: &CompanyId, _: Option<&TagFilter>) -> Result<Vec<Instance>, CloudError> {
        Err(CloudError::NotConnected)
    }

    async fn patch_states(&self, _: &CompanyId, _: &[InstanceId]) -> Result<Vec<PatchState>, CloudError> {
        Err(CloudError::NotConnected)
    }
}

#[async_trait]
impl Connection for NotConnected {
    async fn assume(&self, _: &CompanyId) -> Result<(), CloudError> {
        Err(CloudError::NotConnected)
    }

    async fn identity(&self, _: &CompanyId) -> Result<Identity, CloudError> {
        Err(CloudError::NotConnected)
    }

    async fn machines(&self, _: &CompanyId) -> Result<Machines, CloudError> {
        Err(CloudError::NotConnected)
    }
}

#[async_trait]
impl Watch for NotConnected {
    async fn alarm(&self, _: &CompanyId, _: &str) -> Result<Alarm, CloudError> {
        Err(CloudError::NotConnected)
    }

    async fn alarms(&self, _: &CompanyId, _: AlarmState) -> Result<Vec<WatchedAlarm>, CloudError> {
        Err(CloudError::NotConnected)
    }

    async fn metrics(&self, _: &CompanyId, _: &MetricQuery) -> Result<MetricSeries, CloudError> {
        Err(CloudError::NotConnected)
    }
}

#[async_trait]
impl Secrets for NotConnected {
    async fn resolve(&self, _: &CompanyId, _: &SecretReference) -> Result<SecretString, CloudError> {
        Err(CloudError::NotConnected)
    }
}

impl Circuits for NotConnected {
    fn circuits(&self) -> Vec<Circuit> {
        Vec::new()
    }
}
