//! Promises, tested over real sockets and stores.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, missing_docs, unreachable_pub)]
#![allow(
    clippy::duplicate_mod,
    reason = "what a server promises is asked of it on each engine"
)]

mod aws;
mod bill;
mod browser;
mod conformance;
mod demo;
mod documents;
mod golden;
mod interface;
mod life;
mod memory;
mod migrate;
mod minds;
mod mongo;
#[path = "served/mod.rs"]
mod on_mongodb;
#[path = "served/mod.rs"]
mod on_sqlite;
mod recovery;
mod remedy;
#[path = "../sim/main.rs"]
mod sim;
mod storms;
mod support;
mod tools;
mod tree;
