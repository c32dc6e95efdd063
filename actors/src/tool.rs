//! Tools: what acts on the world outside, and how that is done effectively once.
//!
//! Code map: [`registry`] the tools that there are, [`input`] what they take and give, [`protocol`] from an intent to
//! an end that is known, or said not to be.

pub mod input;
pub mod protocol;
pub mod registry;

/// The tool that runs runbooks.
pub const SSM_EXECUTE: &str = "ssm.execute";
/// Its version, which what an approval is bound to names.
pub const SSM_EXECUTE_VERSION: &str = "1";
