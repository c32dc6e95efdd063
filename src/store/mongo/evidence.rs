//! A database whose journals are only read.

use std::collections::BTreeSet;

use actors::domain::{CompanyId, Entry};
use actors::port::reader::{Page, PageRequest};
use actors::port::{Error, Record, RecordKind};
use mongodb::Database;
use mongodb::bson::{Document, doc};
use secrecy::SecretString;

use super::fault::Fault;
use super::moment::{Find, Moment};
use super::names::{COMPANIES, HEADS};
use super::read::journal;
use super::shape::Fields;
use super::{MongoError, client, records, schema, unfinished};
use crate::audit::cut;

/// The journals of a database.
#[derive(Debug)]
pub struct MongoEvidence {
    database: Database,
}

impl MongoEvidence {
    pub(in crate::store) async fn open(url: &SecretString) -> Result<Self, MongoError> {
        let database = client::connect(url).await?;
        schema::known(&database).await?;
        unfinished::refuse(&database).await?;
        Ok(Self { database })
    }

    /// Whoever has settings or a head, and the platform.
    pub(in crate::store) async fn companies(&self) -> Result<Vec<CompanyId>, Error> {
        self.found().await.map_err(Fault::into_error)
    }

    async fn found(&self) -> Result<Vec<CompanyId>, Fault> {
        let mut moment = Moment::of(&self.database).await?;
        let mut found = BTreeSet::new();
        for from in [COMPANIES, HEADS] {
            let find = Find {
                from,
                only: doc! { "_id": 1 },
                ..Find::default()
            };
            for document in moment.documents(find).await? {
                found.insert(id_of(&document)?);
            }
        }
        found.remove(&CompanyId::platform());
        Ok(std::iter::once(CompanyId::platform()).chain(found).collect())
    }

    /// Where a journal was cut, if it was.
    pub(in crate::store) async fn cut(&self, company: &CompanyId) -> Result<Option<Record>, Error> {
        let read = async {
            let mut moment = Moment::of(&self.database).await?;
            records::one(&mut moment, company, RecordKind::Cuts, cut::RECORD).await
        };
        read.await.map_err(Fault::into_error)
    }

    /// A page of a journal, oldest first.
    pub(in crate::store) async fn journal(&self, company: &CompanyId, page: PageRequest) -> Result<Page<Entry>, Error> {
        let read = async {
            let mut moment = Moment::of(&self.database).await?;
            journal::list(&mut moment, company, page).await
        };
        read.await.map_err(Fault::into_error)
    }
}

fn id_of(document: &Document) -> Result<CompanyId, Fault> {
    let id = document.text("_id")?;
    id.parse().map_err(|error| Fault::corrupt(format!("company: {error}")))
}
