//! Where AgentCore Runtime's listener is, and whose invocations it takes.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;

use actors::domain::CompanyId;
use serde::Deserialize;

use super::ConfigError;

/// AgentCore Runtime's listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentCore {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Whose invocations come in; otherwise each brings a key or token.
    pub company: Option<CompanyId>,
}

/// As the file has it.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum PortOrAddress {
    Port(u16),
    Address(String),
}

impl PortOrAddress {
    /// As a flag has it.
    pub(super) fn text(self) -> String {
        match self {
            Self::Port(port) => port.to_string(),
            Self::Address(address) => address,
        }
    }
}

/// An empty text stands for none: that is how container platforms leave a variable out.
pub(super) fn settled(port: Option<String>, company: Option<String>) -> Result<Option<AgentCore>, ConfigError> {
    let given = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let company = given(company)
        .map(|text| text.parse().map_err(|_| ConfigError::AgentCoreCompany(text)))
        .transpose()?;
    let Some(port) = given(port) else {
        return match company {
            Some(_) => Err(ConfigError::AgentCoreNowhere),
            None => Ok(None),
        };
    };
    let at_port = |port| SocketAddr::new(interface(in_a_container()), port);
    let listen = port.parse().or_else(|_| port.parse().map(at_port));
    let listen = listen.map_err(|_| ConfigError::AgentCorePort(port))?;
    Ok(Some(AgentCore { listen, company }))
}

/// Everything in a container is reached from outside of it; elsewhere only from the machine itself.
fn interface(in_a_container: bool) -> IpAddr {
    match in_a_container {
        true => Ipv4Addr::UNSPECIFIED.into(),
        false => Ipv4Addr::LOCALHOST.into(),
    }
}

/// As AWS's own SDK tells.
fn in_a_container() -> bool {
    Path::new("/.dockerenv").exists() || std::env::var_os("DOCKER_CONTAINER").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_needs_a_port_and_a_company_needs_a_listener() {
        let of =
            |port: Option<&str>, company: Option<&str>| settled(port.map(str::to_owned), company.map(str::to_owned));
        assert_eq!(of(None, None).unwrap(), None);
        assert_eq!(of(Some(""), Some("")).unwrap(), None);
        let both = of(Some("8080"), Some("comp-acme")).unwrap().unwrap();
        assert_eq!(
            (both.listen.port(), both.company.unwrap().as_str()),
            (8080, "comp-acme")
        );
        let at = of(Some("127.0.0.1:8080"), None).unwrap().unwrap();
        assert_eq!(at.listen.to_string(), "127.0.0.1:8080");
        assert!(matches!(
            of(None, Some("comp-acme")),
            Err(ConfigError::AgentCoreNowhere)
        ));
        assert!(matches!(of(Some("x"), None), Err(ConfigError::AgentCorePort(_))));
        assert!(matches!(
            of(Some("8080"), Some("a b")),
            Err(ConfigError::AgentCoreCompany(_))
        ));
    }

    #[test]
    fn every_interface_is_listened_on_in_a_container_alone() {
        assert!(interface(false).is_loopback());
        assert!(interface(true).is_unspecified());
    }
}
