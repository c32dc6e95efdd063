//! Three real processes over one replica set, under load, while whatever can befall them does: judged from outside.
//!
//! What is judged: no alert that was acknowledged is lost, none is placed twice, journals are chained, each commit was
//! made by who had its company then, and live clients have heard everything, each once and in order.
#![allow(clippy::print_stdout, reason = "figures are for people")]

mod faults;
mod rolling;
mod storm;
mod verdict;
