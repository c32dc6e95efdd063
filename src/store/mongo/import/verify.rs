//! Reading a filled database again: how much there is of everything, and every journal from its beginning.

use std::time::Duration;

use actors::domain::journal::{ChainBreak, ChainWalk};
use actors::domain::{ChainHash, CompanyId, Timestamp};
use actors::limits::PAGE;
use actors::port::reader::PageRequest;
use actors::port::{Error, RecordKind};
use mongodb::bson::{Document, doc};
use tokio::time::timeout;

use super::super::fault::Fault;
use super::super::moment::Moment;
use super::super::names::HEADS;
use super::super::read::journal;
use super::super::shape::{self, date};
use super::super::tx::in_time;
use super::super::{MongoError, head, records, seen};
use super::Target;
use crate::audit::cut::{self, SignedCut};
use crate::store::migration::{Head, Part};

/// How long counting a collection may take.
const COUNT_WITHIN: Duration = Duration::from_secs(600);
/// What expires within this is not counted: the server may be about to remove it.
const MARGIN: Duration = Duration::from_secs(900);

/// What a journal is found to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) enum Journal {
    /// Whole: its last entry's number and hash.
    Whole(u64, ChainHash),
    /// Something is wrong at an entry.
    Broken(u64, ChainBreak),
}

impl Target {
    /// A moment up to which the server does not yet remove what expires.
    pub(in crate::store) async fn kept_from(&self) -> Result<Timestamp, MongoError> {
        let hello = self.database.run_command(doc! { "hello": 1 }).await?;
        let now = hello.get_datetime("localTime").copied();
        let now = now.map_err(|_| MongoError::Failed("the server does not tell its time".to_owned()))?;
        Ok(shape::moment(now).plus(MARGIN))
    }

    /// How many documents a part has; of what expires, those that do so behind a moment.
    pub(in crate::store) async fn count(&self, part: Part, behind: Option<Timestamp>) -> Result<u64, MongoError> {
        let which = match (part, behind) {
            (Part::Deliveries, Some(behind)) => seen::unexpired(behind),
            (Part::Records(_), Some(behind)) => doc! { records::FORGET_AT: { "$not": { "$lte": date(behind) } } },
            (Part::ShortMemory, Some(behind)) => doc! { "expires_at": { "$gt": date(behind) } },
            _ => doc! {},
        };
        let counted = timeout(COUNT_WITHIN, async { self.of(part).count_documents(which).await }).await;
        let counted = counted.map_err(|_| MongoError::Failed(format!("counting took longer than {COUNT_WITHIN:?}")))?;
        Ok(counted?)
    }

    /// A company's head.
    pub(in crate::store) async fn head(&self, company: &CompanyId) -> Result<Option<Head>, Error> {
        let found = self.stored_head(company).await;
        found.map_err(Fault::into_error)
    }

    async fn stored_head(&self, company: &CompanyId) -> Result<Option<Head>, Fault> {
        let heads = self.database.collection::<Document>(HEADS);
        let found = in_time(async { heads.find_one(doc! { "_id": company.as_str() }).await }).await?;
        let read = |document: Document| Ok(head::moved(company, &head::read(&document)?));
        found.map(read).transpose()
    }

    /// A walk along a company's journal as it is kept: where it was cut, it begins there.
    async fn beginning(&self, company: &CompanyId) -> Result<ChainWalk, Fault> {
        let mut moment = Moment::of(&self.database).await?;
        let record = records::one(&mut moment, company, RecordKind::Cuts, cut::RECORD).await?;
        let signed: Option<SignedCut> = record.map(|record| record.read()).transpose()?;
        cut::walk(company, signed.as_ref(), None).map_err(|why| Fault::corrupt(format!("the cut of {company}: {why}")))
    }

    /// Reads a company's journal as its reader does, works its hashes out from its beginning, and tells how many
    /// entries it has come past.
    pub(in crate::store) async fn journal(
        &self,
        company: &CompanyId,
        mut passed: impl FnMut(u64),
    ) -> Result<Journal, Error> {
        let mut walk = self.beginning(company).await.map_err(Fault::into_error)?;
        let mut page = PageRequest {
            limit: PAGE,
            after: None,
        };
        loop {
            let read = async {
                let mut moment = Moment::of(&self.database).await?;
                journal::list(&mut moment, company, page).await
            };
            let found = read.await.map_err(Fault::into_error)?;
            let before = walk.seq();
            for entry in &found.items {
                if let Err(why) = walk.step(entry) {
                    return Ok(Journal::Broken(walk.seq() + 1, why));
                }
            }
            passed(walk.seq() - before);
            page.after = found.next;
            if page.after.is_none() {
                return Ok(Journal::Whole(walk.seq(), *walk.hash()));
            }
        }
    }
}
