//! Promises, tested over real sockets and stores.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, missing_docs, unreachable_pub)]

mod acts;
mod commands;
mod companies;
mod conformance;
mod decide;
mod demo;
mod documents;
mod life;
mod live;
mod reading;
mod recovery;
#[path = "../sim/main.rs"]
mod sim;
mod support;
mod system;
mod tree;
mod webhook;
