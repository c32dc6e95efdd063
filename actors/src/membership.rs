//! Which node is to have which company.
//!
//! Every node works it out by itself, and all come to the same: a company belongs to the node under whose name it has the
//! highest digest (rendezvous hashing; Thaler and Ravishankar, 1998). Each has its share, and where a node comes or goes
//! only what it takes or had moves.

use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::watch;
use tokio::time::Instant;

use crate::domain::digest::Digest;
use crate::domain::{CompanyId, Timestamp};
use crate::port::{Living, Node};

/// Where a company belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// To this node.
    Here,
    /// To another, and where that is reached, if it is.
    Elsewhere(Option<String>),
}

/// What this node knows of those that share the store with it.
#[derive(Debug)]
pub struct Membership {
    me: Option<String>,
    living: RwLock<Arc<[Node]>>,
    /// What the store's clock showed, and when.
    store_clock: RwLock<Option<(Timestamp, Instant)>>,
    changes: watch::Sender<()>,
}

impl Membership {
    /// Of a node of this name; of the only one, where it has none.
    pub(crate) fn of(me: Option<&str>) -> Self {
        Self {
            me: me.map(str::to_owned),
            living: RwLock::new(Arc::from([])),
            store_clock: RwLock::default(),
            changes: watch::Sender::new(()),
        }
    }

    /// This node's name; nothing where the store is one process's alone.
    pub fn me(&self) -> Option<&str> {
        self.me.as_deref()
    }

    /// Told whenever another set of nodes lives.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }

    /// The store's clock, which all nodes share, as far as it is known.
    pub fn store_now(&self) -> Option<Timestamp> {
        let clock = *self.store_clock.read().unwrap_or_else(PoisonError::into_inner);
        clock.map(|(now, read_at)| now.plus(read_at.elapsed()))
    }

    /// The others that live, as far as is known.
    pub fn others(&self) -> Vec<Node> {
        let is_other = |node: &&Node| self.me.as_ref().is_some_and(|me| node.name != *me);
        self.living().iter().filter(is_other).cloned().collect()
    }

    /// All that live, as far as is known.
    pub fn living(&self) -> Arc<[Node]> {
        self.living.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether others are known.
    pub(crate) fn has_others(&self) -> bool {
        self.me
            .as_ref()
            .is_some_and(|me| self.living().iter().any(|node| node.name != *me))
    }

    /// Learns who lives; whether that is another set than before.
    pub(crate) fn learn(&self, found: Living) -> bool {
        *self.store_clock.write().unwrap_or_else(PoisonError::into_inner) = Some((found.now, Instant::now()));
        let is_new = {
            let mut living = self.living.write().unwrap_or_else(PoisonError::into_inner);
            let is_new = **living != *found.nodes;
            *living = found.nodes.into();
            is_new
        };
        if is_new {
            self.changes.send_replace(());
        }
        is_new
    }

    /// Where a company belongs. Who knows of nobody has everything: the store says who really has it.
    pub fn place(&self, company: &CompanyId) -> Place {
        let living = self.living();
        match (&self.me, preferred(company, &living)) {
            (Some(me), Some(node)) if node.name != *me => Place::Elsewhere(node.url.clone()),
            _ => Place::Here,
        }
    }

    /// Whether a company belongs to this node.
    pub fn is_mine(&self, company: &CompanyId) -> bool {
        self.place(company) == Place::Here
    }
}

/// The node that is to have a company: none that is leaving.
fn preferred<'a>(company: &CompanyId, nodes: &'a [Node]) -> Option<&'a Node> {
    let staying = nodes.iter().filter(|node| !node.draining);
    staying.max_by_key(|node| Digest::of(&[company.as_str(), &node.name]))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn nodes(names: &[&str]) -> Vec<Node> {
        let node = |name: &&str| Node {
            name: (*name).to_owned(),
            url: Some(format!("http://{name}")),
            draining: false,
        };
        names.iter().map(node).collect()
    }

    fn shares(nodes: &[Node]) -> BTreeMap<CompanyId, String> {
        let companies = (0..3_000).map(|no| format!("comp-{no}").parse().unwrap());
        let placed = companies.map(|company| {
            let name = preferred(&company, nodes).unwrap().name.clone();
            (company, name)
        });
        placed.collect()
    }

    #[test]
    fn each_has_its_share_and_only_what_is_taken_or_left_moves() {
        let (three, two) = (shares(&nodes(&["a", "b", "c"])), shares(&nodes(&["a", "b"])));
        for name in ["a", "b", "c"] {
            let share = three.values().filter(|of| *of == name).count();
            assert!((850..1_150).contains(&share), "{name} has {share} of 3,000");
        }
        for (company, of) in &three {
            assert!(of == "c" || two[company] == *of, "{company} has moved from {of}");
        }
    }

    #[test]
    fn nothing_belongs_to_who_leaves_and_everything_to_who_knows_nobody() {
        let company = "comp-a".parse().unwrap();
        let alone = Membership::of(Some("a"));
        assert!(alone.is_mine(&company) && !alone.has_others());
        let mut both = nodes(&["a", "b"]);
        both[0].draining = true;
        let found = |now| Living {
            nodes: both.clone(),
            now: Timestamp::from_millis(now),
        };
        assert!(alone.learn(found(7)), "news");
        assert!(!alone.learn(found(8)), "no news");
        assert!(alone.store_now() >= Some(Timestamp::from_millis(8)));
        assert_eq!(alone.place(&company), Place::Elsewhere(Some("http://b".to_owned())));
        assert!(Membership::of(None).is_mine(&company), "the store of one process");
    }
}
