//! What other nodes have changed a moment ago and this one has not heard of yet: looked for where somebody presents a token
//! or key that is not known here, or signs with a secret that is not.

use std::time::Duration;

use actors::domain::CompanyId;
use actors::limits::PAGE;
use actors::port::{Error, Kept};
use axum::http::HeaderMap;
use dashmap::{DashMap, Entry};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

use crate::accounts::api_key::ApiKey;
use crate::accounts::webhook_secret::WebhookSecret;
use crate::http::Edge;
use crate::http::caller::presented;
use crate::ingest::keyring::{LoadError, READINGS, changing};
use crate::secrets::{API_KEY_PREFIX, hash_api_key};

/// How long somebody waits for his turn to have his key looked for.
const LOOKED_FOR_WITHIN: Duration = Duration::from_secs(1);
/// Keys that nobody here knows and that are looked for in the store at once.
const KEYS_LOOKED_FOR: usize = 4;
/// How often a company's secrets are looked for, however many signatures are wrong: what is made later than that is heard
/// of as soon by itself.
const SECRETS_LOOKED_FOR_EVERY: Duration = Duration::from_secs(1);

/// What is looked for, so that strangers and senders with a wrong secret cost the store little.
#[derive(Debug)]
pub(crate) struct Looking {
    keys: Semaphore,
    /// When a company's secrets were looked for. Only who has a key of it gets so far.
    secrets: DashMap<CompanyId, Instant>,
}

impl Default for Looking {
    fn default() -> Self {
        Self {
            keys: Semaphore::new(KEYS_LOOKED_FOR),
            secrets: DashMap::new(),
        }
    }
}

impl Looking {
    /// Whether a company's secrets may be looked for now.
    fn may_for_secrets_of(&self, company: &CompanyId) -> bool {
        let now = Instant::now();
        match self.secrets.entry(company.clone()) {
            Entry::Occupied(looked_at) if now.duration_since(*looked_at.get()) < SECRETS_LOOKED_FOR_EVERY => false,
            entry => {
                entry.insert(now);
                true
            }
        }
    }
}

impl Edge {
    /// Whether a token or key is good, as far as this node knows.
    pub(crate) fn knows(&self, token: &str) -> bool {
        let now = self.clock.now();
        self.keyring.bearer(token, now).is_some() || self.accounts.visit(token, now).is_some()
    }

    /// Looks for what a request presents where it is not known, and, where it is `doubted`, because the request changes
    /// something, whether it is still good. A token of ours tells whose it is; for keys that nobody knows no more than a few are looked for at once,
    /// so that strangers cost the store little.
    pub(crate) async fn learns_of(&self, headers: &HeaderMap, doubted: bool) {
        let Ok(Some(token)) = presented(headers) else {
            return;
        };
        let is_known = self.knows(token);
        if !self.runtime.shares() || (is_known && !(doubted && self.runtime.has_others())) {
            return;
        }
        let looked = match token.starts_with(API_KEY_PREFIX) {
            true => self.looks_for_key(token, is_known).await,
            false => self.accounts.learn_of(token, self.clock.now()).await,
        };
        if let Err(error) = looked {
            tracing::warn!(%error, "a token or key cannot be looked for");
        }
    }

    async fn looks_for_key(&self, key: &str, is_known: bool) -> Result<(), Error> {
        let looking = match is_known {
            true => None,
            false => match timeout(LOOKED_FOR_WITHIN, self.looking.keys.acquire()).await {
                Ok(place) => place.ok(),
                Err(_) => return Ok(()),
            },
        };
        let found = self.key_by_its_hash(&hash_api_key(key)).await;
        drop(looking);
        match found? {
            Some(company) if !self.keyring.knows(&company) => self.catch_up().await,
            _ => {}
        }
        Ok(())
    }

    /// Brings in the key of this hash, where there is one: whose it is.
    async fn key_by_its_hash(&self, hash: &str) -> Result<Option<CompanyId>, Error> {
        for _ in 0..READINGS {
            let before = self.keyring.taken_in();
            let Some(record) = self.store.find_record(ApiKey::KIND, hash).await? else {
                return Ok(None);
            };
            if self.keyring.bring_in_key(&record, before)? {
                return Ok(Some(record.company_id));
            }
        }
        Err(changing())
    }

    /// Reads a company's webhook secrets where another node may have made one a moment ago: whether they were read.
    pub(crate) async fn learns_secrets_of(&self, company: &CompanyId) -> bool {
        if !self.runtime.has_others() || !self.looking.may_for_secrets_of(company) {
            return false;
        }
        let brought_in = self.secrets_of(company).await;
        if let Err(error) = &brought_in {
            tracing::warn!(company_id = %company, %error, "webhook secrets cannot be looked for");
        }
        brought_in.is_ok()
    }

    async fn secrets_of(&self, company: &CompanyId) -> Result<(), LoadError> {
        for _ in 0..READINGS {
            let before = self.keyring.taken_in();
            let reader = self.store.reader(company);
            let found = reader.records(WebhookSecret::KIND, None, PAGE).await?;
            if self.keyring.bring_in_secrets(company, &found, before)? {
                return Ok(());
            }
        }
        Err(changing().into())
    }

    /// Reads anew what is kept of companies, keys and people.
    pub(crate) async fn catch_up(&self) {
        if let Err(error) = self.register.catch_up(&*self.store).await {
            tracing::warn!(%error, "companies and people cannot be read again");
        }
    }
}
