//! `alert-whisperer mcp`: MCP over standard input and output.

use anyhow::{Context, bail};
use clap::Args;
use secrecy::SecretString;

use crate::client::Client;
use crate::mcp::bridge::Bridge;

/// Offer a server's tools over standard input and output to a client of the Model Context Protocol, under the rights of
/// the API key in ALERT_WHISPERER_API_KEY or the access token in ALERT_WHISPERER_TOKEN.
#[derive(Debug, Args)]
pub(super) struct McpArgs {
    /// The server.
    #[arg(long, default_value = "http://127.0.0.1:8001")]
    url: String,
}

/// A secret from the environment alone: what stands in an argument is seen by everybody on the machine.
fn secret(name: &str) -> Option<SecretString> {
    std::env::var(name).ok().filter(|text| !text.is_empty()).map(Into::into)
}

/// Carries messages until the input ends.
///
/// # Errors
/// There is no key or token, or both; or the input or output fails.
pub(super) async fn run(args: McpArgs) -> anyhow::Result<()> {
    let client = Client::new(&args.url)?;
    let client = match (secret("ALERT_WHISPERER_API_KEY"), secret("ALERT_WHISPERER_TOKEN")) {
        (Some(key), None) => client.with_api_key(key),
        (None, Some(token)) => client.with_token(token),
        (None, None) => bail!("set ALERT_WHISPERER_API_KEY, or ALERT_WHISPERER_TOKEN, in the environment"),
        (Some(_), Some(_)) => bail!("ALERT_WHISPERER_API_KEY and ALERT_WHISPERER_TOKEN are both set: leave one"),
    };
    let carried = Bridge::new(client).carry(tokio::io::stdin(), tokio::io::stdout()).await;
    carried.context("standard input or output failed")
}
