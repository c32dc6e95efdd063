//! The listener's own thread. It reads and writes requests and answers `/ping`; what takes time is done elsewhere, so
//! that a worker that is held up by anything holds up no `/ping`.

use std::io;
use std::net::TcpListener;

use axum::Router;
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::http::listener;

/// Serves on a thread of its own until `stopped`, then until every request in flight and every socket has ended.
///
/// # Errors
/// The thread could not be started, or ended by itself.
pub(super) async fn serve(
    listener: TcpListener,
    app: Router,
    sockets: TaskTracker,
    stopped: impl Future<Output = ()>,
) -> io::Result<()> {
    let stop = CancellationToken::new();
    // Whoever drops this stops the thread as well.
    let _stops = stop.clone().drop_guard();
    let (end, mut ended) = oneshot::channel();
    let serving = stop.clone();
    std::thread::Builder::new()
        .name("agentcore".to_owned())
        .spawn(move || drop(end.send(run(listener, app, &sockets, &serving))))?;
    tokio::select! {
        () = stopped => stop.cancel(),
        early = &mut ended => return early.unwrap_or_else(|_| Err(died())),
    }
    ended.await.unwrap_or_else(|_| Err(died()))
}

fn run(listener: TcpListener, app: Router, sockets: &TaskTracker, stop: &CancellationToken) -> io::Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        listener::serve(listener, app, stop.cancelled()).await;
        sockets.close();
        sockets.wait().await;
        Ok(())
    })
}

fn died() -> io::Error {
    io::Error::other("the listener's thread ended by itself")
}
