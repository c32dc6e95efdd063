//! Gates: the first thing that a handler takes says who may come in. A handler without one cannot be made a
//! route ([`super::routes`]), so no route is without a policy.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::handler::Handler;
use axum::http::request::Parts;

use super::Edge;
use super::describe::{Answer, Argument, Description};
use super::problem::Problem;
use super::rights::Needed;
use crate::accounts::rights::Right;

/// Who may come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Anybody.
    Anyone,
    /// Whoever has a right.
    Whoever(Right),
}

/// The first thing that a handler takes.
pub(super) trait Gate: FromRequestParts<Arc<Edge>> {
    const POLICY: Policy;

    /// What it reads beside token or key.
    fn describe(_: &mut Description) {}
}

/// Anybody may come in.
pub(super) struct Anyone;

impl Gate for Anyone {
    const POLICY: Policy = Policy::Anyone;
}

impl FromRequestParts<Arc<Edge>> for Anyone {
    type Rejection = Problem;

    async fn from_request_parts(_: &mut Parts, _: &Arc<Edge>) -> Result<Self, Problem> {
        Ok(Self)
    }
}

/// Whoever has a right, which the handler looks for itself: where the right can only be known from the body, or
/// where the order of checks is a promise.
pub(super) struct LooksItself<R>(PhantomData<R>);

impl<R: Needed> Gate for LooksItself<R> {
    const POLICY: Policy = Policy::Whoever(R::RIGHT);
}

impl<R: Needed> FromRequestParts<Arc<Edge>> for LooksItself<R> {
    type Rejection = Problem;

    async fn from_request_parts(_: &mut Parts, _: &Arc<Edge>) -> Result<Self, Problem> {
        Ok(Self(PhantomData))
    }
}

/// What can be a route: a handler whose first argument is a gate, and whose other arguments and answer say what they
/// are.
pub(super) trait Endpoint<T>: Handler<T, Arc<Edge>> {
    const POLICY: Policy;
    /// Whether an argument reads the query.
    const READS_QUERY: bool;

    /// What it reads and answers.
    fn describe(description: &mut Description);
}

macro_rules! endpoint {
    ($($rest:ident)*) => {
        impl<F, Fut, M, G, $($rest),*> Endpoint<(M, G, $($rest,)*)> for F
        where
            F: Handler<(M, G, $($rest,)*), Arc<Edge>> + FnOnce(G, $($rest),*) -> Fut,
            Fut: Future,
            Fut::Output: Answer,
            G: Gate,
            $($rest: Argument,)*
        {
            const POLICY: Policy = G::POLICY;
            const READS_QUERY: bool = $(<$rest as Argument>::READS_QUERY ||)* false;

            fn describe(description: &mut Description) {
                G::describe(description);
                $(<$rest as Argument>::describe(description);)*
                <Fut::Output as Answer>::describe(description);
            }
        }
    };
}

endpoint!();
endpoint!(A1);
endpoint!(A1 A2);
endpoint!(A1 A2 A3);
endpoint!(A1 A2 A3 A4);
endpoint!(A1 A2 A3 A4 A5);
endpoint!(A1 A2 A3 A4 A5 A6);
