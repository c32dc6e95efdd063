//! Whether a company's role works: assumed anew, asked who it is, and what machines it sees.

use actors::domain::CompanyId;
use actors::port::cloud::{CloudError, CloudService, Connection, Identity, Machines};
use async_trait::async_trait;
use aws_sdk_ssm::types::PingStatus;

use super::Aws;
use super::ssm::PAGE;

#[async_trait]
impl Connection for Aws {
    async fn assume(&self, company: &CompanyId) -> Result<(), CloudError> {
        self.link(company).await?.assume_anew().await
    }

    async fn identity(&self, company: &CompanyId) -> Result<Identity, CloudError> {
        let link = self.link(company).await?;
        let request = link.sts.get_caller_identity();
        let said = link.call(CloudService::Sts, request.send()).await?;
        let missing = || CloudError::Unavailable {
            why: "sts answered without saying who we are".to_owned(),
            until: None,
        };
        Ok(Identity {
            account: said.account.ok_or_else(missing)?,
            arn: said.arn.ok_or_else(missing)?,
        })
    }

    async fn machines(&self, company: &CompanyId) -> Result<Machines, CloudError> {
        let link = self.link(company).await?;
        let request = link.ssm.describe_instance_information().max_results(PAGE);
        let page = link.call(CloudService::Ssm, request.send()).await?;
        let known = page.instance_information_list();
        let is_online =
            |known: &&aws_sdk_ssm::types::InstanceInformation| known.ping_status() == Some(&PingStatus::Online);
        Ok(Machines {
            known: known.len(),
            online: known.iter().filter(is_online).count(),
            more: page.next_token().is_some_and(|token| !token.is_empty()),
        })
    }
}
