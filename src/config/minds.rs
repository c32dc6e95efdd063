//! Settings of who decides what the rules do not.

use actors::domain::aws::is_endpoint;
use clap::{Args, ValueEnum};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::{ConfigError, given};
use crate::aws::agent::arn::{AgentAlias, BadArn, RuntimeArn};
use crate::llm::LlmSettings;

/// The model where only Gemini's key is given.
const DEFAULT_MODEL: &str = "gemini-2.5-pro";

/// Tokens that a model needs for an answer at the least.
const LEAST_TOKENS: u32 = 1_500;

/// Tokens that models may use for one company in a day where nothing is said.
const TOKENS_PER_DAY: u64 = 200_000;

/// Who decides what the rules do not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AgentMode {
    /// This process: the rules, and a language model where one is set.
    #[default]
    Local,
    /// A remote agent.
    Remote,
}

impl AgentMode {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Remote => "remote",
        }
    }
}

/// As flags, environment variables or the file give them.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MindFlags {
    /// Who decides what the rules do not [default: local].
    #[arg(long, env = "AGENT_MODE")]
    pub agent_mode: Option<AgentMode>,
    /// Whether what the rules or past runs settle is decided without asking a model [default: true where AGENT_MODE is
    /// local, false where it is remote].
    #[arg(long, env = "RULES_FIRST", num_args = 0..=1, default_missing_value = "true")]
    pub rules_first: Option<bool>,
    /// The key of Google's Gemini. With it alone, the model is gemini-2.5-pro.
    #[arg(long, env = "GEMINI_API_KEY", hide_env_values = true)]
    pub gemini_api_key: Option<SecretString>,
    /// The language model; a provider in front of it where its name does not say whose it is, such as ollama::llama3.2.
    #[arg(long, env = "LLM_MODEL")]
    pub llm_model: Option<String>,
    /// Its provider's key.
    #[arg(long, env = "LLM_API_KEY", hide_env_values = true)]
    pub llm_api_key: Option<SecretString>,
    /// Its provider's base URL, where it is not the provider's own, such as http://127.0.0.1:11434/.
    #[arg(long, env = "LLM_ENDPOINT")]
    pub llm_endpoint: Option<String>,
    /// The alias of a Bedrock agent, as an ARN.
    #[arg(long, env = "BEDROCK_AGENT_ARN")]
    pub bedrock_agent_arn: Option<String>,
    /// An agent on AgentCore Runtime, as an ARN.
    #[arg(long, env = "AGENTCORE_RUNTIME_ARN")]
    pub agentcore_runtime_arn: Option<String>,
    /// Its endpoint [default: DEFAULT].
    #[arg(long, env = "AGENTCORE_RUNTIME_QUALIFIER")]
    pub agentcore_runtime_qualifier: Option<String>,
    /// Tokens that models may use for one company in a day [default: 200000].
    #[arg(long, env = "MAX_TOKENS_PER_COMPANY_DAY")]
    pub max_tokens_per_company_day: Option<u64>,
}

/// The names that the file may have of these.
pub(super) const NAMES: [&str; 10] = [
    "agent_mode",
    "rules_first",
    "gemini_api_key",
    "llm_model",
    "llm_api_key",
    "llm_endpoint",
    "bedrock_agent_arn",
    "agentcore_runtime_arn",
    "agentcore_runtime_qualifier",
    "max_tokens_per_company_day",
];

/// Who decides.
#[derive(Clone, Debug)]
pub struct Minds {
    /// Who decides what the rules do not.
    pub mode: AgentMode,
    /// Whether what rules or memory settle is decided without asking a model.
    pub rules_first: bool,
    /// The language model, where there is one.
    pub llm: Option<LlmSettings>,
    /// The Bedrock agent, where there is one.
    pub bedrock: Option<AgentAlias>,
    /// The agent on AgentCore Runtime, where there is one, and its endpoint.
    pub runtime: Option<(RuntimeArn, Option<String>)>,
    /// Tokens that models may use for one company in a day.
    pub tokens_per_day: u64,
}

impl MindFlags {
    /// These, and what the file says where they say nothing.
    fn or(self, file: Self) -> Self {
        Self {
            agent_mode: self.agent_mode.or(file.agent_mode),
            rules_first: self.rules_first.or(file.rules_first),
            gemini_api_key: self.gemini_api_key.or(file.gemini_api_key),
            llm_model: self.llm_model.or(file.llm_model),
            llm_api_key: self.llm_api_key.or(file.llm_api_key),
            llm_endpoint: self.llm_endpoint.or(file.llm_endpoint),
            bedrock_agent_arn: self.bedrock_agent_arn.or(file.bedrock_agent_arn),
            agentcore_runtime_arn: self.agentcore_runtime_arn.or(file.agentcore_runtime_arn),
            agentcore_runtime_qualifier: self.agentcore_runtime_qualifier.or(file.agentcore_runtime_qualifier),
            max_tokens_per_company_day: self.max_tokens_per_company_day.or(file.max_tokens_per_company_day),
        }
    }
}

impl Minds {
    /// Settles what flags, environment and file say.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub(super) fn settle(flags: MindFlags, file: MindFlags, per_decision: u32) -> Result<Self, ConfigError> {
        let said = flags.or(file);
        let mode = said.agent_mode.unwrap_or_default();
        let bad = |name| move |why: BadArn| ConfigError::Arn(name, why);
        let bedrock = text(said.bedrock_agent_arn).map(|arn| arn.parse());
        let bedrock: Option<AgentAlias> = bedrock.transpose().map_err(bad("BEDROCK_AGENT_ARN"))?;
        let runtime = text(said.agentcore_runtime_arn).map(|arn| arn.parse());
        let runtime: Option<RuntimeArn> = runtime.transpose().map_err(bad("AGENTCORE_RUNTIME_ARN"))?;
        if mode == AgentMode::Remote && bedrock.is_none() && runtime.is_none() {
            return Err(ConfigError::NoAgent);
        }
        let qualifier = text(said.agentcore_runtime_qualifier);
        let llm = llm(said.llm_model, said.llm_api_key, said.gemini_api_key, said.llm_endpoint)?;
        let tokens_per_day = said.max_tokens_per_company_day.unwrap_or(TOKENS_PER_DAY);
        let is_asked = match mode {
            AgentMode::Local => llm.is_some(),
            AgentMode::Remote => true,
        };
        if is_asked && per_decision < LEAST_TOKENS {
            return Err(ConfigError::TooFewTokens(per_decision));
        }
        if is_asked && tokens_per_day > 0 && tokens_per_day < u64::from(per_decision) {
            let (decision, day) = (per_decision, tokens_per_day);
            return Err(ConfigError::DayTooShort { decision, day });
        }
        Ok(Self {
            mode,
            rules_first: said.rules_first.unwrap_or(mode == AgentMode::Local),
            llm,
            bedrock,
            runtime: runtime.map(|arn| (arn, qualifier)),
            tokens_per_day,
        })
    }
}

/// The language model that is meant, where one is.
fn llm(
    model: Option<String>,
    key: Option<SecretString>,
    gemini: Option<SecretString>,
    endpoint: Option<String>,
) -> Result<Option<LlmSettings>, ConfigError> {
    let (key, gemini, endpoint) = (given(key), given(gemini), text(endpoint));
    let Some(model) = text(model).or_else(|| gemini.as_ref().map(|_| DEFAULT_MODEL.to_owned())) else {
        return match (key, endpoint) {
            (None, None) => Ok(None),
            _ => Err(ConfigError::NoModelNamed),
        };
    };
    let is_gemini = model.starts_with("gemini");
    if endpoint.as_deref().is_some_and(|url| !is_private(url)) {
        return Err(ConfigError::Endpoint);
    }
    if is_gemini && key.is_some() && gemini.is_some() {
        return Err(ConfigError::TwoKeys);
    }
    if key
        .iter()
        .chain(&gemini)
        .any(|key| !key.expose_secret().bytes().all(|byte| byte.is_ascii_graphic()))
    {
        return Err(ConfigError::ModelKey);
    }
    Ok(Some(LlmSettings {
        key: key.or_else(|| gemini.filter(|_| is_gemini)),
        model,
        endpoint,
    }))
}

/// Whether nobody on the way can read what is sent there: as for AWS, with a path behind the host.
fn is_private(url: &str) -> bool {
    let host_at = url.find("://").map_or(0, |at| at + 3);
    let path_at = url[host_at..].find('/').map_or(url.len(), |at| host_at + at);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    is_endpoint(&url[..path_at]) && url[path_at..].bytes().all(plain)
}

/// An empty text stands for none.
fn text(given: Option<String>) -> Option<String> {
    given.filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALIAS: &str = "arn:aws:bedrock:eu-west-1:123456789012:agent-alias/AGENT12345/ALIAS12345";

    fn settle(file: &str) -> Result<Minds, ConfigError> {
        Minds::settle(MindFlags::default(), toml::from_str(file).unwrap(), 2_000)
    }

    #[test]
    fn nothing_said_is_the_rules_alone() {
        let minds = settle("").unwrap();
        assert!(minds.llm.is_none() && minds.rules_first && minds.mode == AgentMode::Local);
    }

    #[test]
    fn a_key_of_gemini_is_a_model_and_others_are_named() {
        let gemini = settle("gemini_api_key = \"k\"").unwrap().llm.unwrap();
        assert_eq!(gemini.model, "gemini-2.5-pro");
        assert_eq!(gemini.key.unwrap().expose_secret(), "k");
        let other = settle("gemini_api_key = \"k\"\nllm_model = \"gpt-5\"\nllm_api_key = \"o\"")
            .unwrap()
            .llm
            .unwrap();
        assert_eq!(other.key.unwrap().expose_secret(), "o");
        let local = settle("llm_model = \"ollama::llama3.2\"\nllm_endpoint = \"http://127.0.0.1:11434/v1/\"").unwrap();
        assert!(local.llm.unwrap().key.is_none());
        assert!(settle("llm_api_key = \"o\"").is_err(), "of which model?");
        assert!(
            settle("llm_model = \"gpt-5\"\nllm_endpoint = \"http://example.com\"").is_err(),
            "in the clear"
        );
        assert!(settle("gemini_api_key = \"a\\nb\"").is_err());
    }

    #[test]
    fn remote_needs_an_agent_and_asks_it_first() {
        assert!(matches!(settle("agent_mode = \"remote\""), Err(ConfigError::NoAgent)));
        assert!(settle("bedrock_agent_arn = \"AGENT12345\"").is_err());
        let minds = settle(&format!("agent_mode = \"remote\"\nbedrock_agent_arn = \"{ALIAS}\"")).unwrap();
        assert!(!minds.rules_first);
        assert_eq!(minds.bedrock.unwrap().agent_id, "AGENT12345");
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        assert!(settle("gemini_api_key = \"k\"\nllm_api_key = \"o\"").is_err(), "which?");
        assert!(settle("gemini_api_key = \"k\"\nmax_tokens_per_company_day = 1000").is_err());
        assert!(settle("max_tokens_per_company_day = 1000").is_ok(), "nobody is asked");
        let few = toml::from_str("gemini_api_key = \"k\"").unwrap();
        assert!(Minds::settle(MindFlags::default(), few, 10).is_err());
        let said = settle("gemini_api_key = \"k\"\nllm_endpoint = \"http://user:pw@127.0.0.1\"").unwrap_err();
        assert!(!said.to_string().contains("pw"), "{said}");
    }

    #[test]
    fn every_name_is_one_that_the_file_may_have() {
        for name in NAMES {
            let value = match name {
                "agent_mode" => "\"local\"",
                "rules_first" => "true",
                "max_tokens_per_company_day" => "1",
                _ => "\"\"",
            };
            toml::from_str::<MindFlags>(&format!("{name} = {value}")).unwrap();
        }
    }
}
