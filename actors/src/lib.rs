//! The supervised runtime of Alert Whisperer: each company and each open incident is an actor.
//!
//! Code map: [`domain`] holds values and their rules; [`port`] what the runtime needs of the world;
//! [`supervision`] the arithmetic of restarts; [`root`], [`tenants`], [`sweeper`], [`tenant`],
//! [`correlator`], [`incident`] and [`decision`] one actor each, with their pure rooms beneath;
//! [`runtime`] the handle that the edge holds; [`limits`] every limit.
//!
//! What is absent on purpose: HTTP, databases, clouds, files, environment, `tokio::spawn`.

pub mod domain;
pub mod limits;
pub mod port;
pub mod runtime;
