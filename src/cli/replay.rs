//! `alert-whisperer replay`: what other rules would have made of a company's alerts of the past, as its server has them or
//! as they stand in a file.

mod file;

use std::path::{Path, PathBuf};
use std::time::Duration;

use actors::domain::{Correlation, Rule, Timestamp};
use actors::port::Clock;
use anyhow::{Context, bail};
use clap::Args;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::out;
use crate::client::Client;
use crate::clock::SystemClock;

const DAY: Duration = Duration::from_secs(86_400);
/// How far back is looked where nothing is said.
const USUALLY: Duration = Duration::from_secs(7 * 86_400);

/// Try rules of grouping on the alerts of the past; nothing is changed.
#[derive(Debug, Args)]
pub(super) struct ReplayArgs {
    /// The server.
    #[arg(long, default_value = "http://127.0.0.1:8001")]
    url: String,
    /// An API key of the company that may read.
    #[arg(
        long,
        env = "ALERT_WHISPERER_API_KEY",
        hide_env_values = true,
        required_unless_present = "alerts"
    )]
    api_key: Option<SecretString>,
    /// The company.
    #[arg(long, required_unless_present = "alerts")]
    company: Option<String>,
    /// From when on: as many days as 30d, or a moment (RFC 3339); 7d, or all of a file, where it is left out.
    #[arg(long, value_parser = since)]
    since: Option<Since>,
    /// A file of alerts, as `GET /api/alerts` lists them, one JSON value after the other: no server is asked.
    #[arg(long, requires = "rules", conflicts_with_all = ["url", "company"])]
    alerts: Option<PathBuf>,
    /// The company's configuration, as `GET /api/companies/{id}/config` tells it: the rules in force and the assets of a
    /// file's alerts. Nothing of its own where it is left out.
    #[arg(long, requires = "alerts")]
    config: Option<PathBuf>,
    /// The rules, as `{"rules": [...], "correlation": {...}}` in TOML or JSON (.json); with `--company` the company's own
    /// where it is left out.
    #[arg(long)]
    rules: Option<PathBuf>,
    /// Print the server's answer as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Since {
    Days(u32),
    At(Timestamp),
}

fn since(text: &str) -> Result<Since, String> {
    if let Some(days) = text.strip_suffix('d').and_then(|days| days.parse().ok()) {
        return Ok(Since::Days(days));
    }
    let moment = text.parse().map(Since::At);
    moment.map_err(|_| "must be days as 30d, or a moment as 2026-11-27T00:00:00Z".to_owned())
}

/// What a file may say.
#[derive(Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rules: Option<Vec<Rule>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    correlation: Option<Correlation>,
}

/// Asks the server, or reads the file, and prints what it comes to.
///
/// # Errors
/// A file cannot be read, or the server refuses, with its reason.
pub(super) async fn run(args: ReplayArgs) -> anyhow::Result<()> {
    let wanted = args.rules.as_deref().map(read).transpose()?.unwrap_or_default();
    let since = args.since.map(|since| match since {
        Since::At(at) => at,
        Since::Days(days) => SystemClock.now().minus(DAY * days),
    });
    let tried = match &args.alerts {
        Some(alerts) => {
            let config = args.config.as_deref();
            serde_json::to_value(file::tried(alerts, config, wanted, since)?)?
        }
        None => {
            let mut asked = serde_json::to_value(wanted)?;
            asked["since"] = json!(since.unwrap_or_else(|| SystemClock.now().minus(USUALLY)));
            let api_key = args.api_key.clone().context("--api-key is missing")?;
            let client = Client::new(&args.url)?.with_api_key(api_key);
            let company = args.company.as_deref().context("--company is missing")?;
            client
                .post(&format!("/api/companies/{company}/rules/try"), &asked)
                .await?
                .body
        }
    };
    match args.json {
        true => out::line(&tried),
        false => out::line(in_words(&tried)),
    }
    Ok(())
}

fn read(file: &Path) -> anyhow::Result<Wanted> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let wanted: Wanted = match file.extension() {
        Some(extension) if extension == "json" => serde_json::from_str(&text)?,
        _ => toml::from_str(&text)?,
    };
    if wanted.rules.is_none() && wanted.correlation.is_none() {
        bail!("{} holds neither `rules` nor `correlation`", file.display());
    }
    Ok(wanted)
}

fn in_words(tried: &Value) -> String {
    let percent = |value: &Value| {
        value
            .as_f64()
            .map_or("-".to_owned(), |share| format!("{:.1} %", share * 100.0))
    };
    let seconds = |value: &Value| value.as_f64().map_or("-".to_owned(), |late| format!("{late:.1} s"));
    let mut lines = vec![
        format!(
            "{} alerts since {}{}",
            tried["alerts"],
            tried["since"].as_str().unwrap_or_default(),
            match tried["truncated"].as_bool() {
                Some(true) => ", the newest of more",
                _ => "",
            }
        ),
        format!("{:28}{:>12}{:>12}", "", "now", "tried"),
    ];
    let mut row = |what: &str, shown: &dyn Fn(&Value) -> String, name: &str| {
        let cells = [&tried["before"][name], &tried["after"][name]].map(shown);
        lines.push(format!("{what:28}{:>12}{:>12}", cells[0], cells[1]));
    };
    row("incidents", &ToString::to_string, "incidents");
    row("noise reduction", &percent, "noise_reduction");
    row("alerts in no incident", &ToString::to_string, "unmatched");
    row("an incident opened after", &seconds, "detected_after_seconds");
    lines.push(format!("{} alerts would be with others", tried["moved"]));
    let missed = tried["missed_criticals"].as_array().map_or(0, Vec::len);
    lines.push(format!("{missed} critical alerts would be in no incident"));
    if tried["unlike_recorded"] != 0 {
        let unlike = &tried["unlike_recorded"];
        lines.push(format!(
            "{unlike} alerts are with others in fact: other rules were in force, people have acted, or it began before"
        ));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_moments_are_read() {
        assert_eq!(since("30d"), Ok(Since::Days(30)));
        let moment = "2026-11-27T00:00:00Z";
        assert_eq!(since(moment), Ok(Since::At(moment.parse().unwrap())));
        assert!(since("yesterday").is_err());
    }

    #[test]
    fn rules_are_read_as_toml_and_as_json() {
        let home = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let file = home.path().join(name);
            std::fs::write(&file, text).unwrap();
            file
        };
        let toml = write("rules.toml", "[[rules]]\nname = \"a\"\nmatch = \"asset == 'x'\"\n");
        let of_json = write("rules.json", r#"{"rules": [{"name": "a", "match": "asset == 'x'"}]}"#);
        assert_eq!(read(&toml).unwrap(), read(&of_json).unwrap());
        assert!(read(&write("none.toml", "")).is_err());
        assert!(read(&write("odd.toml", "[[rule]]\nname = \"a\"\n")).is_err());
    }

    #[test]
    fn what_would_be_otherwise_is_told_in_a_table() {
        let tried = json!({
            "alerts": 4, "since": "2026-11-20T00:00:00Z", "truncated": true, "unlike_recorded": 1, "moved": 2,
            "before": {"incidents": 4, "noise_reduction": 0.0, "unmatched": 0, "detected_after_seconds": 1.25},
            "after": {"incidents": 2, "noise_reduction": 0.5, "unmatched": 0, "detected_after_seconds": null},
            "missed_criticals": [],
        });
        let told = in_words(&tried);
        assert!(
            told.starts_with("4 alerts since 2026-11-20T00:00:00Z, the newest of more\n"),
            "{told}"
        );
        assert!(
            told.contains("noise reduction                    0.0 %      50.0 %"),
            "{told}"
        );
        assert!(told.contains("1.2 s           -"), "{told}");
        assert!(told.ends_with("people have acted, or it began before"), "{told}");
    }
}
