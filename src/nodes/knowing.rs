//! What other nodes have changed a moment ago and this one has not heard of yet: looked for where somebody presents a token
//! or key that is not known here.

use actors::port::Kept;
use axum::http::HeaderMap;

use crate::accounts::api_key::ApiKey;
use crate::http::Edge;
use crate::http::caller::presented;
use crate::secrets::{API_KEY_PREFIX, hash_api_key};

impl Edge {
    /// Whether a token or key is good, as far as this node knows.
    pub(crate) fn knows(&self, token: &str) -> bool {
        let now = self.clock.now();
        self.keyring.bearer(token, now).is_some() || self.accounts.visit(token, now).is_some()
    }

    /// Looks for what a request presents where it is not known. A token of ours tells whose it is; for keys that nobody
    /// knows no more than a few are looked for at once, so that strangers cost the store little.
    pub(crate) async fn learns_of(&self, headers: &HeaderMap) {
        let Ok(Some(token)) = presented(headers) else { return };
        if self.knows(token) || !self.runtime.shares() {
            return;
        }
        if !token.starts_with(API_KEY_PREFIX) {
            if let Err(error) = self.accounts.learn_of(token, self.clock.now()).await {
                tracing::warn!(%error, "a token that is not known cannot be looked for");
            }
            return;
        }
        let Ok(_place) = self.looking_for_keys.try_acquire() else {
            return;
        };
        let found = self.store.find_record(ApiKey::KIND, &hash_api_key(token)).await;
        match found {
            Ok(Some(_)) => self.catch_up().await,
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "a key that is not known cannot be looked for"),
        }
    }

    /// Reads anew what is kept of companies, keys and people.
    pub(crate) async fn catch_up(&self) {
        if let Err(error) = self.register.catch_up(&*self.store).await {
            tracing::warn!(%error, "companies and people cannot be read again");
        }
    }
}
