//! A map that mostly holds one entry, and keeps that one inline: a hundred thousand incidents each own
//! a key and a fingerprint, and few own a thousand.

use std::collections::HashMap;
use std::hash::Hash;

/// The map.
#[derive(Clone, Debug, Default)]
pub(super) enum Few<K, V> {
    #[default]
    None,
    One(K, V),
    #[allow(
        clippy::box_collection,
        reason = "a table inline would make every entry six times as large"
    )]
    Many(Box<HashMap<K, V>>),
}

impl<K: Eq + Hash, V> Few<K, V> {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::None => 0,
            Self::One(..) => 1,
            Self::Many(map) => map.len(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn get(&self, key: &K) -> Option<&V> {
        match self {
            Self::None => None,
            Self::One(known, value) => (known == key).then_some(value),
            Self::Many(map) => map.get(key),
        }
    }

    /// Sets an entry; `true` where the key is new.
    pub(super) fn insert(&mut self, key: K, value: V) -> bool {
        match self {
            Self::Many(map) => map.insert(key, value).is_none(),
            Self::One(known, present) if *known == key => {
                *present = value;
                false
            }
            _ => {
                *self = match std::mem::take(self) {
                    Self::One(known, present) => Self::Many(Box::new(HashMap::from([(known, present), (key, value)]))),
                    _ => Self::One(key, value),
                };
                true
            }
        }
    }

    pub(super) fn remove(&mut self, key: &K) {
        match self {
            Self::One(known, _) if known == key => *self = Self::None,
            Self::Many(map) => drop(map.remove(key)),
            _ => {}
        }
    }

    /// The entries, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        let (one, many) = match self {
            Self::None => (None, None),
            Self::One(key, value) => (Some((key, value)), None),
            Self::Many(map) => (None, Some(map.iter())),
        };
        one.into_iter().chain(many.into_iter().flatten())
    }

    /// The keys, in no order.
    pub(super) fn keys(&self) -> impl Iterator<Item = &K> {
        self.iter().map(|(key, _)| key)
    }
}

impl<K: Eq + Hash, V> FromIterator<(K, V)> for Few<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut few = Self::None;
        for (key, value) in entries {
            few.insert(key, value);
        }
        few
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn is_a_map(steps in prop::collection::vec((any::<bool>(), 0_u8..4, any::<u16>()), 0..20)) {
            let (mut few, mut map) = (Few::default(), BTreeMap::new());
            for (insert, key, value) in steps {
                if insert {
                    prop_assert_eq!(few.insert(key, value), map.insert(key, value).is_none());
                } else {
                    few.remove(&key);
                    map.remove(&key);
                }
                prop_assert_eq!(few.get(&key), map.get(&key));
                prop_assert_eq!(few.len(), map.len());
                prop_assert_eq!(few.iter().collect::<BTreeMap<_, _>>(), map.iter().collect());
            }
        }
    }
}
