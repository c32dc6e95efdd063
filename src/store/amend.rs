//! What an amendment asks of what is stored, the same whichever engine keeps it.

use std::collections::HashSet;

use actors::domain::{Company, CompanyId};
use actors::port::{Amended, Error, Put};

/// What is stored that a put asks about.
#[derive(Clone, Debug, Default)]
pub(in crate::store) struct Stored {
    /// The version of its record, where there is one.
    pub(in crate::store) version: Option<u64>,
    /// The record that has its lookup text: whose it is, and its id.
    pub(in crate::store) holder: Option<(CompanyId, String)>,
}

/// Whether puts can be judged at all. A record twice in one amendment would be judged by what the amendment itself
/// changes.
pub(in crate::store) fn check(puts: &[Put]) -> Result<(), Error> {
    let mut names = HashSet::with_capacity(puts.len());
    for put in puts {
        let what = || format!("{} {}", put.kind.as_str(), put.id);
        if put.id.is_empty() {
            return Err(Error::Corrupt(format!("{}: a record has no id", put.kind.as_str())));
        }
        if !names.insert((put.kind, &put.id)) {
            return Err(Error::Corrupt(format!("{} stands twice in one amendment", what())));
        }
        if put.to.as_ref().is_some_and(|to| !to.body.is_object()) {
            return Err(Error::Corrupt(format!("{} is no JSON object", what())));
        }
    }
    Ok(())
}

/// Judges a company's puts by what is stored for each. A lookup text may be taken from a record that loses it in
/// the same amendment.
pub(in crate::store) fn judge(company: &CompanyId, puts: &[Put], stored: &[Stored]) -> Amended {
    let is_as_expected = |(put, stored): (&Put, &Stored)| put.expect == stored.version;
    if !puts.iter().zip(stored).all(is_as_expected) {
        return Amended::Changed;
    }
    let ours: HashSet<_> = puts.iter().map(|put| (put.kind, &put.id)).collect();
    let mut given = HashSet::new();
    for (put, stored) in puts.iter().zip(stored) {
        let Some(lookup) = put.to.as_ref().and_then(|to| to.lookup.as_ref()) else {
            continue;
        };
        let is_anothers = |(whose, id): &(CompanyId, String)| whose != company || !ours.contains(&(put.kind, id));
        if !given.insert((put.kind, lookup)) || stored.holder.as_ref().is_some_and(is_anothers) {
            return Amended::Taken;
        }
    }
    Amended::Done
}

/// Whether settings follow those that are stored.
pub(in crate::store) fn follows(stored: Option<&Company>, wanted: &Company) -> Result<bool, Error> {
    let Some(stored) = stored.filter(|stored| stored.version.checked_add(1) == Some(wanted.version)) else {
        return Ok(false);
    };
    if (&stored.company_id, stored.created_at) != (&wanted.company_id, wanted.created_at) {
        let id = &stored.company_id;
        return Err(Error::Corrupt(format!(
            "the new settings of {id} are another company's"
        )));
    }
    Ok(true)
}
