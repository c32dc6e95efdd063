//! A company's role, assumed: credentials that are kept, and asked for anew before their end.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use actors::breaker::{Health, Shared};
use actors::domain::{AwsSettings, CompanyId, Timestamp};
use actors::limits::CREDENTIALS_AHEAD;
use actors::port::Clock;
use actors::port::cloud::CloudError;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use aws_sdk_sts::operation::assume_role::AssumeRoleOutput;
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

use super::convert::moment;
use super::fault::{Fate, is_without_credentials};
use super::{SESSION, wall};

/// Credentials that end sooner than this are not used any more.
const LAST: Duration = Duration::from_secs(30);
/// Where they still hold and there were no new ones, so long nobody asks again.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest name of a session that STS takes, in characters.
const NAME: usize = 64;

/// One company's session. Its credentials are in no `Debug` output.
pub(super) struct Session {
    role_arn: String,
    external_id: String,
    name: String,
    sts: aws_sdk_sts::Client,
    clock: Arc<dyn Clock>,
    circuit: Shared,
    /// Held while they are asked for, so that many callers ask once.
    held: Mutex<Option<Held>>,
}

#[derive(Clone)]
struct Held {
    credentials: Credentials,
    ends_at: Timestamp,
    /// When new ones are asked for.
    renew_at: Timestamp,
}

impl Held {
    fn new(credentials: Credentials, ends_at: Timestamp) -> Self {
        Self {
            credentials,
            ends_at,
            renew_at: ends_at.minus(CREDENTIALS_AHEAD),
        }
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// A session's name, as it stands in the company's own logs: `aw-` and the company's id, made to fit.
fn session_name(company: &CompanyId) -> String {
    let plain = |char: char| if char == ':' { '-' } else { char };
    let name: String = "aw-".chars().chain(company.as_str().chars().map(plain)).collect();
    if name.len() <= NAME && !company.as_str().contains(':') {
        return name;
    }
    // Two companies never share one.
    let mark = hex::encode(&Sha256::digest(company.as_str())[..4]);
    let cut: String = name.chars().take(NAME - 1 - mark.len()).collect();
    format!("{cut}-{mark}")
}

impl Session {
    /// A session that is begun when it is first needed.
    pub(super) fn new(
        company: &CompanyId,
        settings: &AwsSettings,
        sts: aws_sdk_sts::Client,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            role_arn: settings.role_arn.clone(),
            external_id: settings.external_id.clone(),
            name: session_name(company),
            sts,
            clock,
            circuit: Shared::default(),
            held: Mutex::default(),
        }
    }

    pub(super) fn circuit(&self) -> &Shared {
        &self.circuit
    }

    /// Credentials that are good for a while.
    ///
    /// # Errors
    /// [`CloudError`]: there are none, and nothing was done with any.
    pub(super) async fn credentials(&self) -> Result<Credentials, CloudError> {
        let mut held = self.held.lock().await;
        let now = self.clock.now();
        let holds = |held: &&mut Held| held.ends_at.since(now) > LAST;
        if let Some(kept) = held.as_mut().filter(holds).filter(|held| now < held.renew_at) {
            return Ok(kept.credentials.clone());
        }
        match self.assume().await {
            Ok(new) => {
                let credentials = new.credentials.clone();
                *held = Some(new);
                Ok(credentials)
            }
            Err(error) => match held.as_mut().filter(holds) {
                Some(kept) => {
                    kept.renew_at = now.plus(PATIENCE);
                    tracing::warn!(session = self.name, %error, "a role is not assumed anew; its credentials still hold");
                    Ok(kept.credentials.clone())
                }
                None => Err(error),
            },
        }
    }

    /// Assumes the role, whatever is held: to see whether it can be. What is held stays where it cannot.
    pub(super) async fn assume_anew(&self) -> Result<(), CloudError> {
        let mut held = self.held.lock().await;
        *held = Some(self.assume().await?);
        Ok(())
    }

    /// What [`Session::credentials`] has just given, without asking for any: what fails here would fail in the midst of
    /// a call, where it proves nothing.
    async fn lent(&self) -> Option<Credentials> {
        let held = self.held.lock().await;
        held.as_ref().map(|held| held.credentials.clone())
    }

    #[cfg(test)]
    pub(super) async fn pretend_assumed(&self) {
        let credentials = Credentials::new("ASIAPRETENDED", "secret", Some("token".into()), None, "pretended");
        *self.held.lock().await = Some(Held::new(credentials, self.clock.now().plus(SESSION)));
    }

    async fn assume(&self) -> Result<Held, CloudError> {
        let pass = self.circuit.admit().map_err(|until| CloudError::Unavailable {
            why: "sts has failed too often".to_owned(),
            until: Some(wall(&*self.clock, until)),
        })?;
        let call = self
            .sts
            .assume_role()
            .role_arn(&self.role_arn)
            .external_id(&self.external_id)
            .role_session_name(&self.name)
            .duration_seconds(i32::try_from(SESSION.as_secs()).unwrap_or(i32::MAX));
        match call.send().await {
            Ok(answer) => {
                let held = read(answer);
                pass.settle(if held.is_some() { Health::Well } else { Health::Ill });
                held.ok_or_else(|| CloudError::Unavailable {
                    why: "sts answered without credentials".to_owned(),
                    until: None,
                })
            }
            Err(error) if is_without_credentials(&error) => Err(CloudError::Unavailable {
                why: "this server has no AWS credentials of its own".to_owned(),
                until: None,
            }),
            Err(error) => {
                let fate = Fate::of(&error);
                pass.settle(fate.health());
                Err(match fate.into() {
                    // Which of them does not exist is not told by STS either.
                    CloudError::Unknown(why) => CloudError::Denied(why),
                    error => error,
                })
            }
        }
    }
}

fn read(answer: AssumeRoleOutput) -> Option<Held> {
    let given = answer.credentials?;
    let ends_at = moment(&given.expiration)?;
    let millis = u64::try_from(ends_at.as_millis()).ok()?;
    let ends = SystemTime::UNIX_EPOCH + Duration::from_millis(millis);
    let (key, secret) = (given.access_key_id, given.secret_access_key);
    let credentials = Credentials::new(key, secret, Some(given.session_token), Some(ends), "assumed");
    Some(Held::new(credentials, ends_at))
}

/// A session for the SDK: lends what it holds.
#[derive(Debug)]
pub(super) struct Provider(pub(super) Arc<Session>);

impl ProvideCredentials for Provider {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let lent = self.0.lent().await;
            lent.ok_or_else(|| CredentialsError::not_loaded("nothing was asked for before"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_names_its_company_and_no_other() {
        let name = |id: &str| session_name(&id.parse().unwrap());
        assert_eq!(name("comp-acme"), "aw-comp-acme");
        assert_ne!(name("comp:acme"), name("comp-acme"));
        let long = |last: &str| name(&format!("{}{last}", "c".repeat(127)));
        assert_ne!(long("a"), long("b"));
        let fits = |name: &str| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_=,.@-".contains(&byte);
            (2..=64).contains(&name.len()) && name.bytes().all(plain)
        };
        assert!(fits(&long("a")) && fits(&name("a:b")) && fits(&name("x")));
    }
}
