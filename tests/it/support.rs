//! What several promises share.

pub mod alerts;
pub mod clock;
pub mod corpus;
pub mod decisions;
pub mod engine;
pub mod estate;
pub mod faulty;
pub mod judge;
pub mod ledger;
pub mod load;
pub mod mcp;
pub mod mongod;
pub mod moto;
pub mod placing;
pub mod process;
pub mod profile;
pub mod provider;
pub mod receiver;
pub mod server;
pub mod serving;
pub mod smtp;
pub mod sns;
pub mod ssm;
pub mod storm;
pub mod tickets;
pub mod tree;
