//! Alert Whisperer: the edge and the adapters around the runtime in `actors`.

pub mod cli;
pub mod client;
pub mod clock;
