//! moto, which stands in for AWS: one server for a test's process, and it ends with it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;

/// The server's address, and the process with the pipe that it lives by.
static MOTO: OnceLock<(String, Child)> = OnceLock::new();

/// Where it answers.
pub fn url() -> String {
    MOTO.get_or_init(start).0.clone()
}

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/moto");

/// Python, which finds moto and what that brings along, such as AWS's models of its services.
pub fn python() -> Command {
    let installed = Command::new(format!("{HERE}/install.sh")).output().unwrap();
    let said = String::from_utf8_lossy(&installed.stderr);
    assert!(installed.status.success(), "{said}");
    let home = String::from_utf8(installed.stdout).unwrap();
    let mut python = Command::new("python3");
    python
        .env("PYTHONPATH", home.trim())
        .env("PYTHONDONTWRITEBYTECODE", "1");
    python
}

fn start() -> (String, Child) {
    let mut child = python()
        .arg(format!("{HERE}/serve.py"))
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

/// The account that a role is in, for whoever fills it.
pub async fn account(role_arn: &str) -> aws_config::SdkConfig {
    let credentials = Credentials::new("AKIAFILLER", "x", None, None, "test");
    let shared = aws_config::SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .region(aws_config::Region::new("eu-central-1"))
        .endpoint_url(url())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build();
    let sts = aws_sdk_sts::Client::new(&shared);
    let asked = sts.assume_role().role_arn(role_arn).role_session_name("filler");
    let given = asked.send().await.unwrap().credentials.unwrap();
    let session = Credentials::new(
        given.access_key_id,
        given.secret_access_key,
        Some(given.session_token),
        None,
        "test",
    );
    let provider = SharedCredentialsProvider::new(session);
    shared.into_builder().credentials_provider(provider).build()
}

/// Keeps a text for whoever has this key id; the ARN that it has from now on.
pub async fn secret(text: &str) -> String {
    let credentials = Credentials::new("AKIAOURSELVES", "x", None, None, "test");
    let ours = aws_config::SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .region(aws_config::Region::new("eu-central-1"))
        .endpoint_url(url())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build();
    let manager = aws_sdk_secretsmanager::Client::new(&ours);
    let name = format!("of-{}", uuid::Uuid::new_v4().simple());
    let kept = manager.create_secret().name(name).secret_string(text).send().await;
    kept.unwrap().arn.unwrap()
}

/// Makes SSM know a new machine of a role's account; its id.
pub async fn instance(role_arn: &str) -> String {
    let id = format!("i-{:017x}", uuid::Uuid::new_v4().as_u128() as u64);
    let account = role_arn.split(':').nth(4).unwrap();
    let body = serde_json::json!({"account": account, "instance_id": id});
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let told = http
        .post(format!("{}/test/instances", url()))
        .body(body.to_string())
        .send()
        .await
        .unwrap();
    assert_eq!(told.status(), 200);
    id
}

/// The comments of the commands that were sent to a role's account.
pub async fn comments(role_arn: &str) -> Vec<String> {
    let ssm = aws_sdk_ssm::Client::new(&account(role_arn).await);
    let listed = ssm.list_commands().send().await.unwrap();
    listed
        .commands()
        .iter()
        .filter_map(|sent| sent.comment())
        .map(str::to_owned)
        .collect()
}
