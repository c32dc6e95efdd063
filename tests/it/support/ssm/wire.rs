//! HTTP/1.1, as little of it as the SDK speaks, with the socket in hand.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufStream};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::{Op, World, answers};

/// A request, as far as it matters.
pub(super) struct Request {
    pub(super) op: Option<Op>,
    /// The key id that it is signed with.
    pub(super) key_id: String,
    pub(super) body: Vec<u8>,
}

/// What goes back.
pub(super) enum Reply {
    Json(u16, serde_json::Value),
    Xml(u16, String),
    Text(u16, &'static str),
    /// The connection is closed.
    Drop,
    /// The connection is reset.
    Reset,
}

pub(super) async fn serve(listener: TcpListener, world: Arc<World>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            return;
        };
        let reset = {
            let mut state = world.state();
            let reset = state.resets > 0;
            state.resets = state.resets.saturating_sub(1);
            reset
        };
        if reset {
            cut_off(&stream);
        } else {
            connections.spawn(converse(stream, world.clone()));
        }
        while connections.try_join_next().is_some() {}
    }
}

/// Whatever is sent from now on, or lies unread, is answered with a reset.
fn cut_off(stream: &TcpStream) {
    socket2::SockRef::from(stream).set_linger(Some(Duration::ZERO)).unwrap();
}

async fn converse(stream: TcpStream, world: Arc<World>) {
    let mut stream = BufStream::new(stream);
    while let Some(request) = read(&mut stream).await {
        let (status, kind, body) = match answers::answer(&world, request).await {
            Reply::Json(status, body) => (status, "application/x-amz-json-1.1", body.to_string()),
            Reply::Xml(status, body) => (status, "text/xml", body),
            Reply::Text(status, body) => (status, "text/plain", body.to_owned()),
            Reply::Drop => return,
            Reply::Reset => return cut_off(stream.get_ref()),
        };
        let head = format!(
            "HTTP/1.1 {status} Said\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let written = stream.write_all(format!("{head}{body}").as_bytes()).await;
        if written.is_err() || stream.flush().await.is_err() {
            return;
        }
    }
}

async fn read(stream: &mut BufStream<TcpStream>) -> Option<Request> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).ok()?;
    let header = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(':'));
        let found = lines.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value.trim())
    };
    let mut body = vec![0; header("content-length").parse().unwrap_or(0)];
    stream.read_exact(&mut body).await.ok()?;
    let signed = header("authorization").split_once("Credential=");
    let key_id = signed.and_then(|(_, rest)| rest.split('/').next()).unwrap_or("");
    let op = match header("x-amz-target") {
        "AmazonSSM.SendCommand" => Some(Op::SendCommand),
        "AmazonSSM.ListCommands" => Some(Op::ListCommands),
        "AmazonSSM.GetCommandInvocation" => Some(Op::GetCommandInvocation),
        "AmazonSSM.StartAutomationExecution" => Some(Op::StartAutomationExecution),
        "AmazonSSM.GetAutomationExecution" => Some(Op::GetAutomationExecution),
        "AmazonSSM.StopAutomationExecution" => Some(Op::StopAutomationExecution),
        "AmazonSSM.CancelCommand" => Some(Op::CancelCommand),
        "AmazonSSM.DescribeDocument" => Some(Op::DescribeDocument),
        "AmazonSSM.DescribeInstanceInformation" => Some(Op::DescribeInstanceInformation),
        "AmazonSSM.DescribeInstancePatchStates" => Some(Op::DescribeInstancePatchStates),
        "" if body.starts_with(b"Action=AssumeRole&") => Some(Op::AssumeRole),
        "" if body.starts_with(b"Action=GetCallerIdentity&") => Some(Op::GetCallerIdentity),
        _ => None,
    };
    Some(Request {
        op,
        key_id: key_id.to_owned(),
        body,
    })
}
