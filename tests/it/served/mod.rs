//! What a server promises, whatever its store is on.
//!
//! `main.rs` mounts this once for each engine, so that every test here runs on each of them and its name tells
//! which: `on_sqlite::webhook::...`, `on_mongodb::webhook::...`.

mod acts;
mod administer;
mod agentcore;
mod audit;
mod aws;
mod commands;
mod companies;
mod dashboard;
mod decide;
mod deciding;
mod formats;
mod heartbeats;
mod intake;
mod kept_secrets;
mod kpis;
mod live;
mod mcp;
mod memory;
mod minds;
mod notifications;
mod own_runbooks;
mod people;
mod polling;
mod reading;
mod recovery;
mod remedy;
mod retention;
mod rules;
mod runbooks;
mod secrecy;
mod smuggling;
mod suppression;
mod system;
mod unresolved;
mod users;
mod walk;
mod webhook;

use crate::support::engine::Engine;

/// The engine that these tests are to run on: what this module is mounted as says it.
fn engine() -> Engine {
    Engine::of_module(module_path!())
}
