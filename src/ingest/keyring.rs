//! Every company, API key, webhook secret and token bucket, in memory: loaded at start, and brought up to date
//! by what is founded and amended. A key that is not here does not exist, so a stranger's guess reads nothing.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actors::domain::ids::{KeyId, SecretId};
use actors::domain::{Asset, Company, CompanyId, RateLimit, Timestamp};
use actors::port::{Amendment, Error, NewCompany, Put, Record, RecordKind, Store};
use dashmap::DashMap;
use secrecy::ExposeSecret;
use tokio::time::Instant;

use super::rate::Bucket;
use super::signature::{Secret, prepare_all};
use crate::accounts::api_key::{ApiKey, Scope};
use crate::accounts::webhook_secret::WebhookSecret;
use crate::secrets::{Purpose, ServerKey, Unsealable, hash_api_key};
use crate::store::every;

/// What a key says of its bearer.
#[derive(Debug)]
pub struct Bearer {
    /// The key's public name.
    pub key_id: KeyId,
    /// Whose key it is.
    pub company_id: CompanyId,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Whether it may send alerts without a signature.
    pub unsigned: bool,
    /// From when on it is of no use.
    pub expires_at: Option<Timestamp>,
    revoked: bool,
    /// In milliseconds since 1970; 0 for never.
    used_at: AtomicI64,
    /// The same as it is stored.
    written: i64,
}

/// A webhook secret that may be live.
struct LiveSecret {
    secret_id: SecretId,
    expires_at: Option<Timestamp>,
    key: Secret,
}

/// A company's live webhook secrets at a moment.
pub struct LiveSecrets {
    all: Arc<Vec<LiveSecret>>,
    now: Timestamp,
}

impl LiveSecrets {
    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Secret> {
        let live = |secret: &&LiveSecret| secret.expires_at.is_none_or(|end| self.now < end);
        self.all.iter().filter(live).map(|secret| &secret.key)
    }
}

/// How often something is read while it changes.
pub const READINGS: usize = 5;

/// It changed during each reading.
pub fn changing() -> Error {
    Error::Unavailable("companies and keys change faster than they are read".to_owned())
}

/// What the store holds.
struct Found {
    companies: Vec<Company>,
    keys: Vec<(CompanyId, ApiKey)>,
    secrets: Vec<(CompanyId, WebhookSecret)>,
    assets: Vec<(CompanyId, Asset)>,
}

impl Found {
    async fn read(store: &dyn Store) -> Result<Self, LoadError> {
        Ok(Self {
            companies: store.companies().await?,
            keys: every(store).await?,
            secrets: every(store).await?,
            assets: every(store).await?,
        })
    }
}

/// The keyring.
pub struct Keyring {
    server_key: Arc<ServerKey>,
    companies: DashMap<CompanyId, Arc<Company>>,
    bearers: DashMap<String, Arc<Bearer>>,
    secrets: DashMap<CompanyId, Arc<Vec<LiveSecret>>>,
    /// Names of the assets whose incidents are more urgent.
    critical: DashMap<CompanyId, HashSet<String>>,
    buckets: DashMap<CompanyId, Arc<Mutex<Bucket>>>,
    /// How often something was taken in, so that no reading from before undoes it.
    changes: Mutex<u64>,
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
    pub async fn load(store: &dyn Store, server_key: Arc<ServerKey>) -> Result<Self, LoadError> {
        let keyring = Self {
            server_key,
            companies: DashMap::new(),
            bearers: DashMap::new(),
            secrets: DashMap::new(),
            critical: DashMap::new(),
            buckets: DashMap::new(),
            changes: Mutex::default(),
        };
        keyring.read(store).await?;
        Ok(keyring)
    }

    /// Reads everything, in place of what is known.
    ///
    /// # Errors
    /// [`LoadError`]; the store's where something is changed during each of several readings.
    pub async fn read(&self, store: &dyn Store) -> Result<(), LoadError> {
        for _ in 0..READINGS {
            let before = self.taken_in();
            let found = Found::read(store).await?;
            if let Some(_changes) = self.changes_as_of(before) {
                return self.replace(found);
            }
        }
        Err(changing().into())
    }

    /// How much has been taken in: asked before something is read, and told to what brings it in.
    pub fn taken_in(&self) -> u64 {
        *self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A change; nobody else makes one meanwhile.
    fn changes(&self) -> MutexGuard<'_, u64> {
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        *changes += 1;
        changes
    }

    /// The same, by what was read from the store when so much had been taken in; nothing where there is more by now, so
    /// that what was taken away meanwhile does not come back.
    fn changes_as_of(&self, before: u64) -> Option<MutexGuard<'_, u64>> {
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        let is_as_it_was = *changes == before;
        *changes += u64::from(is_as_it_was);
        is_as_it_was.then_some(changes)
    }

    /// Knows what was found, and nothing else any more.
    fn replace(&self, found: Found) -> Result<(), LoadError> {
        let ids: HashSet<CompanyId> = found
            .companies
            .iter()
            .map(|company| company.company_id.clone())
            .collect();
        let hashes: HashSet<String> = found.keys.iter().map(|(_, key)| key.key_hash.clone()).collect();
        // Where one does not open, nothing has changed.
        let mut secrets: HashMap<CompanyId, Vec<LiveSecret>> = HashMap::new();
        for (company, secret) in &found.secrets {
            let live = self.opened(company, secret)?;
            secrets.entry(company.clone()).or_default().push(live);
        }
        found
            .companies
            .into_iter()
            .for_each(|company| self.set_company(company));
        found
            .keys
            .into_iter()
            .for_each(|(company, key)| self.set_key(&company, key));
        let mut critical: HashMap<CompanyId, HashSet<String>> = HashMap::new();
        for (company, asset) in found.assets.into_iter().filter(|(_, asset)| asset.is_critical()) {
            critical.entry(company).or_default().insert(asset.name);
        }
        self.companies.retain(|company, _| ids.contains(company));
        self.buckets.retain(|company, _| ids.contains(company));
        self.bearers.retain(|hash, _| hashes.contains(hash));
        self.secrets.retain(|company, _| secrets.contains_key(company));
        self.critical.retain(|company, _| critical.contains_key(company));
        for (company, live) in secrets {
            self.secrets.insert(company, Arc::new(live));
        }
        for (company, names) in critical {
            self.critical.insert(company, names);
        }
        Ok(())
    }

    /// Takes in a company that has just been founded.
    pub fn founded(&self, new: &NewCompany) {
        let _changes = self.changes();
        self.set_company(new.company.clone());
        self.take(&new.company.company_id, &new.puts);
    }

    /// Takes in what a company has been amended by.
    pub fn amended(&self, company: &CompanyId, amendment: &Amendment) {
        let _changes = self.changes();
        if let Some(settings) = &amendment.company {
            self.set_company(settings.clone());
        }
        self.take(company, &amendment.puts);
    }

    fn take(&self, company: &CompanyId, puts: &[Put]) {
        for put in puts {
            if let Err(error) = self.take_one(company, put) {
                tracing::error!(company_id = %company, %error, "what was just written cannot be read");
            }
        }
    }

    fn take_one(&self, company: &CompanyId, put: &Put) -> Result<(), LoadError> {
        match (put.kind, put.record(company)) {
            (RecordKind::ApiKeys, Some(record)) => self.set_key(company, record.read()?),
            (RecordKind::ApiKeys, None) => self.bearers.retain(|_, bearer| bearer.key_id.as_str() != put.id),
            (RecordKind::WebhookSecrets, Some(record)) => self.set_secret(company, &record.read()?)?,
            (RecordKind::WebhookSecrets, None) => {
                self.change_secrets(company, |all| all.retain(|secret| secret.secret_id.as_str() != put.id));
            }
            (RecordKind::Assets, Some(record)) => {
                let asset: Asset = record.read()?;
                self.set_critical(company, &asset.name, asset.is_critical());
            }
            (RecordKind::Assets, None) => self.set_critical(company, &put.id, false),
            _ => {}
        }
        Ok(())
    }

    fn set_critical(&self, company: &CompanyId, name: &str, is_critical: bool) {
        let mut names = self.critical.entry(company.clone()).or_default();
        if is_critical {
            names.insert(name.to_owned());
        } else {
            names.remove(name);
        }
    }

    fn set_company(&self, company: Company) {
        let id = company.company_id.clone();
        let before = self.companies.insert(id.clone(), Arc::new(company.clone()));
        // A bucket is only made anew with its limits, so that a change of something else does not fill it.
        if before.is_none_or(|before| before.rate_limit != company.rate_limit) {
            let bucket = Bucket::new(company.rate_limit, Instant::now());
            self.buckets.insert(id, Arc::new(Mutex::new(bucket)));
        }
    }

    /// Brings in a key as it is stored; `false` where something was taken in since it was asked `before`.
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    pub fn bring_in_key(&self, record: &Record, before: u64) -> Result<bool, Error> {
        let Some(_changes) = self.changes_as_of(before) else {
            return Ok(false);
        };
        self.set_key(&record.company_id, record.read()?);
        Ok(true)
    }

    /// Brings in a company's webhook secrets as they are stored, beside those that are known: one that was retired elsewhere
    /// goes when that is heard of. `false` where something was taken in since it was asked `before`.
    ///
    /// # Errors
    /// [`LoadError`].
    pub fn bring_in_secrets(&self, company: &CompanyId, records: &[Record], before: u64) -> Result<bool, LoadError> {
        let Some(_changes) = self.changes_as_of(before) else {
            return Ok(false);
        };
        for record in records {
            self.set_secret(company, &record.read()?)?;
        }
        Ok(true)
    }

    fn set_key(&self, company: &CompanyId, key: ApiKey) {
        let written = key.used_at.map_or(0, Timestamp::as_millis);
        let used_at = self
            .bearers
            .get(&key.key_hash)
            .map_or(0, |known| known.used_at.load(Ordering::Relaxed))
            .max(written);
        let bearer = Bearer {
            key_id: key.key_id,
            company_id: company.clone(),
            scopes: key.scopes,
            unsigned: key.unsigned,
            expires_at: key.expires_at,
            revoked: key.revoked_at.is_some(),
            used_at: AtomicI64::new(used_at),
            written,
        };
        self.bearers.insert(key.key_hash, Arc::new(bearer));
    }

    fn set_secret(&self, company: &CompanyId, secret: &WebhookSecret) -> Result<(), Unsealable> {
        let live = self.opened(company, secret)?;
        self.change_secrets(company, |all| {
            all.retain(|known| known.secret_id != live.secret_id);
            all.push(live);
        });
        Ok(())
    }

    fn opened(&self, company: &CompanyId, secret: &WebhookSecret) -> Result<LiveSecret, Unsealable> {
        let opened = self
            .server_key
            .open(Purpose::WebhookSecret, company.as_str(), &secret.sealed)?;
        Ok(LiveSecret {
            secret_id: secret.secret_id.clone(),
            expires_at: secret.expires_at,
            key: prepare_all(opened.expose_secret()).ok_or(Unsealable)?,
        })
    }

    fn change_secrets(&self, company: &CompanyId, change: impl FnOnce(&mut Vec<LiveSecret>)) {
        let mut live = self.secrets.entry(company.clone()).or_default();
        let mut all: Vec<LiveSecret> = live.iter().map(LiveSecret::again).collect();
        change(&mut all);
        *live.value_mut() = Arc::new(all);
    }

    /// Whose key this is, where it is good at this moment. Found by its hash, so that time tells nothing of the
    /// key.
    pub fn bearer(&self, api_key: &str, now: Timestamp) -> Option<Arc<Bearer>> {
        let bearer = self.bearers.get(&hash_api_key(api_key))?.value().clone();
        let open = self
            .companies
            .get(&bearer.company_id)
            .is_some_and(|company| company.archived_at.is_none());
        let good = open && !bearer.revoked && bearer.expires_at.is_none_or(|end| now < end);
        good.then(|| {
            bearer.used_at.fetch_max(now.as_millis(), Ordering::Relaxed);
            bearer
        })
    }

    /// Whether a key is one of a company that is archived.
    pub fn is_of_archived(&self, api_key: &str) -> bool {
        let bearer = self
            .bearers
            .get(&hash_api_key(api_key))
            .map(|bearer| bearer.value().clone());
        let company = bearer.and_then(|bearer| self.company(&bearer.company_id));
        company.is_some_and(|company| company.archived_at.is_some())
    }

    /// Keys that were used since that was last written, with their companies.
    pub fn used(&self) -> HashMap<CompanyId, Vec<(KeyId, Timestamp)>> {
        let mut used: HashMap<CompanyId, Vec<(KeyId, Timestamp)>> = HashMap::new();
        for bearer in &self.bearers {
            let at = bearer.used_at.load(Ordering::Relaxed);
            if at > bearer.written && !bearer.revoked {
                let at = (bearer.key_id.clone(), Timestamp::from_millis(at));
                used.entry(bearer.company_id.clone()).or_default().push(at);
            }
        }
        used
    }

    /// When a key was last used, by its hash.
    pub fn used_at(&self, key_hash: &str) -> Option<Timestamp> {
        let used_at = self.bearers.get(key_hash)?.used_at.load(Ordering::Relaxed);
        (used_at > 0).then(|| Timestamp::from_millis(used_at))
    }

    /// A company's webhook secrets that are live at this moment.
    pub fn secrets(&self, company: &CompanyId, now: Timestamp) -> LiveSecrets {
        let all = self.secrets.get(company).map(|secrets| secrets.value().clone());
        LiveSecrets {
            all: all.unwrap_or_default(),
            now,
        }
    }

    /// Whether an asset's incidents are more urgent.
    pub fn is_critical(&self, company: &CompanyId, asset: &str) -> bool {
        self.critical.get(company).is_some_and(|names| names.contains(asset))
    }

    /// Whether there is such a company, archived or not.
    pub fn knows(&self, company: &CompanyId) -> bool {
        self.companies.contains_key(company)
    }

    /// A company's settings.
    pub fn company(&self, company: &CompanyId) -> Option<Arc<Company>> {
        self.companies.get(company).map(|found| found.value().clone())
    }

    /// All companies, archived ones too, sorted.
    pub fn companies(&self) -> Vec<CompanyId> {
        let mut found: Vec<CompanyId> = self.companies.iter().map(|entry| entry.key().clone()).collect();
        found.sort();
        found
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

impl LiveSecret {
    fn again(&self) -> Self {
        Self {
            secret_id: self.secret_id.clone(),
            expires_at: self.expires_at,
            key: self.key.clone(),
        }
    }
}
