//! A list of routes, each with its policy: what the router is made from, and what tests walk.

use std::any::type_name;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::Method;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use utoipa::openapi::path::Operation;

use super::Edge;
use super::describe::Description;
use super::gate::{Endpoint, Policy};
use super::page::Query;
use super::problem::Problem;
use super::schemas::Schemas;

/// A route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Its method.
    pub method: Method,
    /// Its path, with its parameters in braces.
    pub path: &'static str,
    /// Who may come in.
    pub policy: Policy,
}

/// Routes, each with its handler.
pub(super) struct Routes {
    router: Router<Arc<Edge>>,
    listed: Vec<Described>,
    schemas: Schemas,
}

/// A route, and what OpenAPI says of it.
pub(super) type Described = (Route, Operation);

macro_rules! methods {
    ($($name:ident $method:ident)*) => {$(
        /// A route of this method, and what it is for, in a few words.
        pub(super) fn $name<H, T>(self, path: &'static str, handler: H, what: &str) -> Self
        where
            H: Endpoint<T>,
            T: 'static,
        {
            self.add(Method::$method, MethodFilter::$method, path, handler, what)
        }
    )*};
}

impl Routes {
    pub(super) fn new() -> Self {
        Self {
            router: Router::new(),
            listed: Vec::new(),
            schemas: Schemas::default(),
        }
    }

    methods! { get GET post POST put PUT patch PATCH delete DELETE options OPTIONS }

    fn add<H, T>(mut self, method: Method, filter: MethodFilter, path: &'static str, handler: H, what: &str) -> Self
    where
        H: Endpoint<T>,
        T: 'static,
    {
        let policy = H::POLICY;
        let mut description = Description::of(&method, path, policy);
        H::describe(&mut description);
        let takes_company = description.has_parameter("company_id");
        let (operation, schemas) = description.operation(type_name::<H>(), what);
        self.listed.push((Route { method, path, policy }, operation));
        self.schemas.extend(schemas);
        let mut answering = on(filter, handler);
        if policy != Policy::Anyone && !H::READS_QUERY {
            let nothing_else = move |request: Request, next: Next| nothing_but_company(takes_company, request, next);
            answering = answering.layer(middleware::from_fn(nothing_else));
        }
        self.router = self.router.route(path, answering);
        self
    }

    /// All of them, and the schemas that they name.
    pub(super) fn listed(self) -> (Vec<Described>, Schemas) {
        (self.listed, self.schemas)
    }

    pub(super) fn router(self) -> Router<Arc<Edge>> {
        self.router
    }
}

/// Refuses parameters that nothing on the route reads: who sends `dry_run` where there is no such thing must not see
/// it done.
async fn nothing_but_company(takes_company: bool, request: Request, next: Next) -> Response {
    let refused = nothing_else(takes_company, request.uri().query());
    match refused {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

fn nothing_else(takes_company: bool, query: Option<&str>) -> Result<(), Problem> {
    let mut query = Query::read(query)?;
    if takes_company {
        query.company()?;
    }
    query.done()
}
