//! The `alert-whisperer` binary.

fn main() {}
