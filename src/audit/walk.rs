//! A journal walked from its first entry to its last, along everything that was signed of it.

use std::sync::Arc;

use actors::domain::journal::{ChainBreak, ChainWalk};
use actors::domain::{ChainHash, CompanyId, Entry};
use actors::limits::PAGE;
use actors::port::reader::{Page, PageRequest};
use actors::port::{Error, Record, RecordKind, Store};
use async_trait::async_trait;

use super::checkpoint::{BadCheckpoint, Trusted};
use super::cut::{self, SignedCut};
use super::signed::{Fault, Point, Signed};

/// Where journals are read from: a store that serves, or one that is only looked at.
#[async_trait]
pub trait Journals: Send + Sync {
    /// The companies that have a journal, with the platform.
    async fn companies(&self) -> Result<Vec<CompanyId>, Error>;

    /// Where a company's journal was cut, if it was.
    async fn cut(&self, company: &CompanyId) -> Result<Option<Record>, Error>;

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

    async fn cut(&self, company: &CompanyId) -> Result<Option<Record>, Error> {
        match self.reader(company).record(RecordKind::Cuts, cut::RECORD).await {
            Err(Error::NoSuchCompany) => Ok(None),
            other => other,
        }
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
    /// It begins behind an entry, and nobody whom one trusts says that it was cut there.
    #[error("is missing: the journal begins later, and what says that it was cut there says nothing: {0}")]
    Beginning(BadCheckpoint),
    /// Where it was cut cannot be read.
    #[error("is missing, or not: the record of where the journal was cut cannot be read")]
    Record,
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
    /// Behind which entry it begins, because what was before it is archived; 0 where nothing was cut.
    pub behind: u64,
    /// Up to which entry it holds.
    pub entries: u64,
    /// The chain hash of the last of them.
    pub hash: ChainHash,
    /// How many checkpoints they were compared with.
    pub checkpoints: u64,
    /// The first entry that does not hold, and why.
    pub wrong: Option<(u64, Wrong)>,
}

/// What is wrong with a journal, or else with the first wrong line of what was signed of it: the entry, where it is known,
/// and why. A line that is wrong is told even where the journal agrees with all the others.
pub fn discord(found: &Found, signed: &Signed) -> Option<(Option<u64>, String)> {
    let of_entry = |(seq, why): (u64, Wrong)| (Some(seq), why.to_string());
    let of_line = |fault: &Fault| {
        let why = format!("line {} of the checkpoints {}", fault.line, fault.why);
        (fault.about.as_ref().map(|(_, seq)| *seq), why)
    };
    found.wrong.map(of_entry).or_else(|| signed.faults.first().map(of_line))
}

/// Where a company's journal was cut, if it was.
///
/// # Errors
/// It cannot be read.
pub async fn cut_of(journals: &dyn Journals, company: &CompanyId) -> Result<Option<SignedCut>, Error> {
    let record = journals.cut(company).await?;
    record.map(|record| record.read()).transpose()
}

/// Walks a journal to its end, or to the first entry that does not hold. Where it was cut, it is walked from there on,
/// if one of those who are trusted has signed the cut, where somebody is named.
///
/// # Errors
/// It cannot be read.
pub async fn along(
    journals: &dyn Journals,
    company: &CompanyId,
    signed: &Signed,
    by: Option<&Trusted>,
) -> Result<Found, Error> {
    loop {
        let cut = match cut_of(journals, company).await {
            Err(Error::Corrupt(_)) => {
                let walk = ChainWalk::of(company.clone());
                return Ok(Witnessed::behind(walk, &[]).found(Some((1, Wrong::Record))));
            }
            cut => cut?,
        };
        let found = along_from(journals, company, cut.as_ref(), signed, by).await?;
        // What is cut while it is read is not missing.
        if found.wrong.is_none() || cut_of(journals, company).await? == cut {
            return Ok(found);
        }
    }
}

async fn along_from(
    journals: &dyn Journals,
    company: &CompanyId,
    cut: Option<&SignedCut>,
    signed: &Signed,
    by: Option<&Trusted>,
) -> Result<Found, Error> {
    let mut witnessed = match cut::walk(company, cut, by) {
        Ok(walk) => Witnessed::behind(walk, signed.of(company)),
        Err(why) => {
            let walk = ChainWalk::of(company.clone());
            return Ok(Witnessed::behind(walk, &[]).found(Some((1, Wrong::Beginning(why)))));
        }
    };
    if let Err(wrong) = witnessed.agrees_at_the_cut() {
        return Ok(witnessed.found(Some(wrong)));
    }
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
    behind: u64,
    walk: ChainWalk,
    /// What was signed of what is kept, and of the last entry that was cut.
    points: &'a [Point],
    passed: usize,
}

impl<'a> Witnessed<'a> {
    /// What was signed of entries before the last that was cut was compared when they were cut.
    fn behind(walk: ChainWalk, points: &'a [Point]) -> Self {
        let behind = walk.seq();
        let cut = points.partition_point(|point| point.seq < behind);
        Self {
            behind,
            walk,
            points: points.get(cut..).unwrap_or_default(),
            passed: 0,
        }
    }

    /// What was signed of the last entry that was cut is compared with what the cut says of it.
    fn agrees_at_the_cut(&mut self) -> Result<(), (u64, Wrong)> {
        for point in self.points.iter().take_while(|point| point.seq == self.behind) {
            if point.hash != *self.walk.hash() {
                return Err((point.seq, Wrong::Rewritten(point.line)));
            }
            self.passed += 1;
        }
        Ok(())
    }

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
            behind: self.behind,
            entries: self.walk.seq(),
            hash: *self.walk.hash(),
            checkpoints: self.passed as u64,
            wrong,
        }
    }
}
