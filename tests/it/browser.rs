//! The dashboard in a real Chromium, against the real binary. Each scene is a program in `tests/browser`; pictures of what
//! it has seen are left in `target/tmp/browser`, to be looked at.

mod stage;

use std::process::Stdio;

use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;

use self::stage::Stage;
use crate::support::moto;
use crate::support::process::{PATIENCE, binary};

/// Screens where one works, each with a name for its picture; an incident comes besides, where there is one.
const WORK: [(&str, &str); 14] = [
    ("now", "/"),
    ("approvals", "/approvals?company=comp-acme"),
    ("alerts", "/alerts?company=comp-acme"),
    ("incidents", "/incidents?company=comp-acme"),
    ("runbooks", "/runbooks?company=comp-acme"),
    ("runbook", "/runbooks/comp-acme/disk-cleanup"),
    ("memory", "/memory?company=comp-acme&signature=disk-space-critical"),
    ("assets", "/topology?company=comp-acme"),
    ("numbers", "/numbers"),
    ("report", "/report/comp-acme/2026-01"),
    ("audit", "/audit?company=comp-acme"),
    ("system", "/system?company=comp-acme"),
    ("account", "/account"),
    ("nowhere", "/no/such/page"),
];
/// Screens where one says how it shall be.
const SETTINGS: [(&str, &str); 14] = [
    ("companies", "/companies"),
    ("new-company", "/companies/new"),
    ("company", "/companies/comp-acme"),
    ("onboarding", "/companies/comp-acme/onboarding"),
    ("keys", "/companies/comp-acme/keys"),
    ("grouping", "/companies/comp-acme/grouping"),
    ("limits", "/companies/comp-acme/limits"),
    ("aws", "/companies/comp-acme/aws"),
    ("maintenance", "/companies/comp-acme/maintenance"),
    ("notifications", "/companies/comp-acme/notifications"),
    ("heartbeats", "/companies/comp-acme/heartbeats"),
    ("intake", "/companies/comp-acme/intake"),
    ("document", "/companies/comp-acme/document"),
    ("people", "/people"),
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
async fn the_whole_way_from_a_new_company_to_an_incident_that_a_run_has_ended() {
    Stage::with_a_second_factor("way")
        .await
        .play(json!({"moto": moto::url()}))
        .await;
}

#[tokio::test]
async fn ten_thousand_incidents_are_a_list_like_others() {
    Stage::set("many").await.play(json!({})).await;
}

/// Every screen is accessible, with nothing and with much on it, in both themes, wide and narrow.
macro_rules! walks {
    ($($name:ident: $screens:ident, $state:literal, $look:literal;)*) => {$(
        #[tokio::test]
        async fn $name() {
            let screens = json!({"screens": $screens, "state": $state, "looks": [$look]});
            Stage::set("screens").await.play(screens).await;
        }
    )*};
}

walks! {
    work_with_nothing_on_it_is_accessible_light_and_wide: WORK, "empty", "light-wide";
    work_with_nothing_on_it_is_accessible_dark_and_narrow: WORK, "empty", "dark-narrow";
    work_with_much_on_it_is_accessible_dark_and_wide: WORK, "full", "dark-wide";
    work_with_much_on_it_is_accessible_light_and_narrow: WORK, "full", "light-narrow";
    settings_with_nothing_in_them_are_accessible_dark_and_wide: SETTINGS, "empty", "dark-wide";
    settings_with_nothing_in_them_are_accessible_light_and_narrow: SETTINGS, "empty", "light-narrow";
    settings_with_much_in_them_are_accessible_light_and_wide: SETTINGS, "full", "light-wide";
    settings_with_much_in_them_are_accessible_dark_and_narrow: SETTINGS, "full", "dark-narrow";
}
