//! That what was acknowledged is kept, as `served/recovery.rs` promises it, where the embedded store
//! could lose it: its disk, its directory.

mod fault;
mod points;
mod second;
