//! Tools: what acts on the world outside, and how that is done effectively once.
//!
//! Code map: [`protocol`] from an intent to an end that is known, or said not to be.

pub mod protocol;
