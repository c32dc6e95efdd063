//! moto, which stands in for AWS: one server for a test's process, and it ends with it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

/// The server's address, and the process with the pipe that it lives by.
static MOTO: OnceLock<(String, Child)> = OnceLock::new();

/// Where it answers.
pub fn url() -> String {
    MOTO.get_or_init(start).0.clone()
}

fn start() -> (String, Child) {
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/moto");
    let installed = Command::new(format!("{here}/install.sh")).output().unwrap();
    let said = String::from_utf8_lossy(&installed.stderr);
    assert!(installed.status.success(), "{said}");
    let home = String::from_utf8(installed.stdout).unwrap();
    let mut child = Command::new("python3")
        .arg(format!("{here}/serve.py"))
        .env("PYTHONPATH", home.trim())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut port = String::new();
    let mut said = BufReader::new(child.stdout.take().unwrap());
    said.read_line(&mut port).unwrap();
    let port: u16 = port.trim().parse().expect("moto did not start");
    (format!("http://127.0.0.1:{port}"), child)
}
