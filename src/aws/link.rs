//! One company's clients, made from its settings, and its circuits.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use actors::breaker::{Health, Shared};
use actors::domain::{AwsSettings, CompanyId};
use actors::limits::{CLOUD_ATTEMPTS, CLOUD_RETRY_BUDGET};
use actors::port::Clock;
use actors::port::cloud::{CloudError, CloudService, SendError};
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_ssm::config::http::HttpResponse;
use aws_sdk_ssm::config::retry::{RetryConfig, RetryPartition, TokenBucket};
use aws_sdk_ssm::config::timeout::TimeoutConfig;
use aws_sdk_ssm::config::{IdentityCache, StalledStreamProtectionConfig};
use aws_sdk_ssm::error::{ProvideErrorMetadata, SdkError};
use futures::future::BoxFuture;

use super::fault::{Fate, Refusal};
use super::session::{Provider, Session};
use super::{Aws, wall};

/// Tokens that come back to a budget in a second.
const REFILL: f32 = 0.2;

/// The most that is waited before a second attempt; twice as long before a third.
const BACKOFF: Duration = Duration::from_millis(200);

/// A company as AWS is called for it.
pub(super) struct Link {
    pub(super) settings: AwsSettings,
    clock: Arc<dyn Clock>,
    session: Arc<Session>,
    pub(super) ssm: aws_sdk_ssm::Client,
    /// As the company's role, not as who we are.
    pub(super) sts: aws_sdk_sts::Client,
    /// For what begins something (`SendCommand`, `StartAutomationExecution`): tries once.
    pub(super) send: aws_sdk_ssm::Client,
    pub(super) cloudwatch: aws_sdk_cloudwatch::Client,
    pub(super) secrets: aws_sdk_secretsmanager::Client,
    circuits: [Shared; 3],
}

/// Retries of one company at one service, which cost no other company any.
fn budget(company: &CompanyId, service: CloudService) -> RetryPartition {
    let bucket = TokenBucket::builder()
        .capacity(CLOUD_RETRY_BUDGET)
        .retry_cost(1)
        .throttling_retry_cost(1)
        .timeout_retry_cost(1)
        .refill_rate(REFILL)
        .build();
    let name = format!("{}/{company}", service.as_str());
    RetryPartition::custom(name).token_bucket(bucket).build()
}

impl Link {
    /// Clients for settings that were checked.
    pub(super) fn new(aws: &Aws, company: &CompanyId, settings: AwsSettings) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(settings.timeouts.connect())
            .read_timeout(settings.timeouts.read())
            .operation_attempt_timeout(settings.timeouts.attempt())
            .operation_timeout(settings.timeouts.operation())
            .build();
        let endpoint = settings.endpoint_url.clone().or(aws.base.endpoint_url.clone());
        let mut common = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(settings.region.clone()))
            .http_client(aws.http.clone())
            .timeout_config(timeouts)
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(CLOUD_ATTEMPTS)
                    .with_initial_backoff(BACKOFF),
            )
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        common.set_endpoint_url(endpoint);
        common.set_app_name(AppName::new("alert-whisperer").ok());
        let common = common.build();
        let ours = common
            .to_builder()
            .credentials_provider(aws.base.credentials.clone())
            .identity_cache(aws.base.identities.clone())
            .build();
        let sts = aws_sdk_sts::config::Builder::from(&ours).retry_partition(budget(company, CloudService::Sts));
        let sts = aws_sdk_sts::Client::from_conf(sts.build());
        let session = Arc::new(Session::new(company, &settings, sts, aws.clock.clone()));
        // The session keeps what it is given itself.
        let theirs = common
            .to_builder()
            .credentials_provider(SharedCredentialsProvider::new(Provider(session.clone())))
            .identity_cache(IdentityCache::no_cache())
            .build();
        let once = theirs
            .to_builder()
            .retry_config(RetryConfig::disabled())
            .http_client(aws.once.clone())
            .build();
        let ssm = aws_sdk_ssm::config::Builder::from(&theirs).retry_partition(budget(company, CloudService::Ssm));
        let own_sts = aws_sdk_sts::config::Builder::from(&theirs).retry_partition(budget(company, CloudService::Sts));
        let cloudwatch = aws_sdk_cloudwatch::config::Builder::from(&theirs)
            .retry_partition(budget(company, CloudService::CloudWatch));
        let secrets = aws_sdk_secretsmanager::config::Builder::from(&theirs)
            .retry_partition(budget(company, CloudService::SecretsManager));
        Self {
            settings,
            clock: aws.clock.clone(),
            session,
            ssm: aws_sdk_ssm::Client::from_conf(ssm.build()),
            sts: aws_sdk_sts::Client::from_conf(own_sts.build()),
            send: aws_sdk_ssm::Client::new(&once),
            cloudwatch: aws_sdk_cloudwatch::Client::from_conf(cloudwatch.build()),
            secrets: aws_sdk_secretsmanager::Client::from_conf(secrets.build()),
            circuits: Default::default(),
        }
    }

    /// The circuit of a service.
    pub(super) fn breaker(&self, service: CloudService) -> &Shared {
        match service {
            CloudService::Sts => self.session.circuit(),
            CloudService::Ssm => &self.circuits[0],
            CloudService::CloudWatch => &self.circuits[1],
            CloudService::SecretsManager => &self.circuits[2],
        }
    }

    /// Assumes its role, whatever is held of it.
    pub(super) async fn assume_anew(&self) -> Result<(), CloudError> {
        self.session.assume_anew().await
    }

    /// Credentials as if its role had been assumed.
    #[cfg(test)]
    pub(super) async fn pretend_assumed(&self) {
        self.session.pretend_assumed().await;
    }

    /// Makes one call with the company's credentials at hand, if the circuit lets it through. What fails before the
    /// call itself is [`Failed::Before`].
    pub(super) fn call<'a, T, E>(
        &'a self,
        service: CloudService,
        call: impl Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send + 'a,
    ) -> BoxFuture<'a, Result<T, Failed<E>>>
    where
        T: Send + 'a,
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        // The SDK's futures are too large for a stack.
        Box::pin(async move {
            self.session.credentials().await.map_err(Failed::Before)?;
            let pass = self.breaker(service).admit().map_err(|until| {
                let why = format!("{} has failed too often", service.as_str());
                let until = Some(wall(&*self.clock, until));
                Failed::Before(CloudError::Unavailable { why, until })
            })?;
            match call.await {
                Ok(answer) => {
                    pass.settle(Health::Well);
                    Ok(answer)
                }
                Err(error) => {
                    let fate = Fate::of(&error);
                    pass.settle(fate.health());
                    tracing::debug!(service = service.as_str(), ?fate, "a call to AWS failed");
                    Err(Failed::Call(fate, service_error(error)))
                }
            }
        })
    }
}

/// Why a call did not succeed.
pub(super) enum Failed<E> {
    /// It was not made.
    Before(CloudError),
    /// It was made; with what the service said, if it did.
    Call(Fate, Option<E>),
}

impl<E: ProvideErrorMetadata> Failed<E> {
    /// Whether the service itself says that the company's role may not do just this.
    pub(super) fn is_access_denied(&self) -> bool {
        let code = match self {
            Self::Call(Fate::Refused(Refusal::Denied, _), said) => said.as_ref().and_then(ProvideErrorMetadata::code),
            _ => None,
        };
        matches!(code, Some("AccessDenied" | "AccessDeniedException"))
    }
}

impl<E> From<Failed<E>> for CloudError {
    fn from(failed: Failed<E>) -> Self {
        match failed {
            Failed::Before(error) => error,
            Failed::Call(fate, _) => fate.into(),
        }
    }
}

impl<E> From<Failed<E>> for SendError {
    fn from(failed: Failed<E>) -> Self {
        match failed {
            Failed::Before(error) => Self::before(error),
            Failed::Call(fate, _) => fate.into(),
        }
    }
}

/// What the service said, if it did.
fn service_error<E>(error: SdkError<E, HttpResponse>) -> Option<E> {
    match error {
        SdkError::ServiceError(answer) => Some(answer.into_err()),
        _ => None,
    }
}
