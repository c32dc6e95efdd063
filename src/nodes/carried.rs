//! `POST /nodes/amend`: what is done beside requests, for a company that another node has. No client has a part in it.
//! With it, what nodes ask each other.

use std::sync::Arc;
use std::time::Duration;

use actors::domain::{CompanyId, Fact, Timestamp};
use actors::port::{Amended, Amendment, Error, Peers, Put};
use actors::runtime::CallError;
use async_trait::async_trait;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use super::word::said_in;
use super::{Nodes, Sent, reached};
use crate::http::Edge;
use crate::http::body::{self, WEBHOOK_BYTES};
use crate::http::problem::Problem;
use crate::http::router;
use crate::json;

const PATH: &str = "/nodes/amend";
/// How long a commit may take.
const WITHIN: Duration = Duration::from_secs(10);

/// What is carried: records and facts.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Carried {
    company_id: CompanyId,
    puts: Vec<Put>,
    facts: Vec<Fact>,
}

/// What has come of it.
#[derive(Debug, Serialize, Deserialize)]
struct Done {
    amended: Amended,
}

/// The way that a node's own amendments come in.
pub(crate) fn router(edge: Arc<Edge>) -> Router {
    Router::new()
        .route(PATH, post(amend))
        .route(reached::PATH, get(reached::answer))
        .layer(middleware::from_fn_with_state(edge.clone(), router::surround))
        .with_state(edge)
}

async fn amend(State(edge): State<Arc<Edge>>, request: Request) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body = body::read(body, WEBHOOK_BYTES).await?;
    let now = edge.runtime.membership().store_now().unwrap_or_default();
    edge.nodes.read(said_in(&parts), &parts, &body, now)?;
    let carried: Carried = json::object(json::strict(&body)?)?;
    let amendment = Amendment {
        puts: carried.puts,
        facts: carried.facts,
        ..Amendment::default()
    };
    match edge.runtime.amend_here(&carried.company_id, amendment, WITHIN).await {
        Ok(amended) => Ok(axum::Json(Done { amended }).into_response()),
        // Whether it was done is not known.
        Err(CallError::Store(Error::Unknown) | CallError::TimedOut) => {
            Err(Problem::of_status(StatusCode::GATEWAY_TIMEOUT))
        }
        Err(error) => Err(error.into()),
    }
}

#[async_trait]
impl Peers for Nodes {
    async fn amend(
        &self,
        url: &str,
        company: &CompanyId,
        amendment: &Amendment,
        (within, now): (Duration, Timestamp),
    ) -> Result<Amended, Error> {
        let carried = Carried {
            company_id: company.clone(),
            puts: amendment.puts.clone(),
            facts: amendment.facts.clone(),
        };
        let body = serde_json::to_vec(&carried).map_err(|error| Error::Corrupt(error.to_string()))?;
        let request = axum::http::Request::post(PATH).header(header::CONTENT_TYPE, "application/json");
        let request = request.body(()).map_err(|error| Error::Corrupt(error.to_string()))?;
        let (parts, ()) = request.into_parts();
        let sent = async {
            match self.send(url, &parts, body.into(), (None, now)).await {
                Sent::Answered(answer) if answer.status() == StatusCode::OK => {
                    let done = answer.json::<Done>().await;
                    done.map(|done| done.amended).map_err(|_| Error::Unknown)
                }
                Sent::Answered(answer) if answer.status() == StatusCode::NOT_FOUND => Err(Error::NoSuchCompany),
                Sent::Answered(answer) if answer.status() == StatusCode::GATEWAY_TIMEOUT => Err(Error::Unknown),
                Sent::Answered(answer) => Err(Error::Unavailable(format!("the node answered {}", answer.status()))),
                Sent::NotDone => Err(Error::Elsewhere(None)),
                Sent::Lost(_) => Err(Error::Unknown),
            }
        };
        timeout(within, sent).await.unwrap_or(Err(Error::Unknown))
    }
}
