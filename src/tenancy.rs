//! What is administered of a company: its settings, API keys, webhook secrets and assets. Each function says what the next
//! commit is to hold; whoever commits it looks again where another was first.

pub mod aws;
pub mod channel;
pub mod config;
pub mod intake;
pub mod memory;
pub mod runbook;
pub mod silence;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::time::Duration;

use actors::correlator::rules::Rules;
use actors::domain::ids::{EntryId, KeyId, SecretId};
use actors::domain::rule;
use actors::domain::suppression::{Inhibition, MaintenanceWindow, Mutes};
use actors::domain::{
    AwsSettings, Company, CompanyId, Correlation, Fact, Intake, Notifications, Origin, Policy, RateLimit, Retention,
    Rule, Silence, Suppression, Timestamp,
};
use actors::limits::{API_KEYS, WEBHOOK_SECRETS};
use actors::port::{Amendment, Clock, Entropy, Error, Put};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use self::intake::IntakeChange;
use self::silence::SilenceChange;
use crate::accounts::api_key::{ApiKey, Scope};
use crate::accounts::staff::{check_name, difference};
use crate::accounts::webhook_secret::WebhookSecret;
use crate::secrets::{Purpose, ServerKey, Unsealable, hash_api_key, new_api_key, new_webhook_secret};

/// The longest that a webhook secret lives on beside its successor.
const OVERLAP: Duration = Duration::from_secs(7 * 24 * 3600);
/// The longest that an API key may be good for, where an end is given.
const KEY_LIFE: Duration = Duration::from_secs(10 * 366 * 24 * 3600);

/// Why something is not administered so.
#[derive(Debug, thiserror::Error)]
pub enum TenancyError {
    /// A field is not as it should be.
    #[error("{field}: {detail}")]
    Invalid {
        /// Which.
        field: Cow<'static, str>,
        /// What would be right.
        detail: String,
    },
    /// It is not for him to say.
    #[error("{field}: {detail}")]
    Forbidden {
        /// Which field.
        field: &'static str,
        /// Who may.
        detail: String,
    },
    /// It may not be as things are.
    #[error("{0}")]
    Conflict(String),
    /// There is none.
    #[error("there is no such {0}")]
    Unknown(&'static str),
    /// It cannot be written, or a secret not sealed.
    #[error("it cannot be written: {0}")]
    Unwritable(String),
}

impl From<Error> for TenancyError {
    fn from(error: Error) -> Self {
        Self::Unwritable(error.to_string())
    }
}

impl From<Unsealable> for TenancyError {
    fn from(error: Unsealable) -> Self {
        Self::Unwritable(error.to_string())
    }
}

fn invalid(field: impl Into<Cow<'static, str>>, detail: impl ToString) -> TenancyError {
    TenancyError::Invalid {
        field: field.into(),
        detail: detail.to_string(),
    }
}

/// Who administers, and when.
pub struct Desk<'a> {
    /// Whose company.
    pub company_id: &'a CompanyId,
    /// Who.
    pub by: &'a Origin,
    /// Whether he runs the platform.
    pub runs_platform: bool,
    /// The server's key.
    pub key: &'a ServerKey,
    /// The wall clock.
    pub clock: &'a dyn Clock,
    /// Chance.
    pub entropy: &'a dyn Entropy,
}

impl Desk<'_> {
    fn fact(&self, now: Timestamp, kind: &'static str, subject: &str, data: Value) -> Fact {
        let id = EntryId::from_uuid(self.entropy.uuid(now));
        Fact::from_outside(id, now, kind, subject, self.by, data)
    }

    /// Other settings of the company; nothing where they are as they were.
    ///
    /// # Errors
    /// [`TenancyError::Invalid`].
    pub fn change(&self, company: &Company, change: &Change) -> Result<Option<(Company, Amendment)>, TenancyError> {
        let now = self.clock.now();
        if company.erase_requested_at.is_some() {
            return match change.erase {
                true => Ok(None),
                false => Err(TenancyError::Conflict("the company is being erased, or is".to_owned())),
            };
        }
        let mut after = company.clone();
        if change.erase {
            if company.archived_at.is_none() {
                let detail = "archive the company first: nothing may come in any more";
                return Err(TenancyError::Conflict(detail.to_owned()));
            }
            after.erase_requested_at = Some(now);
        }
        if let Some(name) = &change.name {
            after.name = check_name(name).map_err(|rule| invalid("name", rule))?;
        }
        if let Some(correlation) = change.correlation {
            correlation
                .check()
                .map_err(|error| invalid(format!("correlation.{}", error.field), error))?;
            let version = company.correlation.version;
            after.correlation = Correlation { version, ..correlation };
        }
        if let Some(rules) = &change.rules {
            Rules::compile(rules).map_err(|error| invalid(format!("rules{}", error.field), error.rule))?;
            after.rules.clone_from(rules);
        }
        let (rules, stale_after) = (&after.rules, after.correlation.stale_after_minutes);
        rule::check_windows(rules, stale_after)
            .map_err(|error| invalid(format!("rules{}", error.field), error.rule))?;
        if let Some(windows) = &change.maintenance_windows {
            after.suppression.maintenance_windows.clone_from(windows);
        }
        if let Some((inhibitions, silence_dependents)) = &change.inhibitions {
            after.suppression.inhibitions.clone_from(inhibitions);
            after.suppression.silence_dependents = *silence_dependents;
        }
        if let Some(silence) = &change.silence {
            after.silences = silence.over(company, now)?;
        }
        if after.suppression != company.suppression {
            Mutes::read(&after.suppression, &after.silences).map_err(|error| invalid(error.field, error.rule))?;
        }
        if let Some((notifications, channels)) = &change.notifications {
            let checked = notifications.check(channels);
            checked.map_err(|error| invalid(error.field, error.rule))?;
            after.notifications.clone_from(notifications);
        }
        if after.correlation != company.correlation || after.rules != company.rules {
            after.correlation.version = company.correlation.version + 1;
        }
        if let Some(rate_limit) = change.rate_limit {
            rate_limit
                .check()
                .map_err(|error| invalid(format!("rate_limit.{}", error.field), error))?;
            after.rate_limit = rate_limit;
        }
        if let Some(retention) = change.retention {
            retention
                .check()
                .map_err(|error| invalid(format!("retention.{}", error.field), error))?;
            after.retention = retention;
        }
        if let Some(policy) = change.policy {
            policy
                .check()
                .map_err(|error| invalid(format!("policy.{}", error.field), error))?;
            self.may_set(company.policy, policy)?;
            after.policy = policy;
        }
        if let Some(wanted) = &change.aws {
            self.connect(company, wanted.as_ref())?;
            after.aws.clone_from(wanted);
        }
        if let Some(asked) = &change.intake {
            after.intake = asked.over(&company.intake);
            intake::check(&after.intake)?;
        }
        if after.intake.poll_cloudwatch && after.aws.is_none() {
            let detail = "needs the company's AWS account: connect it first, or disconnect it after this is false";
            return Err(invalid("intake.poll_cloudwatch", detail));
        }
        after.archived_at = match change.archived {
            Some(true) => company.archived_at.or(Some(now)),
            Some(false) => None,
            None => company.archived_at,
        };
        if after == *company {
            return Ok(None);
        }
        after.version = company.version + 1;
        let data = difference(&shown(company), &shown(&after));
        let fact = self.fact(now, "company.changed", self.company_id.as_str(), data);
        let amendment = Amendment {
            company: Some(after.clone()),
            wake: wake(company, &after, now),
            facts: vec![fact],
            ..Amendment::default()
        };
        Ok(Some((after, amendment)))
    }

    /// Whether he may put a policy in the place of another.
    fn may_set(&self, before: Policy, after: Policy) -> Result<(), TenancyError> {
        let (field, detail) = match (before.locked, after.locked) {
            _ if self.runs_platform || after == before => return Ok(()),
            // Nobody is kept from stopping his own company's runs.
            (true, true)
                if after
                    == (Policy {
                        stopped: true,
                        ..before
                    }) =>
            {
                return Ok(());
            }
            (true, _) => (
                "policy",
                "an MSP admin has locked the policy (policy.locked): only an MSP admin changes it, but for `stopped`, which you may set",
            ),
            (false, true) => ("policy.locked", "only an MSP admin may lock the policy"),
            (false, false) => return Ok(()),
        };
        Err(TenancyError::Forbidden {
            field,
            detail: detail.to_owned(),
        })
    }

    /// A new API key, which is told once.
    ///
    /// # Errors
    /// [`TenancyError`].
    pub fn add_key(&self, keys: &[ApiKey], asked: &NewKey) -> Result<(ApiKey, SecretString, Amendment), TenancyError> {
        let now = self.clock.now();
        if asked.scopes.is_empty() {
            return Err(invalid("scopes", "must hold at least one of ingest, decide, read"));
        }
        if asked
            .expires_at
            .is_some_and(|end| end <= now || end > now.plus(KEY_LIFE))
        {
            return Err(invalid("expires_at", "must lie in the future, at most ten years away"));
        }
        if keys.iter().filter(|key| key.is_good(now)).count() >= API_KEYS {
            return Err(TenancyError::Conflict(format!(
                "a company has at most {API_KEYS} keys: revoke one first"
            )));
        }
        let secret = new_api_key();
        let mut scopes = asked.scopes.clone();
        scopes.dedup();
        let key = ApiKey {
            key_id: KeyId::from_uuid(self.entropy.uuid(now)),
            name: check_name(&asked.name).map_err(|rule| invalid("name", rule))?,
            key_hash: hash_api_key(secret.expose_secret()),
            scopes,
            unsigned: asked.unsigned,
            created_at: now,
            expires_at: asked.expires_at,
            revoked_at: None,
            used_at: None,
        };
        let fact = self.fact(
            now,
            "api_key.created",
            key.key_id.as_str(),
            json!({"after": key.shown()}),
        );
        let amendment = Amendment {
            puts: vec![Put::new(&key)?],
            facts: vec![fact],
            ..Amendment::default()
        };
        Ok((key, secret, amendment))
    }

    /// An API key taken back; nothing where it was already.
    ///
    /// # Errors
    /// [`TenancyError::Unwritable`].
    pub fn revoke_key(&self, key: &ApiKey, version: u64) -> Result<Option<Amendment>, TenancyError> {
        if key.revoked_at.is_some() {
            return Ok(None);
        }
        let now = self.clock.now();
        let revoked = ApiKey {
            revoked_at: Some(now),
            ..key.clone()
        };
        let data = difference(&key.shown(), &revoked.shown());
        Ok(Some(Amendment {
            puts: vec![Put::change(&revoked, version)?],
            facts: vec![self.fact(now, "api_key.revoked", key.key_id.as_str(), data)],
            ..Amendment::default()
        }))
    }

    /// A new webhook secret, which is told once, or one that a tool has made; those that are live end when `overlap` is over.
    ///
    /// # Errors
    /// [`TenancyError`].
    pub fn rotate_secret(
        &self,
        secrets: &[(WebhookSecret, u64)],
        (overlap, given): (Duration, Option<SecretString>),
        key: &ServerKey,
    ) -> Result<(WebhookSecret, SecretString, Amendment), TenancyError> {
        let now = self.clock.now();
        if given.as_ref().is_some_and(|given| !is_secret(given.expose_secret())) {
            return Err(invalid(
                "secret",
                "must be 32 to 256 printable characters without spaces",
            ));
        }
        if overlap > OVERLAP {
            return Err(invalid("overlap_minutes", "must be at most 10080, which is a week"));
        }
        let live = secrets.iter().filter(|(secret, _)| secret.is_live(now));
        if live.clone().count() >= WEBHOOK_SECRETS {
            let detail = "two secrets are live already: retire the older one first";
            return Err(TenancyError::Conflict(detail.to_owned()));
        }
        let mut puts = Vec::new();
        for (secret, version) in live {
            let end = now.plus(overlap);
            let ending = WebhookSecret {
                expires_at: Some(secret.expires_at.map_or(end, |other| other.min(end))),
                ..secret.clone()
            };
            puts.push(Put::change(&ending, *version)?);
        }
        let is_given = given.is_some();
        let text = given.unwrap_or_else(new_webhook_secret);
        let secret = WebhookSecret {
            secret_id: SecretId::from_uuid(self.entropy.uuid(now)),
            sealed: key.seal(Purpose::WebhookSecret, self.company_id.as_str(), &text)?,
            created_at: now,
            expires_at: None,
        };
        puts.push(Put::new(&secret)?);
        let data = json!({"after": secret.shown(), "overlap_minutes": overlap.as_secs() / 60, "given": is_given});
        let fact = self.fact(now, "webhook_secret.created", secret.secret_id.as_str(), data);
        let amendment = Amendment {
            puts,
            facts: vec![fact],
            ..Amendment::default()
        };
        Ok((secret, text, amendment))
    }

    /// A webhook secret ended at once; nothing where it had ended.
    ///
    /// # Errors
    /// [`TenancyError::Conflict`] where no live one would be left.
    pub fn retire_secret(
        &self,
        secrets: &[(WebhookSecret, u64)],
        id: &SecretId,
    ) -> Result<Option<Amendment>, TenancyError> {
        let now = self.clock.now();
        let found = secrets.iter().find(|(secret, _)| secret.secret_id == *id);
        let (secret, version) = found.ok_or(TenancyError::Unknown("webhook secret"))?;
        if !secret.is_live(now) {
            return Ok(None);
        }
        let others = secrets.iter().filter(|(other, _)| other.secret_id != *id);
        if !others.clone().any(|(other, _)| other.is_live(now)) {
            let detail = "this is the only live secret: make its successor first";
            return Err(TenancyError::Conflict(detail.to_owned()));
        }
        let ended = WebhookSecret {
            expires_at: Some(now),
            ..secret.clone()
        };
        let data = difference(&secret.shown(), &ended.shown());
        Ok(Some(Amendment {
            puts: vec![Put::change(&ended, *version)?],
            facts: vec![self.fact(now, "webhook_secret.retired", id.as_str(), data)],
            ..Amendment::default()
        }))
    }
}

/// When open incidents are due under other settings: at once where these say otherwise what an incident does.
fn wake(before: &Company, after: &Company, now: Timestamp) -> Option<Timestamp> {
    let is_otherwise = before.correlation != after.correlation
        || before.suppression != after.suppression
        || before.silences != after.silences
        || before.notifications != after.notifications;
    is_otherwise.then_some(now)
}

/// Whether a text from elsewhere may be a secret: a tool has made it by chance, and it can stand in a header.
fn is_secret(text: &str) -> bool {
    (32..=256).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// What is to be changed of a company's settings; what is left out stays.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// What people call it.
    pub name: Option<String>,
    /// How its alerts are grouped.
    pub correlation: Option<Correlation>,
    /// How many alerts it may send.
    pub rate_limit: Option<RateLimit>,
    /// How long what there is of it is kept.
    pub retention: Option<Retention>,
    /// What may run for it.
    pub policy: Option<Policy>,
    /// Its AWS account; `Some(None)` disconnects it.
    pub aws: Option<Option<AwsSettings>>,
    /// What it takes from monitoring tools.
    pub intake: Option<IntakeChange>,
    /// Its own rules of grouping.
    pub rules: Option<Vec<Rule>>,
    /// Its maintenance windows.
    pub maintenance_windows: Option<Vec<MaintenanceWindow>>,
    /// Its inhibitions, and whether what depends on something in trouble is quiet.
    pub inhibitions: Option<(Vec<Inhibition>, bool)>,
    /// A silence that begins or ends.
    pub silence: Option<SilenceChange>,
    /// Who hears of its incidents, and the channels that there are.
    pub notifications: Option<(Notifications, BTreeSet<String>)>,
    /// Whether it is archived.
    pub archived: Option<bool>,
    /// Whether all of it shall go, for good.
    pub erase: bool,
}

/// An API key that is asked for.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Whether it may send alerts without a signature.
    #[serde(default)]
    pub unsigned: bool,
    /// From when on it is of no use.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

/// A company with its settings.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Company)]
pub struct ShownCompany {
    /// Which.
    pub company_id: CompanyId,
    /// What people call it.
    pub name: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// Raised by every change of its settings.
    pub version: u64,
    /// Since when nothing is accepted for it.
    pub archived_at: Option<Timestamp>,
    /// Since when all of it is on its way out, into archives.
    pub erase_requested_at: Option<Timestamp>,
    /// When nothing was left of it but its id and the end of its journal.
    pub erased_at: Option<Timestamp>,
    /// How its alerts are grouped.
    pub correlation: Correlation,
    /// How many alerts it may send.
    pub rate_limit: RateLimit,
    /// How long what there is of it is kept.
    pub retention: Retention,
    /// What may run for it, and who must agree.
    pub policy: Policy,
    /// Its AWS account; `null` where it is connected to none.
    pub aws: Option<AwsSettings>,
    /// What it takes from monitoring tools.
    pub intake: Intake,
    /// Its own rules of grouping.
    pub rules: Vec<Rule>,
    /// What keeps its incidents quiet.
    pub suppression: Suppression,
    /// What its people have silenced for a while.
    #[schema(value_type = Vec<Value>)]
    pub silences: Vec<Silence>,
    /// Who hears of its incidents.
    pub notifications: Notifications,
}

/// A company with its settings.
pub fn shown(company: &Company) -> ShownCompany {
    ShownCompany {
        company_id: company.company_id.clone(),
        name: company.name.clone(),
        created_at: company.created_at,
        version: company.version,
        archived_at: company.archived_at,
        erase_requested_at: company.erase_requested_at,
        erased_at: company.erased_at,
        correlation: company.correlation,
        rate_limit: company.rate_limit,
        retention: company.retention,
        policy: company.policy,
        aws: company.aws.clone(),
        intake: company.intake.clone(),
        rules: company.rules.clone(),
        suppression: company.suppression.clone(),
        silences: company.silences.clone(),
        notifications: company.notifications.clone(),
    }
}

/// An API key without itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub struct ShownKey {
    /// Its public name.
    pub key_id: KeyId,
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Whether it may send alerts without a signature.
    pub unsigned: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is of no use.
    pub expires_at: Option<Timestamp>,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
}

/// A webhook secret without itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = WebhookSecret)]
pub struct ShownSecret {
    /// Its public name.
    pub secret_id: SecretId,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is of no use.
    pub expires_at: Option<Timestamp>,
}

impl ApiKey {
    /// Whether it is good at a moment.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }

    /// The key without its hash.
    pub fn shown(&self) -> ShownKey {
        ShownKey {
            key_id: self.key_id.clone(),
            name: self.name.clone(),
            scopes: self.scopes.clone(),
            unsigned: self.unsigned,
            created_at: self.created_at,
            expires_at: self.expires_at,
            revoked_at: self.revoked_at,
        }
    }
}

impl WebhookSecret {
    /// Whether it is live at a moment.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }

    /// The secret without itself.
    pub fn shown(&self) -> ShownSecret {
        ShownSecret {
            secret_id: self.secret_id.clone(),
            created_at: self.created_at,
            expires_at: self.expires_at,
        }
    }
}
