//! How a journal is looked through with a filter, whichever engine keeps it.

use actors::domain::Entry;
use actors::port::reader::{Cursor, Kinds, Page, PageRequest};

use super::page::{self, after, before};

/// Where it goes on: behind this place, or before it.
pub(in crate::store) fn from(newest_first: bool, page: PageRequest) -> i64 {
    match newest_first {
        false => after(page),
        true => before(page),
    }
}

/// Between which words such kinds lie; the second is the first that is none of them.
pub(in crate::store) fn kinds_between(kinds: &Kinds) -> (String, String) {
    match kinds {
        Kinds::One(kind) => (kind.clone(), format!("{kind}\0")),
        // A slash comes right behind the dot.
        Kinds::Of(begin) => (begin.clone(), format!("{}/", begin.strip_suffix('.').unwrap_or(begin))),
    }
}

/// A page of what was found: where nothing more was, it goes on behind the last entry that was looked at.
pub(in crate::store) fn paged(found: Vec<Entry>, page: PageRequest, horizon: Option<Cursor>) -> Page<Entry> {
    let found = page::paged(found, page, |entry| Cursor(entry.seq, 0));
    Page {
        next: found.next.or(horizon),
        items: found.items,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_lie_between_their_words() {
        let is = |kinds: &Kinds, kind: &str| {
            let (first, beyond) = kinds_between(kinds);
            *first <= *kind && *kind < *beyond
        };
        let one = Kinds::One("incident.opened".to_owned());
        let of = Kinds::Of("incident.".to_owned());
        for (kind, is_one, is_of) in [
            ("incident.opened", true, true),
            ("incident.opened.again", false, true),
            ("incident.resolved", false, true),
            ("incident", false, false),
            ("incidents.opened", false, false),
            ("incident_x", false, false),
            ("decision.made", false, false),
            ("user.changed", false, false),
        ] {
            assert_eq!((is(&one, kind), is(&of, kind)), (is_one, is_of), "{kind}");
        }
    }
}
