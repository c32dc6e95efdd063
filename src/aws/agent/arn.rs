//! ARNs of agents, as settings give them.

use std::fmt;
use std::str::FromStr;

/// A text that is no such ARN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be {0}")]
pub struct BadArn(&'static str);

const ALIAS: BadArn = BadArn(
    "the ARN of an agent's alias, such as arn:aws:bedrock:eu-west-1:123456789012:agent-alias/AGENT12345/ALIAS12345",
);
const RUNTIME: BadArn = BadArn(
    "the ARN of an agent runtime, such as arn:aws:bedrock-agentcore:eu-west-1:123456789012:runtime/my_agent-AbCdEf1234",
);

/// A Bedrock agent's alias: `arn:aws:bedrock:REGION:ACCOUNT:agent-alias/AGENT/ALIAS` (AWS service authorization
/// reference, Amazon Bedrock).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentAlias {
    /// Where it is.
    pub region: String,
    /// The agent, 1 to 10 letters and digits.
    pub agent_id: String,
    /// Its alias, 1 to 10 letters and digits.
    pub alias_id: String,
    text: String,
}

impl FromStr for AgentAlias {
    type Err = BadArn;

    fn from_str(text: &str) -> Result<Self, BadArn> {
        let (region, resource) = parts(text, "bedrock").ok_or(ALIAS)?;
        let mut names = resource.split('/');
        let (kind, agent, alias, rest) = (names.next(), names.next(), names.next(), names.next());
        let (Some("agent-alias"), Some(agent), Some(alias), None) = (kind, agent, alias, rest) else {
            return Err(ALIAS);
        };
        let is_id = |id: &str| (1..=10).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_id(agent) || !is_id(alias) {
            return Err(ALIAS);
        }
        Ok(Self {
            region: region.to_owned(),
            agent_id: agent.to_owned(),
            alias_id: alias.to_owned(),
            text: text.to_owned(),
        })
    }
}

impl AgentAlias {
    /// The whole of it.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// An agent on AgentCore Runtime: `arn:aws:bedrock-agentcore:REGION:ACCOUNT:runtime/ID`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuntimeArn {
    /// Where it is.
    pub region: String,
    text: String,
}

impl FromStr for RuntimeArn {
    type Err = BadArn;

    fn from_str(text: &str) -> Result<Self, BadArn> {
        let (region, resource) = parts(text, "bedrock-agentcore").ok_or(RUNTIME)?;
        let id = resource.strip_prefix("runtime/").ok_or(RUNTIME)?;
        let is_id = !id.is_empty()
            && id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        if !is_id {
            return Err(RUNTIME);
        }
        Ok(Self {
            region: region.to_owned(),
            text: text.to_owned(),
        })
    }
}

impl RuntimeArn {
    /// The whole of it.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for RuntimeArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The region and the resource of an ARN of a service, in any partition.
fn parts<'a>(text: &'a str, service: &str) -> Option<(&'a str, &'a str)> {
    let mut parts = text.splitn(6, ':');
    let (arn, partition, named) = (parts.next()?, parts.next()?, parts.next()?);
    let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
    let is_region = (3..=32).contains(&region.len())
        && region
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let is_ours = arn == "arn" && partition.starts_with("aws") && named == service;
    (is_ours && is_region && is_account && text.len() <= 2048).then_some((region, resource))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_is_read_as_agent_and_alias() {
        let arn = "arn:aws:bedrock:eu-west-1:123456789012:agent-alias/AGENT12345/TSTALIASID";
        let alias: AgentAlias = arn.parse().unwrap();
        let read = (alias.region.as_str(), alias.agent_id.as_str(), alias.alias_id.as_str());
        assert_eq!(read, ("eu-west-1", "AGENT12345", "TSTALIASID"));
        assert_eq!(alias.as_str(), arn);
        for bad in [
            "",
            "AGENT12345",
            "arn:aws:bedrock:eu-west-1:123456789012:agent/AGENT12345",
            "arn:aws:bedrock:eu-west-1:123456789012:agent-alias/AGENT12345",
            "arn:aws:bedrock:eu-west-1:123456789012:agent-alias/AGENT12345/A/B",
            "arn:aws:bedrock:eu-west-1:123456789012:agent-alias/AGENT123456/ALIAS",
            "arn:aws:bedrock:eu-west-1:123456789012:agent-alias/../ALIAS",
            "arn:aws:bedrock:eu-west-1:1234:agent-alias/AGENT12345/ALIAS",
            "arn:aws:bedrock:EU:123456789012:agent-alias/AGENT12345/ALIAS",
            "arn:aws:lambda:eu-west-1:123456789012:agent-alias/AGENT12345/ALIAS",
        ] {
            assert!(bad.parse::<AgentAlias>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_runtime_is_read_with_its_region() {
        let arn = "arn:aws:bedrock-agentcore:us-west-2:123456789012:runtime/whisperer_agent-AbCd123456";
        assert_eq!(arn.parse::<RuntimeArn>().unwrap().region, "us-west-2");
        for bad in [
            "",
            "arn:aws:bedrock-agentcore:us-west-2:123456789012:runtime/",
            "arn:aws:bedrock-agentcore:us-west-2:123456789012:runtime/a/b",
        ] {
            assert!(bad.parse::<RuntimeArn>().is_err(), "{bad}");
        }
    }
}
