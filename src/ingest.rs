//! What comes in from monitoring tools: who sends it, whether it is genuine, what it says, how much
//! of it may come.

pub mod formats;
pub mod keyring;
pub mod matcher;
pub mod native;
pub mod rate;
pub mod signature;
pub mod sns;
pub mod sources;
