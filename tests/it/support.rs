//! What tests are built from.

pub mod alerts;
pub mod clock;
pub mod decisions;
pub mod faulty;
pub mod placing;
pub mod tree;
