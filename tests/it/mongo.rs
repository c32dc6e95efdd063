//! What only a database of its own can show: it is killed, away, slow, or not the one that is needed.

mod away;
mod cluster;
mod commands;
mod forwarding;
mod kill;
mod left;
mod members;
mod nodes;
mod start;
