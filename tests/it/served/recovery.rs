//! The promise that what was acknowledged is kept, whatever happens to the process: judged from
//! outside, by a ledger of our own. A kill proves the process's death, not the power's.

mod drain;
mod kill;
#[cfg(feature = "failpoints")]
mod points;
#[cfg(feature = "failpoints")]
mod runs;

use super::engine;
