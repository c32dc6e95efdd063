//! The dashboard in a real Chromium, against the real binary. Each scene is a program in `tests/browser`; pictures of what
//! it has seen are left in `target/tmp/browser`, to be looked at.

mod stage;

use std::process::Stdio;

use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;

use self::stage::Stage;
use crate::support::process::{PATIENCE, binary};

/// Every screen that needs nothing to be shown, by a name for its picture.
const SCREENS: [(&str, &str); 6] = [
    ("now", "/"),
    ("approvals", "/approvals"),
    ("people", "/people"),
    ("audit", "/audit"),
    ("system", "/system"),
    ("account", "/account"),
];

/// Otherwise `make web-types` was forgotten.
#[tokio::test]
async fn the_dashboard_knows_the_interface_as_it_is() {
    let document = binary().arg("openapi").output().await.unwrap();
    let web = concat!(env!("CARGO_MANIFEST_DIR"), "/web");
    let mut node = Command::new("node")
        .arg("scripts/schema.mjs")
        .current_dir(web)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = node.stdin.take().unwrap();
    input.write_all(&document.stdout).await.unwrap();
    drop(input);
    let written = timeout(PATIENCE, node.wait_with_output()).await.unwrap().unwrap();
    assert!(written.status.success());
    let kept = std::fs::read_to_string(format!("{web}/src/api/schema.d.ts")).unwrap();
    assert!(kept.as_bytes() == written.stdout, "run `make web-types`");
}

#[tokio::test]
async fn what_is_open_is_live_worked_by_keyboard_and_stands_still() {
    Stage::set("now").await.play(json!({})).await;
}

#[tokio::test]
async fn two_tabs_have_one_socket_and_one_login() {
    Stage::set("tabs").await.play(json!({})).await;
}

#[tokio::test]
async fn a_page_comes_back_after_the_server_and_has_missed_nothing() {
    Stage::set("reconnect").await.play(json!({})).await;
}

#[tokio::test]
async fn each_role_sees_only_its_own() {
    Stage::set("roles").await.play(json!({})).await;
}

#[tokio::test]
async fn every_screen_is_accessible_with_nothing_on_it() {
    let screens = json!({"screens": SCREENS, "states": ["empty"]});
    Stage::set("screens").await.play(screens).await;
}

#[tokio::test]
async fn every_screen_is_accessible_with_much_on_it() {
    let screens = json!({"screens": SCREENS, "states": ["full"]});
    Stage::set("screens").await.play(screens).await;
}
