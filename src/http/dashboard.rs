//! The dashboard: a page and what it is made of, as `web/` was built into this binary.

pub mod coding;
mod files;

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rust_embed::RustEmbed;

use super::Edge;
use super::describe::{self, Description, plain};
use super::gate::Anyone;
use super::problem::Problem;
use files::{File, Files};

/// What begins so is never the page: who asks for it is a program, and is told when it is not there.
const NEVER_THE_PAGE: [&str; 7] = ["/api", "/assets", "/healthz", "/mcp", "/metrics", "/readyz", "/ws"];

/// What `web/` was built to; nothing where it was not built before this binary.
#[derive(RustEmbed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Built;

/// The same, as [`Files`].
struct Embedded;

impl Files for Embedded {
    fn file(&self, path: &str) -> Option<File> {
        let found = Built::get(path)?;
        Some(File {
            hash: found.metadata.sha256_hash(),
            bytes: found.data,
        })
    }
}

/// The page.
pub(super) struct Page(Response);

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        self.0
    }
}

impl describe::Answer for Page {
    fn describe(description: &mut Description) {
        description.answers(200, "The dashboard", Some(plain("text/html")));
    }
}

/// `GET /`.
pub(super) async fn page(_: Anyone, State(edge): State<Arc<Edge>>) -> Page {
    Page(files::page(&Embedded, &nonce(&edge)))
}

/// A file that the page is made of.
pub(super) struct Asset(Response);

impl IntoResponse for Asset {
    fn into_response(self) -> Response {
        self.0
    }
}

impl describe::Answer for Asset {
    fn describe(description: &mut Description) {
        for media in files::MEDIA {
            description.answers(200, "A file of the dashboard", Some((media, None)));
        }
        description.answers(304, "The file is the one that one has", None);
    }
}

/// `GET /assets/{file}`: whatever has another content has another name.
pub(super) async fn asset(_: Anyone, Path(name): Path<String>, headers: HeaderMap) -> Result<Asset, Problem> {
    let found = files::asset(&Embedded, &name, &headers);
    found.map(Asset).ok_or_else(|| Problem::not_found("file"))
}

/// What has no route: a place within the dashboard, which finds its way from there itself, or nothing.
pub(super) async fn elsewhere(State(edge): State<Arc<Edge>>, request: Request) -> Response {
    let is_place = is_place(request.method(), request.uri().path(), request.headers());
    if is_place && files::is_there(&Embedded) {
        files::page(&Embedded, &nonce(&edge))
    } else {
        StatusCode::NOT_FOUND.into_response()
    }
}

/// Whether a browser asks for a page at an address that the dashboard may know.
fn is_place(method: &Method, path: &str, headers: &HeaderMap) -> bool {
    let is_below = |begin: &&str| {
        path.strip_prefix(*begin)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    [Method::GET, Method::HEAD].contains(method)
        && !NEVER_THE_PAGE.iter().any(is_below)
        && coding::accepts_html(headers)
}

/// What a page's own styles are known by: never twice the same. Of a UUIDv7 the last eight bytes are chance.
fn nonce(edge: &Edge) -> String {
    let chance = || edge.entropy.uuid(edge.clock.now()).as_u64_pair().1.to_be_bytes();
    URL_SAFE_NO_PAD.encode([chance(), chance()].concat())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use axum::http::header::ACCEPT;

    use super::*;

    #[test]
    fn only_a_browser_that_asks_for_a_page_gets_it() {
        let asks = |method: Method, path: &str, accept: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_static(accept));
            is_place(&method, path, &headers)
        };
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        for path in ["/incidents", "/companies/comp-a", "/apiary", "/wsx"] {
            assert!(asks(Method::GET, path, browser), "{path}");
            assert!(asks(Method::HEAD, path, browser), "{path}");
            assert!(!asks(Method::POST, path, browser), "{path}");
            assert!(!asks(Method::GET, path, "*/*"), "{path}");
            assert!(!asks(Method::GET, path, "application/json"), "{path}");
        }
        for begin in NEVER_THE_PAGE {
            for path in [begin.to_owned(), format!("{begin}/x")] {
                assert!(!asks(Method::GET, &path, browser), "{path}");
            }
        }
        assert!(!is_place(&Method::GET, "/incidents", &HeaderMap::new()));
    }
}
