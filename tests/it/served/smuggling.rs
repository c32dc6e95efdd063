//! Requests that two readers could cut differently (CWE-444; RFC 9112, 6.3 and 11.2): refused, or answered once and the
//! connection closed, so that nothing is hidden in another's request.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::engine;
use crate::support::process::PATIENCE;
use crate::support::server::Server;

/// What a connection answers to these bytes, until it is closed or says nothing more.
async fn answers(server: &Server, bytes: &str) -> Vec<String> {
    let address = server.url.strip_prefix("http://").unwrap();
    let mut socket = TcpStream::connect(address).await.unwrap();
    // A server that has closed already takes no more.
    let _ = socket.write_all(bytes.as_bytes()).await;
    let _ = socket.shutdown().await;
    let mut said = Vec::new();
    let read = timeout(PATIENCE, socket.read_to_end(&mut said))
        .await
        .expect("the connection is closed");
    drop(read);
    let said = String::from_utf8_lossy(&said).into_owned();
    said.split("HTTP/1.1 ")
        .skip(1)
        .map(|answer| answer.chars().take(3).collect())
        .collect()
}

#[tokio::test]
async fn nothing_is_hidden_in_anothers_request() {
    let server = Server::start(engine()).await;
    let hidden = "GET /api/auth/me HTTP/1.1\r\nHost: x\r\n\r\n";
    let length = hidden.len();
    let odd = [
        (
            "both lengths",
            format!("Content-Length: {length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"),
        ),
        (
            "two lengths",
            format!("Content-Length: 0\r\nContent-Length: {length}\r\n\r\n{hidden}"),
        ),
        (
            "two lengths in one",
            format!("Content-Length: 0, {length}\r\n\r\n{hidden}"),
        ),
        ("a signed length", format!("Content-Length: +{length}\r\n\r\n{hidden}")),
        ("a length in hex", format!("Content-Length: 0x0\r\n\r\n{hidden}")),
        (
            "a space before the colon",
            format!("Content-Length : 0\r\n\r\n{hidden}"),
        ),
        (
            "a folded header",
            format!("X-A: b\r\n Content-Length: 0\r\nContent-Length: {length}\r\n\r\n{hidden}"),
        ),
        (
            "an unknown coding",
            format!("Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{hidden}"),
        ),
        (
            "a coding behind chunked",
            format!("Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n{hidden}"),
        ),
        (
            "a size that is none",
            "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n".to_owned(),
        ),
        (
            "a size too large",
            "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nabc\r\n0\r\n\r\n".to_owned(),
        ),
        (
            "a bare line feed in a name",
            format!("X-A\n: b\r\nContent-Length: 0\r\n\r\n{hidden}"),
        ),
        (
            "a NUL in a value",
            format!("X-A: b\0c\r\nContent-Length: 0\r\n\r\n{hidden}"),
        ),
    ];
    for (what, rest) in odd {
        let sent = format!("POST /api/auth/login HTTP/1.1\r\nHost: x\r\n{rest}");
        let got = answers(&server, &sent).await;
        // A 401 would be the hidden request's: nobody is let in by it, but it was heard as one of its own.
        assert!(
            got.len() <= 1 && got.iter().all(|status| status.starts_with('4')),
            "{what}: {got:?}"
        );
        assert!(!got.contains(&"401".to_owned()), "{what}: {got:?}");
    }
    let whole = format!("POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{{}}{hidden}");
    assert_eq!(
        answers(&server, &whole).await,
        ["400", "401"],
        "two requests that are two"
    );
    server.stop().await;
}

#[tokio::test]
async fn a_request_names_one_host() {
    let server = Server::start(engine()).await;
    let asked = async |hosts: &str, version: &str| {
        let sent = format!("GET /healthz HTTP/{version}\r\n{hosts}Connection: close\r\n\r\n");
        answers(&server, &sent).await
    };
    assert_eq!(asked("Host: a\r\n", "1.1").await, ["200"]);
    assert_eq!(asked("", "1.1").await, ["400"]);
    assert_eq!(asked("Host: a\r\nHost: b\r\n", "1.1").await, ["400"]);
    assert_eq!(asked("Host: a\r\nHost: a\r\n", "1.1").await, ["400"]);
    server.stop().await;
}
