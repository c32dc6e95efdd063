//! Queries along the order of commits, for the companies of one scope.

use std::collections::HashMap;

use actors::domain::{CompanyId, Entry};
use actors::limits::PAGE;
use actors::port::events::{CompanySet, Event, EventsAfter, Position};
use futures::TryStreamExt;
use mongodb::bson::{Document, doc};

use super::super::fault::Fault;
use super::super::names::*;
use super::super::rows;
use super::super::shape::{Fields, int};
use super::super::shared::Shared;
use super::super::tx::in_time;
use crate::store::commit::mark;

/// A commit in the order of all, or a part of one.
#[derive(Clone, Debug)]
pub(in super::super) struct Commit {
    pub(in super::super) place: u64,
    company: CompanyId,
    first_seq: u64,
    last_seq: u64,
    /// Entries of it that lie before this part.
    before: u64,
}

impl Commit {
    fn len(&self) -> u64 {
        (self.last_seq + 1).saturating_sub(self.first_seq)
    }

    fn skip(&mut self, count: u64) {
        self.first_seq += count;
        self.before += count;
    }

    fn truncate(&mut self, count: u64) {
        self.last_seq = self.last_seq.min(self.first_seq + count - 1);
    }
}

fn commit(document: &Document) -> Result<Commit, Fault> {
    Ok(Commit {
        place: document.count("_id")?,
        company: document.parsed("company_id")?,
        first_seq: document.count("first_seq")?,
        last_seq: document.count("last_seq")?,
        before: 0,
    })
}

/// The first commits that a filter meets, in their order.
pub(in super::super) async fn commits(shared: &Shared, which: Document, limit: usize) -> Result<Vec<Commit>, Fault> {
    let log = shared.collection(COMMIT_LOG);
    let found: Vec<Document> = in_time(async {
        let found = log.find(which).sort(doc! { "_id": 1 }).limit(limit as i64);
        found.await?.try_collect().await
    })
    .await?;
    found.iter().map(commit).collect()
}

/// The entries of these commits, in their order.
pub(in super::super) async fn entries(shared: &Shared, commits: &[Commit]) -> Result<Vec<Event>, Fault> {
    if commits.is_empty() {
        return Ok(Vec::new());
    }
    let ranges: Vec<Document> = commits
        .iter()
        .map(|commit| {
            let seqs = doc! { "$gte": int(commit.first_seq), "$lte": int(commit.last_seq) };
            doc! { "company_id": commit.company.as_str(), "seq": seqs }
        })
        .collect();
    let journal = shared.collection(JOURNAL);
    let found: Vec<Document> =
        in_time(async { journal.find(doc! { "$or": ranges }).await?.try_collect().await }).await?;
    let mut by_place: HashMap<(CompanyId, u64), Entry> = HashMap::with_capacity(found.len());
    for document in &found {
        let entry = rows::entry(document)?;
        by_place.insert((entry.company_id.clone(), entry.seq), entry);
    }
    let mut events = Vec::with_capacity(found.len());
    for commit in commits {
        for (ordinal, seq) in (commit.before + 1..).zip(commit.first_seq..=commit.last_seq) {
            let entry = by_place.remove(&(commit.company.clone(), seq));
            let entry = entry.ok_or_else(|| Fault::corrupt(format!("{} has no entry {seq}", commit.company)))?;
            let position = Position {
                commit: commit.place,
                entry: u32::try_from(ordinal).unwrap_or(u32::MAX),
                mark: mark_of(&entry)?,
            };
            events.push(Event { position, entry });
        }
    }
    Ok(events)
}

fn mark_of(entry: &Entry) -> Result<u32, Fault> {
    let mut hash = [0; 32];
    hex::decode_to_slice(&entry.hash, &mut hash).map_err(|error| Fault::corrupt(format!("hash: {error}")))?;
    Ok(mark(&hash))
}

fn of(companies: &CompanySet) -> Vec<&str> {
    companies.iter().map(CompanyId::as_str).collect()
}

/// Behind the last entry of these companies.
pub(in super::super) async fn last(shared: &Shared, companies: &CompanySet) -> Result<Position, Fault> {
    let log = shared.collection(COMMIT_LOG);
    let which = doc! { "company_id": { "$in": of(companies) } };
    let found = in_time(async { log.find_one(which).sort(doc! { "_id": -1 }).await }).await?;
    let Some(found) = found else { return Ok(Position::START) };
    let mut last = commit(&found)?;
    last.skip(last.len() - 1);
    let events = entries(shared, &[last]).await?;
    Ok(events.last().map_or(Position::START, |event| event.position))
}

/// The entries behind a position.
pub(in super::super) async fn after(
    shared: &Shared,
    companies: &CompanySet,
    position: Position,
    limit: usize,
) -> Result<EventsAfter, Fault> {
    if !is_kept(shared, companies, position).await? || !is_ours(shared, companies, position).await? {
        return Ok(EventsAfter::Lost);
    }
    let limit = limit.clamp(1, PAGE);
    let which = doc! { "company_id": { "$in": of(companies) }, "_id": { "$gte": int(position.commit) } };
    // Every commit has an entry; of the first there may be none left.
    let mut commits = commits(shared, which, limit + 2).await?;
    if let Some(first) = commits.first_mut().filter(|first| first.place == position.commit) {
        first.skip(u64::from(position.entry));
    }
    let mut wanted = limit as u64 + 1;
    commits.retain_mut(|commit| {
        if commit.len() == 0 || wanted == 0 {
            return false;
        }
        commit.truncate(wanted);
        wanted -= commit.len();
        true
    });
    let mut events = entries(shared, &commits).await?;
    let more = events.len() > limit;
    events.truncate(limit);
    Ok(EventsAfter::Page { events, more })
}

/// Whether nothing behind the position has been cut from these companies' journals.
async fn is_kept(shared: &Shared, companies: &CompanySet, position: Position) -> Result<bool, Fault> {
    let heads = shared.collection(HEADS);
    let cut = doc! { "_id": { "$in": of(companies) }, "cut_pos": { "$gte": int(position.commit) } };
    let found = in_time(async { heads.find_one(cut).projection(doc! { "_id": 1 }).await }).await?;
    Ok(found.is_none())
}

/// Whether the position lies behind an entry of these companies, and the one that it was made for.
async fn is_ours(shared: &Shared, companies: &CompanySet, position: Position) -> Result<bool, Fault> {
    if position == Position::START {
        return Ok(true);
    }
    let log = shared.collection(COMMIT_LOG);
    let Ok(place) = i64::try_from(position.commit) else {
        return Ok(false);
    };
    let found = in_time(async { log.find_one(doc! { "_id": place }).await }).await?;
    let Some(found) = found.as_ref().map(commit).transpose()? else {
        return Ok(false);
    };
    let entry = u64::from(position.entry);
    if !companies.contains(&found.company) || !(1..=found.len()).contains(&entry) {
        return Ok(false);
    }
    let mut only = found;
    only.skip(entry - 1);
    only.truncate(1);
    let events = entries(shared, &[only]).await?;
    Ok(events.first().is_some_and(|event| event.position.mark == position.mark))
}
