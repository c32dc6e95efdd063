//! The same SQL on a database in memory, run where it is called: no thread, so that a paused clock
//! stays exact.

use std::sync::{Arc, Mutex};

use actors::domain::Timestamp;
use actors::port::Error;
use rusqlite::Connection;

use super::fault::Fault;
use super::load::load;
use super::machine::Machine;
use super::op::Op;
use super::schema::migrate;
use super::seen::Seen;
use super::shared::{Shared, locked};
use super::thread::configure_statements;
use super::{OpenError, closed};

/// The writer itself, which also reads.
#[derive(Debug)]
pub(super) struct Inline {
    machine: Mutex<Option<Machine>>,
    shared: Arc<Shared>,
}

impl Inline {
    pub(super) fn open(now: Timestamp, shared: &Arc<Shared>, seen_cap: usize) -> Result<Self, OpenError> {
        let mut conn = Connection::open_in_memory()?;
        configure_statements(&conn)?;
        conn.pragma_update(None, "foreign_keys", true)?;
        migrate(&mut conn, now)?;
        let machine = load(conn, Arc::clone(shared), Seen::new(seen_cap, 0)).map_err(Fault::into_error)?;
        Ok(Self {
            machine: Mutex::new(Some(machine)),
            shared: Arc::clone(shared),
        })
    }

    /// Runs an operation; it is answered on return.
    pub(super) fn submit(&self, op: Op) -> Result<(), Error> {
        let mut machine = locked(&self.machine);
        let mut ops = [op];
        let outcome = machine.as_mut().ok_or_else(closed)?.run(&mut ops);
        if let Err(reason) = outcome {
            self.shared.fail(&reason);
        }
        drop(machine);
        ops.into_iter().for_each(Op::answer);
        Ok(())
    }

    /// Runs a query.
    pub(super) fn read<T>(&self, query: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, Error> {
        let machine = locked(&self.machine);
        let machine = machine.as_ref().ok_or_else(closed)?;
        query(&machine.conn).map_err(Fault::into_error)
    }

    /// Lets everything go.
    pub(super) fn close(&self) {
        locked(&self.machine).take();
    }
}
