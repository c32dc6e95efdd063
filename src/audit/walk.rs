//! A journal walked from its first entry to its last, along everything that was signed of it.

use std::sync::Arc;

use actors::domain::journal::{ChainBreak, ChainWalk};
use actors::domain::{ChainHash, CompanyId, Entry};
use actors::limits::PAGE;
use actors::port::reader::{Page, PageRequest};
use actors::port::{Error, Store};
use async_trait::async_trait;

use super::signed::{Point, Signed};

/// Where journals are read from: a store that serves, or one that is only looked at.
#[async_trait]
pub trait Journals: Send + Sync {
    /// The companies that have a journal, with the platform.
    async fn companies(&self) -> Result<Vec<CompanyId>, Error>;

    /// A page of a company's journal, oldest first; none where there is no such company.
    async fn journal(&self, company: &CompanyId, page: PageRequest) -> Result<Page<Entry>, Error>;
}

#[async_trait]
impl Journals for Arc<dyn Store> {
    async fn companies(&self) -> Result<Vec<CompanyId>, Error> {
        let companies = (**self).companies().await?;
        let ids = companies.into_iter().map(|company| company.company_id);
        Ok(std::iter::once(CompanyId::platform()).chain(ids).collect())
    }

    async fn journal(&self, company: &CompanyId, page: PageRequest) -> Result<Page<Entry>, Error> {
        match self.reader(company).journal(page).await {
            Err(Error::NoSuchCompany) => Ok(Page::empty()),
            other => other,
        }
    }
}

/// What is wrong with a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// An entry does not follow from the one before it.
    #[error("{0}")]
    Chain(#[from] ChainBreak),
    /// It is whole, and another one than was signed.
    #[error(
        "is not the one that was signed (line {0} of the checkpoints): the journal was written anew here or before"
    )]
    Rewritten(u64),
    /// What was signed is no longer there.
    #[error("is missing: the journal's tail is cut, for entry {seq} was signed (line {line} of the checkpoints)")]
    Cut {
        /// The entry that was signed.
        seq: u64,
        /// Where.
        line: u64,
    },
}

/// What a journal is found to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Whose.
    pub company: CompanyId,
    /// How many entries hold, from the first on.
    pub entries: u64,
    /// The chain hash of the last of them.
    pub hash: ChainHash,
    /// How many checkpoints they were compared with.
    pub checkpoints: u64,
    /// The first entry that does not hold, and why.
    pub wrong: Option<(u64, Wrong)>,
}

/// Walks a journal to its end, or to the first entry that does not hold.
///
/// # Errors
/// It cannot be read.
pub async fn along(journals: &dyn Journals, company: &CompanyId, signed: &Signed) -> Result<Found, Error> {
    let mut witnessed = Witnessed {
        walk: ChainWalk::of(company.clone()),
        points: signed.of(company),
        passed: 0,
    };
    let mut request = PageRequest {
        limit: PAGE,
        after: None,
    };
    loop {
        let page = journals.journal(company, request).await?;
        if let Some(wrong) = page.items.iter().find_map(|entry| witnessed.step(entry).err()) {
            return Ok(witnessed.found(Some(wrong)));
        }
        match page.next {
            Some(after) => request.after = Some(after),
            None => {
                let cut = witnessed.end().err();
                return Ok(witnessed.found(cut));
            }
        }
    }
}

/// A walk along a chain, and along what was signed of it.
struct Witnessed<'a> {
    walk: ChainWalk,
    points: &'a [Point],
    passed: usize,
}

impl Witnessed<'_> {
    /// Takes the next entry.
    fn step(&mut self, entry: &Entry) -> Result<(), (u64, Wrong)> {
        let mut next = self.walk.clone();
        next.step(entry).map_err(|why| (self.walk.seq() + 1, why.into()))?;
        let of_it = |point: &&Point| point.seq <= next.seq();
        let points = self.points.get(self.passed..).unwrap_or_default();
        for point in points.iter().take_while(of_it) {
            if point.seq == next.seq() && point.hash != *next.hash() {
                return Err((next.seq(), Wrong::Rewritten(point.line)));
            }
            self.passed += 1;
        }
        self.walk = next;
        Ok(())
    }

    /// Whether nothing was signed behind the last entry.
    fn end(&self) -> Result<(), (u64, Wrong)> {
        match self.points.last().filter(|last| last.seq > self.walk.seq()) {
            None => Ok(()),
            Some(&Point { seq, line, .. }) => Err((self.walk.seq() + 1, Wrong::Cut { seq, line })),
        }
    }

    fn found(self, wrong: Option<(u64, Wrong)>) -> Found {
        Found {
            company: self.walk.company().clone(),
            entries: self.walk.seq(),
            hash: *self.walk.hash(),
            checkpoints: self.passed as u64,
            wrong,
        }
    }
}
