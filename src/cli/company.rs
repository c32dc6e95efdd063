//! `company create`, `company list`, `company aws-role`: through the admin socket where a server holds the directory,
//! else on the store itself.

use std::path::PathBuf;

use actors::domain::aws::is_principal;
use actors::domain::{CompanyId, Origin};
use anyhow::{Context, Result};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::out;
use super::place::Place;
use crate::accounts::api_key::Scope;
use crate::clock::{SystemClock, SystemEntropy};
use crate::founding::{self, CompanyRequest, FoundingError};
use crate::store::OpenStore;
use crate::tenancy::aws::role_to_make;

/// The admin socket's path for companies.
const PATH: &str = "/companies";

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
    /// Show what a company makes its role in its AWS account with: the trust policy, and what it has to allow.
    AwsRole(AwsRole),
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

#[derive(Args)]
struct AwsRole {
    /// Whose role.
    #[arg(long)]
    id: CompanyId,
    /// Whom the role is to trust: the server's account, or the ARN of the role or user that it is. A server that holds
    /// the directory knows by itself.
    #[arg(long, env = "AWS_PRINCIPAL_ARN", value_parser = principal)]
    principal: Option<String>,
    #[command(flatten)]
    place: Place,
}

fn principal(text: &str) -> Result<String, &'static str> {
    if is_principal(text) {
        Ok(text.to_owned())
    } else {
        Err("must be an account such as 123456789012, or the ARN of a role or user")
    }
}

/// A scope, as the command line knows it.
#[derive(Clone, Copy, ValueEnum)]
enum ScopeName {
    Ingest,
    Decide,
    Read,
}

impl From<ScopeName> for Scope {
    fn from(name: ScopeName) -> Self {
        match name {
            ScopeName::Ingest => Self::Ingest,
            ScopeName::Decide => Self::Decide,
            ScopeName::Read => Self::Read,
        }
    }
}

impl CompanyCommand {
    pub(super) async fn run(self) -> Result<()> {
        match self.action {
            Action::Create(create) => create.run().await,
            Action::List(place) => list(&place).await,
            Action::AwsRole(asked) => asked.run().await,
        }
    }
}

impl Create {
    async fn run(self) -> Result<()> {
        let request = self.request()?;
        let created = match self.place.open().await? {
            Some(store) => found_here(&store, request, &self.place).await?,
            None => self.place.ask(PATH, Some(&request)).await?,
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

async fn found_here(opened: &OpenStore, request: CompanyRequest, place: &Place) -> Result<Value> {
    let store = opened.port();
    let server_key = place.key_of(opened).await?;
    let (company, credentials) = founding::prepare(
        request,
        &Origin::from("operator"),
        &server_key,
        &SystemClock,
        &SystemEntropy,
    )?;
    let platform = store.acquire(&CompanyId::platform()).await?;
    if !platform.found(company).await? {
        return Err(FoundingError::Taken(credentials.company_id).into());
    }
    opened.close().await;
    Ok(json!(credentials.reveal()))
}

impl AwsRole {
    async fn run(self) -> Result<()> {
        let role = match self.place.open().await? {
            Some(opened) => {
                let key = self.place.key_of(&opened).await?;
                let companies = opened.port().companies().await?;
                let company = companies.into_iter().find(|company| company.company_id == self.id);
                let company = company.with_context(|| format!("there is no company {}", self.id))?;
                let role = json!(role_to_make(&company, &key, self.principal.as_deref()));
                opened.close().await;
                role
            }
            None => {
                let path = format!("{PATH}/{}/aws-role", self.id);
                self.place.ask(&path, None::<&Value>).await?
            }
        };
        if self.place.json {
            out::line(role);
            return Ok(());
        }
        out::line(format_args!("company_id   {}", self.id));
        out::line(format_args!(
            "role_arn     {}",
            role["role_arn"].as_str().unwrap_or("none yet")
        ));
        out::line(format_args!(
            "external_id  {}",
            role["external_id"].as_str().unwrap_or_default()
        ));
        for name in ["trust_policy", "permissions_policy"] {
            out::line(format_args!("\n{name}:\n{:#}", role[name]));
        }
        if let Some(missing) = role["missing"].as_str() {
            out::line(format_args!("\nNot to be used yet: {missing}."));
        }
        Ok(())
    }
}

async fn list(place: &Place) -> Result<()> {
    let companies = match place.open().await? {
        Some(store) => json!({"items": store.port().companies().await?}),
        None => place.ask(PATH, None::<&Value>).await?,
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
