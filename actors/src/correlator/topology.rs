//! What a company's assets depend on: whose trouble may be the cause of an alert's, and whose its effect (layer 3).

use std::collections::{HashMap, HashSet, VecDeque};

use crate::domain::Asset;
use crate::domain::digest::Digest;
use crate::limits::TOPOLOGY_WALK;

/// A company's assets, by what they depend on.
#[derive(Debug, Default)]
pub struct Topology {
    places: HashMap<Digest, u32>,
    nodes: Vec<Node>,
}

#[derive(Debug)]
struct Node {
    name: String,
    digest: Digest,
    needs: Vec<u32>,
    needed_by: Vec<u32>,
}

/// An asset that is near another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its name's digest.
    pub digest: Digest,
}

impl Topology {
    /// Of assets, in whatever order. Those that neither depend on another nor are depended on are left out.
    pub fn of(assets: &[Asset]) -> Self {
        let mut topology = Self::default();
        for asset in assets.iter().filter(|asset| !asset.traits.depends_on.is_empty()) {
            let place = topology.place(&asset.name);
            for other in &asset.traits.depends_on {
                let needed = topology.place(other);
                topology.nodes[place as usize].needs.push(needed);
                topology.nodes[needed as usize].needed_by.push(place);
            }
        }
        topology
    }

    fn place(&mut self, name: &str) -> u32 {
        let digest = Digest::of(&[name]);
        if let Some(place) = self.places.get(&digest) {
            return *place;
        }
        let place = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        self.places.insert(digest, place);
        self.nodes.push(Node {
            name: name.to_owned(),
            digest,
            needs: Vec::new(),
            needed_by: Vec::new(),
        });
        place
    }

    /// Whether an asset depends on another or is depended on.
    pub fn knows(&self, asset: Digest) -> bool {
        self.places.contains_key(&asset)
    }

    /// What an asset depends on, by whatever way, the nearest first.
    pub fn causes(&self, asset: Digest) -> impl Iterator<Item = Near<'_>> {
        self.walk(asset, |node| &node.needs)
    }

    /// What depends on an asset, by whatever way, the nearest first.
    pub fn effects(&self, asset: Digest) -> impl Iterator<Item = Near<'_>> {
        self.walk(asset, |node| &node.needed_by)
    }

    fn walk(&self, asset: Digest, next: fn(&Node) -> &Vec<u32>) -> impl Iterator<Item = Near<'_>> {
        let start = self.places.get(&asset).copied();
        let mut waiting: VecDeque<u32> = start.into_iter().collect();
        let mut seen: HashSet<u32> = start.into_iter().collect();
        let walked = std::iter::from_fn(move || {
            let node = self.nodes.get(waiting.pop_front()? as usize)?;
            waiting.extend(next(node).iter().filter(|place| seen.insert(**place)));
            Some(node)
        });
        walked.skip(1).take(TOPOLOGY_WALK).map(|node| Near {
            name: &node.name,
            digest: node.digest,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::asset::Traits;

    fn asset(name: &str, depends_on: &[&str]) -> Asset {
        Asset {
            name: name.to_owned(),
            traits: Traits {
                criticality: None,
                depends_on: depends_on.iter().map(|name| (*name).to_owned()).collect(),
            },
        }
    }

    fn names<'a>(near: impl Iterator<Item = Near<'a>>) -> Vec<&'a str> {
        near.map(|near| near.name).collect()
    }

    #[test]
    fn what_is_needed_and_what_needs_it_come_the_nearest_first_and_each_once() {
        let topology = Topology::of(&[
            asset("web", &["app", "cache"]),
            asset("app", &["db"]),
            asset("cache", &["db"]),
            asset("db", &["switch"]),
            asset("alone", &[]),
        ]);
        assert_eq!(
            names(topology.causes(Digest::of(&["web"]))),
            ["app", "cache", "db", "switch"]
        );
        assert_eq!(names(topology.effects(Digest::of(&["db"]))), ["app", "cache", "web"]);
        assert_eq!(names(topology.causes(Digest::of(&["switch"]))), [""; 0]);
        assert_eq!(names(topology.causes(Digest::of(&["alone"]))), [""; 0]);
        assert_eq!(names(topology.effects(Digest::of(&["unknown"]))), [""; 0]);
    }

    #[test]
    fn however_many_depend_on_one_few_are_looked_at() {
        let many: Vec<Asset> = (0..2 * TOPOLOGY_WALK)
            .map(|no| asset(&no.to_string(), &["core"]))
            .collect();
        assert_eq!(
            Topology::of(&many).effects(Digest::of(&["core"])).count(),
            TOPOLOGY_WALK
        );
    }
}
