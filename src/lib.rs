//! Alert Whisperer: the edge and the adapters around the runtime in `actors`.
//!
//! Code map: [`http`] is the edge, [`ingest`] what comes in from monitoring tools, [`import`] what their configurations come to here, [`mcp`] what any client of the Model Context Protocol may use, [`notify`] how people are told, [`outbound`] where requests to addresses that others name may go, [`accounts`] who may do
//! what, [`agentcore`] the side of AWS AgentCore Runtime, [`audit`] how journals are verified, [`aws`] what is called in companies' AWS accounts, [`store`] where everything durable lives, [`cli`] one file per command, [`client`] the sender's side of the
//! webhook, [`serve`] wires everything together;
//! [`config`], [`telemetry`], [`secrets`], [`clock`], [`founding`], [`tenancy`] and [`json`] are what their names say.

#[cfg(not(panic = "unwind"))]
compile_error!("supervision needs unwinding: build with panic = \"unwind\"");

mod failpoint;

pub mod accounts;
pub mod agentcore;
pub mod archive;
pub mod audit;
pub mod aws;
pub mod cli;
pub mod client;
pub mod clock;
pub mod config;
pub mod founding;
pub mod heartbeats;
pub mod http;
pub mod import;
pub mod ingest;
pub mod json;
pub mod llm;
pub mod mcp;
pub mod minds;
pub mod nodes;
pub mod notify;
pub mod outbound;
pub mod secrets;
pub mod serve;
pub mod store;
pub mod telemetry;
pub mod tenancy;
pub mod trial;

pub(crate) use failpoint::failpoint;
