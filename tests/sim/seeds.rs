//! Seeds that once found something, run first for ever.

pub const KEPT: &[u64] = &[102, 149, 152, 156, 349, 2585, 3186, 4800];
