//! `company create` and `company list`, on a directory that a server holds and on one that none does.

use std::process::Output;

use serde_json::Value;
use tokio::time::timeout;

use super::engine;
use crate::support::process::{PATIENCE, Place, binary};

async fn company(place: &Place, args: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = binary();
    command.arg("company").args(args);
    place.home.tell(&mut command);
    command.envs(environment.iter().copied());
    timeout(PATIENCE, command.output()).await.unwrap().unwrap()
}

fn printed(output: &Output) -> Value {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What a command that was refused says.
fn refusal(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

async fn ids(place: &Place) -> Vec<String> {
    let listed = printed(&company(place, &["list", "--json"], &[]).await);
    let items = listed["items"].as_array().unwrap();
    assert!(!listed.to_string().contains("awk_") && !listed.to_string().contains("whsec_"));
    items
        .iter()
        .map(|item| item["company_id"].as_str().unwrap().to_owned())
        .collect()
}

async fn founds_lists_and_refuses(place: &Place) {
    let created = printed(&company(place, &["create", "--json", "--name", "Acme", "--id", "comp-acme"], &[]).await);
    assert_eq!(created["company_id"], "comp-acme");
    assert!(created["api_key"].as_str().unwrap().starts_with("awk_"));
    assert!(created["webhook_secret"].as_str().unwrap().starts_with("whsec_"));
    let made = printed(&company(place, &["create", "--json", "--name", "No id"], &[]).await);
    assert!(made["company_id"].as_str().unwrap().starts_with("comp-"));
    assert_eq!(ids(place).await.len(), 3);

    let taken = company(place, &["create", "--name", "Again", "--id", "comp-acme"], &[]).await;
    assert_eq!(refusal(&taken), "alert-whisperer: id: comp-acme is taken\n");
    let nameless = company(place, &["create", "--name", "", "--id", "comp-b"], &[]).await;
    assert!(refusal(&nameless).contains("name"), "{nameless:?}");
    let config = place.home.scratch().join("company.toml");
    std::fs::write(&config, "[correlation]\nwindow_minutes = 900\n").unwrap();
    let path = config.to_str().unwrap();
    let wide = company(place, &["create", "--name", "Wide", "--config", path], &[]).await;
    assert!(refusal(&wide).contains("window_minutes"), "{wide:?}");
    std::fs::write(&config, "[correlation]\nwindow = 15\n").unwrap();
    let unknown = company(place, &["create", "--name", "Wide", "--config", path], &[]).await;
    assert!(refusal(&unknown).contains("window"), "{unknown:?}");
    assert_eq!(ids(place).await.len(), 3, "what was refused left nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn companies_are_founded_on_the_directory() {
    let place = Place::with_companies(engine(), &["comp-first"]).await;
    founds_lists_and_refuses(&place).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn companies_are_founded_through_the_server_that_holds_it() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::with_companies(engine(), &["comp-first"]).await;
    let server = place.start().await;
    founds_lists_and_refuses(&place).await;
    let socket = std::fs::metadata(place.home.data().join("admin.sock")).unwrap();
    assert_eq!(socket.permissions().mode() & 0o777, 0o600);
    for name in ["store.db", "store.db-wal", "store.db-shm"] {
        if let Ok(file) = std::fs::metadata(place.home.data().join(name)) {
            assert_eq!(file.permissions().mode() & 0o777, 0o600, "{name}");
        }
    }
    // Who was founded a moment ago may send at once.
    let created = printed(&company(&place, &["create", "--json", "--name", "Now"], &[]).await);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let listed = http
        .get(format!("{}/api/alerts", server.url))
        .header("x-api-key", created["api_key"].as_str().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(listed.status(), 200);
    server.stop().await;
}

async fn shows_the_role(place: &Place) -> Value {
    let role = printed(&company(place, &["aws-role", "--json", "--id", "comp-first"], &[]).await);
    assert_eq!((&role["role_arn"], &role["principal"]), (&Value::Null, &Value::Null));
    assert!(
        role["missing"].as_str().unwrap().contains("AWS_PRINCIPAL_ARN"),
        "{role}"
    );
    let asks_for = &role["trust_policy"]["Statement"][0]["Condition"]["StringEquals"]["sts:ExternalId"];
    assert_eq!(*asks_for, role["external_id"]);
    let unknown = company(place, &["aws-role", "--id", "comp-none"], &[]).await;
    assert!(refusal(&unknown).contains("company"), "{unknown:?}");
    role["external_id"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_is_shown_alike_with_a_server_and_without_one() {
    let place = Place::with_companies(engine(), &["comp-first"]).await;
    let alone = shows_the_role(&place).await;
    let principal = [("AWS_PRINCIPAL_ARN", "999988887777")];
    let shown = company(&place, &["aws-role", "--id", "comp-first"], &principal).await;
    let text = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(
        text.contains("999988887777") && text.contains("ssm:SendCommand"),
        "{shown:?}"
    );
    let odd = company(&place, &["aws-role", "--id", "comp-first", "--principal", "*"], &[]).await;
    assert!(refusal_of_usage(&odd).contains("principal"), "{odd:?}");
    let server = place.start().await;
    assert_eq!(shows_the_role(&place).await, alone);
    server.stop().await;
}

fn refusal_of_usage(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Secrets sealed under one key are not mixed with those of another.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_secret_key_founds_nothing_and_serves_nothing() {
    let place = Place::with_companies(engine(), &["comp-first"]).await;
    let other = [(
        "SECRET_KEY",
        "another key of at least thirty-two characters, 0123456789",
    )];
    let refused = company(&place, &["create", "--name", "Acme", "--id", "comp-acme"], &other).await;
    assert!(refusal(&refused).contains("SECRET_KEY"), "{refused:?}");
    assert_eq!(ids(&place).await, ["comp-first"]);
    let mut serve = place.serve();
    serve.envs(other);
    let output = timeout(PATIENCE, serve.output()).await.unwrap().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("SECRET_KEY"), "{said}");
}
