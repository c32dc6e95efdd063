//! The OpenAPI document (OpenAPI 3.1), made from the handlers' signatures, and a page to read it with.

mod webhooks;

use std::sync::{Arc, LazyLock};

use axum::Json;
use axum::extract::Path;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use strum::{EnumMessage, IntoEnumIterator};
use utoipa::ToSchema;
use utoipa::openapi::path::{HttpMethod, PathsBuilder};
use utoipa::openapi::schema::{ComponentsBuilder, ObjectBuilder, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder};
use utoipa_swagger_ui::Config;

use super::describe::{API_KEY, Answer, BEARER, Description, plain};
use super::gate::Anyone;
use super::problem::{Code, Problem};
use super::router;

/// Where the document is.
const ADDRESS: &str = "/api/openapi.json";
/// What the page may do: its own scripts and styles, and requests to this server. Nothing of another's.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
                           img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
                           frame-ancestors 'none'";

/// A problem as it is answered (RFC 9457).
#[derive(ToSchema)]
#[schema(as = Problem)]
#[allow(dead_code, reason = "describes what `Problem::to_json` writes")]
struct ProblemBody {
    /// `urn:alert-whisperer:problem:{code}`.
    r#type: String,
    /// The status in words.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What is wrong, and what would be right.
    detail: String,
    /// The path that was asked for.
    instance: String,
    /// Which kind of problem: a word for programs.
    code: Code,
    /// Finds the request in the log.
    trace_id: String,
    /// The field, parameter or header at fault.
    #[schema(nullable = false)]
    field: Option<String>,
}

/// The document, which is always the same.
static DOCUMENT: LazyLock<OpenApi> = LazyLock::new(document);

/// The document.
pub fn document() -> OpenApi {
    let (routes, mut schemas) = router::described();
    schemas.add::<ProblemBody>();
    let webhooks = webhooks::webhooks(&mut schemas);
    let mut paths = PathsBuilder::new();
    for (route, operation) in routes {
        paths = paths.path(
            route.path,
            utoipa::openapi::PathItem::new(method(&route.method), operation),
        );
    }
    let components = ComponentsBuilder::new()
        .schemas_from_iter(schemas)
        .security_scheme(
            BEARER,
            SecurityScheme::Http(
                HttpBuilder::new()
                    .scheme(HttpAuthScheme::Bearer)
                    .bearer_format("JWT")
                    .build(),
            ),
        )
        .security_scheme(
            API_KEY,
            SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-API-Key"))),
        );
    let info = InfoBuilder::new()
        .title("Alert Whisperer")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(introduction()));
    OpenApiBuilder::new()
        .info(info)
        .paths(paths)
        .webhooks(Some(webhooks))
        .components(Some(components.build()))
        .build()
}

fn method(method: &axum::http::Method) -> HttpMethod {
    match method.as_str() {
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "PATCH" => HttpMethod::Patch,
        "DELETE" => HttpMethod::Delete,
        "OPTIONS" => HttpMethod::Options,
        _ => HttpMethod::Get,
    }
}

/// What holds for all routes, and every kind of problem with its meaning.
fn introduction() -> String {
    let mut text = String::from(
        "Times are RFC 3339 in UTC. Lists come in pages: `next_cursor` of one is `cursor` of the next. A person \
         sends the access token of `POST /api/auth/login` in `Authorization: Bearer`; a program its API key in \
         `X-API-Key`. Errors are `application/problem+json` (RFC 9457); `code` is one of these:\n\n\
         | code | status | meaning |\n|---|---|---|\n",
    );
    for code in Code::iter() {
        let meaning = code.get_documentation().unwrap_or_default();
        text.push_str(&format!(
            "| `{}` | {} | {meaning} |\n",
            code.as_str(),
            code.status().as_u16()
        ));
    }
    text
}

/// The document as it is sent.
pub(super) struct Document(&'static OpenApi);

impl IntoResponse for Document {
    fn into_response(self) -> Response {
        Json(self.0).into_response()
    }
}

impl Answer for Document {
    fn describe(description: &mut Description) {
        let any = ObjectBuilder::new().schema_type(Type::Object).into();
        description.answers(200, "An OpenAPI 3.1 document", Some(("application/json", Some(any))));
    }
}

/// `GET /api/openapi.json`.
pub(super) async fn document_itself(_: Anyone) -> Document {
    Document(&DOCUMENT)
}

/// A file of the page.
pub(super) struct PageFile(Response);

impl IntoResponse for PageFile {
    fn into_response(self) -> Response {
        self.0
    }
}

impl Answer for PageFile {
    fn describe(description: &mut Description) {
        for media in ["text/html", "text/css", "text/javascript"] {
            description.answers(200, "A file of the page", Some(plain(media)));
        }
        description.answers(200, "A file of the page", Some(("image/png", None)));
    }
}

/// `GET /api/docs`: to where the page is, so that it finds its files.
pub(super) async fn to_page(_: Anyone) -> ToPage {
    ToPage
}

/// A redirect to the page.
pub(super) struct ToPage;

impl IntoResponse for ToPage {
    fn into_response(self) -> Response {
        Redirect::permanent("/api/docs/").into_response()
    }
}

impl Answer for ToPage {
    fn describe(description: &mut Description) {
        description.answers(308, "To the page", None);
    }
}

/// `GET /api/docs/`: the page, which shows the document and tries requests out.
pub(super) async fn page(_: Anyone) -> Result<PageFile, Problem> {
    file("index.html")
}

/// `GET /api/docs/{file}`: what the page consists of. All of it is in the binary; nothing is loaded from elsewhere.
pub(super) async fn page_file(_: Anyone, Path(name): Path<String>) -> Result<PageFile, Problem> {
    file(&name)
}

fn file(name: &str) -> Result<PageFile, Problem> {
    // Without an address the page would ask a server on the internet whether the document is valid.
    let config = Config::from(ADDRESS)
        .validator_url("none")
        .try_it_out_enabled(true)
        .filter(true);
    let file = utoipa_swagger_ui::serve(name, Arc::new(config)).map_err(|error| {
        tracing::error!(%error, "the page of the interface cannot be shown");
        Problem::new(
            Code::Internal,
            "the page cannot be shown; the document itself is at /api/openapi.json",
        )
    })?;
    let file = file.ok_or_else(|| Problem::not_found("file"))?;
    let mut response = Response::new(file.bytes.into_owned().into());
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(&file.content_type) {
        headers.insert(CONTENT_TYPE, kind);
    }
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY));
    Ok(PageFile(response))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::document;

    /// Where a default is none, none has to be allowed.
    fn check(value: &Value, path: &str) {
        if let Value::Object(fields) = value {
            let is_none = fields.get("default").is_some_and(Value::is_null);
            let types = fields.get("type").map(Value::to_string).unwrap_or_default();
            assert!(
                !is_none || types.is_empty() || types.contains("null"),
                "{path}: {value}"
            );
            fields
                .iter()
                .for_each(|(name, field)| check(field, &format!("{path}/{name}")));
        }
    }

    #[test]
    fn defaults_are_of_the_type_that_they_stand_for() {
        check(&json!(document())["components"]["schemas"], "");
    }
}
