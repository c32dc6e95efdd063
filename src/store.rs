//! Where everything durable lives: the adapters behind `actors::port::Store`.
//!
//! Invariants, kept by every adapter and asked by one conformance suite (`tests/it/conformance.rs`):
//! what was answered is on stable storage; a refused operation has changed nothing and failed
//! nobody else; a company's journal is gapless and chained; nothing of one company can be reached
//! through another's reader or writer.

mod amend;
mod arrivals;
mod commit;
mod every;
mod evidence;
mod feed;
mod like;
mod lock;
pub mod migration;
pub mod mongo;
mod opened;
mod page;
mod rollup;
mod slot;
pub mod sqlite;
mod step;
mod tally;
mod timeline;

pub use every::{every, every_record};
pub use evidence::Evidence;
pub use mongo::{Identity, MongoError, MongoStore};
pub use opened::{OpenStore, StoreError};
pub use sqlite::{MemoryStore, OpenError, SqliteStore};
