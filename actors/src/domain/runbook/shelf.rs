//! The runbooks that there are for a company: its own, and the built-in library behind them.

use std::sync::Arc;

use super::Runbook;

/// A company's runbooks. One of its own takes the place of a built-in one with its short name.
#[derive(Clone, Debug, Default)]
pub struct Shelf {
    /// Its own.
    pub own: Vec<Runbook>,
    /// The built-in library.
    pub built_in: Arc<Vec<Runbook>>,
}

impl Shelf {
    /// All that may be run: its own first.
    pub fn all(&self) -> impl Iterator<Item = &Runbook> {
        let replaced = |built_in: &&Runbook| self.own.iter().all(|own| own.slug != built_in.slug);
        self.own.iter().chain(self.built_in.iter().filter(replaced))
    }

    /// The one of this id or short name.
    pub fn find(&self, name: &str) -> Option<&Runbook> {
        self.all()
            .find(|runbook| runbook.runbook_id.as_str() == name || runbook.slug == name)
    }

    /// The company's own for a kind of trouble.
    pub fn for_signature(&self, signature: &str) -> Option<&Runbook> {
        self.own.iter().find(|runbook| runbook.is_for(signature))
    }
}
