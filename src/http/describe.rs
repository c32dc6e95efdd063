//! What a handler's signature says of its route: whom it lets in, what it reads, what it answers. The `OpenAPI`
//! document is made from this, so it cannot say anything else than the code does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Method};
use axum::response::IntoResponse;
use utoipa::ToSchema;
use utoipa::openapi::path::{Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{Content, Ref, RefOr, Required, ResponseBuilder, Schema, SecurityRequirement};

use super::Edge;
use super::caller::{Address, Place};
use super::gate::Policy;
use super::problem::Problem;
use super::schemas::Schemas;
use crate::accounts::rights::scope_for;

/// The two ways to say who one is.
pub(super) const BEARER: &str = "access_token";
pub(super) const API_KEY: &str = "api_key";
/// The component that every problem is.
const PROBLEM: &str = "Problem";
/// The media type of problems (RFC 9457).
const PROBLEM_JSON: &str = "application/problem+json";

/// An argument of a handler.
pub(super) trait Argument {
    /// Whether it reads the query, and refuses what it does not know there.
    const READS_QUERY: bool = false;

    /// What it reads.
    fn describe(_: &mut Description) {}
}

/// What a handler answers.
pub(super) trait Answer: IntoResponse {
    /// Its statuses and bodies.
    fn describe(description: &mut Description);
}

/// A media type, and what is sent as such.
pub(super) type Media = (&'static str, Option<RefOr<Schema>>);

/// A text.
pub(super) fn plain(media: &'static str) -> Media {
    (media, Some(ObjectBuilder::new().schema_type(Type::String).into()))
}

/// What is known of a route.
pub(super) struct Description {
    path: &'static str,
    policy: Policy,
    parameters: Vec<Parameter>,
    body: Option<(String, bool)>,
    answers: BTreeMap<u16, (&'static str, Vec<Media>)>,
    refusals: BTreeSet<u16>,
    schemas: Schemas,
}

impl Description {
    pub(super) fn of(method: &Method, path: &'static str, policy: Policy) -> Self {
        let names = path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        let parameters: Vec<Parameter> = names.map(in_path).collect();
        let mut refusals = BTreeSet::from([500, 503]);
        if !parameters.is_empty() {
            refusals.extend([400, 404]);
        }
        if policy != Policy::Anyone {
            refusals.extend([401, 403, 429]);
        }
        if method != Method::GET {
            refusals.insert(409);
        }
        Self {
            path,
            policy,
            parameters,
            body: None,
            answers: BTreeMap::new(),
            refusals,
            schemas: Schemas::default(),
        }
    }

    /// Refers to a type.
    pub(super) fn refer<T: ToSchema>(&mut self) -> RefOr<Schema> {
        self.schemas.add::<T>();
        Ref::from_schema_name(T::name()).into()
    }

    /// A parameter of the query.
    pub(super) fn asks(&mut self, mut parameter: Parameter) {
        parameter.parameter_in = ParameterIn::Query;
        parameter.required = Required::False;
        parameter.schema = parameter.schema.map(not_null);
        self.refusals.insert(400);
        self.parameters.push(parameter);
    }

    /// A header.
    pub(super) fn reads_header(&mut self, name: &str, what: &str) {
        self.refusals.insert(400);
        let header = parameter(name, ParameterIn::Header, what, text());
        self.parameters.push(header.build());
    }

    /// That the company may be named.
    pub(super) fn takes_company(&mut self) {
        self.refusals.extend([400, 404]);
        if !self.has_parameter("company_id") {
            let schema = self.refer::<actors::domain::CompanyId>();
            let what = "The company that is meant; not needed where one has only one.";
            let named = ParameterBuilder::new().name("company_id").description(Some(what));
            self.asks(named.required(Required::False).schema(Some(schema)).build());
        }
    }

    /// Whether a parameter of this name is read.
    pub(super) fn has_parameter(&self, name: &str) -> bool {
        self.parameters.iter().any(|parameter| parameter.name == name)
    }

    /// A JSON body.
    pub(super) fn reads<T: ToSchema>(&mut self, required: bool) {
        self.refer::<T>();
        self.body = Some((T::name().into_owned(), required));
        self.refusals.extend([400, 408, 413]);
    }

    /// An answer.
    pub(super) fn answers(&mut self, status: u16, what: &'static str, body: Option<Media>) {
        let (_, bodies) = self.answers.entry(status).or_insert((what, Vec::new()));
        bodies.extend(body);
    }

    /// A refusal that the rest of the description does not give away.
    pub(super) fn refuses(&mut self, statuses: &[u16]) {
        self.refusals.extend(statuses);
    }

    /// As OpenAPI has it.
    pub(super) fn operation(self, handler: &str, summary: &str) -> (Operation, Schemas) {
        let mut operation = OperationBuilder::new()
            .summary(Some(summary))
            .tag(tag(self.path))
            .parameters(Some(self.parameters));
        if self.path.starts_with("/api/") {
            operation = operation.operation_id(Some(operation_id(handler)));
        }
        if let Some((name, required)) = self.body {
            let content = Content::new(Some(Ref::from_schema_name(name)));
            let required = if required { Required::True } else { Required::False };
            let body = RequestBodyBuilder::new().content("application/json", content);
            operation = operation.request_body(Some(body.required(Some(required)).build()));
        }
        for (status, (what, bodies)) in self.answers {
            let response = ResponseBuilder::new().description(what);
            let response = bodies.into_iter().fold(response, |response, (media, schema)| {
                response.content(media, Content::new(schema))
            });
            operation = operation.response(status.to_string(), response);
        }
        for status in self.refusals {
            let problem = Content::new(Some(Ref::from_schema_name(PROBLEM)));
            let response = ResponseBuilder::new()
                .description(meaning(status))
                .content(PROBLEM_JSON, problem);
            operation = operation.response(status.to_string(), response);
        }
        if let Policy::Whoever(right) = self.policy {
            operation = operation
                .description(Some(format!("For who may: {}.", right.what())))
                .security(SecurityRequirement::new::<_, _, &str>(BEARER, []));
            if scope_for(right).is_some() {
                operation = operation.security(SecurityRequirement::new::<_, _, &str>(API_KEY, []));
            }
        }
        (operation.build(), self.schemas)
    }
}

/// What is left out of a query is absent, not null.
fn not_null(schema: RefOr<Schema>) -> RefOr<Schema> {
    let is_null = |schema: &RefOr<Schema>| {
        let RefOr::T(Schema::Object(object)) = schema else {
            return false;
        };
        object.schema_type == SchemaType::Type(Type::Null)
    };
    match schema {
        RefOr::T(Schema::OneOf(mut one_of)) => {
            one_of.items.retain(|item| !is_null(item));
            match one_of.items.len() {
                1 => one_of.items.remove(0),
                _ => RefOr::T(Schema::OneOf(one_of)),
            }
        }
        RefOr::T(Schema::Object(mut object)) => {
            if let SchemaType::Array(types) = &object.schema_type
                && let Some(kind) = types.iter().find(|kind| **kind != Type::Null)
            {
                object.schema_type = SchemaType::Type(kind.clone());
            }
            RefOr::T(Schema::Object(object))
        }
        other => other,
    }
}

fn meaning(status: u16) -> &'static str {
    match status {
        400 => "Not as it should be: `field` says where, `detail` what would be right",
        401 => "No token or key that is good",
        403 => "Without the right",
        404 => "There is none, or it is another company's",
        408 => "The body was not sent in time",
        409 => "Does not fit the present state",
        412 => "What was seen has been changed since",
        413 => "Too large",
        429 => "Too fast: try again after `Retry-After` seconds",
        502 => "AWS did not take it: `detail` says why",
        503 => "Not now: try again after `Retry-After` seconds",
        _ => "Something failed inside; the trace id finds it in the log",
    }
}

fn text() -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .into()
}

fn parameter(name: &str, place: ParameterIn, what: &str, schema: RefOr<Schema>) -> ParameterBuilder {
    let required = if place == ParameterIn::Path {
        Required::True
    } else {
        Required::False
    };
    let parameter = ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(required);
    parameter.description(Some(what)).schema(Some(schema))
}

fn in_path(name: &str) -> Parameter {
    let what = match name {
        "asset_name" => "The asset's name, as alerts give it.".to_owned(),
        name => format!("The {}'s id.", name.trim_end_matches("_id").replace('_', " ")),
    };
    parameter(name, ParameterIn::Path, &what, text()).build()
}

/// The part of the interface that a route belongs to.
fn tag(path: &str) -> &str {
    match path.strip_prefix("/api/") {
        Some(rest) => rest.split('/').next().unwrap_or(rest),
        None => "process",
    }
}

/// `companies_list` of the handler `alert_whisperer::http::companies::list`.
fn operation_id(name: &str) -> String {
    let mut parts = name.rsplit("::");
    let (function, module) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    format!("{module}_{function}")
}

impl Argument for State<Arc<Edge>> {}
impl Argument for HeaderMap {}
impl Argument for Place {}
impl Argument for Address {}
impl<T> Argument for Path<T> {}
/// For what is only read behind a setting.
impl Argument for RawQuery {
    const READS_QUERY: bool = true;
}

impl<T: serde::Serialize + ToSchema> Answer for Json<T> {
    fn describe(description: &mut Description) {
        let schema = description.refer::<T>();
        description.answers(200, "As asked", Some(("application/json", Some(schema))));
    }
}

impl<A: Answer> Answer for Result<A, Problem> {
    fn describe(description: &mut Description) {
        A::describe(description);
    }
}
