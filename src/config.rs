//! Settings: from flags, environment and one TOML file, in that order. What contradicts itself or is
//! weak stops the start, with the reason.

mod agentcore;
mod hosts;
pub mod minds;
mod values;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use actors::domain::aws::is_endpoint;
use actors::domain::decision::Budget;
use clap::{Args, ValueEnum};
use ipnet::IpNet;
use reqwest::Url;
use secrecy::SecretString;
use serde::Deserialize;

pub use self::agentcore::AgentCore;
use self::agentcore::PortOrAddress;
pub use self::hosts::Hosts;
pub use self::minds::{AgentMode, MindFlags, Minds};
use self::values::{given, mail, networks, origins, principal, roles, strong};
use crate::accounts::rights::Role;
use crate::audit::keeper::Place;
use crate::aws::agent::arn::BadArn;

/// The file of checkpoints in the data directory.
pub const CHECKPOINTS: &str = "checkpoints.jsonl";

/// The directory of archives in the data directory.
const ARCHIVES: &str = "archives";

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One JSON object a line.
    #[default]
    Json,
    /// For people.
    Text,
}

/// The settings as flags and environment variables give them.
#[derive(Args, Clone, Debug, Default)]
pub struct Flags {
    /// Address to listen on [default: 127.0.0.1:8001].
    #[arg(long, env = "LISTEN")]
    pub listen: Option<SocketAddr>,
    /// Port to listen on, where no address is given.
    #[arg(long, env = "PORT")]
    pub port: Option<u16>,
    /// Directory of the embedded store [default: ./data].
    #[arg(long, env = "DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// A TOML file with these settings.
    #[arg(long, env = "CONFIG")]
    pub config: Option<PathBuf>,
    /// Key under which secrets are sealed, at least 32 random characters; one is made in the data directory otherwise.
    #[arg(long, env = "SECRET_KEY", hide_env_values = true)]
    pub secret_key: Option<SecretString>,
    /// Who decides what the rules do not.
    #[command(flatten)]
    pub minds: MindFlags,
    /// The MongoDB to use instead of the embedded store.
    #[arg(long, env = "MONGO_URL", hide_env_values = true)]
    pub mongo_url: Option<SecretString>,
    /// Where other processes over the same MongoDB reach this one: `http://` or `https://` and a host. With it they share
    /// the companies; without it a process takes whatever it needs from any other.
    #[arg(long, env = "NODE_URL")]
    pub node_url: Option<String>,
    /// Tokens that one decision may use.
    #[arg(long, env = "MAX_TOKENS_PER_DECISION")]
    pub max_tokens_per_decision: Option<u32>,
    /// Seconds that one decision may take.
    #[arg(long, env = "MAX_DECISION_TIME_SECONDS")]
    pub max_decision_time_seconds: Option<u32>,
    /// Seconds that a command may be missing from AWS's list after it was sent.
    #[arg(long, env = "RECONCILE_WINDOW_SECONDS")]
    pub reconcile_window_seconds: Option<u64>,
    /// How log lines look.
    #[arg(long, env = "LOG_FORMAT")]
    pub log_format: Option<LogFormat>,
    /// Which log lines are written, as a tracing filter [default: info].
    #[arg(long, env = "LOG_LEVEL")]
    pub log_level: Option<String>,
    /// Milliseconds between /readyz turning false and new work being refused, when draining.
    #[arg(long, env = "DRAIN_DELAY_MS")]
    pub drain_delay_ms: Option<u64>,
    /// Take `?api_key=` at webhooks as the guide does. Off: a URL ends up in other people's logs.
    #[arg(long, env = "ALLOW_QUERY_API_KEY", num_args = 0..=1, default_missing_value = "true")]
    pub allow_query_api_key: Option<bool>,
    /// Origins, such as `https://ops.example.com`, whose pages may open the WebSocket and log in by a cookie besides the
    /// server's own.
    #[arg(long, env = "ALLOWED_ORIGINS", value_delimiter = ',')]
    pub allowed_origins: Option<Vec<String>>,
    /// Hosts, such as `ops.example.com`, that requests to /mcp may name besides localhost; `*`: any, where a proxy or a
    /// platform in front has looked.
    #[arg(long, env = "MCP_ALLOWED_HOSTS", value_delimiter = ',')]
    pub mcp_allowed_hosts: Option<Vec<String>>,
    /// Requests that a person or an API key may make in a minute, a third of them at once; webhooks have their
    /// company's limit instead [default: 6000].
    #[arg(long, env = "API_REQUESTS_PER_MINUTE")]
    pub api_requests_per_minute: Option<u32>,
    /// Addresses, or networks such as 10.0.0.0/8, that /metrics answers without a token. Behind a proxy on the same
    /// machine everybody comes from 127.0.0.1.
    #[arg(long, env = "METRICS_FROM", value_delimiter = ',')]
    pub metrics_from: Option<Vec<String>>,
    /// Addresses, or networks such as 10.0.0.0/8, of proxies that are believed where `X-Forwarded-For`, or else
    /// `Forwarded`, says that a request came from.
    #[arg(long, env = "TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Option<Vec<String>>,
    /// A token for /metrics alone, at least 32 random characters: for `Authorization: Bearer`.
    #[arg(long, env = "METRICS_TOKEN", hide_env_values = true)]
    pub metrics_token: Option<SecretString>,
    /// Roles that may do nothing before they have set up a second factor [default: msp_admin; `none` or an empty text: nobody].
    #[arg(long, env = "SECOND_FACTOR_FOR")]
    pub second_factor_for: Option<String>,
    /// Where signed checkpoints of the journals go: a file, best on another disk than the store, or `-` for standard
    /// output. In the data directory otherwise.
    #[arg(long, env = "CHECKPOINT_FILE")]
    pub checkpoint_file: Option<PathBuf>,
    /// The directory that what is past its time is archived to, best on another disk than the store; `archives` in the
    /// data directory otherwise.
    #[arg(long, env = "ARCHIVE_DIR")]
    pub archive_dir: Option<PathBuf>,
    /// Who companies' AWS roles are to trust: our own account, or the ARN of the role or user that we are. Shown in the
    /// policies that companies are given; nothing is called with it.
    #[arg(long, env = "AWS_PRINCIPAL_ARN")]
    pub aws_principal_arn: Option<String>,
    /// Who is asked for Amazon SNS's certificates and subscriptions instead of SNS itself: `https://` and a host, or
    /// `http://` and this machine.
    #[arg(long, env = "SNS_ENDPOINT")]
    pub sns_endpoint: Option<String>,
    /// Networks, such as 10.0.0.0/8, inside which notifications may be sent, over http:// too; others go to public
    /// addresses over https:// alone.
    #[arg(long, env = "OUTBOUND_NETWORKS", value_delimiter = ',')]
    pub outbound_networks: Option<Vec<String>>,
    /// The relay for mail, such as smtps://USER:PASSWORD@HOST, or smtp://HOST:25?tls=required.
    #[arg(long, env = "SMTP_URL", hide_env_values = true)]
    pub smtp_url: Option<SecretString>,
    /// Whose name mail is sent in, such as `Alerts <alerts@example.com>`.
    #[arg(long, env = "SMTP_FROM")]
    pub smtp_from: Option<String>,
    /// Port for AWS Bedrock AgentCore Runtime: /ping, /invocations and /ws on a listener of their own, on 127.0.0.1, or
    /// on every interface in a container; or an address with a port [default: none].
    #[arg(long, env = "AGENTCORE_PORT")]
    pub agentcore_port: Option<String>,
    /// The company whose invocations come in there, let in by AWS; otherwise each brings an API key or a token.
    #[arg(long, env = "AGENTCORE_COMPANY")]
    pub agentcore_company: Option<String>,
    /// E-mail address of the administrator whom the first start makes; admin@localhost where nothing is said.
    #[arg(long, env = "ADMIN_EMAIL")]
    pub admin_email: Option<String>,
    /// The first administrator's password; one is made and printed once otherwise.
    #[arg(long, env = "ADMIN_PASSWORD", hide_env_values = true)]
    pub admin_password: Option<SecretString>,
}

/// The same settings as the file gives them.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct FileSettings {
    listen: Option<SocketAddr>,
    port: Option<u16>,
    data_dir: Option<PathBuf>,
    secret_key: Option<SecretString>,
    mongo_url: Option<SecretString>,
    node_url: Option<String>,
    max_tokens_per_decision: Option<u32>,
    max_decision_time_seconds: Option<u32>,
    reconcile_window_seconds: Option<u64>,
    log_format: Option<LogFormat>,
    log_level: Option<String>,
    drain_delay_ms: Option<u64>,
    allow_query_api_key: Option<bool>,
    allowed_origins: Option<Vec<String>>,
    mcp_allowed_hosts: Option<Vec<String>>,
    api_requests_per_minute: Option<u32>,
    metrics_from: Option<Vec<String>>,
    trusted_proxies: Option<Vec<String>>,
    metrics_token: Option<SecretString>,
    second_factor_for: Option<String>,
    checkpoint_file: Option<PathBuf>,
    archive_dir: Option<PathBuf>,
    aws_principal_arn: Option<String>,
    sns_endpoint: Option<String>,
    outbound_networks: Option<Vec<String>>,
    smtp_url: Option<SecretString>,
    smtp_from: Option<String>,
    agentcore_port: Option<PortOrAddress>,
    agentcore_company: Option<String>,
    admin_email: Option<String>,
    admin_password: Option<SecretString>,
}

/// Requests that a person or an API key may make in a minute where nothing is said.
const API_REQUESTS_PER_MINUTE: u32 = 6_000;

/// The settings in force.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Directory of the embedded store.
    pub data_dir: PathBuf,
    /// Key under which secrets are sealed.
    pub secret_key: Option<SecretString>,
    /// The MongoDB to use instead of the embedded store.
    pub mongo_url: Option<SecretString>,
    /// Where other processes over the same MongoDB reach this one.
    pub node_url: Option<String>,
    /// What a decision may spend.
    pub budget: Budget,
    /// Who decides what the rules do not.
    pub minds: Minds,
    /// How long a command may be missing from AWS's list after it was sent.
    pub reconcile_window: Duration,
    /// How log lines look.
    pub log_format: LogFormat,
    /// Which are written.
    pub log_level: String,
    /// From `/readyz` turning false to new work being refused.
    pub drain_delay: Duration,
    /// Whether `?api_key=` is taken.
    pub allow_query_api_key: bool,
    /// Origins whose pages may open the WebSocket besides the server's own.
    pub allowed_origins: Vec<String>,
    /// Hosts that requests to `/mcp` may name besides localhost.
    pub mcp_allowed_hosts: Hosts,
    /// Requests that a person or an API key may make in a minute.
    pub api_requests_per_minute: u32,
    /// Where `/metrics` may be read from without a token.
    pub metrics_from: Vec<IpNet>,
    /// Proxies that are believed where a request came from.
    pub trusted_proxies: Vec<IpNet>,
    /// A token for `/metrics` alone.
    pub metrics_token: Option<SecretString>,
    /// Roles that need a second factor.
    pub second_factor_for: Vec<Role>,
    /// Where checkpoints of the journals go.
    pub checkpoints: Place,
    /// Where what is past its time goes.
    pub archives: PathBuf,
    /// Who companies' AWS roles are to trust.
    pub aws_principal_arn: Option<String>,
    /// Who is asked instead of Amazon SNS.
    pub sns_endpoint: Option<String>,
    /// Networks inside which notifications may be sent.
    pub outbound_networks: Vec<IpNet>,
    /// The relay for mail, and in whose name.
    pub mail: Option<(SecretString, String)>,
    /// AgentCore Runtime's listener, where there is one.
    pub agentcore: Option<AgentCore>,
    /// The first administrator's address.
    pub admin_email: String,
    /// His password, where it is not to be made.
    pub admin_password: Option<SecretString>,
    /// The commit this runs as.
    pub commit: String,
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("the settings file {path} cannot be read: {why}")]
    File {
        /// Its path.
        path: String,
        /// Why.
        why: String,
    },
    /// Two settings contradict each other.
    #[error("LISTEN says port {listen}, PORT says {port}: set one of them")]
    Ports {
        /// The one.
        listen: u16,
        /// The other.
        port: u16,
    },
    /// A setting is outside its range.
    #[error("{name} must be {low} to {high}")]
    Range {
        /// Its name.
        name: &'static str,
        /// The least.
        low: u64,
        /// The most.
        high: u64,
    },
    /// One setting needs another.
    #[error("{0} must be set with {1}, or neither")]
    Mail(&'static str, &'static str),
    /// An origin is none.
    #[error("ALLOWED_ORIGINS: {0:?} must be a scheme and a host, such as https://ops.example.com, without a path")]
    Origin(String),
    /// A host is none.
    #[error(
        "MCP_ALLOWED_HOSTS: {0:?} must be a host such as ops.example.com, without a scheme or a path, or * for any"
    )]
    Host(String),
    /// A token is too short.
    #[error("{0} is weak: use at least 32 random characters, for example from `openssl rand -hex 32`")]
    WeakToken(&'static str),
    /// A network is none.
    #[error("{0}: {1:?} must be an address, or a network such as 10.0.0.0/8")]
    Network(&'static str, String),
    /// A role is none.
    #[error("SECOND_FACTOR_FOR: {0:?} must be msp_admin, company_admin or technician, or `none` (or empty) for nobody")]
    Role(String),
    /// A principal is none.
    #[error(
        "AWS_PRINCIPAL_ARN: {0:?} must be an account such as 123456789012, or the ARN of a role or user, such as \
         arn:aws:iam::123456789012:role/alert-whisperer"
    )]
    Principal(String),
    /// A port is none.
    #[error("AGENTCORE_PORT: {0:?} must be a port such as 8080, or an address with one, or empty for none")]
    AgentCorePort(String),
    /// A company's id is none.
    #[error("AGENTCORE_COMPANY: {0:?} must be a company's id, such as comp-acme")]
    AgentCoreCompany(String),
    /// A company without a listener.
    #[error("AGENTCORE_COMPANY is set and AGENTCORE_PORT is not: set both, or neither")]
    AgentCoreNowhere,
    /// An agent's ARN is none.
    #[error("{0} {1}")]
    Arn(&'static str, BadArn),
    /// A remote agent is to decide, and there is none.
    #[error("AGENT_MODE is remote: set BEDROCK_AGENT_ARN or AGENTCORE_RUNTIME_ARN, or AGENT_MODE=local")]
    NoAgent,
    /// Something is said of a language model, and not which.
    #[error("LLM_API_KEY or LLM_ENDPOINT is set and LLM_MODEL is not: say which model is meant")]
    NoModelNamed,
    /// The key of a language model cannot be sent.
    #[error("the key of the language model must be printable ASCII without spaces")]
    ModelKey,
    /// What is asked would go out in the clear.
    #[error("LLM_ENDPOINT must be https:// and a host, or http:// and this machine, without a user or a query")]
    Endpoint,
    /// What decides who is believed would be fetched in the clear.
    #[error("SNS_ENDPOINT must be https:// and a host, or http:// and this machine, without a user, path or query")]
    SnsEndpoint,
    /// Where the others reach this one is no address.
    #[error("NODE_URL must be http:// or https:// and a host, without a user, path or query")]
    NodeUrl,
    /// Nothing is shared.
    #[error("NODE_URL is set and MONGO_URL is not: nodes share a database; set MONGO_URL, or leave NODE_URL out")]
    NodeAlone,
    /// Two keys are given for one model.
    #[error("GEMINI_API_KEY and LLM_API_KEY are both set, for one model of Gemini: set one of them")]
    TwoKeys,
    /// A decision may spend more than a company's day.
    #[error("MAX_TOKENS_PER_DECISION is {decision}, and MAX_TOKENS_PER_COMPANY_DAY only {day}")]
    DayTooShort {
        /// The one.
        decision: u32,
        /// The other.
        day: u64,
    },
    /// No model could be asked within it.
    #[error("MAX_TOKENS_PER_DECISION is {0}: a model needs 1500 to answer, and 8000 to look at something first")]
    TooFewTokens(u32),
}

impl Settings {
    /// Settles what flags, environment and file say.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn settle(flags: Flags) -> Result<Self, ConfigError> {
        let nothing = || Ok((FileSettings::default(), MindFlags::default()));
        let (file, minds) = flags.config.as_deref().map_or_else(nothing, read_file)?;
        let max_tokens = flags
            .max_tokens_per_decision
            .or(file.max_tokens_per_decision)
            .unwrap_or(2000);
        let max_time_seconds = flags
            .max_decision_time_seconds
            .or(file.max_decision_time_seconds)
            .unwrap_or(30);
        within("MAX_DECISION_TIME_SECONDS", max_time_seconds.into(), 1, 300)?;
        let reconcile_window = flags
            .reconcile_window_seconds
            .or(file.reconcile_window_seconds)
            .unwrap_or(120);
        within("RECONCILE_WINDOW_SECONDS", reconcile_window, 1, 3600)?;
        let drain_delay_ms = flags.drain_delay_ms.or(file.drain_delay_ms).unwrap_or(300);
        within("DRAIN_DELAY_MS", drain_delay_ms, 0, 10_000)?;
        let data_dir = flags.data_dir.or(file.data_dir).unwrap_or_else(|| "data".into());
        let checkpoints = match flags.checkpoint_file.or(file.checkpoint_file) {
            Some(path) if path.as_os_str() == "-" => Place::Stdout,
            Some(path) => Place::File(path),
            None => Place::File(data_dir.join(CHECKPOINTS)),
        };
        let mongo_url = given(flags.mongo_url.or(file.mongo_url));
        let node_url = node(flags.node_url.or(file.node_url))?;
        if node_url.is_some() && mongo_url.is_none() {
            return Err(ConfigError::NodeAlone);
        }
        Ok(Self {
            archives: flags
                .archive_dir
                .or(file.archive_dir)
                .unwrap_or_else(|| data_dir.join(ARCHIVES)),
            checkpoints,
            listen: address(flags.listen.or(file.listen), flags.port.or(file.port))?,
            data_dir,
            secret_key: flags.secret_key.or(file.secret_key),
            mongo_url,
            node_url,
            budget: Budget {
                max_tokens,
                max_time_seconds,
            },
            minds: Minds::settle(flags.minds, minds, max_tokens)?,
            reconcile_window: Duration::from_secs(reconcile_window),
            log_format: flags.log_format.or(file.log_format).unwrap_or_default(),
            log_level: flags.log_level.or(file.log_level).unwrap_or_else(|| "info".into()),
            drain_delay: Duration::from_millis(drain_delay_ms),
            allow_query_api_key: flags.allow_query_api_key.or(file.allow_query_api_key).unwrap_or(false),
            allowed_origins: origins(flags.allowed_origins.or(file.allowed_origins).unwrap_or_default())?,
            mcp_allowed_hosts: Hosts::settled(flags.mcp_allowed_hosts.or(file.mcp_allowed_hosts))?,
            api_requests_per_minute: flags
                .api_requests_per_minute
                .or(file.api_requests_per_minute)
                .unwrap_or(API_REQUESTS_PER_MINUTE)
                .max(1),
            metrics_from: networks("METRICS_FROM", flags.metrics_from.or(file.metrics_from))?,
            trusted_proxies: networks("TRUSTED_PROXIES", flags.trusted_proxies.or(file.trusted_proxies))?,
            metrics_token: strong(flags.metrics_token.or(file.metrics_token))?,
            second_factor_for: roles(flags.second_factor_for.or(file.second_factor_for))?,
            aws_principal_arn: principal(flags.aws_principal_arn.or(file.aws_principal_arn))?,
            sns_endpoint: endpoint(flags.sns_endpoint.or(file.sns_endpoint))?,
            outbound_networks: networks("OUTBOUND_NETWORKS", flags.outbound_networks.or(file.outbound_networks))?,
            mail: mail(flags.smtp_url.or(file.smtp_url), flags.smtp_from.or(file.smtp_from))?,
            agentcore: agentcore::settled(
                flags.agentcore_port.or(file.agentcore_port.map(PortOrAddress::text)),
                flags.agentcore_company.or(file.agentcore_company),
            )?,
            admin_email: flags
                .admin_email
                .or(file.admin_email)
                .unwrap_or_else(|| "admin@localhost".to_owned()),
            admin_password: given(flags.admin_password.or(file.admin_password)),
            commit: commit(),
        })
    }
}

fn read_file(path: &Path) -> Result<(FileSettings, MindFlags), ConfigError> {
    let fault = |why: String| ConfigError::File {
        path: path.display().to_string(),
        why,
    };
    let text = std::fs::read_to_string(path).map_err(|error| fault(error.to_string()))?;
    let mut all: toml::Table = toml::from_str(&text).map_err(|error| fault(error.to_string()))?;
    let of_minds = minds::NAMES.iter().filter_map(|name| all.remove_entry(*name));
    let of_minds: toml::Table = of_minds.collect();
    let minds = of_minds
        .try_into()
        .map_err(|error: toml::de::Error| fault(error.to_string()))?;
    let file = all
        .try_into()
        .map_err(|error: toml::de::Error| fault(error.to_string()))?;
    Ok((file, minds))
}

fn node(url: Option<String>) -> Result<Option<String>, ConfigError> {
    let Some(url) = url.filter(|url| !url.is_empty()) else {
        return Ok(None);
    };
    let read = Url::parse(&url).map_err(|_| ConfigError::NodeUrl)?;
    let is_bare =
        read.path() == "/" && read.query().is_none() && read.username().is_empty() && read.password().is_none();
    match matches!(read.scheme(), "http" | "https") && read.has_host() && is_bare {
        true => Ok(Some(url.trim_end_matches('/').to_owned())),
        false => Err(ConfigError::NodeUrl),
    }
}

fn endpoint(url: Option<String>) -> Result<Option<String>, ConfigError> {
    match url.filter(|url| !url.is_empty()) {
        Some(url) if !is_endpoint(&url) => Err(ConfigError::SnsEndpoint),
        url => Ok(url),
    }
}

fn address(listen: Option<SocketAddr>, port: Option<u16>) -> Result<SocketAddr, ConfigError> {
    match (listen, port) {
        (Some(listen), Some(port)) if listen.port() != port => Err(ConfigError::Ports {
            listen: listen.port(),
            port,
        }),
        (Some(listen), _) => Ok(listen),
        (None, port) => Ok(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port.unwrap_or(8001))),
    }
}

fn within(name: &'static str, value: u64, low: u64, high: u64) -> Result<(), ConfigError> {
    if (low..=high).contains(&value) {
        Ok(())
    } else {
        Err(ConfigError::Range { name, low, high })
    }
}

/// `GIT_SHA` when the program runs, else when it was built.
fn commit() -> String {
    let at_build = option_env!("GIT_SHA").unwrap_or("unknown");
    std::env::var("GIT_SHA")
        .ok()
        .filter(|sha| !sha.is_empty())
        .unwrap_or_else(|| at_build.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_and_the_address_may_not_contradict_each_other() {
        let of = |listen: Option<&str>, port| {
            Settings::settle(Flags {
                listen: listen.map(|text| text.parse().unwrap()),
                port,
                ..Flags::default()
            })
            .map(|settings| settings.listen.to_string())
        };
        assert_eq!(of(None, None).unwrap(), "127.0.0.1:8001");
        assert_eq!(of(None, Some(9000)).unwrap(), "127.0.0.1:9000");
        assert_eq!(of(Some("0.0.0.0:9000"), Some(9000)).unwrap(), "0.0.0.0:9000");
        assert!(matches!(
            of(Some("0.0.0.0:9000"), Some(9001)),
            Err(ConfigError::Ports { .. })
        ));
    }

    #[test]
    fn what_contradicts_itself_is_refused_and_unknown_settings_too() {
        let minds = MindFlags {
            agent_mode: Some(AgentMode::Remote),
            ..MindFlags::default()
        };
        let remote = Flags {
            minds,
            ..Flags::default()
        };
        assert!(matches!(Settings::settle(remote), Err(ConfigError::NoAgent)));
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "lissten = \"x\"").unwrap();
        let unknown = Flags {
            config: Some(file.path().into()),
            ..Flags::default()
        };
        assert!(matches!(Settings::settle(unknown), Err(ConfigError::File { .. })));
    }

    #[test]
    fn where_others_reach_a_node_is_a_bare_address() {
        let of = |url: &str| {
            let node_url = Some(url.to_owned());
            Settings::settle(Flags {
                node_url,
                mongo_url: Some("mongodb://db/aw".to_owned().into()),
                ..Flags::default()
            })
            .map(|settings| settings.node_url)
        };
        assert_eq!(of("").unwrap(), None);
        assert_eq!(
            of("https://node-1.example:8001/").unwrap().as_deref(),
            Some("https://node-1.example:8001")
        );
        for wrong in [
            "node-1",
            "ftp://node-1",
            "http://a:b@node-1",
            "http://node-1/x",
            "http://node-1/?a=b",
        ] {
            assert!(matches!(of(wrong), Err(ConfigError::NodeUrl)), "{wrong}");
        }
        let alone = Flags {
            node_url: Some("http://node-1".to_owned()),
            ..Flags::default()
        };
        assert!(matches!(Settings::settle(alone), Err(ConfigError::NodeAlone)));
    }

    #[test]
    fn flags_come_before_the_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "port = 9001\nmax_tokens_per_decision = 7").unwrap();
        let flags = Flags {
            config: Some(file.path().into()),
            port: Some(9002),
            ..Flags::default()
        };
        let settings = Settings::settle(flags).unwrap();
        assert_eq!((settings.listen.port(), settings.budget.max_tokens), (9002, 7));
    }
}
