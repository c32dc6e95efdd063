//! How much speaks for each of what an index has found.

use std::collections::HashMap;
use std::hash::Hash;

/// What was found, by numbers or names that are greater the newer it is.
#[derive(Debug)]
pub(super) struct Tally<K>(HashMap<K, f64>);

impl<K> Default for Tally<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Eq + Hash + Ord> Tally<K> {
    /// So much more speaks for each of these.
    pub(super) fn add(&mut self, found: Vec<K>, weight: f64) {
        for key in found {
            *self.0.entry(key).or_default() += weight;
        }
    }

    /// What speaks for each in the other speaks for it here too.
    pub(super) fn join(&mut self, other: Self) {
        for (key, weight) in other.0 {
            *self.0.entry(key).or_default() += weight;
        }
    }

    /// So much more speaks for each that was found.
    pub(super) fn add_each(&mut self, weight: impl Fn(&K) -> f64) {
        for (key, tallied) in &mut self.0 {
            *tallied += weight(key);
        }
    }

    /// At least so much speaks for each of these.
    pub(super) fn at_least(&mut self, found: Vec<K>, weight: f64) {
        for key in found {
            let tallied = self.0.entry(key).or_default();
            *tallied = tallied.max(weight);
        }
    }

    /// Those that most speaks for, of these the newest.
    pub(super) fn best(self, most: usize) -> Vec<K> {
        let mut all: Vec<(K, f64)> = self.0.into_iter().collect();
        let order = |(a, x): &(K, f64), (b, y): &(K, f64)| y.total_cmp(x).then_with(|| b.cmp(a));
        // Thousands are found, and few wanted.
        if all.len() > most {
            all.select_nth_unstable_by(most, order);
            all.truncate(most);
        }
        all.sort_unstable_by(order);
        all.into_iter().map(|(key, _)| key).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_most_speaks_for_comes_first_and_of_that_the_newest() {
        let mut tally = Tally::default();
        tally.add(vec![1, 2, 3], 0.5);
        tally.add(vec![1, 4], 0.25);
        tally.at_least(vec![4, 2, 1], 0.6);
        let mut other = Tally::default();
        other.add(vec![3, 5], 0.4);
        tally.join(other);
        assert_eq!(tally.best(4), [3, 1, 4, 2]);
    }
}
