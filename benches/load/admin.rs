//! Who runs the platform, as it asks the product's API.

use serde_json::{Value, json};

use super::Result;
use super::client::{Connection, request};

pub const EMAIL: &str = "admin@localhost";
pub const PASSWORD: &str = "vulcan-teapot-ninety-one";

/// What a server has to be started with, so that it knows this admin and slows nobody down.
pub const SETTINGS: [(&str, &str); 3] = [
    ("ADMIN_PASSWORD", PASSWORD),
    ("SECOND_FACTOR_FOR", ""),
    ("API_REQUESTS_PER_MINUTE", "4294967295"),
];

/// The platform's admin, logged in.
pub struct Admin {
    pub connection: Connection,
    /// His header `Authorization`.
    pub bearer: String,
}

impl Admin {
    pub async fn log_in(address: &str) -> Result<Self> {
        let mut connection = Connection::open(address).await?;
        let login = json!({"email": EMAIL, "password": PASSWORD}).to_string();
        let login = request("POST", "/api/auth/login", &[], &login);
        let answer = connection.send(&login).await?.ok()?.json()?;
        let token = answer["access_token"].as_str().ok_or("no token")?;
        let bearer = format!("Bearer {token}");
        Ok(Self { connection, bearer })
    }

    pub async fn get(&mut self, path: &str) -> Result<Value> {
        self.ask("GET", path, "").await
    }

    pub async fn put(&mut self, path: &str, body: &Value) -> Result<Value> {
        self.ask("PUT", path, &body.to_string()).await
    }

    pub async fn post(&mut self, path: &str, body: &Value) -> Result<Value> {
        self.ask("POST", path, &body.to_string()).await
    }

    async fn ask(&mut self, method: &str, path: &str, body: &str) -> Result<Value> {
        let request = request(method, path, &[("authorization", &self.bearer)], body);
        self.connection.send(&request).await?.ok()?.json()
    }
}
