//! A company's AWS account: who may say what of it, and what the company is given to make a role with.
//!
//! The external id is what keeps companies apart at AWS: whoever enters another company's role here is turned away
//! there, because he does not have the id that its trust policy asks for. So a company's admin cannot choose it: it is
//! an HMAC of the company's id under the server's key. Nor can he say where requests go that are signed for us.

use actors::domain::{AwsSettings, Company, CompanyId};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

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
