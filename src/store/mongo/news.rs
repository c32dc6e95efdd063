//! What other nodes write, as soon as they do: two change streams, of the commits that are in order and of deliveries that
//! another node has accepted. Where they are not to be had, or what they tell is lost, the log is read ten times a second
//! and the sweep finds what was accepted: they make it sooner and no more.

use std::sync::Arc;
use std::time::Duration;

use actors::domain::CompanyId;
use futures::StreamExt;
use mongodb::bson::{Document, doc};
use mongodb::change_stream::event::ResumeToken;
use mongodb::error::{Error, ErrorKind};
use tokio::time::sleep;

use super::names::*;
use super::shape::Fields;
use super::shared::Shared;

/// How long is waited before a stream is opened again.
const PAUSE: Duration = Duration::from_secs(1);
/// The same, where the role does not allow it.
const REFUSED_PAUSE: Duration = Duration::from_secs(60);
/// The server's code for a role that lacks a right (`Unauthorized`).
const UNAUTHORIZED: i32 = 13;
/// How long the server waits for something to tell.
const TELLS_WITHIN: Duration = Duration::from_secs(1);

/// What is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Commits,
    Deliveries,
}

impl What {
    fn collection(self) -> &'static str {
        match self {
            Self::Commits => COMMIT_LOG,
            Self::Deliveries => DELIVERIES,
        }
    }

    /// Inserts, and of deliveries those of others alone.
    fn stages(self, me: &str) -> Vec<Document> {
        let mut wanted = doc! { "operationType": "insert" };
        if self == Self::Deliveries {
            wanted.insert("fullDocument.node", doc! { "$exists": true, "$ne": me });
        }
        let fields = doc! { "operationType": 1, "fullDocument._id": 1, "fullDocument.company_id": 1 };
        vec![doc! { "$match": wanted }, doc! { "$project": fields }]
    }

    fn hear(self, shared: &Shared, told: &Document) {
        match self {
            Self::Commits => {
                if let Ok(place) = told.count("_id") {
                    shared.order.has_come_to(place);
                }
            }
            Self::Deliveries => {
                let company = told.text("company_id").ok().and_then(|id| id.parse::<CompanyId>().ok());
                company.into_iter().for_each(|company| shared.arrivals.tell(company));
            }
        }
    }
}

/// Follows what others write, for as long as the store is open, while others live. A stream goes on where it was cut off,
/// unless the server has forgotten that place.
pub(super) async fn run(shared: Arc<Shared>, what: What) {
    let mut after = None;
    loop {
        tokio::select! {
            () = shared.until_others(true) => {}
            () = shared.closing() => return,
        }
        let followed = tokio::select! {
            followed = follow(&shared, what, &mut after) => followed,
            () = shared.until_others(false) => {
                after = None;
                continue;
            }
            () = shared.closing() => return,
        };
        let Err(error) = followed else { continue };
        let refusal = match &*error.kind {
            ErrorKind::Command(refusal) => Some(refusal.code),
            _ => None,
        };
        // The place is forgotten, or no place of this stream.
        if refusal.is_some() {
            after = None;
        }
        let is_refused = refusal == Some(UNAUTHORIZED);
        tracing::warn!(%error, ?what, "what other nodes write is heard of later: no change stream");
        tokio::select! {
            () = sleep(if is_refused { REFUSED_PAUSE } else { PAUSE }) => {}
            () = shared.closing() => return,
        }
    }
}

/// Follows until it breaks off.
async fn follow(shared: &Shared, what: What, after: &mut Option<ResumeToken>) -> Result<(), Error> {
    let stages = what.stages(&shared.identity.name);
    let collection = shared.collection(what.collection());
    let opened = collection.watch().pipeline(stages);
    let mut stream = opened.resume_after(after.clone()).max_await_time(TELLS_WITHIN).await?;
    while let Some(event) = stream.next().await {
        if let Some(told) = event?.full_document {
            what.hear(shared, &told);
        }
        *after = stream.resume_token();
    }
    Ok(())
}
