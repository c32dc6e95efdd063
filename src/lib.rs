//! Alert Whisperer: the edge and the adapters around the runtime in `actors`.
//!
//! Code map: [`clock`] is time and chance; [`store`] is where everything durable lives.

mod failpoint;

pub mod clock;
pub mod store;

pub(crate) use failpoint::failpoint;
