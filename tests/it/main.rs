//! Promises, tested over real sockets and stores.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, missing_docs, unreachable_pub)]

mod commands;
mod companies;
mod conformance;
mod decide;
mod documents;
mod life;
mod reading;
mod recovery;
mod support;
mod tree;
mod webhook;
