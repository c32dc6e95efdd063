//! `GET /ws`: each message is an invocation, and each item of its answer a message.

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{ID, SESSION, open, platform};
use crate::support::server::Server;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn connect(server: &Server, headers: &[(&'static str, &str)]) -> Result<Socket, tungstenite::Error> {
    let url = server.agentcore().replace("http://", "ws://");
    let mut request = format!("{url}/ws").into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    connect_async(request).await.map(|(socket, _)| socket)
}

fn status(refused: Result<Socket, tungstenite::Error>) -> u16 {
    match refused {
        Err(tungstenite::Error::Http(response)) => response.status().as_u16(),
        other => panic!("{other:?}"),
    }
}

async fn next(socket: &mut Socket) -> Message {
    let patience = crate::support::process::PATIENCE;
    loop {
        let said = tokio::time::timeout(patience, socket.next())
            .await
            .expect("a message in time");
        match said.expect("a message").unwrap() {
            Message::Ping(_) => {}
            said => return said,
        }
    }
}

async fn item(socket: &mut Socket) -> Value {
    match next(socket).await {
        Message::Text(text) => serde_json::from_str(&text).unwrap(),
        other => panic!("{other:?}"),
    }
}

async fn decision(socket: &mut Socket) -> Value {
    loop {
        let item = item(socket).await;
        if item["event"] == "decision" {
            return item["decision"].clone();
        }
    }
}

#[tokio::test]
async fn messages_are_invocations_as_text_and_as_bytes_and_what_is_wrong_is_told() {
    let (server, _acme) = platform().await;
    let mut socket = connect(&server, &[(SESSION, ID)]).await.unwrap();
    let asked = r#"{"prompt":"disk"}"#;
    socket.send(Message::text(asked)).await.unwrap();
    assert_eq!(item(&mut socket).await["event"], "memory");
    assert_eq!(decision(&mut socket).await["incident_id"], ID);
    socket.send(Message::binary(asked)).await.unwrap();
    assert_eq!(decision(&mut socket).await["incident_id"], ID);
    socket.send(Message::text("{")).await.unwrap();
    assert_eq!(item(&mut socket).await["error"], "Invalid JSON");
    socket.send(Message::text(asked)).await.unwrap();
    assert_eq!(decision(&mut socket).await["incident_id"], ID, "it goes on");
    // A server that goes down says so.
    let stopping = tokio::spawn(server.stop());
    match next(&mut socket).await {
        Message::Close(Some(frame)) => assert_eq!(frame.code, CloseCode::Restart),
        other => panic!("{other:?}"),
    }
    drop(socket);
    stopping.await.unwrap();
}

#[tokio::test]
async fn what_fails_inside_closes_with_1011() {
    // The settings name a company that there is not.
    let server = Server::start_with(super::engine(), |flags| {
        flags.agentcore_port = Some("127.0.0.1:0".to_owned());
        flags.agentcore_company = Some("comp-nobody".to_owned());
    })
    .await;
    let mut socket = connect(&server, &[]).await.unwrap();
    socket.send(Message::text(r#"{"prompt":"disk"}"#)).await.unwrap();
    assert!(item(&mut socket).await["error"].is_string());
    match next(&mut socket).await {
        Message::Close(Some(frame)) => assert_eq!(frame.code, CloseCode::Error),
        other => panic!("{other:?}"),
    }
    drop(socket);
    server.stop().await;
}

#[tokio::test]
async fn what_is_too_large_closes_with_1009() {
    let (server, _acme) = platform().await;
    let mut socket = connect(&server, &[(SESSION, ID)]).await.unwrap();
    let large = json!({ "prompt": "x".repeat(300_000) }).to_string();
    socket.send(Message::text(large)).await.unwrap();
    match next(&mut socket).await {
        Message::Close(Some(frame)) => {
            assert_eq!(frame.code, CloseCode::Size);
            assert_eq!(frame.reason, "a message may be at most 256 KB");
        }
        other => panic!("{other:?}"),
    }
    drop(socket);
    server.stop().await;
}

#[tokio::test]
async fn nobody_connects_without_a_key_or_under_a_session_that_is_none() {
    let server = open().await;
    let acme = server.company("comp-acme").await;
    assert_eq!(status(connect(&server, &[]).await), 401);
    assert_eq!(
        status(connect(&server, &[(SESSION, "short"), ("x-api-key", &acme.key)]).await),
        400
    );
    let mut socket = connect(&server, &[("x-api-key", &acme.key)]).await.unwrap();
    socket
        .send(Message::text(r#"{"incident_id":"x","prompt":"disk"}"#))
        .await
        .unwrap();
    assert_eq!(decision(&mut socket).await["company_id"], json!("comp-acme"));
    socket.close(None).await.unwrap();
    server.stop().await;
}
