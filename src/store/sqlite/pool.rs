//! Readers: a few read-only connections, lent to one query at a time.

use std::sync::{Arc, Mutex};

use actors::port::Error;
use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError};

use super::closed;
use super::fault::Fault;
use super::shared::locked;

/// Queries that may wait for a connection.
const WAITING: usize = 1_024;

/// The connections and who may use them.
#[derive(Debug)]
pub(super) struct Pool {
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

impl Pool {
    pub(super) fn new(connections: Vec<Connection>) -> Arc<Self> {
        Arc::new(Self {
            permits: Arc::new(Semaphore::new(connections.len())),
            places: Arc::new(Semaphore::new(connections.len() + WAITING)),
            idle: Mutex::new(connections),
        })
    }

    /// Runs a query in one read transaction, so that all its statements see the same moment.
    pub(super) async fn read<T, F>(self: &Arc<Self>, query: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        let place = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|error| match error {
                TryAcquireError::NoPermits => Error::Overloaded,
                TryAcquireError::Closed => closed(),
            })?;
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| closed())?;
        let conn = locked(&self.idle).pop().ok_or_else(closed)?;
        let mut lent = Lent {
            pool: Arc::clone(self),
            conn: Some(conn),
            _permits: (permit, place),
        };
        // It goes on to its end, and the connection back, even if nobody waits for it any more.
        let done = tokio::task::spawn_blocking(move || lent.run(query)).await;
        done.unwrap_or_else(|_| Err(Error::Unavailable("a query was cut short".to_owned())))
    }

    /// Lets the idle connections go; those that are lent go when they come back.
    pub(super) fn close(&self) {
        self.permits.close();
        self.places.close();
        locked(&self.idle).clear();
    }
}

/// A connection that finds its way back, whatever becomes of the query.
struct Lent {
    pool: Arc<Pool>,
    conn: Option<Connection>,
    _permits: (OwnedSemaphorePermit, OwnedSemaphorePermit),
}

impl Lent {
    fn run<T>(&mut self, query: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, Error> {
        let conn = self.conn.as_mut().ok_or_else(closed)?;
        let tx = conn.transaction().map_err(|error| Fault::from(error).into_error())?;
        query(&tx).map_err(Fault::into_error)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(conn) = self.conn.take()
            && !self.pool.permits.is_closed()
        {
            locked(&self.pool.idle).push(conn);
        }
    }
}
