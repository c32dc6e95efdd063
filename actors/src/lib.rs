//! The supervised runtime of Alert Whisperer: each company and each open incident is an actor.
//!
//! Code map: [`domain`] holds values and their rules; [`port`] what the runtime needs of the world;
//! [`supervision`] the arithmetic of restarts; [`root`], [`tenants`], [`sweeper`], [`leases`], [`tenant`],
//! [`correlator`], [`notifier`], [`incident`] and [`decision`] one actor each, with their pure rooms beneath;
//! [`directory`] who is where; [`membership`] which node is to have which company; [`company_now`] a company as its actors know it; [`runtime`] the handle that the edge holds; [`limits`] every limit.
//!
//! What is absent on purpose: HTTP, databases, clouds, files, environment.

#[cfg(not(panic = "unwind"))]
compile_error!("supervision needs unwinding: build with panic = \"unwind\"");

pub mod breaker;
pub mod call;
pub mod census;
pub mod company_now;
pub mod correlator;
pub mod decision;
pub mod directory;
pub mod domain;
pub mod haste;
pub mod incident;
pub mod labour;
pub mod leases;
pub mod limits;
pub mod measures;
pub mod membership;
pub mod notifier;
pub mod port;
pub mod recall;
pub mod root;
pub mod runtime;
pub mod supervision;
pub mod sweeper;
pub mod tenant;
pub mod tenants;
pub mod tool;
