//! Live events over real sockets: without a gap, without a repeat, and nobody else's.

use std::time::Duration;

use actors::limits::STREAM_NEWS;
use futures::{SinkExt, StreamExt};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::engine;
use crate::support::engine::Home;
use crate::support::process::{PATIENCE, eventually};
use crate::support::server::{Company, Event, Server, Stream, alert, key};

async fn listen(server: &Server, company: &Company, from: Option<&str>) -> Stream {
    let mut headers = key(company);
    if let Some(id) = from {
        headers.insert("last-event-id", id.parse().unwrap());
    }
    server.stream(Method::GET, "/api/events", headers, String::new()).await
}

/// The next event that has a place, what is live only left out.
async fn next(stream: &mut Stream) -> Event {
    loop {
        let event = stream.next().await.expect("the stream goes on");
        if !event.id.is_empty() {
            return event;
        }
    }
}

/// Opens an incident on each of so many assets.
async fn open(server: &Server, company: &Company, assets: std::ops::Range<usize>) {
    let alerts: Vec<Value> = assets.map(|n| alert(&format!("web-{n}"), "disk")).collect();
    assert_eq!(
        server.deliver(company, None, json!(alerts).to_string()).await.status,
        200
    );
    server.settle(company).await;
}

/// Sends one more firing alert of an asset.
async fn repeat(server: &Server, company: &Company, asset: &str) {
    server.clock.advance(Duration::from_secs(1));
    let sent = server.deliver(company, None, alert(asset, "disk").to_string()).await;
    assert_eq!(sent.status, 200, "{}", sent.text);
}

/// Every entry of the company's journal that has been told by now: the stream's truth.
fn places(events: &[Event]) -> Vec<u64> {
    events
        .iter()
        .map(|event| event.json()["seq"].as_u64().unwrap())
        .collect()
}

#[tokio::test]
async fn a_reader_hears_what_happens_as_it_happens() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let mut stream = listen(&server, &acme, None).await;
    let start = next(&mut stream).await;
    assert_eq!(
        (start.name.as_str(), start.json()),
        ("start", json!({"company_ids": ["comp-acme"]}))
    );
    open(&server, &acme, 0..1).await;
    let opened = next(&mut stream).await;
    assert_eq!(opened.name, "incident.opened");
    let body = opened.json();
    for name in [
        "id",
        "seq",
        "at",
        "company_id",
        "kind",
        "subject",
        "actor",
        "data",
        "hash",
    ] {
        assert!(!body[name].is_null(), "{name}: {body}");
    }
    assert_eq!(
        (&body["kind"], &body["company_id"]),
        (&json!("incident.opened"), &json!("comp-acme"))
    );
    let decided = next(&mut stream).await;
    assert_eq!(
        (decided.name.as_str(), &decided.json()["subject"]),
        ("decision.made", &body["subject"])
    );
    server.stop().await;
}

#[tokio::test]
async fn from_the_last_event_on_nothing_is_missing_and_nothing_comes_twice() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let mut stream = listen(&server, &acme, None).await;
    let start = next(&mut stream).await;
    open(&server, &acme, 0..40).await;
    // 40 opened, 40 decided.
    let mut heard = Vec::new();
    for _ in 0..25 {
        heard.push(next(&mut stream).await);
    }
    drop(stream);
    open(&server, &acme, 40..60).await;
    let mut stream = listen(&server, &acme, Some(&heard.last().unwrap().id)).await;
    assert_eq!(next(&mut stream).await.name, "start");
    while heard.len() < 120 {
        heard.push(next(&mut stream).await);
    }
    let first = places(&heard[..1])[0];
    assert_eq!(places(&heard), (first..first + 120).collect::<Vec<_>>());

    // From its very start, once more, by the query: the same.
    let path = format!("/api/events?cursor={}", start.id);
    let mut again = server.stream(Method::GET, &path, key(&acme), String::new()).await;
    assert_eq!(next(&mut again).await.id, start.id);
    for event in &heard {
        assert_eq!(next(&mut again).await, *event);
    }
    server.stop().await;
}

#[tokio::test]
async fn a_reader_hears_nothing_of_another_company() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let other = server.company("comp-other").await;
    let mut of_acme = listen(&server, &acme, None).await;
    let mut of_other = listen(&server, &other, None).await;
    assert_eq!(next(&mut of_acme).await.name, "start");
    let start = next(&mut of_other).await;
    open(&server, &acme, 0..3).await;
    for _ in 0..6 {
        let told = next(&mut of_acme).await;
        assert_eq!(told.json()["company_id"], "comp-acme");
    }
    open(&server, &other, 0..1).await;
    let told = next(&mut of_other).await;
    assert_eq!(
        (told.name.as_str(), &told.json()["company_id"]),
        ("incident.opened", &json!("comp-other"))
    );

    // A place in one company's order is none in another's.
    let place = next_id_of(&server, &acme, &start).await;
    let mut stream = listen(&server, &other, Some(&place)).await;
    assert_eq!(next(&mut stream).await.name, "start");
    let reset = next(&mut stream).await;
    assert_eq!(reset.name, "reset");
    assert!(reset.json()["reason"].as_str().unwrap().contains("cursor"), "{reset:?}");
    server.stop().await;
}

/// The place of the company's first incident.
async fn next_id_of(server: &Server, company: &Company, _: &Event) -> String {
    let mut stream = listen(server, company, None).await;
    next(&mut stream).await;
    repeat(server, company, "web-new").await;
    next(&mut stream).await.id
}

#[tokio::test]
async fn alerts_and_counts_are_told_live_only_and_gathered() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    open(&server, &acme, 0..2).await;
    let mut stream = listen(&server, &acme, None).await;
    assert_eq!(stream.next().await.unwrap().name, "start");
    for _ in 0..5 {
        repeat(&server, &acme, "web-0").await;
    }
    server.settle(&acme).await;
    let (mut accepted, mut counted) = (0, 0);
    while accepted < 5 || counted < 6 {
        let event = stream.next().await.unwrap();
        let body = event.json();
        match event.name.as_str() {
            "alert.accepted" => accepted += body["data"]["by_severity"]["high"].as_u64().unwrap(),
            "incident.counts" => counted = body["data"]["alert_count"].as_u64().unwrap(),
            _ => continue,
        }
        assert_eq!(event.id, "", "it has no place to come back to");
    }
    assert_eq!((accepted, counted), (5, 6));
    server.stop().await;
}

#[tokio::test]
async fn who_is_far_behind_is_served_from_the_store() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let mut stream = listen(&server, &acme, None).await;
    next(&mut stream).await;
    // The connection's buffers hold some of it; the hub forgets the rest before the reader asks.
    for batch in 0..6 {
        open(&server, &acme, batch * 200..(batch + 1) * 200).await;
    }
    let expected = 2 * 1200;
    assert!(expected > STREAM_NEWS);
    let mut heard = Vec::new();
    while heard.len() < expected {
        heard.push(next(&mut stream).await);
    }
    let places = places(&heard);
    assert!(places.windows(2).all(|pair| pair[1] == pair[0] + 1));
    server.stop().await;
}

#[tokio::test]
async fn a_wrong_place_is_refused_and_a_strange_one_resets() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let mut headers = key(&acme);
    headers.insert("last-event-id", "17".parse().unwrap());
    let refused = server.ask(Method::GET, "/api/events", headers, "").await;
    assert_eq!(refused.problem(400), "Last-Event-ID");
    assert_eq!(server.get(&acme, "/api/events?cursor=x").await.problem(400), "cursor");
    assert_eq!(server.get(&acme, "/api/events?colour=red").await.problem(400), "colour");
    assert_eq!(
        server.get(&acme, "/api/events?company_id=comp-b").await.problem(404),
        "company_id"
    );
    let nobody = server.ask(Method::GET, "/api/events", Default::default(), "").await;
    nobody.problem(401);

    let strange = alert_whisperer::http::live::cursor::write(actors::port::events::Position {
        commit: 7,
        entry: 1,
        mark: 99,
    });
    let mut stream = listen(&server, &acme, Some(&strange)).await;
    next(&mut stream).await;
    assert_eq!(next(&mut stream).await.name, "reset");
    open(&server, &acme, 0..1).await;
    assert_eq!(next(&mut stream).await.name, "incident.opened");
    server.stop().await;
}

#[tokio::test]
async fn a_drain_is_told_and_a_restart_goes_on_where_it_was() {
    let home = Home::on(engine());
    let server = Server::start_in(&home).await;
    let acme = server.company("comp-acme").await;
    let mut stream = listen(&server, &acme, None).await;
    next(&mut stream).await;
    open(&server, &acme, 0..3).await;
    let heard = next(&mut stream).await;
    let rest = tokio::spawn(stream.rest());
    server.stop().await;
    let rest = rest.await.unwrap();
    let (last, told) = rest.split_last().unwrap();
    assert_eq!((last.name.as_str(), last.retry.as_str()), ("draining", "3000"));
    let told: Vec<Event> = told.iter().filter(|event| !event.id.is_empty()).cloned().collect();

    let server = Server::start_in(&home).await;
    let mut stream = listen(&server, &acme, Some(&heard.id)).await;
    next(&mut stream).await;
    for event in &told {
        assert_eq!(next(&mut stream).await, *event);
    }
    let mut seqs = places(&[heard]);
    seqs.extend(places(&told));
    while seqs.len() < 6 {
        seqs.extend(places(&[next(&mut stream).await]));
    }
    let first = seqs[0];
    assert_eq!(seqs, (first..first + 6).collect::<Vec<_>>(), "no gap, no repeat");
    server.stop().await;
}

/// A reader that takes nothing holds nothing: it is cut off, and finds everything from where it was.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_takes_nothing_is_cut_off_and_goes_on_later() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let mut fast = listen(&server, &acme, None).await;
    let start = next(&mut fast).await;
    let mut slow = TcpStream::connect(server.url.trim_start_matches("http://"))
        .await
        .unwrap();
    socket2::SockRef::from(&slow).set_recv_buffer_size(4096).unwrap();
    let request = format!("GET /api/events HTTP/1.1\r\nhost: x\r\nx-api-key: {}\r\n\r\n", acme.key);
    slow.write_all(request.as_bytes()).await.unwrap();
    // More than all buffers between us hold.
    let mut heard = Vec::new();
    for batch in 0..6 {
        open(&server, &acme, batch * 100..(batch + 1) * 100).await;
        while heard.len() < (batch + 1) * 200 {
            heard.push(next(&mut fast).await);
        }
    }
    let cut_off = async || (server.streams() == 1).then_some(());
    eventually("the slow one's end", Duration::from_secs(30), cut_off).await;
    let mut bytes = Vec::new();
    // What the kernel had taken, then the end, in whatever way.
    drop(slow.read_to_end(&mut bytes).await);
    let text = String::from_utf8_lossy(&bytes);
    let last = text
        .rmatch_indices("\nid: ")
        .map(|(at, _)| &text[at + 5..])
        .find_map(|rest| rest.split_once('\n'));
    let last = last.map_or(start.id.as_str(), |(id, _)| id).trim().to_owned();
    let mut stream = listen(&server, &acme, Some(&last)).await;
    next(&mut stream).await;
    let behind = heard
        .iter()
        .position(|event| event.id == last)
        .map_or(0, |place| place + 1);
    assert!(behind < heard.len(), "it had not taken everything");
    for event in &heard[behind..] {
        assert_eq!(next(&mut stream).await, *event);
    }
    server.stop().await;
}

// ---- the WebSocket -----------------------------------------------------------------------------

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Opens `/ws` with headers.
async fn connect(server: &Server, path: &str, headers: &[(&'static str, &str)]) -> Result<Socket, tungstenite::Error> {
    let url = format!("{}{path}", server.url.replace("http://", "ws://"));
    let mut request = url.into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    connect_async(request).await.map(|(socket, _)| socket)
}

async fn say(socket: &mut Socket, message: &Value) {
    socket.send(Message::text(message.to_string())).await.unwrap();
}

/// The next message that is no ping.
async fn hear(socket: &mut Socket) -> Message {
    loop {
        let message = timeout(PATIENCE, socket.next()).await.unwrap().unwrap().unwrap();
        if !matches!(message, Message::Ping(_) | Message::Pong(_)) {
            return message;
        }
    }
}

/// The next event of a name.
async fn called(socket: &mut Socket, name: &str) -> Value {
    loop {
        let body: Value = serde_json::from_str(hear(socket).await.to_text().unwrap()).unwrap();
        if body["event"] == name {
            return body;
        }
    }
}

/// The next event that has a place.
async fn told(socket: &mut Socket) -> Value {
    loop {
        let body: Value = serde_json::from_str(hear(socket).await.to_text().unwrap()).unwrap();
        if body.get("id").is_some() || body["event"] == "draining" {
            return body;
        }
    }
}

fn status(refused: Result<Socket, tungstenite::Error>) -> u16 {
    match refused {
        Err(tungstenite::Error::Http(response)) => response.status().as_u16(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_socket_tells_the_same_events_at_the_same_places() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let mut socket = connect(&server, "/ws", &[("x-api-key", &acme.key)]).await.unwrap();
    let start = told(&mut socket).await;
    assert_eq!(start["event"], "start");
    let mut stream = listen(&server, &acme, None).await;
    next(&mut stream).await;
    open(&server, &acme, 0..3).await;
    let mut places = Vec::new();
    for _ in 0..6 {
        let (of_socket, of_stream) = (told(&mut socket).await, next(&mut stream).await);
        assert_eq!(of_socket["event"], of_stream.name.as_str());
        assert_eq!(
            (&of_socket["id"], &of_socket["data"]),
            (&json!(of_stream.id), &of_stream.json())
        );
        places.push(of_stream.id);
    }
    drop(socket);

    // It goes on from where it was, named in the URL or in the first message.
    let path = format!("/ws?cursor={}", places[2]);
    let mut socket = connect(&server, &path, &[("x-api-key", &acme.key)]).await.unwrap();
    told(&mut socket).await;
    assert_eq!(told(&mut socket).await["id"], places[3].as_str());
    let mut socket = connect(&server, "/ws", &[]).await.unwrap();
    say(&mut socket, &json!({"token": acme.key, "cursor": places[4]})).await;
    told(&mut socket).await;
    assert_eq!(told(&mut socket).await["id"], places[5].as_str());

    let ended = tokio::spawn(async move {
        let draining = told(&mut socket).await;
        (draining, hear(&mut socket).await)
    });
    server.stop().await;
    let (draining, last) = ended.await.unwrap();
    assert_eq!(
        (&draining["event"], &draining["retry_ms"]),
        (&json!("draining"), &json!(3000))
    );
    let Message::Close(Some(frame)) = last else {
        panic!("{last:?}")
    };
    assert_eq!(u16::from(frame.code), 1012);
}

#[tokio::test]
async fn a_socket_is_for_those_who_may_read_and_for_our_own_pages() {
    use alert_whisperer::accounts::api_key::Scope;
    let server = Server::start_with(engine(), |flags| {
        flags.allowed_origins = Some(vec!["https://ops.example.com".into()])
    })
    .await;
    let acme = server.company("comp-acme").await;
    let ingest = server
        .company_as("comp-in", |request| request.scopes = vec![Scope::Ingest])
        .await;
    assert_eq!(
        status(connect(&server, "/ws", &[("x-api-key", "awk_of_nobody")]).await),
        401
    );
    assert_eq!(
        status(connect(&server, "/ws", &[("x-api-key", &ingest.key)]).await),
        403
    );
    assert_eq!(
        status(connect(&server, "/ws?cursor=x", &[("x-api-key", &acme.key)]).await),
        400
    );
    for origin in ["https://evil.example", "null", "https://ops.example.com.evil.example"] {
        let refused = connect(&server, "/ws", &[("x-api-key", &acme.key), ("origin", origin)]).await;
        assert_eq!(status(refused), 403, "{origin}");
    }
    for origin in ["https://ops.example.com", &server.url] {
        let mut socket = connect(&server, "/ws", &[("x-api-key", &acme.key), ("origin", origin)])
            .await
            .unwrap();
        assert_eq!(told(&mut socket).await["event"], "start");
    }
    server.get(&acme, "/ws").await.problem(400);

    // A page hears no pings: it is told in words that the server lives, at a place of its own.
    let mut socket = connect(&server, "/ws", &[("x-api-key", &acme.key)]).await.unwrap();
    let beat = called(&mut socket, "heartbeat").await;
    assert_eq!(beat, json!({"event": "heartbeat", "data": {}}));

    // Whoever says only that he is alive has not introduced himself yet; a farewell is answered.
    let mut socket = connect(&server, "/ws", &[]).await.unwrap();
    for alive in [Message::Ping(Default::default()), Message::Pong(Default::default())] {
        socket.send(alive).await.unwrap();
    }
    say(&mut socket, &json!({"token": acme.key})).await;
    assert_eq!(told(&mut socket).await["event"], "start");
    socket.close(None).await.unwrap();
    let answer = async {
        loop {
            match socket.next().await {
                Some(Ok(Message::Ping(_) | Message::Text(_))) => {}
                other => return other,
            }
        }
    };
    let answer = timeout(PATIENCE, answer).await.unwrap();
    assert!(matches!(answer, Some(Ok(Message::Close(_)))), "{answer:?}");

    for first in [
        json!({"token": "awk_of_nobody"}),
        json!({"key": 1}),
        json!("x".repeat(5000)),
    ] {
        let mut socket = connect(&server, "/ws", &[]).await.unwrap();
        say(&mut socket, &first).await;
        let closed = timeout(PATIENCE, socket.next()).await.unwrap();
        match closed {
            Some(Ok(Message::Close(Some(frame)))) => assert_eq!(u16::from(frame.code), 1008, "{frame}"),
            // What is too long is not even read.
            Some(Err(_)) | None => assert!(first.is_string()),
            other => panic!("{other:?}"),
        }
    }
    server.stop().await;
}
