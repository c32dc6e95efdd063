//! A company's AWS account: who may say what of it, and what the company is given to make a role with.
//!
//! The external id is what keeps companies apart at AWS: whoever enters another company's role here is turned away
//! there, because he does not have the id that its trust policy asks for. So a company's admin cannot choose it: it is
//! an HMAC of the company's id under the server's key. Nor can he say where requests go that are signed for us.

use actors::domain::aws::trust;
use actors::domain::{AwsSettings, Company, CompanyId};
use actors::port::cloud::Command;
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::Sha256;
use utoipa::ToSchema;

use super::{Desk, TenancyError, invalid};
use crate::accounts::derived::derived;
use crate::secrets::ServerKey;

const PURPOSE: &str = "alert-whisperer/external-id/1";
/// Bytes of the HMAC that an external id shows.
const SHOWN: usize = 16;

/// The external id of a company under each of the server's keys, the one in force first.
fn external_ids(key: &ServerKey, company: &CompanyId) -> impl Iterator<Item = String> {
    key.texts().iter().filter_map(move |text| {
        // HMAC takes keys of any length.
        let mut mac = Hmac::<Sha256>::new_from_slice(derived(text, PURPOSE).as_ref()).ok()?;
        mac.update(company.as_str().as_bytes());
        let code = mac.finalize().into_bytes();
        Some(format!("aw-{}", hex::encode(&code[..SHOWN])))
    })
}

/// The external id that a company's role is to ask for: stable, nobody else's, and not to be guessed.
pub fn external_id(key: &ServerKey, company: &CompanyId) -> String {
    external_ids(key, company).next().unwrap_or_default()
}

/// What stands in a trust policy where nobody has said who we are. IAM refuses it.
const WHO: &str = "SET-AWS_PRINCIPAL_ARN-FIRST";

/// What a company makes its role with.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AwsRole)]
pub struct RoleToMake {
    /// Whose role.
    company_id: CompanyId,
    /// The role in force; `null` where the company is not connected.
    role_arn: Option<String>,
    /// What the role is to ask for, and what is to be given as `external_id` when the company is connected.
    external_id: String,
    /// Whom the role trusts: us, as `AWS_PRINCIPAL_ARN` says; `null` where that is not set.
    principal: Option<String>,
    /// The role's trust policy.
    trust_policy: Value,
    /// What the role has to allow, and no more than that.
    permissions_policy: Value,
    /// What keeps these policies from being used as they are; `null` where nothing does.
    missing: Option<String>,
}

/// What a company makes its role with: by its settings where it is connected, else by what is proposed.
pub fn role_to_make(company: &Company, key: &ServerKey, principal: Option<&str>) -> RoleToMake {
    let settings = company.aws.as_ref();
    let external_id = settings.map_or_else(
        || external_id(key, &company.company_id),
        |settings| settings.external_id.clone(),
    );
    let unnamed = || {
        let what = "AWS_PRINCIPAL_ARN is not set: whoever runs the platform has to say which account, role or user \
                    we are, and IAM refuses the trust policy until then";
        (trust(WHO, &external_id), Some(what.to_owned()))
    };
    let (trust_policy, missing) = match (principal, settings) {
        (None, _) => unnamed(),
        (Some(principal), None) => (trust(principal, &external_id), None),
        (Some(principal), Some(settings)) => match settings.trust_policy(principal) {
            Ok(policy) => (policy, None),
            Err(error) => {
                let what = format!("AWS_PRINCIPAL_ARN does not fit the company's settings: {error}");
                (trust(WHO, &external_id), Some(what))
            }
        },
    };
    RoleToMake {
        company_id: company.company_id.clone(),
        role_arn: settings.map(|settings| settings.role_arn.clone()),
        external_id,
        principal: principal.map(str::to_owned),
        trust_policy,
        permissions_policy: permissions(settings),
        missing,
    }
}

/// What is called in a company's account, and nothing else.
fn permissions(settings: Option<&AwsSettings>) -> Value {
    let (account, partition) = settings.and_then(AwsSettings::account).unwrap_or(("*", "aws"));
    let region = settings.map_or("*", |settings| settings.region.as_str());
    json!({
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "RunCommands",
                "Effect": "Allow",
                "Action": "ssm:SendCommand",
                "Resource": [
                    format!("arn:{partition}:ssm:{region}::document/{}", Command::DOCUMENT),
                    format!("arn:{partition}:ec2:{region}:{account}:instance/*"),
                    format!("arn:{partition}:ssm:{region}:{account}:managed-instance/*"),
                ],
            },
            {
                "Sid": "CallCommandsOff",
                "Effect": "Allow",
                "Action": "ssm:CancelCommand",
                "Resource": "*",
            },
            {
                "Sid": "StartAutomations",
                "Effect": "Allow",
                "Action": ["ssm:StartAutomationExecution", "ssm:StopAutomationExecution"],
                "Resource": "*",
            },
            {
                "Sid": "KnowTheDocument",
                "Effect": "Allow",
                "Action": "ssm:DescribeDocument",
                "Resource": format!("arn:{partition}:ssm:{region}::document/{}", Command::DOCUMENT),
            },
            {
                "Sid": "Look",
                "Effect": "Allow",
                "Action": [
                    "ssm:ListCommands",
                    "ssm:GetCommandInvocation",
                    "ssm:GetAutomationExecution",
                    "ssm:DescribeInstanceInformation",
                    "ssm:DescribeInstancePatchStates",
                    "cloudwatch:DescribeAlarms",
                    "cloudwatch:GetMetricData",
                ],
                "Resource": "*",
            },
        ],
    })
}

impl Desk<'_> {
    /// Whether he may connect the company so.
    ///
    /// # Errors
    /// [`TenancyError::Invalid`], [`TenancyError::Forbidden`].
    pub(super) fn connect(&self, company: &Company, wanted: Option<&AwsSettings>) -> Result<(), TenancyError> {
        if let Some(wanted) = wanted {
            wanted
                .check()
                .map_err(|error| invalid(format!("aws.{}", error.field), error.rule))?;
        }
        if self.runs_platform {
            return Ok(());
        }
        let endpoint = |settings: Option<&AwsSettings>| settings.and_then(|settings| settings.endpoint_url.clone());
        if endpoint(company.aws.as_ref()) != endpoint(wanted) {
            return Err(TenancyError::Forbidden {
                field: "aws.endpoint_url",
                detail: "only who runs the platform may set, change or remove it: requests go there that are signed \
                         for our identity"
                    .to_owned(),
            });
        }
        let before = company.aws.as_ref().map(|settings| &settings.external_id);
        let is_ours = |id: &String| before == Some(id) || external_ids(self.key, self.company_id).any(|own| own == *id);
        match wanted.map(|settings| &settings.external_id) {
            Some(id) if !is_ours(id) => Err(TenancyError::Forbidden {
                field: "aws.external_id",
                detail: format!(
                    "must be {}, which is this company's alone; only who runs the platform may set another",
                    external_id(self.key, self.company_id)
                ),
            }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use secrecy::SecretString;

    use super::*;

    fn key(text: &str) -> ServerKey {
        ServerKey::load(Some(&SecretString::from(text)), Path::new("/nowhere")).unwrap()
    }

    #[test]
    fn an_external_id_is_the_companys_alone_and_outlives_a_change_of_the_key() {
        let (old, new) = ("0123456789abcdef".repeat(2), "fedcba9876543210".repeat(2));
        let (acme, globex) = ("comp-acme".parse().unwrap(), "comp-globex".parse().unwrap());
        let of_acme = external_id(&key(&old), &acme);
        assert_eq!(of_acme, external_id(&key(&old), &acme));
        assert_ne!(of_acme, external_id(&key(&old), &globex));
        assert_ne!(of_acme, external_id(&key(&new), &acme));
        let changed = key(&format!("{new},{old}"));
        assert!(external_ids(&changed, &acme).any(|id| id == of_acme));
        assert!(of_acme.len() == 35 && of_acme.starts_with("aw-"), "{of_acme}");
    }
}
