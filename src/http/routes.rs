//! A list of routes, each with its policy: what the router is made from, and what tests walk.

use std::any::type_name;
use std::sync::Arc;

use axum::Router;
use axum::http::Method;
use axum::routing::{MethodFilter, on};
use utoipa::openapi::path::Operation;

use super::Edge;
use super::describe::{Description, Schemas};
use super::gate::{Endpoint, Policy};

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
}

/// A route, what OpenAPI says of it, and the schemas that this names.
pub(super) type Described = (Route, Operation, Schemas);

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
        }
    }

    methods! { get GET post POST put PUT patch PATCH delete DELETE }

    fn add<H, T>(mut self, method: Method, filter: MethodFilter, path: &'static str, handler: H, what: &str) -> Self
    where
        H: Endpoint<T>,
        T: 'static,
    {
        let policy = H::POLICY;
        let mut description = Description::of(&method, path, policy);
        H::describe(&mut description);
        let (operation, schemas) = description.operation(type_name::<H>(), what);
        self.listed.push((Route { method, path, policy }, operation, schemas));
        self.router = self.router.route(path, on(filter, handler));
        self
    }

    pub(super) fn listed(self) -> Vec<Described> {
        self.listed
    }

    pub(super) fn router(self) -> Router<Arc<Edge>> {
        self.router
    }
}
