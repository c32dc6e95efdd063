//! AWS, by its own SDK: commands, automations, inventory, alarms, metrics and secrets of companies.
//!
//! Code map: `link` a company's clients and circuits, `session` its credentials, `actors::breaker` when nothing
//! is sent, `fault` what errors mean, `ssm`, `automation`, `watch` and `secrets` the port, [`agent`] remote
//! agents, [`cloud`] all of it for who calls,
//! [`compliance`] how machines are patched, `connection` whether a role works at all, [`settings`] what we keep there ourselves, `convert` the SDK's values as ours.
//!
//! A company is asked for with the role of its settings and nothing else: its clients are made for it, from its
//! settings as they are at the call, and know no other credentials. Reads are tried again within a budget of the
//! company's own. What begins something (`SendCommand`, `StartAutomationExecution`) goes through a client
//! that tries once and opens a connection for each request, so that none is lost on one that the other side has just
//! closed.

pub mod agent;
mod automation;
pub mod cloud;
pub mod compliance;
mod connection;
mod convert;
mod fault;
mod link;
pub mod polling;
mod secrets;
mod session;
pub mod settings;
mod ssm;
mod watch;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actors::breaker::State;
use actors::domain::aws::is_endpoint;
use actors::domain::{CompanyId, Timestamp};
use actors::limits::CLOUD_COMPANIES;
use actors::port::Clock;
use actors::port::cloud::{Circuit, CircuitState, Circuits, CloudError, CloudService, CloudSettings};
use aws_config::BehaviorVersion;
use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileRegionProvider;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_ssm::config::{IdentityCache, Region, SharedHttpClient, SharedIdentityCache};
use aws_smithy_http_client::{Builder, tls};
use strum::IntoEnumIterator;
use tokio::time::Instant;

use link::Link;

/// Who we are to AWS, and where it is.
#[derive(Clone, Debug)]
pub struct Base {
    /// With which companies' roles are assumed.
    credentials: SharedCredentialsProvider,
    /// Where all calls go instead of AWS, unless a company says otherwise.
    endpoint_url: Option<String>,
    /// Keeps our own credentials for as long as they are good.
    identities: SharedIdentityCache,
}

/// Settings of our own that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadBase {
    /// Requests, which carry signatures, would go out in the clear.
    #[error("AWS_ENDPOINT_URL: {0:?} must be https:// and a host, or http:// and this machine")]
    Endpoint(String),
}

impl Base {
    /// As the environment says in AWS's own words (`AWS_ACCESS_KEY_ID`, `AWS_PROFILE`, a role of the machine or the
    /// container, `AWS_ENDPOINT_URL`). Nothing is asked for before it is needed; the region, which only matters where
    /// our own credentials come from STS, is us-east-1 where nothing is said.
    ///
    /// # Errors
    /// [`BadBase`].
    pub async fn from_env() -> Result<Self, BadBase> {
        let region = RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new())
            .or_else(ProfileFileRegionProvider::new())
            // Where none is given, the SDK would ask the machine for one at every start.
            .or_else(Region::from_static("us-east-1"));
        let config = aws_config::defaults(BehaviorVersion::latest())
            .region(region)
            .load()
            .await;
        let endpoint = config.endpoint_url().map(str::to_owned);
        match config.credentials_provider() {
            Some(credentials) => Self::with(credentials, endpoint),
            None => Self::with(SharedCredentialsProvider::new(Nobody), endpoint),
        }
    }

    /// With a key that does not change, for tests and doubles.
    ///
    /// # Errors
    /// [`BadBase`].
    pub fn with_key(key_id: &str, secret: &str, endpoint_url: Option<String>) -> Result<Self, BadBase> {
        let credentials = Credentials::new(key_id, secret, None, None, "given");
        Self::with(SharedCredentialsProvider::new(credentials), endpoint_url)
    }

    fn with(credentials: SharedCredentialsProvider, endpoint_url: Option<String>) -> Result<Self, BadBase> {
        match endpoint_url.filter(|url| !url.is_empty()) {
            Some(url) if !is_endpoint(&url) => Err(BadBase::Endpoint(url.chars().take(100).collect())),
            endpoint_url => Ok(Self {
                credentials,
                endpoint_url,
                identities: IdentityCache::lazy().build(),
            }),
        }
    }
}

fn provider() -> tls::Provider {
    tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc)
}

/// Keeps connections; for what may be asked again.
fn keeping() -> SharedHttpClient {
    Builder::new().tls_provider(provider()).build_https()
}

/// The provider of somebody who has no credentials.
#[derive(Debug)]
struct Nobody;

impl aws_credential_types::provider::ProvideCredentials for Nobody {
    fn provide_credentials<'a>(&'a self) -> aws_credential_types::provider::future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        use aws_credential_types::provider::{error::CredentialsError, future};
        future::ProvideCredentials::ready(Err(CredentialsError::not_loaded("there are none")))
    }
}

/// The adapter of [`actors::port::cloud`].
pub struct Aws {
    base: Base,
    settings: Arc<dyn CloudSettings>,
    clock: Arc<dyn Clock>,
    /// Keeps connections; for what may be asked again.
    http: SharedHttpClient,
    /// Keeps none; for what must not be sent twice.
    once: SharedHttpClient,
    links: Mutex<Links>,
}

/// Companies that were called for lately.
#[derive(Default)]
struct Links {
    by_company: HashMap<CompanyId, (u64, Arc<Link>)>,
    /// Counts uses.
    uses: u64,
}

impl Links {
    fn get(&mut self, company: &CompanyId) -> Option<Arc<Link>> {
        self.uses += 1;
        let (used, link) = self.by_company.get_mut(company)?;
        *used = self.uses;
        Some(link.clone())
    }

    fn put(&mut self, company: CompanyId, link: Arc<Link>) {
        self.uses += 1;
        self.by_company.insert(company, (self.uses, link));
        if self.by_company.len() > CLOUD_COMPANIES {
            let oldest = self.by_company.iter().min_by_key(|(_, (used, _))| *used);
            if let Some(company) = oldest.map(|(company, _)| company.clone()) {
                self.by_company.remove(&company);
            }
        }
    }
}

impl Aws {
    /// Calls AWS for the companies that `settings` knows.
    pub fn new(base: Base, settings: Arc<dyn CloudSettings>, clock: Arc<dyn Clock>) -> Self {
        Self {
            base,
            settings,
            clock,
            http: keeping(),
            once: Builder::new()
                .pool_max_idle_per_host(0)
                .tls_provider(provider())
                .build_https(),
            links: Mutex::default(),
        }
    }

    /// A company's clients, by its settings as they are now.
    async fn link(&self, company: &CompanyId) -> Result<Arc<Link>, CloudError> {
        let settings = self.settings.of(company).await.map_err(|error| {
            let why = format!("the company's settings cannot be read: {error}");
            CloudError::Unavailable { why, until: None }
        })?;
        let settings = settings.ok_or(CloudError::NotConnected)?;
        let known = self.links().get(company);
        if let Some(link) = known.filter(|link| link.settings == settings) {
            return Ok(link);
        }
        settings
            .check()
            .map_err(|error| CloudError::Invalid(format!("the company's AWS settings: {error}")))?;
        let link = Arc::new(Link::new(self, company, settings));
        // Two at once make two; the later one stays.
        self.links().put(company.clone(), link.clone());
        Ok(link)
    }

    fn links(&self) -> std::sync::MutexGuard<'_, Links> {
        self.links.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A moment of tokio's clock by the wall's.
    fn wall(&self, moment: Instant) -> Timestamp {
        wall(&*self.clock, moment)
    }
}

fn wall(clock: &dyn Clock, moment: Instant) -> Timestamp {
    clock.now().plus(moment.saturating_duration_since(Instant::now()))
}

impl Circuits for Aws {
    fn circuits(&self) -> Vec<Circuit> {
        let links: Vec<(CompanyId, Arc<Link>)> = {
            let links = self.links();
            let all = links.by_company.iter();
            all.map(|(company, (_, link))| (company.clone(), link.clone()))
                .collect()
        };
        let mut circuits = Vec::new();
        for (company_id, link) in links {
            for service in CloudService::iter() {
                let breaker = link.breaker(service).look();
                circuits.push(Circuit {
                    company_id: company_id.clone(),
                    service,
                    state: match breaker.state() {
                        State::Closed => CircuitState::Closed,
                        State::Open(until) => CircuitState::Open {
                            until: self.wall(until),
                        },
                        State::HalfOpen => CircuitState::HalfOpen,
                    },
                    failures: breaker.failures(),
                });
            }
        }
        circuits.sort_by(|a, b| (&a.company_id, a.service).cmp(&(&b.company_id, b.service)));
        circuits
    }
}

/// A session lasts so long; who assumes a role by way of another may not have it longer.
const SESSION: Duration = Duration::from_secs(3600);

#[cfg(test)]
mod tests;
