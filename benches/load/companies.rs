//! Companies in a data directory, founded through the library before the server starts.

use std::path::Path;
use std::sync::Arc;

use actors::domain::{CompanyId, RateLimit};
use actors::port::Store;
use alert_whisperer::clock::{SystemClock, SystemEntropy};
use alert_whisperer::founding::{self, CompanyRequest};
use alert_whisperer::ingest::signature::{self, MacKey};
use alert_whisperer::secrets::ServerKey;
use alert_whisperer::store::SqliteStore;
use secrecy::ExposeSecret;

use super::Result;

/// A company as its senders know it.
#[derive(Clone)]
pub struct Company {
    pub company_id: String,
    pub api_key: String,
    pub secret: MacKey,
}

impl Company {
    /// With a secret of its own.
    pub fn new(company_id: &str, api_key: &str, secret: &str) -> Result<Self> {
        Ok(Self {
            company_id: company_id.to_owned(),
            api_key: api_key.to_owned(),
            secret: signature::prepare(secret).ok_or("no key")?,
        })
    }
}

/// Founds companies whose rate limit no load reaches.
pub async fn found(directory: &Path, count: usize) -> Result<Vec<Company>> {
    let store = SqliteStore::open(directory, Arc::new(SystemClock))?;
    let companies = found_in(&*store, directory, count).await;
    store.close();
    companies
}

/// The same in a store that is open.
pub async fn found_in(store: &dyn Store, directory: &Path, count: usize) -> Result<Vec<Company>> {
    let server_key = ServerKey::load(None, directory)?;
    let platform = store.acquire(&CompanyId::platform()).await?;
    let mut companies = Vec::with_capacity(count);
    for number in 0..count {
        let request = CompanyRequest {
            name: format!("Bench {number}"),
            id: Some(format!("comp-{number}").parse()?),
            correlation: Default::default(),
            rate_limit: RateLimit {
                requests_per_minute: 10_000_000,
                burst_size: 10_000_000,
            },
            scopes: founding::first_scopes(),
            // Of what is signed the signature is verified all the same.
            unsigned: true,
        };
        let (company, told) = founding::prepare(request, &"bench".into(), &server_key, &SystemClock, &SystemEntropy)?;
        platform.found(company).await?;
        let secret = told.webhook_secret.expose_secret();
        companies.push(Company::new(
            told.company_id.as_str(),
            told.api_key.expose_secret(),
            secret,
        )?);
    }
    Ok(companies)
}
