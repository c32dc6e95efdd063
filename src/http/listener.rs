//! The listener: so many connections, each bounded in time, whichever side is slow. A request's head
//! has to come, and what is written has to be taken; whatever a handler or a stream does rests on that.

mod passage;

use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use passage::Passage;

/// Connections at once; more wait to be accepted.
const CONNECTIONS: usize = 8_192;
/// A request's head has to come within this, from the connection's start or the last answer on.
const HEAD_WITHIN: Duration = Duration::from_secs(60);
/// A peer that takes nothing for this long is cut off.
const WRITE_WITHIN: Duration = Duration::from_secs(15);
/// On the way out, a request that is half sent has so long to come.
const REST_WITHIN: Duration = Duration::from_secs(2);
/// What the kernel keeps for a peer that does not read, in bytes.
const SEND_BUFFER: usize = 128 << 10;
/// Before the next connection is accepted where accepting failed: there may be no file descriptor left.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

type Io = TokioIo<Pin<Box<TimeoutStream<TcpStream>>>>;

/// Where a request came from.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Serves until `stopped`, then until every request in flight has been answered.
pub(crate) async fn serve(listener: TcpListener, app: Router, stopped: impl Future<Output = ()>) {
    let (leaving, room) = (CancellationToken::new(), Arc::new(Semaphore::new(CONNECTIONS)));
    let mut connections = JoinSet::new();
    let mut stopped = pin!(stopped);
    loop {
        // Ends that nobody collects would be kept.
        while connections.try_join_next().is_some() {}
        let accepted = async {
            let place = room.clone().acquire_owned().await;
            (place, listener.accept().await)
        };
        tokio::select! {
            (place, accepted) = accepted => match accepted {
                Ok((stream, peer)) => {
                    let (app, leaving) = (app.clone(), leaving.clone());
                    connections.spawn(async move {
                        converse(patient(stream), app, peer, leaving).await;
                        drop(place);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_AGAIN).await;
                }
            },
            () = &mut stopped => break,
        }
    }
    drop(listener);
    leaving.cancel();
    // A connection that became a WebSocket is counted among the streams.
    connections.join_all().await;
}

/// One connection, to its end. On the way out it ends with the request in flight.
async fn converse(io: Io, app: Router, peer: SocketAddr, leaving: CancellationToken) {
    let passage = Passage::default();
    let entered = passage.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        let (mut request, in_hand) = entered.enter(request);
        request.extensions_mut().insert(ConnectInfo(Peer(peer)));
        let answered = app.clone().oneshot(request);
        async move { answered.await.map(|response| in_hand.until_written(response)) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .serve_connection(io, service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = leaving.cancelled() => {
            connection.as_mut().graceful_shutdown();
            leave(connection, &passage).await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "a connection broke off");
    }
}

/// Until it has ended, or waits for a sender that has stopped in the middle.
async fn leave<E>(mut connection: Pin<&mut impl Future<Output = Result<(), E>>>, passage: &Passage) -> Result<(), E> {
    loop {
        tokio::select! {
            ended = connection.as_mut() => return ended,
            () = tokio::time::sleep(REST_WITHIN) => if passage.is_its_turn() {
                return Ok(());
            },
        }
    }
}

/// Does not wait to send, and gives up on a peer that does not read.
fn patient(stream: TcpStream) -> Io {
    let set = |stream: &TcpStream| -> io::Result<()> {
        stream.set_nodelay(true)?;
        SockRef::from(stream).set_send_buffer_size(SEND_BUFFER)
    };
    if let Err(error) = set(&stream) {
        tracing::debug!(%error, "a connection keeps its defaults");
    }
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(WRITE_WITHIN));
    TokioIo::new(Box::pin(stream))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::oneshot;
    use tokio::time::Instant;

    use super::*;

    /// A listener with one endless answer; how to stop it, and its end.
    async fn endless() -> (TcpStream, oneshot::Sender<()>, JoinSet<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let endless =
            || async { Body::from_stream(futures::stream::repeat_with(|| Ok::<_, io::Error>(vec![0; 8192]))) };
        let app = Router::new().route("/", get(endless));
        let (stop, stopped) = oneshot::channel::<()>();
        let mut serving = JoinSet::new();
        serving.spawn(serve(listener, app, async move { drop(stopped.await) }));
        (TcpStream::connect(address).await.unwrap(), stop, serving)
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_that_does_not_come_ends_the_connection() {
        let (mut client, _stop, _serving) = endless().await;
        let began = Instant::now();
        client
            .write_all(b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: ")
            .await
            .unwrap();
        let mut answer = Vec::new();
        drop(client.read_to_end(&mut answer).await);
        assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 408"), "{answer:?}");
        assert_eq!(began.elapsed().as_secs(), HEAD_WITHIN.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_half_sent_does_not_keep_the_server() {
        for half in [
            "GET / HTTP/1.1\r\nhost: x\r\nx-slow: ",
            "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{",
        ] {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
            let asked = Arc::new(tokio::sync::Notify::new());
            let noted = asked.clone();
            let whole = axum::routing::post(move |body: Body| async move {
                noted.notify_one();
                drop(axum::body::to_bytes(body, 100).await);
            });
            let (stop, stopped) = oneshot::channel::<()>();
            let mut serving = JoinSet::new();
            let app = Router::new().route("/", whole);
            serving.spawn(serve(listener, app, async move { drop(stopped.await) }));
            client.write_all(half.as_bytes()).await.unwrap();
            if half.starts_with("POST") {
                asked.notified().await;
            }
            let began = Instant::now();
            drop(stop);
            serving.join_next().await.unwrap().unwrap();
            assert!(began.elapsed() <= REST_WITHIN * 2, "{half}: {:?}", began.elapsed());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_does_not_read_does_not_keep_the_server() {
        let (mut client, stop, mut serving) = endless().await;
        client.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        let began = Instant::now();
        client.readable().await.unwrap();
        drop(stop);
        serving.join_next().await.unwrap().unwrap();
        assert_eq!(began.elapsed().as_secs(), WRITE_WITHIN.as_secs());
    }
}
