//! What the configurations of other tools come to here.

pub mod alertmanager;
