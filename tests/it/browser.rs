//! The dashboard in a real Chromium, against the real binary. Each scene is a program in `tests/browser`; pictures of what
//! it has seen are left in `target/tmp/browser`, to be looked at.

mod stage;

use serde_json::json;

use self::stage::Stage;

/// Every screen that needs nothing to be shown, by a name for its picture.
const SCREENS: [(&str, &str); 2] = [("now", "/"), ("approvals", "/approvals")];

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
