//! `/api/audit`: a company's journal, or the platform's (`?company_id=platform`), to read, to verify, and to take away.

mod filter;

use std::sync::Arc;

use actors::domain::journal::ChainWalk;
use actors::domain::{CompanyId, Entry};
use actors::limits::PAGE;
use actors::port::reader::{EntryFilter, PageRequest};
use actors::port::{Error, Reader};
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures::stream::{self, Stream};
use serde::{Deserialize, Serialize};
use utoipa::openapi::path::Parameter;
use utoipa::{IntoParams, ToSchema};

use super::describe::{Answer, Description, plain};
use super::gate::Anyone;
use super::page::{Ask, Asked, Paged, Query};
use super::problem::Problem;
use super::rights::{Audit, Reaches};
use super::shape::JournalEntry;
use super::{Edge, shape};
use crate::accounts::rights::Companies;
use crate::audit::signed::Signed;
use crate::audit::walk::{self, Found};
use crate::audit::{cut, export};

/// Which entries come first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Order {
    /// The oldest.
    #[default]
    Asc,
    /// The newest.
    Desc,
}

#[derive(IntoParams)]
#[allow(dead_code, reason = "describes what `Order` is read from")]
struct Ordering {
    /// Oldest (`asc`) or newest (`desc`) entry first.
    #[param(inline, default = "asc")]
    order: Option<Order>,
}

impl Ask for Order {
    fn parameters() -> Vec<Parameter> {
        Ordering::into_params(|| None)
    }

    fn read(query: &mut Query, _: &Edge) -> Result<Self, Problem> {
        Ok(query.word("order")?.unwrap_or_default())
    }
}

/// Its entries, oldest first unless it is asked otherwise. A page of those that a filter meets looks at a bounded number of
/// entries, and may hold fewer than it was asked for.
pub(super) async fn list(
    reaches: Reaches<Audit>,
    State(edge): State<Arc<Edge>>,
    Asked {
        company: named,
        asked: ((order, filter), request),
    }: Asked<((Order, EntryFilter), PageRequest)>,
) -> Result<Json<Paged<JournalEntry>>, Problem> {
    let company = journal_of(&edge, &reaches, named)?;
    let reader = edge.store.reader(&company);
    let found = match (order, filter == EntryFilter::default()) {
        (Order::Asc, true) => reader.journal(request).await?,
        (Order::Desc, true) => reader.journal_backwards(request).await?,
        (order, false) => reader.journal_like(&filter, order == Order::Desc, request).await?,
    };
    Ok(Json(Paged::of(found, |entry| shape::entry(&entry))))
}

/// What a journal comes to.
#[derive(Serialize, ToSchema)]
pub(super) struct Verified {
    company_id: CompanyId,
    /// Whether every entry's hash is what it has to be, and what was signed.
    whole: bool,
    /// The last entry that was archived, and cut with a signature; 0 where none was.
    behind: u64,
    /// Up to which entry it holds.
    entries: u64,
    /// The hash of the last of them, in hex.
    hash: String,
    /// The place of the first entry that does not hold.
    broken_at: Option<u64>,
    why: Option<String>,
    /// How many checkpoints they were compared with; none where checkpoints are not kept in a file.
    checkpoints: Option<u64>,
}

impl Verified {
    fn of(found: Found, signed: Option<&Signed>) -> Self {
        let wrong = walk::discord(&found, signed.unwrap_or(&Signed::default()));
        Self {
            company_id: found.company,
            whole: wrong.is_none(),
            behind: found.behind,
            entries: found.entries,
            hash: hex::encode(found.hash),
            broken_at: wrong.as_ref().and_then(|(seq, _)| *seq),
            why: wrong.map(|(_, why)| why),
            checkpoints: signed.map(|_| found.checkpoints),
        }
    }
}

/// The key that checkpoints are signed with.
#[derive(Serialize, ToSchema)]
pub(super) struct PublicKey {
    /// `Ed25519` (RFC 8032).
    algorithm: &'static str,
    /// In hex.
    public_key: String,
}

/// A journal as JSON Lines.
pub(super) struct Export(Response);

impl IntoResponse for Export {
    fn into_response(self) -> Response {
        self.0
    }
}

impl Answer for Export {
    fn describe(description: &mut Description) {
        let what = "An opening line, every entry, and a signed checkpoint, each a line of JSON";
        description.answers(200, what, Some(plain("application/x-ndjson")));
    }
}

/// Works every hash out from the first entry on, and compares with everything that was signed.
pub(super) async fn verify(
    reaches: Reaches<Audit>,
    State(edge): State<Arc<Edge>>,
    Asked { company, .. }: Asked,
) -> Result<Json<Verified>, Problem> {
    let company = journal_of(&edge, &reaches, company)?;
    let (found, signed) = walked(&edge, &company).await?;
    Ok(Json(Verified::of(found, signed.as_ref())))
}

/// A journal along all that was signed of it, where that is kept in a file; one journal at a time.
async fn walked(edge: &Edge, company: &CompanyId) -> Result<(Found, Option<Signed>), Error> {
    let _turn = edge.verifying.acquire().await;
    let by = edge.signer.trusted();
    // What is signed while the journal is read is no part of this.
    let read = edge.settings.checkpoints.signed_of(company, by);
    let unreadable = |error| Error::Unavailable(format!("the checkpoints cannot be read: {error}"));
    let signed = read.await.map_err(unreadable)?;
    let none = Signed::default();
    let found = walk::along(&edge.store, company, signed.as_ref().unwrap_or(&none), Some(by)).await?;
    Ok((found, signed))
}

/// All of it as JSON Lines, closed by a signed checkpoint: `alert-whisperer audit verify` reads it. What is not what was
/// signed before is not signed again: it ends without the checkpoint.
pub(super) async fn export(
    reaches: Reaches<Audit>,
    State(edge): State<Arc<Edge>>,
    Asked { company, .. }: Asked,
) -> Result<Export, Problem> {
    let company = journal_of(&edge, &reaches, company)?;
    let name = format!("attachment; filename=\"journal-{company}.jsonl\"");
    let mut response = Response::new(Body::from_stream(lines(edge, company)));
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/x-ndjson; charset=utf-8"),
    );
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(CONTENT_DISPOSITION, name);
    }
    Ok(Export(response))
}

/// The key that checkpoints are signed with: to be kept by who verifies. Anybody may know it.
pub(super) async fn key(_: Anyone, State(edge): State<Arc<Edge>>) -> Json<PublicKey> {
    Json(PublicKey {
        algorithm: "Ed25519",
        public_key: edge.signer.public_key().to_owned(),
    })
}

/// Whose journal is meant. The platform's is for who runs it.
fn journal_of(edge: &Edge, reaches: &Reaches<Audit>, named: Option<CompanyId>) -> Result<CompanyId, Problem> {
    match named {
        Some(named) if named.is_platform() && reaches.companies == Companies::All => Ok(named),
        named => reaches.one(edge, named),
    }
}

/// A journal, page by page.
struct Pages {
    reader: Arc<dyn Reader>,
    next: Option<PageRequest>,
}

impl Pages {
    fn of(reader: Arc<dyn Reader>) -> Self {
        let first = PageRequest {
            limit: PAGE,
            after: None,
        };
        Self {
            reader,
            next: Some(first),
        }
    }

    async fn next(&mut self) -> Result<Option<Vec<Entry>>, Error> {
        let Some(request) = self.next.take() else {
            return Ok(None);
        };
        let found = self.reader.journal(request).await?;
        self.next = found.next.map(|after| PageRequest {
            limit: PAGE,
            after: Some(after),
        });
        Ok(Some(found.items))
    }
}

/// Where an export is.
enum Exporting {
    Opening(CompanyId),
    /// With what is wrong with the journal.
    Entries(Pages, ChainWalk, Option<String>),
    Over,
}

/// The lines of an export. Where the store fails, or the chain is broken, it ends without its checkpoint.
fn lines(edge: Arc<Edge>, company: CompanyId) -> impl Stream<Item = Result<Bytes, Error>> + Send + 'static {
    stream::unfold((edge, Exporting::Opening(company)), |(edge, state)| async move {
        let (mut pages, mut walk, wrong) = match state {
            Exporting::Over => return None,
            Exporting::Entries(pages, walk, wrong) => (pages, walk, wrong),
            Exporting::Opening(company) => {
                let cut = match walk::cut_of(&edge.store, &company).await {
                    Err(error) => return Some((Err(error), (edge, Exporting::Over))),
                    Ok(cut) => cut,
                };
                let first = format!("{}\n", export::opening(&company, cut.as_ref()));
                let walk = match cut::walk(&company, cut.as_ref(), Some(edge.signer.trusted())) {
                    Ok(walk) => walk,
                    Err(why) => {
                        let error = Error::Corrupt(format!("the cut of {company}: {why}"));
                        tracing::error!(%error, "a journal that is exported is broken");
                        return Some((Err(error), (edge, Exporting::Over)));
                    }
                };
                let wrong = match walked(&edge, &company).await {
                    Err(error) => return Some((Err(error), (edge, Exporting::Over))),
                    Ok((found, signed)) => walk::discord(&found, &signed.unwrap_or_default()).map(|(_, why)| why),
                };
                let entries = Exporting::Entries(Pages::of(edge.store.reader(&company)), walk, wrong);
                return Some((Ok(first.into()), (edge, entries)));
            }
        };
        let entries = match pages.next().await {
            Err(error) => return Some((Err(error), (edge, Exporting::Over))),
            Ok(entries) => entries,
        };
        let Some(entries) = entries else {
            if let Some(why) = wrong {
                let error = Error::Corrupt(format!("the journal of {}: {why}", walk.company()));
                tracing::error!(%error, "a journal that is exported is not what was signed of it");
                return Some((Err(error), (edge, Exporting::Over)));
            }
            let checkpoint = edge
                .signer
                .sign(walk.company(), walk.seq(), walk.hash(), edge.clock.now());
            let last = format!("{}\n", export::closing(&checkpoint));
            return Some((Ok(last.into()), (edge, Exporting::Over)));
        };
        let mut text = String::new();
        for entry in &entries {
            if let Err(why) = walk.step(entry) {
                let error = Error::Corrupt(format!("entry {} of {} {why}", walk.seq() + 1, walk.company()));
                tracing::error!(%error, "a journal that is exported is broken");
                return Some((Err(error), (edge, Exporting::Over)));
            }
            text.push_str(&entry.to_json_text());
            text.push('\n');
        }
        Some((Ok(text.into()), (edge, Exporting::Entries(pages, walk, wrong))))
    })
}
