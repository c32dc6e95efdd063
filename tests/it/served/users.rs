//! `user create|list|disable|enable|reset`, on a directory that a server holds and on one that none does; and the
//! administrator of the first start.

use std::process::Output;

use serde_json::{Value, json};
use tokio::time::timeout;

use super::engine;
use crate::support::engine::Home;
use crate::support::process::{PATIENCE, Place, Server, binary};
use crate::support::server::PASSWORD;

async fn user(home: &Home, args: &[&str]) -> Output {
    let mut command = binary();
    command.arg("user").args(args);
    home.tell(&mut command);
    timeout(PATIENCE, command.output()).await.unwrap().unwrap()
}

fn printed(output: &Output) -> Value {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn refusal(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

async fn login(url: &str, email: &str, password: &str) -> (u16, Value) {
    let body = json!({"email": email, "password": password});
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = http
        .post(format!("{url}/api/auth/login"))
        .body(body.to_string())
        .send()
        .await
        .unwrap();
    (
        answer.status().as_u16(),
        serde_json::from_str(&answer.text().await.unwrap()).unwrap(),
    )
}

const ANN: [&str; 7] = [
    "--email",
    "ann@acme.example",
    "--role",
    "technician",
    "--company",
    "comp-acme",
    "--json",
];

#[tokio::test]
async fn people_are_made_beside_no_server_and_log_in_at_the_next() {
    let place = Place::with_companies(engine(), &["comp-acme"]).await;
    let made = printed(&user(&place.home, &[&["create"], &ANN[..]].concat()).await);
    let password = made["password"].as_str().unwrap();
    assert!(made["user_id"].as_str().unwrap().starts_with("usr-"), "{made}");
    let twice = refusal(&user(&place.home, &[&["create"], &ANN[..]].concat()).await);
    assert!(twice.contains("address already"), "{twice}");
    for (args, part) in [
        (
            vec!["create", "--email", "x@y.example", "--role", "technician"],
            "company_ids",
        ),
        (vec!["create", "--email", "nobody", "--role", "msp_admin"], "email"),
        (
            vec![
                "create",
                "--email",
                "x@y.example",
                "--role",
                "technician",
                "--company",
                "comp-none",
            ],
            "comp-none",
        ),
        (vec!["disable", "--email", "nobody@y.example"], "no such user"),
    ] {
        let said = refusal(&user(&place.home, &args).await);
        assert!(said.contains(part), "{args:?}: {said}");
    }
    let server = Server::start(place.serve()).await.unwrap();
    let (status, answer) = login(&server.url, "ann@acme.example", password).await;
    assert_eq!((status, &answer["first_do"]), (200, &json!("password_change_required")));
    server.stop().await;
}

#[tokio::test]
async fn people_are_closed_and_reset_through_the_server_that_holds_the_directory() {
    let place = Place::with_companies(engine(), &["comp-acme"]).await;
    let server = Server::start(place.serve()).await.unwrap();
    let made = printed(&user(&place.home, &[&["create"], &ANN[..]].concat()).await);
    let password = made["password"].as_str().unwrap();
    let of_ann = |act: &'static str| {
        let home = &place.home;
        async move { user(home, &[act, "--email", "Ann@Acme.example", "--json"]).await }
    };
    assert_eq!(login(&server.url, "ann@acme.example", password).await.0, 200);
    assert!(printed(&of_ann("disable").await)["disabled_at"].is_string());
    assert_eq!(login(&server.url, "ann@acme.example", password).await.0, 401);
    assert_eq!(printed(&of_ann("enable").await)["disabled_at"], Value::Null);
    let reset = printed(&of_ann("reset").await);
    assert_eq!(login(&server.url, "ann@acme.example", password).await.0, 401);
    assert_eq!(
        login(&server.url, "ann@acme.example", reset["password"].as_str().unwrap())
            .await
            .0,
        200
    );
    let listed = user(&place.home, &["list", "--json"]).await;
    let text = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert!(!text.contains("argon2") && !text.contains("password\""), "{text}");
    assert_eq!(
        printed(&listed)["items"].as_array().unwrap().len(),
        2,
        "and the first administrator"
    );
    server.stop().await;
}

#[tokio::test]
async fn the_first_start_makes_one_administrator_and_a_weak_password_stops_it() {
    let home = Home::on(engine());
    let serve = |password: Option<&str>| {
        let mut command = binary();
        command
            .args(["serve", "--json", "--listen", "127.0.0.1:0"])
            .env("DRAIN_DELAY_MS", "0");
        home.tell(&mut command);
        password.map(|password| command.env("ADMIN_PASSWORD", password));
        command
    };
    let weak = timeout(PATIENCE, serve(Some("password")).output())
        .await
        .unwrap()
        .unwrap();
    assert!(refusal(&weak).contains("password"), "{weak:?}");
    let started = async |password: Option<&str>| Server::start(serve(password)).await.unwrap();
    let server = started(None).await;
    let first = server.said().await["administrator"].clone();
    assert_eq!(first["email"], "admin@localhost");
    assert_eq!(
        login(&server.url, "admin@localhost", first["password"].as_str().unwrap())
            .await
            .0,
        200
    );
    server.stop().await;
    let again = started(Some(PASSWORD)).await;
    assert_eq!(
        again.said().await["administrator"],
        Value::Null,
        "there is somebody already"
    );
    assert_eq!(login(&again.url, "admin@localhost", PASSWORD).await.0, 401);
    again.stop().await;
}
