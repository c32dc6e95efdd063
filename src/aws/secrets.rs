//! Secrets by Secrets Manager.

use actors::domain::{CompanyId, SecretReference};
use actors::limits::SECRET_BYTES;
use actors::port::cloud::{CloudError, CloudService, Secrets};
use async_trait::async_trait;
use secrecy::SecretString;

use super::Aws;

#[async_trait]
impl Secrets for Aws {
    async fn resolve(&self, company: &CompanyId, reference: &SecretReference) -> Result<SecretString, CloudError> {
        let link = self.link(company).await?;
        let refuse = |why: &str| CloudError::Invalid(why.to_owned());
        if reference.region().is_some_and(|region| region != link.settings.region) {
            return Err(refuse("the secret is in another region than the company"));
        }
        let request = link.secrets.get_secret_value().secret_id(reference.secret_id());
        let answer = link.call(CloudService::SecretsManager, request.send()).await?;
        let value = SecretString::from(answer.secret_string.unwrap_or_default());
        match secrecy::ExposeSecret::expose_secret(&value).len() {
            0 => Err(refuse("the secret is empty or no text")),
            1..=SECRET_BYTES => Ok(value),
            _ => Err(refuse("the secret is too long")),
        }
    }
}
