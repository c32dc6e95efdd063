//! `company create`, `company list`: through the admin socket where a server holds the directory,
//! else on the store itself.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use actors::domain::CompanyId;
use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::out;
use crate::accounts::api_key::Scope;
use crate::accounts::webhook_secret::WebhookSecret;
use crate::clock::{SystemClock, SystemEntropy};
use crate::founding::{self, CompanyRequest, FoundingError};
use crate::http::admin;
use crate::secrets::ServerKey;
use crate::store::{OpenStore, every};

/// Companies.
#[derive(Args)]
pub(super) struct CompanyCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Create a company; prints its API key and webhook secret, once.
    Create(Create),
    /// List the companies.
    List(Place),
}

/// Where the store is.
#[derive(Args)]
struct Place {
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
    json: bool,
}

#[derive(Args)]
struct Create {
    /// What people call it.
    #[arg(long)]
    name: String,
    /// Its id, such as comp-acme; one is made otherwise.
    #[arg(long)]
    id: Option<CompanyId>,
    /// Alerts a minute it may send.
    #[arg(long)]
    requests_per_minute: Option<u32>,
    /// Alerts it may send at once.
    #[arg(long)]
    burst_size: Option<u32>,
    /// What its key may do.
    #[arg(long, value_delimiter = ',')]
    scopes: Option<Vec<ScopeName>>,
    /// Let its key send alerts without a signature.
    #[arg(long)]
    unsigned: bool,
    /// A TOML file with [correlation] and [rate_limit].
    #[arg(long)]
    config: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

/// A scope, as the command line knows it.
#[derive(Clone, Copy, ValueEnum)]
enum ScopeName {
    Ingest,
    Decide,
    Read,
    Act,
}

impl From<ScopeName> for Scope {
    fn from(name: ScopeName) -> Self {
        match name {
            ScopeName::Ingest => Self::Ingest,
            ScopeName::Decide => Self::Decide,
            ScopeName::Read => Self::Read,
            ScopeName::Act => Self::Act,
        }
    }
}

impl CompanyCommand {
    pub(super) async fn run(self) -> Result<()> {
        match self.action {
            Action::Create(create) => create.run().await,
            Action::List(place) => list(&place).await,
        }
    }
}

impl Create {
    async fn run(self) -> Result<()> {
        let request = self.request()?;
        let created = match open(&self.place).await? {
            Some(store) => found_here(&store, request, &self.place).await?,
            None => through_socket(&self.place.data_dir, Some(&request)).await?,
        };
        if self.place.json {
            out::line(created);
            return Ok(());
        }
        for name in ["company_id", "api_key", "webhook_secret"] {
            out::line(format_args!(
                "{name:<15} {}",
                created[name].as_str().unwrap_or_default()
            ));
        }
        out::line("The key and the secret are not shown again.");
        Ok(())
    }

    fn request(&self) -> Result<CompanyRequest> {
        let (correlation, mut rate_limit) = match &self.config {
            None => Default::default(),
            Some(path) => {
                let name = path.display();
                let text = std::fs::read_to_string(path).with_context(|| format!("{name} cannot be read"))?;
                founding::read_company_file(&text).with_context(|| format!("{name} is no company file"))?
            }
        };
        rate_limit.requests_per_minute = self.requests_per_minute.unwrap_or(rate_limit.requests_per_minute);
        rate_limit.burst_size = self.burst_size.unwrap_or(rate_limit.burst_size);
        let scopes = self
            .scopes
            .as_ref()
            .map(|names| names.iter().map(|name| Scope::from(*name)).collect());
        Ok(CompanyRequest {
            name: self.name.clone(),
            id: self.id.clone(),
            correlation,
            rate_limit,
            scopes: scopes.unwrap_or_else(founding::first_scopes),
            unsigned: self.unsigned,
        })
    }
}

/// The store, unless a server holds it.
async fn open(place: &Place) -> Result<Option<OpenStore>> {
    let url = place.mongo_url.as_ref().filter(|url| !url.expose_secret().is_empty());
    match OpenStore::open(&place.data_dir, url, Arc::new(SystemClock)).await {
        Ok(store) => Ok(Some(store)),
        Err(error) if error.is_held() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn found_here(opened: &OpenStore, request: CompanyRequest, place: &Place) -> Result<Value> {
    let store = opened.port();
    let server_key = ServerKey::load(place.secret_key.as_ref(), &place.data_dir)?;
    for (company, secret) in every::<WebhookSecret>(&*store).await? {
        // Under another key the server would refuse to start on what is made now.
        server_key.open(&company, &secret.sealed)?;
    }
    let (company, credentials) = founding::prepare(request, &server_key, &SystemClock, &SystemEntropy)?;
    let platform = store.acquire(&CompanyId::platform()).await?;
    if !platform.found(company).await? {
        return Err(FoundingError::Taken(credentials.company_id).into());
    }
    opened.close().await;
    Ok(credentials.reveal())
}

async fn list(place: &Place) -> Result<()> {
    let companies = match open(place).await? {
        Some(store) => json!({"items": store.port().companies().await?}),
        None => through_socket(&place.data_dir, None).await?,
    };
    if place.json {
        out::line(companies);
        return Ok(());
    }
    for company in companies["items"].as_array().into_iter().flatten() {
        let text = |name: &str| company[name].as_str().unwrap_or_default().to_owned();
        out::line(format_args!("{:<40} {}", text("company_id"), text("name")));
    }
    Ok(())
}

/// Asks the server that holds the directory: with a request to create, else for the list.
async fn through_socket(directory: &Path, create: Option<&CompanyRequest>) -> Result<Value> {
    let client = reqwest::Client::builder()
        .unix_socket(admin::socket_path(directory))
        .build()?;
    let url = "http://admin/companies";
    let request = create.map_or_else(|| client.get(url), |create| client.post(url).json(create));
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
