//! Live: what happens, as it happens, to whoever may read it; over SSE (`GET /api/events`) and over a
//! WebSocket (`GET /ws`), the same events in the same order.
//!
//! `hub` hears the store once and tells every reader; `follower` is one reader's place in the order
//! of commits; `events` and `socket` put its frames on the wire; `cursor` is that place as clients
//! keep it; `streams` counts who reads; `standing` is whether he still may.
//!
//! Invariants: a journal entry is told once, in the order of commits, without a gap: what a reader
//! misses of the hub it reads from the store. What is live only may be dropped and has no cursor. No
//! reader holds more than a page, and one that does not read is cut off by its connection's write
//! time limit; its last cursor says where to go on.

pub mod cursor;
pub(super) mod events;
pub(super) mod follower;
pub(super) mod hub;
pub(super) mod socket;
pub(super) mod standing;
pub mod streams;
