//! Where a command works: on the store itself, or through the admin socket of the server that holds it.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use clap::Args;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::Value;

use crate::accounts::webhook_secret::WebhookSecret;
use crate::aws::Base;
use crate::aws::settings::setting;
use crate::clock::SystemClock;
use crate::config::CHECKPOINTS;
use crate::http::admin;
use crate::secrets::{Purpose, ServerKey};
use crate::store::{Evidence, OpenStore, every};

/// Where the store is.
#[derive(Args)]
pub(super) struct Place {
    /// Directory of the embedded store, of the server's key and its admin socket.
    #[arg(long, env = "DATA_DIR", default_value = "data")]
    data_dir: PathBuf,
    /// Key under which secrets are sealed, if the server is given one.
    #[arg(long, env = "SECRET_KEY", hide_env_values = true)]
    secret_key: Option<SecretString>,
    /// The MongoDB to use instead of the embedded store.
    #[arg(long, env = "MONGO_URL", hide_env_values = true)]
    mongo_url: Option<SecretString>,
    /// Print JSON.
    #[arg(long)]
    pub(super) json: bool,
}

impl Place {
    /// The same, of another directory.
    pub(super) fn of(&mut self, directory: PathBuf) {
        self.data_dir = directory;
    }

    /// Where a server of this directory keeps its checkpoints, unless it is told otherwise.
    pub(super) fn checkpoint_file(&self) -> PathBuf {
        self.data_dir.join(CHECKPOINTS)
    }

    /// The store to be looked at alone, whether a server holds it or not.
    pub(super) async fn evidence(&self) -> Result<Evidence> {
        Ok(Evidence::open(&self.data_dir, self.mongo_url().await?.as_ref()).await?)
    }

    /// The server's key, where there is one; none is made.
    pub(super) async fn key(&self) -> Result<Option<ServerKey>> {
        let given = self.secret_key().await?;
        Ok(ServerKey::find(given.as_ref(), &self.data_dir)?)
    }

    async fn secret_key(&self) -> Result<Option<SecretString>> {
        kept("SECRET_KEY", self.secret_key.as_ref()).await
    }

    async fn mongo_url(&self) -> Result<Option<SecretString>> {
        let given = self.mongo_url.as_ref().filter(|url| !url.expose_secret().is_empty());
        kept("MONGO_URL", given).await
    }

    /// The store, unless a server holds it.
    pub(super) async fn open(&self) -> Result<Option<OpenStore>> {
        let mongo_url = self.mongo_url().await?;
        match OpenStore::open(&self.data_dir, mongo_url.as_ref(), None, Arc::new(SystemClock)).await {
            Ok(store) => Ok(Some(store)),
            Err(error) if error.is_held() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The server's key. One under which the store's secrets do not open is refused: the server would refuse to
    /// start on what was made under it.
    pub(super) async fn key_of(&self, store: &OpenStore) -> Result<ServerKey> {
        let given = self.secret_key().await?;
        let key = ServerKey::load(given.as_ref(), &self.data_dir)?;
        for (company, secret) in every::<WebhookSecret>(&*store.port()).await? {
            key.open(Purpose::WebhookSecret, company.as_str(), &secret.sealed)?;
        }
        Ok(key)
    }

    /// Asks the server that holds the directory: with a body to change something, else to see it.
    pub(super) async fn ask(&self, path: &str, body: Option<&(impl Serialize + Sync)>) -> Result<Value> {
        let client = reqwest::Client::builder()
            .unix_socket(admin::socket_path(&self.data_dir))
            .build()?;
        let url = format!("http://admin{path}");
        let request = match body {
            Some(body) => client.post(url).json(body),
            None => client.get(url),
        };
        let answer = request
            .send()
            .await
            .context("a process holds the data directory, but its admin socket does not answer")?;
        let refused = !answer.status().is_success();
        let body: Value = answer
            .json()
            .await
            .context("the admin socket answered what is no JSON")?;
        if refused {
            bail!(admin::detail_of(&body));
        }
        Ok(body)
    }
}

/// A setting as it is, or as Secrets Manager has it.
pub(super) async fn kept(name: &'static str, given: Option<&SecretString>) -> Result<Option<SecretString>> {
    Ok(setting(name, given, &Base::from_env().await?).await?)
}
