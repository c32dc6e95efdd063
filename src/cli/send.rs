//! `alert-whisperer send`: one signed alert, or a file as a monitoring tool sends it, for trying a set-up.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use actors::domain::{Severity, Signal};
use actors::limits::ALERTS_PER_BODY;
use anyhow::Context;
use clap::{Args, ValueEnum};
use secrecy::SecretString;
use serde::Serialize;
use serde_json::Value;
use strum::IntoEnumIterator;

use super::out;
use crate::client::{self, Answer, Client, ClientError};
use crate::ingest::formats::{Format, custom, prometheus};

/// Send a signed alert to a running server.
#[derive(Debug, Args)]
pub(super) struct SendArgs {
    /// The server.
    #[arg(long, default_value = "http://127.0.0.1:8001")]
    url: String,
    /// The company's API key.
    #[arg(long, env = "ALERT_WHISPERER_API_KEY", hide_env_values = true)]
    api_key: SecretString,
    /// The company's webhook secret; without one the alert goes unsigned.
    #[arg(long, env = "ALERT_WHISPERER_SECRET", hide_env_values = true)]
    secret: Option<SecretString>,
    /// What is in trouble.
    #[arg(long, required_unless_present = "format")]
    asset: Option<String>,
    /// The kind of trouble, such as disk-space-critical.
    #[arg(long, required_unless_present = "format")]
    signature: Option<String>,
    /// Send FILE as this tool sends it, such as alertmanager, grafana or cloudwatch; prometheus for Prometheus itself,
    /// custom for what the company has a mapping of.
    #[arg(long, requires = "file", conflicts_with_all = ["asset", "signature", "count"])]
    format: Option<SentAs>,
    /// What to send with --format; - for standard input.
    #[arg(requires = "format")]
    file: Option<PathBuf>,
    /// How grave it is.
    #[arg(long, value_enum, default_value = "high")]
    severity: Gravity,
    /// What to say of it.
    #[arg(long, default_value = "Sent by hand")]
    message: String,
    /// The trouble is over.
    #[arg(long)]
    resolved: bool,
    /// The monitoring tool to speak as.
    #[arg(long)]
    tool: Option<String>,
    /// By what the tool knows repeats of this trouble.
    #[arg(long)]
    fingerprint: Option<String>,
    /// How many such alerts to send, in one request.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=ALERTS_PER_BODY as i64))]
    count: u16,
    /// A name for the delivery; the same name again is a repeat. Made up where it is not given.
    #[arg(long)]
    delivery_id: Option<String>,
    /// Print the server's answer as JSON.
    #[arg(long)]
    json: bool,
}

/// As whose words a file is sent.
#[derive(Clone, Copy, Debug)]
enum SentAs {
    Tool(Format),
    Prometheus,
    Custom,
}

impl FromStr for SentAs {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            prometheus::TOOL => Ok(Self::Prometheus),
            custom::TOOL => Ok(Self::Custom),
            name => name.parse().map(Self::Tool).map_err(|_| {
                let names: Vec<&str> = Format::iter().map(Format::name).collect();
                format!("must be prometheus, custom or one of {}", names.join(", "))
            }),
        }
    }
}

impl SentAs {
    fn path(self) -> String {
        match self {
            Self::Tool(format) => format!("/api/webhooks/{format}"),
            Self::Prometheus => "/api/v2/alerts".to_owned(),
            Self::Custom => "/api/webhooks/custom".to_owned(),
        }
    }

    fn headers(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Tool(format) => format.sample().headers,
            Self::Prometheus | Self::Custom => &[],
        }
    }
}

/// The severities as they are written on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Gravity {
    Low,
    Medium,
    High,
    Critical,
}

impl From<Gravity> for Severity {
    fn from(gravity: Gravity) -> Self {
        match gravity {
            Gravity::Low => Self::Low,
            Gravity::Medium => Self::Medium,
            Gravity::High => Self::High,
            Gravity::Critical => Self::Critical,
        }
    }
}

/// The native format, as far as a hand needs it.
#[derive(Debug, Serialize)]
struct NativeAlert<'a> {
    asset_name: &'a str,
    signature: &'a str,
    severity: Severity,
    message: &'a str,
    status: Signal,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_source: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fingerprint: Option<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<&'static str, &'a str>,
}

/// Sends, and prints the server's answer.
///
/// # Errors
/// The server refused, with its reason, or cannot be reached.
pub(super) async fn run(args: SendArgs) -> anyhow::Result<()> {
    let mut client = Client::new(&args.url)?.with_api_key(args.api_key.clone());
    if let Some(secret) = args.secret.clone() {
        client = client.with_secret(secret);
    }
    let sent = match (args.format, &args.file) {
        (Some(format), Some(file)) => send_file(&client, &args, format, file).await?,
        _ => send_alert(&client, &args).await?,
    };
    match sent {
        Ok(answer) if args.json => out::line(&answer.body),
        Ok(answer) => out::line(in_words(&answer.body)),
        Err(error) => {
            if let (true, ClientError::Refused { problem, .. }) = (args.json, &error) {
                out::line(problem);
            }
            return Err(error.into());
        }
    }
    Ok(())
}

async fn send_alert(client: &Client, args: &SendArgs) -> anyhow::Result<Result<Answer, ClientError>> {
    let made = client::new_delivery_id();
    let delivery_id = args.delivery_id.as_deref().unwrap_or(made.as_str());
    Ok(client.deliver(delivery_id, &body(args, made.as_str())?).await)
}

/// As its tool would, which names the delivery by what stands in it.
async fn send_file(
    client: &Client,
    args: &SendArgs,
    format: SentAs,
    file: &Path,
) -> anyhow::Result<Result<Answer, ClientError>> {
    let mut body = String::new();
    if file == Path::new("-") {
        std::io::stdin().read_to_string(&mut body)?;
    } else {
        let read = std::fs::read_to_string(file);
        body = read.with_context(|| format!("{} cannot be read", file.display()))?;
    }
    let named = args.delivery_id.as_deref().map(|id| ("X-Delivery-ID", id));
    let headers: Vec<(&str, &str)> = format.headers().iter().copied().chain(named).collect();
    Ok(client.deliver_to(&format.path(), &headers, &body).await)
}

/// One alert, or an array of equal ones. Where the delivery has no name of the user's own, a label
/// carries the made-up one: equal bodies within a second would be one signed request sent twice, and
/// who sends twice by hand means two alerts.
fn body(args: &SendArgs, made: &str) -> serde_json::Result<String> {
    let alert = NativeAlert {
        asset_name: args.asset.as_deref().unwrap_or_default(),
        signature: args.signature.as_deref().unwrap_or_default(),
        severity: args.severity.into(),
        message: &args.message,
        status: if args.resolved {
            Signal::Resolved
        } else {
            Signal::Firing
        },
        tool_source: args.tool.as_deref(),
        fingerprint: args.fingerprint.as_deref(),
        labels: match args.delivery_id {
            Some(_) => BTreeMap::new(),
            None => BTreeMap::from([("sent_as", made)]),
        },
    };
    if args.count == 1 {
        serde_json::to_string(&alert)
    } else {
        serde_json::to_string(&vec![&alert; usize::from(args.count)])
    }
}

fn in_words(answer: &Value) -> String {
    let message = answer["message"].as_str().unwrap_or("Accepted");
    match (answer["alert_id"].as_str(), answer["duplicate"].as_bool()) {
        (Some(id), Some(true)) => format!("{message}: {id} (a repeat; nothing was recorded)"),
        (Some(id), _) => format!("{message}: {id}"),
        (None, _) => format!(
            "{message}: {} accepted, {} repeats",
            answer["accepted"], answer["duplicates"]
        ),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use serde_json::json;

    use super::*;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        send: SendArgs,
    }

    fn args(more: &[&str]) -> SendArgs {
        let always = [
            "send",
            "--api-key",
            "k",
            "--secret",
            "s",
            "--asset",
            "web-1",
            "--signature",
            "disk",
        ];
        Command::parse_from(always.iter().chain(more)).send
    }

    fn written(more: &[&str]) -> Value {
        serde_json::from_str(&body(&args(more), "dlv-1").unwrap()).unwrap()
    }

    #[test]
    fn writes_the_native_format() {
        let alert = written(&[
            "--severity",
            "critical",
            "--resolved",
            "--tool",
            "zabbix",
            "--fingerprint",
            "f",
        ]);
        assert_eq!(
            alert,
            json!({
                "asset_name": "web-1", "signature": "disk", "severity": "critical", "message": "Sent by hand",
                "status": "resolved", "tool_source": "zabbix", "fingerprint": "f", "labels": {"sent_as": "dlv-1"},
            })
        );
        assert_eq!(written(&["--count", "3"]).as_array().map(Vec::len), Some(3));
    }

    #[test]
    fn a_file_is_sent_to_where_its_tool_would() {
        let path = |name: &str| name.parse::<SentAs>().map(SentAs::path);
        assert_eq!(path("prometheus").unwrap(), "/api/v2/alerts");
        assert_eq!(path("custom").unwrap(), "/api/webhooks/custom");
        assert_eq!(path("gcp-monitoring").unwrap(), "/api/webhooks/gcp-monitoring");
        assert!(
            path("nagios7")
                .unwrap_err()
                .contains("prometheus, custom or one of alertmanager")
        );
    }

    #[test]
    fn a_named_delivery_is_the_same_body_each_time() {
        let named = args(&["--delivery-id", "d-1"]);
        assert_eq!(body(&named, "dlv-1").unwrap(), body(&named, "dlv-2").unwrap());
    }

    #[test]
    fn secrets_stay_out_of_debug_texts() {
        let always = ["send", "--asset", "a", "--signature", "s"];
        let hushed = ["--api-key", "hush-key", "--secret", "hush-secret"];
        let text = format!("{:?}", Command::parse_from(always.iter().chain(&hushed)).send);
        assert!(!text.contains("hush"), "{text}");
    }
}
