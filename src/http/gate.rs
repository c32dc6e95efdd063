//! Gates: the first thing that a handler takes says who may come in. A handler without one cannot be made a
//! route ([`super::routes`]), so no route is without a policy.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::handler::Handler;
use axum::http::request::Parts;

use super::Edge;
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

/// A handler's arguments, of which the first is a gate.
pub(super) trait Gated {
    const POLICY: Policy;
}

macro_rules! gated {
    ($($rest:ident)*) => {
        impl<M, G: Gate, $($rest),*> Gated for (M, G, $($rest,)*) {
            const POLICY: Policy = G::POLICY;
        }
    };
}

gated!();
gated!(A);
gated!(A B);
gated!(A B C);
gated!(A B C D);
gated!(A B C D E);
gated!(A B C D E F);

/// The policy of a handler.
pub(super) fn policy_of<H, T>(_: &H) -> Policy
where
    H: Handler<T, Arc<Edge>>,
    T: Gated,
{
    T::POLICY
}
