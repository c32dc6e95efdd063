//! What is under way on one connection, so that a server that goes down knows whom it waits for: for its own answers, and
//! not for a sender that has stopped in the middle.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::response::Response;
use hyper::body::{Frame, Incoming, SizeHint};

/// A connection's passage. Over HTTP/1 one request is under way at a time.
#[derive(Clone, Default)]
pub(super) struct Passage(Arc<State>);

#[derive(Default)]
struct State {
    /// From a whole head until the answer's last byte was handed over.
    in_hand: AtomicBool,
    /// Somebody waits for more of the request's body.
    awaits_body: AtomicBool,
}

impl Passage {
    /// Whether nothing goes on unless the other side sends more.
    pub(super) fn is_its_turn(&self) -> bool {
        !self.0.in_hand.load(Ordering::Acquire) || self.0.awaits_body.load(Ordering::Acquire)
    }

    /// A request has come.
    pub(super) fn enter(&self, request: Request<Incoming>) -> (Request, InHand) {
        self.0.in_hand.store(true, Ordering::Release);
        let received = |body| {
            Body::new(Received {
                body,
                state: self.0.clone(),
            })
        };
        (request.map(received), InHand(self.0.clone()))
    }
}

/// A request that is being answered.
pub(super) struct InHand(Arc<State>);

impl InHand {
    /// Its answer: it is in hand until this is written, or given up.
    pub(super) fn until_written(self, response: Response) -> Response {
        response.map(|body| Body::new(Answer { body, _in_hand: self }))
    }
}

/// An answer's body as it goes.
struct Answer {
    body: Body,
    _in_hand: InHand,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for InHand {
    fn drop(&mut self) {
        self.0.in_hand.store(false, Ordering::Release);
        self.0.awaits_body.store(false, Ordering::Release);
    }
}

/// A request's body as it comes.
struct Received {
    body: Incoming,
    state: Arc<State>,
}

impl HttpBody for Received {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        self.state.awaits_body.store(polled.is_pending(), Ordering::Release);
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        self.state.awaits_body.store(false, Ordering::Release);
    }
}
