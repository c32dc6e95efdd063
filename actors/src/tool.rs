//! Tools: what acts on the world outside, and how that is done effectively once.
//!
//! Code map: [`protocol`] from an intent to an end that is known, or said not to be.

pub mod protocol;

/// The tool that runs runbooks.
pub const SSM_EXECUTE: &str = "ssm.execute";
/// Its version, which what an approval is bound to names.
pub const SSM_EXECUTE_VERSION: &str = "1";
