//! The audit: journals that someone who does not trust us can verify.
//!
//! A journal is a chain of hashes. That alone does not stop somebody who writes a whole tail anew, or cuts it: so what
//! a chain has come to is signed ([`checkpoint`]) and kept outside of the store ([`keeper`]). What was signed is read
//! again ([`signed`]) and a journal walked along all of it ([`walk`]). An export ([`export`]) is a journal as JSON
//! Lines, closed by a checkpoint. Where the beginning of a journal is past its time and archived, a signed cut ([`cut`])
//! says so, from which on it is walked.

pub mod checkpoint;
pub mod cut;
pub mod export;
pub mod keeper;
pub mod signed;
pub mod walk;
