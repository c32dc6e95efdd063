//! That what was acknowledged is kept, as `served/recovery.rs` promises it, where the embedded store
//! could lose it: its disk, the steps of its transaction, its directory.

mod fault;
#[cfg(feature = "failpoints")]
mod points;
mod second;
