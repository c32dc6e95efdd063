//! The profiler of a test's database: what the server was asked, and how it went about it.

use futures::TryStreamExt;
use mongodb::Database;
use mongodb::bson::{Document, doc};
use secrecy::{ExposeSecret, SecretString};

/// A profiler at work.
pub struct Profile(Database);

/// The database that a test's URL names.
pub async fn database(url: &SecretString) -> Database {
    let client = mongodb::Client::with_uri_str(url.expose_secret()).await.unwrap();
    client.default_database().expect("the URL names a database")
}

impl Profile {
    /// Writes down every command from now on.
    pub async fn begin(url: &SecretString) -> Self {
        let database = database(url).await;
        let room = doc! { "create": "system.profile", "capped": true, "size": 64 << 20 };
        database.run_command(room).await.unwrap();
        database.run_command(doc! { "profile": 2 }).await.unwrap();
        Self(database)
    }

    /// Every command so far that a plan was made for: what it asked, of which collection, by which plan.
    async fn plans(&self) -> Vec<Document> {
        self.0.run_command(doc! { "profile": 0 }).await.unwrap();
        let planned = doc! { "planSummary": { "$exists": true }, "ns": { "$not": { "$regex": "system\\.profile$" } } };
        let found = self
            .0
            .collection::<Document>("system.profile")
            .find(planned)
            .await
            .unwrap();
        found.try_collect().await.unwrap()
    }

    /// Whether nothing was found by walking through a whole collection.
    pub async fn assert_no_scans(&self) {
        let plans = self.plans().await;
        assert!(!plans.is_empty(), "the profiler saw nothing");
        for plan in plans {
            let summary = plan.get_str("planSummary").unwrap();
            assert!(
                !summary.contains("COLLSCAN"),
                "{}: {}",
                plan.get_str("ns").unwrap(),
                plan
            );
        }
    }
}
