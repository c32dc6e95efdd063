//! An authenticator: what somebody holds in his hand beside his password.

use actors::domain::Timestamp;
use actors::port::Clock;
use serde_json::json;
use totp_rs::{Builder, Secret};

use super::server::{PASSWORD, Person, Server};

/// The code that it shows for a secret.
pub fn code(secret: &str, now: Timestamp) -> String {
    let totp = Builder::new()
        .with_secret(Secret::try_from_base32(secret).unwrap())
        .with_account_name("anybody")
        .build()
        .unwrap();
    totp.generate(u64::try_from(now.as_millis() / 1000).unwrap())
        .to_string()
}

/// Sets a second factor up: its secret, and the recovery codes. From then on the person has another access token.
pub async fn set_up(server: &Server, person: &mut Person) -> (String, Vec<String>) {
    let offered = server
        .post_as(person, "/api/auth/totp", &json!({"password": PASSWORD}))
        .await
        .json();
    let secret = offered["secret"].as_str().unwrap().to_owned();
    let codes = offered["recovery_codes"].as_array().unwrap().iter();
    let codes = codes.map(|code| code.as_str().unwrap().to_owned()).collect();
    let shown = json!({"code": code(&secret, server.clock.now())});
    let confirmed = server.post_as(person, "/api/auth/totp", &shown).await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.text);
    person.token = confirmed.json()["access_token"].as_str().unwrap().to_owned();
    (secret, codes)
}
