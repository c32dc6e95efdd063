//! Alert Whisperer at its edge: what the runtime's ports are made of, and how the world reaches it.
//!
//! Code map: [`cli`] holds one file per command; [`client`] speaks our own API; [`clock`] is time and
//! chance; [`store`] is where everything durable lives. The runtime itself is the `actors` crate,
//! which knows none of this.

mod failpoint;

pub mod cli;
pub mod client;
pub mod clock;
pub mod store;

pub(crate) use failpoint::failpoint;
