//! The runbooks that there are for a company: its own before the built-in ones, and in the place of one with the same
//! slug.

use std::sync::Arc;

use super::Runbook;

/// A company's runbooks. The same ones make the same shelf, in whatever order they were put there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shelf {
    /// In the order of their slugs.
    own: Vec<Runbook>,
    built_in: Arc<Vec<Runbook>>,
}

impl Shelf {
    /// From a company's own, each once, and the built-in library.
    pub fn new(mut own: Vec<Runbook>, built_in: Arc<Vec<Runbook>>) -> Self {
        own.sort_by(|a, b| (&a.slug, &a.runbook_id).cmp(&(&b.slug, &b.runbook_id)));
        Self { own, built_in }
    }

    /// The company's own, in the order of their slugs.
    pub fn own(&self) -> &[Runbook] {
        &self.own
    }

    /// All that are in force: the company's own, then the built-in ones whose place is not taken.
    pub fn all(&self) -> impl Iterator<Item = &Runbook> {
        let is_free = |built_in: &&Runbook| self.own.iter().all(|own| own.slug != built_in.slug);
        self.own.iter().chain(self.built_in.iter().filter(is_free))
    }

    /// The one in force of an id or a slug.
    pub fn find(&self, name: &str) -> Option<&Runbook> {
        self.all()
            .find(|runbook| runbook.runbook_id.as_str() == name)
            .filter(|runbook| self.is_own(runbook))
            .or_else(|| self.all().find(|runbook| runbook.slug == name))
    }

    /// The built-in one of a slug, whether its place is taken or not.
    pub fn built_in(&self, slug: &str) -> Option<&Runbook> {
        self.built_in.iter().find(|runbook| runbook.slug == slug)
    }

    /// Whether it is the company's own.
    pub fn is_own(&self, runbook: &Runbook) -> bool {
        self.own.iter().any(|own| own.runbook_id == runbook.runbook_id)
    }

    /// Those in force for a kind of trouble; the first is meant.
    pub fn for_signature<'a>(&'a self, signature: &'a str) -> impl Iterator<Item = &'a Runbook> {
        self.all().filter(move |runbook| runbook.is_for(signature))
    }

    /// The company's own for a kind of trouble.
    pub fn own_for(&self, signature: &str) -> Option<&Runbook> {
        self.own.iter().find(|runbook| runbook.is_for(signature))
    }

    /// With one of the company's own there, or as it is now.
    #[must_use]
    pub fn with(&self, runbook: Runbook) -> Self {
        let mut own = self.without(runbook.runbook_id.as_str()).own;
        own.push(runbook);
        Self::new(own, self.built_in.clone())
    }

    /// Without one of the company's own.
    #[must_use]
    pub fn without(&self, id: &str) -> Self {
        let others = self.own.iter().filter(|own| own.runbook_id.as_str() != id);
        Self {
            own: others.cloned().collect(),
            built_in: self.built_in.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::runbook::library;
    use crate::domain::runbook::tests::example;

    fn own(id: &str, slug: &str, signatures: &[&str]) -> Runbook {
        Runbook {
            runbook_id: id.parse().unwrap(),
            slug: slug.into(),
            signatures: signatures.iter().map(|&text| text.into()).collect(),
            ..example()
        }
    }

    fn slugs<'a>(runbooks: impl Iterator<Item = &'a Runbook>) -> Vec<&'a str> {
        runbooks.map(|runbook| runbook.slug.as_str()).collect()
    }

    #[test]
    fn a_companys_own_come_first_and_take_the_place_of_built_in_ones() {
        let built_in = Arc::new(library::built_in().unwrap());
        let bare = Shelf::new(Vec::new(), built_in.clone());
        assert_eq!(slugs(bare.all()), slugs(built_in.iter()));
        assert!(bare.find("disk-cleanup").is_some_and(|found| !bare.is_own(found)));
        let mine = [
            own("rbk-2", "disk-cleanup", &["disk"]),
            own("rbk-1", "zfs-scrub", &["zpool"]),
        ];
        let shelf = bare.with(mine[1].clone()).with(mine[0].clone());
        assert_eq!(
            shelf,
            bare.with(mine[0].clone()).with(mine[1].clone()),
            "in whatever order"
        );
        assert_eq!(slugs(shelf.all())[..2], ["disk-cleanup", "zfs-scrub"]);
        assert_eq!(shelf.all().count(), built_in.len() + 1);
        for name in ["disk-cleanup", "rbk-2"] {
            assert_eq!(shelf.find(name), Some(&mine[0]), "{name}");
        }
        assert_eq!(shelf.find("rbk-3"), None);
        assert!(shelf.built_in("disk-cleanup").is_some_and(|found| !shelf.is_own(found)));
        assert_eq!(shelf.for_signature("disk-full").next(), Some(&mine[0]));
        assert_eq!(
            (shelf.own_for("zpool-degraded"), shelf.own_for("memory")),
            (Some(&mine[1]), None)
        );
        assert!(shelf.for_signature("memory-high").next().is_some());

        let renamed = shelf.with(own("rbk-2", "disk-sweep", &["disk"]));
        assert_eq!(slugs(renamed.own().iter()), ["disk-sweep", "zfs-scrub"]);
        assert!(renamed.find("disk-cleanup").is_some_and(|found| !renamed.is_own(found)));
        assert_eq!(renamed.without("rbk-2").without("rbk-1"), bare);
    }
}
