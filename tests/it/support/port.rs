//! Ports for servers that come back to the same one.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};

/// Below those that the kernel gives away by itself: nobody takes one while its server is away.
const FIRST: u16 = 20_000;
const MANY: u16 = 10_000;

/// A port that is free, and that nobody else in this process is given.
pub fn free() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Tests are processes of their own, one beside the other.
    let start = u16::try_from(std::process::id().wrapping_mul(97) % u32::from(MANY)).unwrap();
    for _ in 0..MANY {
        let port = FIRST + (start + NEXT.fetch_add(1, Ordering::Relaxed) % MANY) % MANY;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no free port from {FIRST} on");
}
