//! Promises, tested over real sockets and stores.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod conformance;
mod documents;
mod support;
mod tree;
