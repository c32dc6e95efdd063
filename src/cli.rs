//! Commands.
mod out;
pub mod ping;
pub mod send;
