//! The MCP client of PyPI, which asks a server what a test says.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::OnceLock;

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;

use super::process::PATIENCE;

/// Where Python finds it.
fn home() -> &'static str {
    static HOME: OnceLock<String> = OnceLock::new();
    HOME.get_or_init(|| {
        let install = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mcp/install.sh");
        let installed = std::process::Command::new(install).output().unwrap();
        assert!(
            installed.status.success(),
            "{}",
            String::from_utf8_lossy(&installed.stderr)
        );
        String::from_utf8(installed.stdout).unwrap().trim().to_owned()
    })
}

/// What was agreed on, and what each step answered.
#[derive(Debug)]
pub struct Said {
    pub version: String,
    pub answers: Vec<Value>,
}

/// Asks over HTTP, with these headers; `mode` is how the version is agreed on.
pub async fn over_http(url: &str, mode: &str, headers: &[(&str, &str)], steps: Value) -> Said {
    let headers: Value = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect();
    let mut client = client();
    client.args([url, mode]).env("HEADERS", headers.to_string());
    asked(client, steps).await
}

/// Asks over the standard input and output of our own binary.
pub async fn over_stdio(url: &str, mode: &str, environment: Value, steps: Value) -> Said {
    let mut client = client();
    let binary = env!("CARGO_BIN_EXE_alert-whisperer");
    client.args(["-", mode, binary, "mcp", "--url", url]);
    client.env("ENVIRONMENT", environment.to_string());
    asked(client, steps).await
}

fn client() -> Command {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/mcp/client.py");
    let mut command = Command::new("python3");
    command
        .arg(script)
        .env("PYTHONPATH", home())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

async fn asked(mut client: Command, steps: Value) -> Said {
    let mut child = client.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(steps.to_string().as_bytes()).await.unwrap();
    drop(input);
    let done = timeout(PATIENCE * 2, child.wait_with_output()).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    let told: Value = serde_json::from_slice(&done.stdout).unwrap();
    let answers = told["answers"].as_array().unwrap().clone();
    assert_eq!(answers.len(), steps.as_array().unwrap().len());
    Said {
        version: told["version"].as_str().unwrap().to_owned(),
        answers,
    }
}
