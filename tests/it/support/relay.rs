//! A link of TCP that can be cut: while it is, nothing passes in either direction, and nobody is told. What was under way
//! arrives when it is joined again, as it does after a real cut.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A link; its connections end with it.
pub struct Relay {
    port: u16,
    joined: watch::Sender<bool>,
    _accepting: JoinSet<()>,
}

impl Relay {
    /// A link to a port of this machine.
    pub async fn to(target: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let joined = watch::Sender::new(true);
        let mut accepting = JoinSet::new();
        accepting.spawn(accept(listener, target, joined.subscribe()));
        Self {
            port,
            joined,
            _accepting: accepting,
        }
    }

    /// Its near end.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Lets nothing pass any more.
    pub fn cut(&self) {
        self.joined.send_replace(false);
    }

    /// Lets everything pass again.
    pub fn join(&self) {
        self.joined.send_replace(true);
    }
}

async fn accept(listener: TcpListener, target: u16, mut joined: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = listener.accept().await;
        if joined.wait_for(|joined| *joined).await.is_err() {
            return;
        }
        if let Ok((near, _)) = accepted {
            connections.spawn(connect(near, target, joined.clone()));
        }
        while connections.try_join_next().is_some() {}
    }
}

/// A connection that the far end refuses is closed.
async fn connect(near: TcpStream, target: u16, joined: watch::Receiver<bool>) {
    let Ok(far) = TcpStream::connect(("127.0.0.1", target)).await else {
        return;
    };
    drop((near.set_nodelay(true), far.set_nodelay(true)));
    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
    tokio::join!(pass(near_in, far_out, joined.clone()), pass(far_in, near_out, joined));
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut joined: watch::Receiver<bool>) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let count = from.read(&mut buffer).await.unwrap_or(0);
        if joined.wait_for(|joined| *joined).await.is_err() {
            return;
        }
        if count == 0 || to.write_all(&buffer[..count]).await.is_err() {
            return drop(to.shutdown().await);
        }
    }
}
