//! Who may do what: companies' keys and secrets, people, their logins and rights.

pub mod api_key;
pub mod webhook_secret;
