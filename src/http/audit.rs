//! `/api/audit`: a company's journal, or the platform's (`?company_id=platform`), to read, to verify, and to take away.

use std::sync::Arc;

use actors::domain::journal::ChainWalk;
use actors::domain::{CompanyId, Entry};
use actors::limits::PAGE;
use actors::port::reader::PageRequest;
use actors::port::{Error, Reader};
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures::stream::{self, Stream};
use serde::Serialize;
use utoipa::ToSchema;

use super::describe::{Answer, Description, plain};
use super::gate::Anyone;
use super::page::{Asked, Paged};
use super::problem::Problem;
use super::rights::{Audit, Reaches};
use super::shape::JournalEntry;
use super::{Edge, shape};
use crate::accounts::rights::Companies;
use crate::audit::export;

/// Its entries, oldest first.
pub(super) async fn list(
    reaches: Reaches<Audit>,
    State(edge): State<Arc<Edge>>,
    Asked {
        company: named,
        asked: request,
    }: Asked<PageRequest>,
) -> Result<Json<Paged<JournalEntry>>, Problem> {
    let company = journal_of(&edge, &reaches, named)?;
    let found = edge.store.reader(&company).journal(request).await?;
    Ok(Json(Paged::of(found, |entry| shape::entry(&entry))))
}

/// What a journal comes to.
#[derive(Serialize, ToSchema)]
pub(super) struct Verified {
    company_id: CompanyId,
    /// Whether every entry's hash is what it has to be.
    whole: bool,
    /// How many entries hold, from the first on.
    entries: u64,
    /// The hash of the last of them, in hex.
    hash: String,
    /// The place of the first entry that does not hold.
    broken_at: Option<u64>,
    why: Option<String>,
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

/// Works every hash out from the first entry on.
pub(super) async fn verify(
    reaches: Reaches<Audit>,
    State(edge): State<Arc<Edge>>,
    Asked { company, .. }: Asked,
) -> Result<Json<Verified>, Problem> {
    let company = journal_of(&edge, &reaches, company)?;
    let _turn = edge.verifying.acquire().await;
    let mut pages = Pages::of(edge.store.reader(&company));
    let mut walk = ChainWalk::of(company.clone());
    let mut broken = None;
    while let (None, Some(entries)) = (broken, pages.next().await?) {
        broken = entries
            .iter()
            .find_map(|entry| walk.step(entry).err())
            .map(|why| (walk.seq() + 1, why));
    }
    Ok(Json(Verified {
        company_id: company,
        whole: broken.is_none(),
        entries: walk.seq(),
        hash: hex::encode(walk.hash()),
        broken_at: broken.map(|(seq, _)| seq),
        why: broken.map(|(_, why)| why.to_string()),
    }))
}

/// All of it as JSON Lines, closed by a signed checkpoint: `alert-whisperer audit verify` reads it.
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
    Entries(Pages, ChainWalk),
    Over,
}

/// The lines of an export. Where the store fails, or the chain is broken, it ends without its checkpoint.
fn lines(edge: Arc<Edge>, company: CompanyId) -> impl Stream<Item = Result<Bytes, Error>> + Send + 'static {
    stream::unfold((edge, Exporting::Opening(company)), |(edge, state)| async move {
        let (mut pages, mut walk) = match state {
            Exporting::Over => return None,
            Exporting::Entries(pages, walk) => (pages, walk),
            Exporting::Opening(company) => {
                let first = format!("{}\n", export::opening(&company));
                let pages = Pages::of(edge.store.reader(&company));
                let entries = Exporting::Entries(pages, ChainWalk::of(company));
                return Some((Ok(first.into()), (edge, entries)));
            }
        };
        let entries = match pages.next().await {
            Err(error) => return Some((Err(error), (edge, Exporting::Over))),
            Ok(entries) => entries,
        };
        let Some(entries) = entries else {
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
        Some((Ok(text.into()), (edge, Exporting::Entries(pages, walk))))
    })
}
