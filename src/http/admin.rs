//! The admin socket: commands beside a running server go through it. A Unix socket in the data
//! directory, mode 0600, bound after the directory's lock; who can open it is the operator.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use actors::domain::{CompanyId, Origin};
use axum::body::Body;
use axum::extract::{Path as UrlPath, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::UnixListener;

use super::problem::{Code, Problem};
use super::{Edge, body};
use crate::accounts::commands::UserCommand;
use crate::founding::{self, CompanyRequest, Credentials, FoundingError};
use crate::tenancy::aws::role_to_make;

/// How long founding may take.
const FOUND_WITHIN: Duration = Duration::from_secs(10);

/// Where the socket of a data directory is.
pub fn socket_path(directory: &Path) -> PathBuf {
    directory.join("admin.sock")
}

/// Binds the socket. The directory's lock is held, so a socket that is there is a leftover.
///
/// # Errors
/// The socket cannot be made.
pub fn bind(directory: &Path) -> io::Result<UnixListener> {
    let path = socket_path(directory);
    if path.exists() {
        fs::remove_file(&path)?;
    }
    let listener = UnixListener::bind(&path)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// The socket's routes.
pub fn router(edge: Arc<Edge>) -> Router {
    Router::new()
        .route("/companies", post(create).get(list))
        .route("/users", post(user_command).get(users))
        .route("/companies/{company_id}/aws-role", get(aws_role))
        .route("/healthz", get(super::health::alive))
        .with_state(edge)
}

async fn create(State(edge): State<Arc<Edge>>, sent: Body) -> Response {
    let created = async {
        let request: CompanyRequest = body::json(sent).await?;
        found(&edge, request, &Origin::from("operator")).await
    };
    match created.await {
        Ok(credentials) => Json(credentials.reveal()).into_response(),
        Err(problem) => problem.render("/companies", ""),
    }
}

async fn user_command(State(edge): State<Arc<Edge>>, sent: Body) -> Response {
    let done = async {
        let command: UserCommand = body::json(sent).await?;
        let known = |company: &CompanyId| edge.keyring.knows(company);
        Ok::<_, Problem>(command.carry_out(&edge.accounts, &known).await?)
    };
    match done.await {
        Ok(done) => Json(done).into_response(),
        Err(problem) => problem.render("/users", ""),
    }
}

async fn users(State(edge): State<Arc<Edge>>) -> Response {
    Json(edge.accounts.listed()).into_response()
}

async fn list(State(edge): State<Arc<Edge>>) -> Response {
    match edge.store.companies().await {
        Ok(companies) => Json(json!({"items": companies})).into_response(),
        Err(error) => Problem::from(error).render("/companies", ""),
    }
}

async fn aws_role(State(edge): State<Arc<Edge>>, UrlPath(id): UrlPath<String>) -> Response {
    let company = id.parse().ok().and_then(|id| edge.keyring.company(&id));
    match company {
        Some(company) => {
            let principal = edge.settings.aws_principal_arn.as_deref();
            Json(role_to_make(&company, edge.keyring.server_key(), principal)).into_response()
        }
        None => Problem::not_found("company").render("/companies", ""),
    }
}

/// Founds a company in the running server, and lets it in.
///
/// # Errors
/// What the request lacks, or why it was not done.
pub async fn found(edge: &Edge, request: CompanyRequest, by: &Origin) -> Result<Credentials, Problem> {
    let prepared = founding::prepare(request, by, edge.keyring.server_key(), &*edge.clock, &*edge.entropy);
    let (company, credentials) = prepared.map_err(Problem::from)?;
    if !edge.runtime.found(company.clone(), FOUND_WITHIN).await? {
        return Err(FoundingError::Taken(credentials.company_id).into());
    }
    Ok(credentials)
}

impl From<FoundingError> for Problem {
    fn from(error: FoundingError) -> Self {
        match error {
            FoundingError::Invalid { field, detail } => Self::invalid(field, detail),
            FoundingError::Taken(id) => Self::new(Code::Conflict, format!("{id} is taken")).of_field("id"),
            FoundingError::Seal(_) => Self::of_status(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}

/// The detail of a problem body, for a command to print.
pub fn detail_of(problem: &Value) -> String {
    let field = problem["field"]
        .as_str()
        .map(|field| format!("{field}: "))
        .unwrap_or_default();
    format!("{field}{}", problem["detail"].as_str().unwrap_or("the server refused"))
}
