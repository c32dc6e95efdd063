//! What the tests share.

pub mod judge;
pub mod ledger;
pub mod load;
pub mod process;
