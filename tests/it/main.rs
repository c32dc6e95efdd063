//! The promises of Alert Whisperer, each in a file of its own.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod commands;
mod conformance;
mod recovery;
mod support;
