//! Every API key, webhook secret and token bucket, in memory: loaded at start, added to when a company
//! is founded. A key that is not here does not exist, so a stranger's guess reads nothing.

use std::sync::{Arc, Mutex, PoisonError};

use actors::domain::ids::KeyId;
use actors::domain::{CompanyId, RateLimit};
use actors::port::{Error, NewCompany, RecordKind, Store};
use dashmap::DashMap;
use secrecy::ExposeSecret;
use tokio::time::Instant;

use super::rate::Bucket;
use super::signature::{MacKey, prepare};
use crate::accounts::api_key::{ApiKey, Scope};
use crate::accounts::webhook_secret::WebhookSecret;
use crate::secrets::{ServerKey, Unsealable, hash_api_key};
use crate::store::every;

/// What a key says of its bearer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bearer {
    /// The key's public name.
    pub key_id: KeyId,
    /// Whose key it is.
    pub company_id: CompanyId,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Whether it may send alerts without a signature.
    pub unsigned: bool,
}

/// The keyring.
pub struct Keyring {
    server_key: ServerKey,
    bearers: DashMap<String, Arc<Bearer>>,
    secrets: DashMap<CompanyId, Arc<Vec<MacKey>>>,
    buckets: DashMap<CompanyId, Arc<Mutex<Bucket>>>,
}

/// Why the keyring could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] Error),
    /// A stored secret does not open.
    #[error(transparent)]
    Unsealable(#[from] Unsealable),
}

impl Keyring {
    /// Everything that the store holds.
    ///
    /// # Errors
    /// [`LoadError`].
    pub async fn load(store: &dyn Store, server_key: ServerKey) -> Result<Self, LoadError> {
        let keyring = Self {
            server_key,
            bearers: DashMap::new(),
            secrets: DashMap::new(),
            buckets: DashMap::new(),
        };
        for (company, key) in every::<ApiKey>(store).await? {
            keyring.add_key(&company, key);
        }
        for (company, secret) in every::<WebhookSecret>(store).await? {
            keyring.add_secret(&company, &secret.sealed)?;
        }
        for company in store.companies().await? {
            keyring.set_rate(&company.company_id, company.rate_limit);
        }
        Ok(keyring)
    }

    /// Takes in a company that has just been founded.
    ///
    /// # Errors
    /// Its secret does not open.
    pub fn welcome(&self, company: &NewCompany) -> Result<(), Unsealable> {
        let id = &company.company.company_id;
        self.set_rate(id, company.company.rate_limit);
        for record in company.puts.iter().filter_map(|put| put.record(id)) {
            match record.kind {
                RecordKind::ApiKeys => self.add_key(id, record.read().map_err(|_| Unsealable)?),
                RecordKind::WebhookSecrets => {
                    let secret: WebhookSecret = record.read().map_err(|_| Unsealable)?;
                    self.add_secret(id, &secret.sealed)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn add_key(&self, company: &CompanyId, key: ApiKey) {
        let bearer = Bearer {
            key_id: key.key_id,
            company_id: company.clone(),
            scopes: key.scopes,
            unsigned: key.unsigned,
        };
        self.bearers.insert(key.key_hash, Arc::new(bearer));
    }

    fn add_secret(&self, company: &CompanyId, sealed: &str) -> Result<(), Unsealable> {
        let secret = self.server_key.open(company, sealed)?;
        let prepared = prepare(secret.expose_secret()).ok_or(Unsealable)?;
        let mut live = self.secrets.entry(company.clone()).or_default();
        Arc::make_mut(live.value_mut()).push(prepared);
        Ok(())
    }

    fn set_rate(&self, company: &CompanyId, limit: RateLimit) {
        self.buckets.insert(
            company.clone(),
            Arc::new(Mutex::new(Bucket::new(limit, Instant::now()))),
        );
    }

    /// Whose key this is. Found by its hash, so that time tells nothing of the key.
    pub fn bearer(&self, api_key: &str) -> Option<Arc<Bearer>> {
        self.bearers
            .get(&hash_api_key(api_key))
            .map(|bearer| bearer.value().clone())
    }

    /// A company's live webhook secrets.
    pub fn secrets(&self, company: &CompanyId) -> Arc<Vec<MacKey>> {
        self.secrets
            .get(company)
            .map(|secrets| secrets.value().clone())
            .unwrap_or_default()
    }

    /// Does something with a company's bucket.
    pub fn with_bucket<T>(&self, company: &CompanyId, act: impl FnOnce(&mut Bucket) -> T) -> T {
        let bucket = self.buckets.get(company).map(|bucket| bucket.value().clone());
        let bucket = bucket.unwrap_or_else(|| Arc::new(Mutex::new(Bucket::new(RateLimit::default(), Instant::now()))));
        let mut bucket = bucket.lock().unwrap_or_else(PoisonError::into_inner);
        act(&mut bucket)
    }

    /// The server's key, to seal what is new.
    pub fn server_key(&self) -> &ServerKey {
        &self.server_key
    }
}
