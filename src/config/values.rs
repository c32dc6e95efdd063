//! Settings that are lists, words or secrets: what they may be.

use std::net::IpAddr;

use actors::domain::aws::is_principal;
use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};
use strum::IntoEnumIterator;

use super::ConfigError;
use crate::accounts::rights::Role;

/// An empty text stands for none: that is how container platforms leave a variable out.
pub(super) fn given(secret: Option<SecretString>) -> Option<SecretString> {
    secret.filter(|secret| !secret.expose_secret().is_empty())
}

pub(super) fn strong(token: Option<SecretString>) -> Result<Option<SecretString>, ConfigError> {
    match given(token) {
        Some(token) if token.expose_secret().len() < 32 => Err(ConfigError::WeakToken("METRICS_TOKEN")),
        token => Ok(token),
    }
}

/// A relay and a sender: both or none.
pub(super) fn mail(
    url: Option<SecretString>,
    from: Option<String>,
) -> Result<Option<(SecretString, String)>, ConfigError> {
    match (given(url), from.filter(|from| !from.is_empty())) {
        (Some(url), Some(from)) => Ok(Some((url, from))),
        (None, None) => Ok(None),
        (Some(_), None) => Err(ConfigError::Mail("SMTP_FROM", "SMTP_URL")),
        (None, Some(_)) => Err(ConfigError::Mail("SMTP_URL", "SMTP_FROM")),
    }
}

pub(super) fn principal(named: Option<String>) -> Result<Option<String>, ConfigError> {
    match named.filter(|text| !text.is_empty()) {
        Some(other) if !is_principal(&other) => Err(ConfigError::Principal(other)),
        principal => Ok(principal),
    }
}

/// Addresses and networks.
pub(super) fn networks(setting: &'static str, named: Option<Vec<String>>) -> Result<Vec<IpNet>, ConfigError> {
    let named = named.unwrap_or_default();
    let given = named.iter().map(|text| text.trim()).filter(|text| !text.is_empty());
    given
        .map(|text| {
            let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
            network.map_err(|_| ConfigError::Network(setting, text.to_owned()))
        })
        .collect()
}

/// Roles that need a second factor.
pub(super) fn roles(named: Option<String>) -> Result<Vec<Role>, ConfigError> {
    let Some(named) = named else {
        return Ok(vec![Role::MspAdmin]);
    };
    if named.trim() == "none" {
        return Ok(Vec::new());
    }
    let names = named.split(',').map(str::trim).filter(|name| !name.is_empty());
    names
        .map(|name| {
            let role = Role::iter().find(|role| role.as_str() == name);
            role.ok_or_else(|| ConfigError::Role(name.to_owned()))
        })
        .collect()
}

/// Origins as browsers send them (RFC 6454, 6.2).
pub(super) fn origins(named: Vec<String>) -> Result<Vec<String>, ConfigError> {
    let is_origin = |text: &String| {
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '*', ' ']))
    };
    match named.iter().find(|text| !is_origin(text)) {
        Some(other) => Err(ConfigError::Origin(other.clone())),
        None => Ok(named),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_may_be_said_to_need_a_second_factor() {
        let of = |text: Option<&str>| roles(text.map(str::to_owned));
        assert_eq!(of(None).unwrap(), [Role::MspAdmin]);
        assert_eq!(
            of(Some("technician, msp_admin")).unwrap(),
            [Role::Technician, Role::MspAdmin]
        );
        for nobody in ["", "none", " none "] {
            assert!(of(Some(nobody)).unwrap().is_empty(), "{nobody:?}");
        }
        for odd in ["nobody", "none,msp_admin"] {
            let said = of(Some(odd)).unwrap_err().to_string();
            assert!(said.contains("`none`"), "{said}");
        }
    }

    #[test]
    fn a_principal_that_iam_would_refuse_is_refused() {
        let of = |text: &str| principal(Some(text.to_owned()));
        for good in ["123456789012", "arn:aws:iam::123456789012:role/alert-whisperer"] {
            assert_eq!(of(good).unwrap().as_deref(), Some(good));
        }
        assert_eq!(of("").unwrap(), None);
        for odd in ["*", "arn:aws:sts::123456789012:assumed-role/x/y", "12345678901"] {
            assert!(
                of(odd).unwrap_err().to_string().starts_with("AWS_PRINCIPAL_ARN"),
                "{odd}"
            );
        }
    }

    #[test]
    fn networks_are_named_by_their_setting() {
        let of = |text: &str| networks("TRUSTED_PROXIES", Some(vec![text.to_owned()]));
        assert_eq!(of("127.0.0.1").unwrap()[0].to_string(), "127.0.0.1/32");
        assert!(of("").unwrap().is_empty());
        assert!(of("proxy").unwrap_err().to_string().starts_with("TRUSTED_PROXIES"));
    }
}
