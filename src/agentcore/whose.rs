//! Whose an invocation is: the company that the settings name, or that of a key or token that was forwarded.

use actors::domain::{CompanyId, Origin};
use axum::extract::Request;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::Instant;

use super::Shared;
use crate::http::caller::{API_KEY, Caller, Place, presented, unknown};
use crate::http::problem::{Code, Problem};
use crate::http::rights::{Decide, Reaches};

/// A key or token in a header that the runtime hands on as it is, where `Authorization` is the platform's own.
const FORWARDED: &str = "x-amzn-bedrock-agentcore-runtime-custom-api-key";
/// Who asks where the platform has let him in.
const PLATFORM: &str = "agentcore";

/// Takes a key or token that was forwarded for the one that is presented, in place of any other.
pub(super) async fn forwarded(mut request: Request, next: Next) -> Response {
    let headers = request.headers_mut();
    if let Some(token) = headers.remove(FORWARDED) {
        headers.remove(AUTHORIZATION);
        headers.insert(API_KEY, token);
    }
    next.run(request).await
}

/// Who asks.
#[derive(Clone)]
pub(super) enum Asker {
    /// Somebody whom the platform has let in.
    Platform(CompanyId, Place),
    /// Whoever has a key or token of ours.
    Caller(Box<Caller>),
}

impl Asker {
    /// Who asks: nobody else is looked for where the settings name a company.
    ///
    /// # Errors
    /// 401 without a key or token that is good.
    pub(super) fn of(parts: &Parts, shared: &Shared) -> Result<Self, Problem> {
        let edge = &shared.edge;
        let from = Place::of(parts, edge);
        if let Some(company) = &shared.settings.company {
            return Ok(Self::Platform(company.clone(), from));
        }
        let token = presented(&parts.headers)?.ok_or_else(unknown)?;
        let caller = Caller::by(token, from.clone(), edge);
        let caller = caller.inspect_err(|_| from.refused(edge, "token"))?;
        Ok(Self::Caller(Box::new(caller)))
    }

    /// The company for which he may have something decided now, and as whom; `named` is what his body says.
    ///
    /// # Errors
    /// 401 where his key is good no more, 403, 404, 409, 429 as on `/api/agent/decide`.
    pub(super) fn decides(&self, shared: &Shared, named: Option<CompanyId>) -> Result<(CompanyId, Origin), Problem> {
        let edge = &shared.edge;
        let (company, origin) = match self {
            Self::Platform(company, from) => {
                edge.paces.take(PLATFORM, Instant::now())?;
                if !edge.keyring.knows(company) {
                    tracing::warn!(company_id = %company, "AGENTCORE_COMPANY names a company that there is not");
                    return Err(Problem::new(
                        Code::Internal,
                        "the server's settings name no company that there is",
                    ));
                }
                if named.is_some_and(|named| named != *company) {
                    return Err(Problem::not_found("company").of_field("company_id"));
                }
                (company.clone(), from.origin(PLATFORM))
            }
            Self::Caller(caller) => {
                let caller = caller.again(edge).ok_or_else(unknown)?;
                edge.paces.take(caller.name(), Instant::now())?;
                let may = Reaches::<Decide>::by(caller, edge)?.choose(edge, named)?;
                (may.company().clone(), may.origin())
            }
        };
        edge.takes_work(&company)?;
        Ok((company, origin))
    }
}
