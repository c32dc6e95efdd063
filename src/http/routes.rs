//! A list of routes, each with its policy: what the router is made from, and what tests walk.

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, on};

use super::Edge;
use super::gate::{Gated, Policy, policy_of};

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
    listed: Vec<Route>,
}

macro_rules! methods {
    ($($name:ident $method:ident)*) => {$(
        pub(super) fn $name<H, T>(self, path: &'static str, handler: H) -> Self
        where
            H: Handler<T, Arc<Edge>>,
            T: Gated + 'static,
        {
            self.add(Method::$method, MethodFilter::$method, path, handler)
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

    fn add<H, T>(mut self, method: Method, filter: MethodFilter, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, Arc<Edge>>,
        T: Gated + 'static,
    {
        let policy = policy_of(&handler);
        self.listed.push(Route { method, path, policy });
        self.router = self.router.route(path, on(filter, handler));
        self
    }

    pub(super) fn listed(self) -> Vec<Route> {
        self.listed
    }

    pub(super) fn router(self) -> Router<Arc<Edge>> {
        self.router
    }
}
