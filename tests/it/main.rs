//! Promises, tested over real sockets and stores.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    unreachable_pub,
    reason = "a test that cannot go on fails; its helpers are no #[test]s themselves"
)]

mod commands;
mod recovery;
mod support;
