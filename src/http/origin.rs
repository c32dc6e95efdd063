//! Whether a page may ask: by the `Origin` that its browser sends (RFC 6454, 7), and that no script chooses.

use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};

use super::Edge;
use super::problem::{Code, Problem};

/// Lets pages of this host and of the allowed origins go on, and whatever is no page.
///
/// # Errors
/// 403 for any other page.
pub(super) fn of_ours(edge: &Edge, headers: &HeaderMap) -> Result<(), Problem> {
    let Some(origin) = headers.get(ORIGIN) else {
        return Ok(());
    };
    let origin = origin.to_str().unwrap_or_default();
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let own = host.is_some_and(|host| {
        ["http://", "https://"]
            .iter()
            .any(|scheme| origin.strip_prefix(scheme) == Some(host))
    });
    if own || edge.settings.allowed_origins.iter().any(|allowed| allowed == origin) {
        return Ok(());
    }
    let detail = "pages of this origin may not do this; ALLOWED_ORIGINS names those that may";
    Err(Problem::new(Code::ForbiddenOrigin, detail).of_field("Origin"))
}
