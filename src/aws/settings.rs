//! Settings of our own that are kept in Secrets Manager: `SECRET_KEY` and `MONGO_URL` may be the ARN of a secret there,
//! which says its region. It is read once, at the start, as who we are ourselves.

use actors::domain::SecretReference;
use actors::port::cloud::CloudError;
use aws_config::BehaviorVersion;
use aws_sdk_secretsmanager::config::Region;
use secrecy::{ExposeSecret, SecretString};

use super::Base;
use super::fault::Fate;

/// A setting that names a secret, which cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum NoSecret {
    /// It names none.
    #[error("{0} begins like a reference and is none: it must be the ARN of a secret in Secrets Manager")]
    Malformed(&'static str),
    /// It cannot be read.
    #[error("{0}: the secret that it names cannot be read: {1}")]
    Unreadable(&'static str, CloudError),
    /// It holds no text.
    #[error("{0}: the secret that it names is empty or no text")]
    Empty(&'static str),
}

/// The value of a setting: what Secrets Manager has, where it is a reference, else itself.
///
/// # Errors
/// [`NoSecret`], which names the setting and never its value.
pub async fn setting(
    name: &'static str,
    given: Option<&SecretString>,
    base: &Base,
) -> Result<Option<SecretString>, NoSecret> {
    let Some(given) = given.filter(|given| SecretReference::is_meant(given.expose_secret())) else {
        return Ok(given.cloned());
    };
    let reference: Result<SecretReference, _> = given.expose_secret().parse();
    let reference = reference.map_err(|_| NoSecret::Malformed(name))?;
    let region = reference.region().ok_or(NoSecret::Malformed(name))?.to_owned();
    let mut config = aws_sdk_secretsmanager::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region))
        .http_client(super::keeping())
        .credentials_provider(base.credentials.clone());
    config.set_endpoint_url(base.endpoint_url.clone());
    let client = aws_sdk_secretsmanager::Client::from_conf(config.build());
    // The SDK's futures are too large for a stack.
    let asked = Box::pin(client.get_secret_value().secret_id(reference.secret_id()).send()).await;
    let answer = asked.map_err(|error| NoSecret::Unreadable(name, Fate::of(&error).into()))?;
    let value = answer.secret_string.filter(|text| !text.is_empty());
    value.map(SecretString::from).map(Some).ok_or(NoSecret::Empty(name))
}
