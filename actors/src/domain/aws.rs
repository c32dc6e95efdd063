//! How a company's AWS account is reached: a role that is assumed, never a stored key.

use std::net::IpAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The longest ARN that STS takes, in characters.
const ARN: usize = 2048;
/// The longest external id that STS takes, in characters.
const EXTERNAL_ID: usize = 1224;
/// The longest name of a region; those that there are have at most 16.
const REGION: usize = 32;
/// The longest address that is taken for an endpoint, in bytes.
const ENDPOINT: usize = 2048;
/// The longest name of a secret, in characters.
const SECRET_NAME: usize = 512;

/// A company's AWS account. None of it is a secret: AWS shows the external id to whoever may read the role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AwsSettings {
    /// The role in the company's account that is assumed: `arn:aws:iam::123456789012:role/alert-whisperer`. Of the
    /// partitions `aws`, `aws-cn`, `aws-us-gov`, `aws-iso`, `aws-iso-b`, `aws-iso-e`, `aws-iso-f`, `aws-eusc`.
    #[schema(max_length = 2048)]
    pub role_arn: String,
    /// What the role's trust policy asks for, so that nobody else's settings reach this role through us: 2 to 1224 of
    /// `A-Z a-z 0-9 _ + = , . @ : / -`.
    #[schema(min_length = 2, max_length = 1224, pattern = "^[A-Za-z0-9_+=,.@:/-]{2,1224}$")]
    pub external_id: String,
    /// The region that its instances, alarms and secrets are in: `eu-central-1`. Of the role's partition.
    #[schema(max_length = 32, pattern = "^[a-z]+(-[a-z]+)+-[0-9]{1,2}$")]
    pub region: String,
    /// Where all of its calls go instead of AWS: `https://`, or `http://` to this machine alone. Requests go there that
    /// are signed for our own identity, so this is for who runs the platform to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2048)]
    pub endpoint_url: Option<String>,
    /// How long calls may take.
    #[serde(default)]
    pub timeouts: AwsTimeouts,
}

/// How long a call to AWS may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AwsTimeouts {
    /// Until a connection is open, in seconds: 1 to 10.
    #[schema(minimum = 1, maximum = 10)]
    pub connect_seconds: u32,
    /// From the request to the first byte of its answer, in seconds: 1 to 60.
    #[schema(minimum = 1, maximum = 60)]
    pub read_seconds: u32,
    /// One attempt, in seconds: 1 to 120.
    #[schema(minimum = 1, maximum = 120)]
    pub attempt_seconds: u32,
    /// All attempts together, in seconds: 1 to 300, and no less than one attempt.
    #[schema(minimum = 1, maximum = 300)]
    pub operation_seconds: u32,
}

impl Default for AwsTimeouts {
    fn default() -> Self {
        Self {
            connect_seconds: 3,
            read_seconds: 10,
            attempt_seconds: 15,
            operation_seconds: 40,
        }
    }
}

/// Settings that are refused: the first wrong field, and what it must be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} {rule}")]
pub struct InvalidAws {
    /// The field's path: `timeouts.read_seconds`.
    pub field: &'static str,
    /// What it must be.
    pub rule: String,
}

fn require(holds: bool, field: &'static str, rule: impl Into<String>) -> Result<(), InvalidAws> {
    if holds {
        Ok(())
    } else {
        let rule = rule.into();
        Err(InvalidAws { field, rule })
    }
}

impl AwsTimeouts {
    /// Whether every setting is in range.
    ///
    /// # Errors
    /// The first that is not.
    pub fn check(&self) -> Result<(), InvalidAws> {
        let within = |field, value: u32, low: u32, high: u32| {
            let rule = format!("must be {low} to {high}");
            require((low..=high).contains(&value), field, rule)
        };
        within("timeouts.connect_seconds", self.connect_seconds, 1, 10)?;
        within("timeouts.read_seconds", self.read_seconds, 1, 60)?;
        within("timeouts.attempt_seconds", self.attempt_seconds, 1, 120)?;
        let least = self.attempt_seconds;
        within("timeouts.operation_seconds", self.operation_seconds, least, 300)
    }

    /// Until a connection is open, as a span.
    pub fn connect(&self) -> Duration {
        seconds(self.connect_seconds)
    }

    /// To the first byte of an answer, as a span.
    pub fn read(&self) -> Duration {
        seconds(self.read_seconds)
    }

    /// One attempt, as a span.
    pub fn attempt(&self) -> Duration {
        seconds(self.attempt_seconds)
    }

    /// All attempts, as a span.
    pub fn operation(&self) -> Duration {
        seconds(self.operation_seconds)
    }
}

fn seconds(count: u32) -> Duration {
    Duration::from_secs(u64::from(count))
}

/// The partitions of AWS, each with what the names of its regions begin with; `aws` has all others.
const PARTITIONS: [(&str, &str); 7] = [
    ("aws-cn", "cn-"),
    ("aws-us-gov", "us-gov-"),
    ("aws-iso", "us-iso-"),
    ("aws-iso-b", "us-isob-"),
    ("aws-iso-e", "eu-isoe-"),
    ("aws-iso-f", "us-isof-"),
    ("aws-eusc", "eusc-"),
];

fn partition_of(region: &str) -> &'static str {
    let own = PARTITIONS.iter().find(|(_, prefix)| region.starts_with(prefix));
    own.map_or("aws", |(partition, _)| partition)
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_region(text: &str) -> bool {
    let mut parts = text.split('-').rev();
    let number = parts.next().unwrap_or_default();
    let words: Vec<&str> = parts.collect();
    let word = |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    text.len() <= REGION
        && matches!(number.len(), 1 | 2)
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && words.len() >= 2
        && words.iter().all(word)
}

/// What names of roles and users are made of, with the path before them.
fn is_iam_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@/-".contains(&byte);
    !text.is_empty() && text.bytes().all(plain) && !text.ends_with('/')
}

/// An ARN's partition, account and resource, where it is one of IAM: `arn:PARTITION:iam::ACCOUNT:RESOURCE`.
fn iam_arn(arn: &str) -> Option<(&str, &str, &str)> {
    let mut parts = arn.splitn(6, ':');
    let mut next = || parts.next();
    let (head, partition, service) = (next()?, next()?, next()?);
    let (region, account, resource) = (next()?, next()?, next()?);
    let known = partition == "aws" || PARTITIONS.iter().any(|(name, _)| *name == partition);
    let is_iam = head == "arn" && service == "iam" && region.is_empty();
    (is_iam && known && is_account(account) && arn.len() <= ARN).then_some((partition, account, resource))
}

fn role_partition(arn: &str) -> Option<&str> {
    let (partition, _, resource) = iam_arn(arn)?;
    is_iam_name(resource.strip_prefix("role/")?).then_some(partition)
}

/// Whether requests may be sent to an address: `https://`, or `http://` to this machine, without a user, a path, a
/// query or a fragment.
pub fn is_endpoint(url: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"\\@?#%".contains(&byte);
    if url.len() > ENDPOINT || !url.bytes().all(plain) {
        return false;
    }
    let (rest, encrypted) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(rest), _) => (rest, true),
        (None, Some(rest)) => (rest, false),
        (None, None) => return false,
    };
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    let (host, port) = match authority.rsplit_once(':') {
        // The colons of an IPv6 address stand in its brackets.
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let digits =
        |port: &str| port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|p| p > 0);
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let (named, address) = match bare {
        Some(inner) => (false, inner.parse().ok().map(IpAddr::V6)),
        None => (is_host(host), host.parse().ok().map(IpAddr::V4)),
    };
    let here = host == "localhost" || address.is_some_and(|address| address.is_loopback());
    port.is_none_or(digits) && (named || address.is_some()) && (encrypted || here)
}

fn is_host(host: &str) -> bool {
    let label = |label: &str| {
        let plain = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        (1..=63).contains(&label.len()) && plain && !label.starts_with('-') && !label.ends_with('-')
    };
    host.len() <= 253 && host.split('.').all(label)
}

impl AwsSettings {
    /// Whose account in which region it is, in words.
    pub fn place(&self) -> String {
        format!("{} in {}", self.role_arn, self.region)
    }

    /// Whether every field is as it must be.
    ///
    /// # Errors
    /// The first that is not.
    pub fn check(&self) -> Result<(), InvalidAws> {
        let partition = role_partition(&self.role_arn);
        let rule = "must be the ARN of a role, such as arn:aws:iam::123456789012:role/alert-whisperer";
        require(partition.is_some(), "role_arn", rule)?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@:/-".contains(&byte);
        let holds = (2..=EXTERNAL_ID).contains(&self.external_id.len()) && self.external_id.bytes().all(plain);
        require(
            holds,
            "external_id",
            "must be 2 to 1224 of A-Z a-z 0-9 _ + = , . @ : / -",
        )?;
        let rule = "must be the name of a region, such as eu-central-1";
        require(is_region(&self.region), "region", rule)?;
        let theirs = partition_of(&self.region);
        let rule = format!("must be of the role's partition; it is of {theirs}");
        require(partition == Some(theirs), "region", rule)?;
        let holds = self.endpoint_url.as_deref().is_none_or(is_endpoint);
        let rule = "must be https:// and a host, or http:// and this machine, without a user, path or query";
        require(holds, "endpoint_url", rule)?;
        self.timeouts.check()
    }

    /// The trust policy that the company gives its role, so that `principal` alone may assume it, and only with the
    /// external id. `principal` is whom we call as: an account (`123456789012`), or the ARN of a role or user.
    ///
    /// # Errors
    /// What is wrong with these settings or with `principal`.
    pub fn trust_policy(&self, principal: &str) -> Result<Value, InvalidAws> {
        self.check()?;
        let partition = partition_of(&self.region);
        let rule = format!("must be an account such as 123456789012, or the ARN of a role or user of {partition}");
        let principal = if is_account(principal) {
            format!("arn:{partition}:iam::{principal}:root")
        } else {
            require(partition_of_principal(principal) == Some(partition), "principal", rule)?;
            principal.to_owned()
        };
        Ok(trust(&principal, &self.external_id))
    }

    /// The role's account and partition, as its ARN says them.
    pub fn account(&self) -> Option<(&str, &str)> {
        iam_arn(&self.role_arn).map(|(partition, account, _)| (account, partition))
    }
}

/// Whether somebody can be trusted by name: an account, or the ARN of a role, a user or an account's root.
pub fn is_principal(text: &str) -> bool {
    is_account(text) || partition_of_principal(text).is_some()
}

fn partition_of_principal(arn: &str) -> Option<&str> {
    let (partition, _, resource) = iam_arn(arn)?;
    let name = resource.strip_prefix("role/").or(resource.strip_prefix("user/"));
    (resource == "root" || name.is_some_and(is_iam_name)).then_some(partition)
}

/// A trust policy by which a principal alone may assume a role, and only with an external id. The principal is taken
/// as it is: where it is none, IAM refuses the policy.
pub fn trust(principal: &str, external_id: &str) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "AlertWhisperer",
            "Effect": "Allow",
            "Principal": { "AWS": principal },
            "Action": "sts:AssumeRole",
            "Condition": { "StringEquals": { "sts:ExternalId": external_id } },
        }],
    })
}

/// Names a secret in a company's Secrets Manager: `secretsmanager:NAME`, or the secret's ARN. A reference is no
/// secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String)]
pub struct SecretReference(String);

/// A text that names no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be secretsmanager:NAME, or the ARN of a secret in Secrets Manager")]
pub struct InvalidSecretReference;

impl SecretReference {
    const PREFIX: &'static str = "secretsmanager:";

    /// Whether a text means to be a reference; what is none is the value itself.
    pub fn is_meant(text: &str) -> bool {
        text.starts_with(Self::PREFIX) || text.starts_with("arn:")
    }

    /// What Secrets Manager calls it: a name or an ARN.
    pub fn secret_id(&self) -> &str {
        self.0.strip_prefix(Self::PREFIX).unwrap_or(&self.0)
    }

    /// The region that it is in, where it says so.
    pub fn region(&self) -> Option<&str> {
        if self.0.starts_with("arn:") {
            self.0.split(':').nth(3)
        } else {
            None
        }
    }
}

fn is_secret_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/_+=.@!-".contains(&byte);
    (1..=SECRET_NAME).contains(&text.len()) && text.bytes().all(plain)
}

impl TryFrom<String> for SecretReference {
    type Error = InvalidSecretReference;

    fn try_from(text: String) -> Result<Self, InvalidSecretReference> {
        let holds = if let Some(name) = text.strip_prefix(Self::PREFIX) {
            is_secret_name(name)
        } else {
            let parts: Vec<&str> = text.splitn(7, ':').collect();
            let [head, partition, service, region, account, kind, name] = parts[..] else {
                return Err(InvalidSecretReference);
            };
            head == "arn"
                && service == "secretsmanager"
                && is_region(region)
                && partition == partition_of(region)
                && is_account(account)
                && kind == "secret"
                && is_secret_name(name)
        };
        if holds {
            Ok(Self(text))
        } else {
            Err(InvalidSecretReference)
        }
    }
}

impl std::str::FromStr for SecretReference {
    type Err = InvalidSecretReference;

    fn from_str(text: &str) -> Result<Self, InvalidSecretReference> {
        text.to_owned().try_into()
    }
}

impl From<SecretReference> for String {
    fn from(reference: SecretReference) -> Self {
        reference.0
    }
}

#[cfg(test)]
mod tests;
