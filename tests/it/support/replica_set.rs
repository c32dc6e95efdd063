//! A MongoDB replica set of three members of a test's own.

use std::time::Duration;

use mongodb::Client;
use mongodb::bson::{Document, doc};
use secrecy::{ExposeSecret, SecretString};

use super::mongod::Mongod;
use super::process::eventually;

/// How long the set may be without a primary.
const WITHIN: Duration = Duration::from_secs(30);

/// The set; it ends with the test.
pub struct ReplicaSet {
    members: Vec<Mongod>,
}

impl ReplicaSet {
    /// Three members that soon have another primary where one is gone.
    pub async fn start() -> Self {
        let members: Vec<Mongod> = (0..3).map(|_| Mongod::member(&["--replSet", "rs0"])).collect();
        let hosts = (0..).zip(&members);
        let hosts: Vec<Document> = hosts
            .map(|(id, member)| doc! { "_id": id, "host": member.address() })
            .collect();
        let settings = doc! { "electionTimeoutMillis": 2_000, "heartbeatIntervalMillis": 500 };
        let set = doc! { "replSetInitiate": { "_id": "rs0", "members": hosts, "settings": settings } };
        let admin = members[0].direct().await.database("admin");
        eventually("an answer to replSetInitiate", WITHIN, async || {
            admin.run_command(set.clone()).await.ok()
        })
        .await;
        let set = Self { members };
        set.primary().await;
        set
    }

    /// The URL of a database on it.
    pub fn url(&self, database: &str) -> SecretString {
        let members: Vec<String> = self.members.iter().map(Mongod::address).collect();
        let members = members.join(",");
        format!("mongodb://{members}/{database}?replicaSet=rs0&appName={database}").into()
    }

    /// A client of the set.
    pub async fn client(&self) -> Client {
        Client::with_uri_str(self.url("admin").expose_secret()).await.unwrap()
    }

    /// Where its members are.
    pub fn ports(&self) -> Vec<u16> {
        self.members.iter().map(Mongod::port).collect()
    }

    /// Which member takes writes, once one does.
    pub async fn primary(&self) -> usize {
        eventually("a primary", WITHIN, async || {
            for (number, member) in self.members.iter().enumerate() {
                if member.is_primary().await {
                    return Some(number);
                }
            }
            None
        })
        .await
    }

    /// `kill -9` of a member.
    pub async fn kill(&mut self, member: usize) {
        self.members[member].kill().await;
    }

    /// Starts a member on the data that it had.
    pub fn restart(&mut self, member: usize) {
        self.members[member].restart();
    }
}
