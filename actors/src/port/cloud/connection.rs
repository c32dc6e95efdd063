//! How a company is connected to its account, tried rather than believed.

use async_trait::async_trait;

use super::CloudError;
use crate::domain::CompanyId;

/// Who calls are made as in a company's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The account's number.
    pub account: String,
    /// The role's session.
    pub arn: String,
}

/// Machines of an account, as far as one page tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Machines {
    /// Those that take commands.
    pub known: usize,
    /// Those of them that were heard of in the last minutes.
    pub online: usize,
    /// Whether there are more than the page holds.
    pub more: bool,
}

/// Tries a company's connection, step by step.
#[async_trait]
pub trait Connection: Send + Sync + 'static {
    /// Assumes the company's role anew, whatever is held of it.
    ///
    /// # Errors
    /// [`CloudError`], here as below; [`CloudError::NotConnected`] where no role is set.
    async fn assume(&self, company: &CompanyId) -> Result<(), CloudError>;

    /// Asks who we are then.
    async fn identity(&self, company: &CompanyId) -> Result<Identity, CloudError>;

    /// Asks for a page of the machines.
    async fn machines(&self, company: &CompanyId) -> Result<Machines, CloudError>;
}
