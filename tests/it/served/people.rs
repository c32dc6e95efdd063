//! People, asked over HTTP.
//!
//! Code map: `login` tokens, `account` what is one's own, `guessing` strangers, `staff` who administers whom.

mod account;
mod guessing;
mod login;
mod staff;

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use super::engine;
use crate::support::server::{Answer, PASSWORD, Person, Server, headers};

/// The first administrator of a test's server.
const ROOT: &str = "admin@localhost";

async fn post(server: &Server, path: &str, body: &Value) -> Answer {
    server.ask(Method::POST, path, HeaderMap::new(), body.to_string()).await
}

async fn login(server: &Server, email: &str, password: &str) -> Answer {
    post(
        server,
        "/api/auth/login",
        &json!({"email": email, "password": password}),
    )
    .await
}

async fn renew(server: &Server, refresh: &str) -> Answer {
    post(server, "/api/auth/refresh", &json!({"refresh_token": refresh})).await
}

fn person(answer: &Answer) -> Person {
    let body = answer.json();
    let text = |name: &str| {
        body[name]
            .as_str()
            .unwrap_or_else(|| panic!("no {name}: {body}"))
            .to_owned()
    };
    Person {
        id: body["user"]["user_id"].as_str().unwrap_or_default().to_owned(),
        token: text("access_token"),
        refresh: body["refresh_token"].as_str().unwrap_or_default().to_owned(),
    }
}

async fn is_in(server: &Server, person: &Person) -> bool {
    match server.get_as(person, "/api/auth/me").await.status {
        200 => true,
        401 => false,
        other => panic!("{other}"),
    }
}

/// The kinds of the platform's journal.
async fn journalled(server: &Server) -> Vec<String> {
    server
        .platform_journal()
        .await
        .iter()
        .map(|entry| entry["kind"].as_str().unwrap().to_owned())
        .collect()
}
