//! When API keys were last used: known at once, written every ten minutes and at the end, so that an old key can be
//! told from one that is needed.

use std::sync::Arc;
use std::time::Duration;

use actors::domain::ids::KeyId;
use actors::domain::{CompanyId, Timestamp};
use actors::port::{Amended, Amendment, Error, Put, RecordKind, Store};
use actors::runtime::Runtime;
use futures::stream::{self, StreamExt};
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

use super::api_key::ApiKey;
use crate::ingest::keyring::Keyring;

/// How often it is written.
const EVERY: Duration = Duration::from_secs(600);
/// How long the last turn may take: nobody waits for this.
const AT_THE_END: Duration = Duration::from_secs(2);
/// Companies whose keys are written at once.
const AT_ONCE: usize = 8;
/// How long a commit may take.
const WITHIN: Duration = Duration::from_secs(10);

/// Writes it until it is told to stop, and once more then.
pub async fn run(keyring: Arc<Keyring>, store: Arc<dyn Store>, runtime: Runtime, stop: CancellationToken) {
    let mut turn = interval(EVERY);
    turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
    turn.tick().await;
    loop {
        tokio::select! {
            _ = turn.tick() => write_all(&keyring, &*store, &runtime).await,
            () = stop.cancelled() => break,
        }
    }
    if timeout(AT_THE_END, write_all(&keyring, &*store, &runtime))
        .await
        .is_err()
    {
        tracing::info!("the last uses of some API keys are not written");
    }
}

async fn write_all(keyring: &Keyring, store: &dyn Store, runtime: &Runtime) {
    let written =
        stream::iter(keyring.used()).map(async |(company, used)| write(store, runtime, &company, &used).await);
    written.buffer_unordered(AT_ONCE).collect::<()>().await;
}

/// A key that somebody changes at the same time is written at the next turn.
async fn write(store: &dyn Store, runtime: &Runtime, company: &CompanyId, used: &[(KeyId, Timestamp)]) {
    let amendment = match amendment(store, company, used).await {
        Ok(amendment) => amendment,
        Err(error) => return tracing::warn!(company_id = %company, %error, "the use of API keys is not written"),
    };
    match runtime.amend(company, amendment, WITHIN).await {
        Ok(Amended::Done | Amended::Changed | Amended::Taken) => {}
        Err(error) => tracing::warn!(company_id = %company, %error, "the use of API keys is not written"),
    }
}

async fn amendment(store: &dyn Store, company: &CompanyId, used: &[(KeyId, Timestamp)]) -> Result<Amendment, Error> {
    let reader = store.reader(company);
    let mut puts = Vec::with_capacity(used.len());
    for (key_id, at) in used {
        if let Some(record) = reader.record(RecordKind::ApiKeys, key_id.as_str()).await? {
            let key = ApiKey {
                used_at: Some(*at),
                ..record.read()?
            };
            puts.push(Put::change(&key, record.version)?);
        }
    }
    Ok(Amendment {
        puts,
        ..Amendment::default()
    })
}
