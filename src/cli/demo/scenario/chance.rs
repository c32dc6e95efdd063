//! Chance from a seed: SplitMix64 (Steele, Lea, Flood 2014). Good enough for stories, and nothing else.

/// A stream of chance.
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 up to, but not including, 1.
    pub(super) fn fraction(&mut self) -> f64 {
        // 53 bits are what a double holds exactly.
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// From `low` up to, but not including, `high`.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.fraction()
    }

    /// One of a list that has at least one item; those at its front come more often.
    pub(super) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        let skewed = self.fraction() * self.fraction() * list.len() as f64;
        &list[(skewed as usize).min(list.len() - 1)]
    }
}
