//! What other nodes have changed a moment ago and this one has not heard of yet: looked for where somebody presents a token
//! or key that is not known here.

use std::time::Duration;

use actors::port::{Error, Kept};
use axum::http::HeaderMap;
use tokio::time::timeout;

use crate::accounts::api_key::ApiKey;
use crate::http::Edge;
use crate::http::caller::presented;
use crate::secrets::{API_KEY_PREFIX, hash_api_key};

/// How long somebody waits for his turn to have his key looked for.
const LOOKED_FOR_WITHIN: Duration = Duration::from_secs(1);

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
            false => match timeout(LOOKED_FOR_WITHIN, self.looking_for_keys.acquire()).await {
                Ok(place) => place.ok(),
                Err(_) => return Ok(()),
            },
        };
        let found = self.store.find_record(ApiKey::KIND, &hash_api_key(key)).await?;
        drop(looking);
        match found {
            Some(record) if self.keyring.knows(&record.company_id) => self.keyring.bring_in_key(&record),
            Some(_) => {
                self.catch_up().await;
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Reads anew what is kept of companies, keys and people.
    pub(crate) async fn catch_up(&self) {
        if let Err(error) = self.register.catch_up(&*self.store).await {
            tracing::warn!(%error, "companies and people cannot be read again");
        }
    }
}
