//! What is proven of a request that never went out, and what is kept.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use actors::domain::{AwsSettings, AwsTimeouts};
use actors::port::Error;
use actors::port::cloud::{Automation, Automations, Command, Commands, SendError};
use async_trait::async_trait;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

struct Now;

impl Clock for Now {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_769_846_400_000)
    }
}

/// Every company's calls go to one address.
struct Everybody(String);

#[async_trait]
impl CloudSettings for Everybody {
    async fn of(&self, company: &CompanyId) -> Result<Option<AwsSettings>, Error> {
        Ok(Some(AwsSettings {
            role_arn: "arn:aws:iam::123456789012:role/alert-whisperer".into(),
            external_id: format!("{company}:1"),
            region: "eu-central-1".into(),
            endpoint_url: Some(self.0.clone()),
            timeouts: AwsTimeouts {
                connect_seconds: 1,
                // Later than connecting, so that it is known which of them took too long.
                read_seconds: 3,
                attempt_seconds: 5,
                operation_seconds: 5,
            },
        }))
    }
}

fn aws(url: &str) -> Aws {
    let base = Base::with_key("AKIAOURS", "secret", None).unwrap();
    Aws::new(base, Arc::new(Everybody(url.to_owned())), Arc::new(Now))
}

/// A company with credentials at hand.
async fn assumed(url: &str) -> (Aws, CompanyId) {
    let aws = aws(url);
    let company: CompanyId = "comp-acme".parse().unwrap();
    aws.link(&company).await.unwrap().pretend_assumed().await;
    (aws, company)
}

/// What comes of an automation, alike.
async fn start(url: &str) -> Result<String, SendError> {
    let (aws, company) = assumed(url).await;
    let automation = Automation {
        document: "AWS-RestartEC2Instance".into(),
        version: None,
        parameters: BTreeMap::new(),
        token: "0831e1a8-a1ac-4257-a1fd-c831bc15f1d2".into(),
        targets: vec!["i-0123456789abcdef0".parse().unwrap()],
    };
    aws.start_automation(&company, automation).await
}

/// What comes of a command whose company has credentials at hand, so that the first connection is its own.
async fn send(url: &str) -> Result<actors::port::cloud::CommandId, SendError> {
    let (aws, company) = assumed(url).await;
    let command = Command {
        comment: "aw:run-1".into(),
        instance_ids: vec!["i-0123456789abcdef0".parse().unwrap()],
        commands: vec!["true".into()],
        timeout_seconds: 60,
        delivery_seconds: 60,
        document_hash: None,
    };
    aws.send(&company, command).await
}

fn is_unopened(sent: &Result<actors::port::cloud::CommandId, SendError>) -> bool {
    matches!(
        sent,
        Err(SendError::NotOpened(CloudError::Unavailable { until: None, .. }))
    )
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

#[tokio::test]
async fn a_port_that_refuses_proves_that_nothing_was_sent() {
    let (listener, address) = listen().await;
    drop(listener);
    let sent = send(&format!("http://{address}")).await;
    assert!(is_unopened(&sent), "{sent:?}");
}

#[tokio::test]
async fn a_name_that_does_not_resolve_proves_that_nothing_was_sent() {
    let sent = send("https://ssm.alert-whisperer.invalid").await;
    assert!(is_unopened(&sent), "{sent:?}");
}

#[tokio::test]
async fn a_handshake_that_does_not_come_in_time_proves_that_nothing_was_sent() {
    let (listener, address) = listen().await;
    let sent = send(&format!("https://{address}")).await;
    assert!(is_unopened(&sent), "{sent:?}");
    drop(listener);
}

#[tokio::test]
async fn a_handshake_that_fails_proves_that_nothing_was_sent() {
    let (listener, address) = listen().await;
    let peer = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 This is no TLS\r\n\r\n").await.unwrap();
        let mut read = Vec::new();
        drop(stream.read_to_end(&mut read).await);
    };
    let url = format!("https://{address}");
    let (sent, ()) = tokio::join!(send(&url), peer);
    assert!(is_unopened(&sent), "{sent:?}");
}

#[tokio::test]
async fn a_connection_that_was_open_proves_nothing() {
    for answer in [
        "",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        "nonsense\r\n\r\n",
    ] {
        let (listener, address) = listen().await;
        let peer = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut read = [0; 64];
            stream.read_exact(&mut read).await.unwrap();
            stream.write_all(answer.as_bytes()).await.unwrap();
            drop(stream);
            // Nobody comes a second time.
            listener
        };
        let url = format!("http://{address}");
        let (sent, listener) = tokio::join!(send(&url), peer);
        assert!(matches!(sent, Err(SendError::Unclear(_))), "{answer:?}: {sent:?}");
        let again = tokio::time::timeout(Duration::from_millis(1), listener.accept()).await;
        assert!(again.is_err(), "{answer:?}: a second connection");
    }
}

/// Answers one request with 200 and this body.
async fn answer(listener: TcpListener, body: &str) {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut read = [0; 64];
    stream.read_exact(&mut read).await.unwrap();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    let mut rest = Vec::new();
    drop(stream.read_to_end(&mut rest).await);
}

#[tokio::test]
async fn an_answer_without_a_command_id_is_unclear() {
    for body in ["{}", r#"{"Command": {}}"#, r#"{"Command": {"CommandId": "x"}}"#] {
        let (listener, address) = listen().await;
        let url = format!("http://{address}");
        let (sent, ()) = tokio::join!(send(&url), answer(listener, body));
        assert!(matches!(sent, Err(SendError::Unclear(_))), "{body}: {sent:?}");
    }
}

#[tokio::test]
async fn an_answer_without_an_execution_id_is_unclear() {
    let id = "0831e1a8-a1ac-4257-a1fd-c831bc15f1d2";
    let good = format!(r#"{{"AutomationExecutionId": "{id}"}}"#);
    for body in ["{}", r#"{"AutomationExecutionId": "x"}"#, "[]", &good] {
        let (listener, address) = listen().await;
        let url = format!("http://{address}");
        let (started, ()) = tokio::join!(start(&url), answer(listener, body));
        match body == good {
            true => assert_eq!(started, Ok(id.to_owned())),
            false => assert!(matches!(started, Err(SendError::Unclear(_))), "{body}: {started:?}"),
        }
    }
}

#[tokio::test]
async fn the_companies_called_least_lately_are_forgotten() {
    let aws = aws("http://127.0.0.1:9");
    let company = |number: usize| -> CompanyId { format!("comp-{number}").parse().unwrap() };
    // One link is as good as another here, and takes its time to make.
    let link = aws.link(&company(0)).await.unwrap();
    for number in 1..CLOUD_COMPANIES {
        aws.links().put(company(number), link.clone());
    }
    assert!(aws.links().get(&company(0)).is_some());
    aws.links().put(company(CLOUD_COMPANIES), link.clone());
    assert_eq!(aws.links().by_company.len(), CLOUD_COMPANIES);
    assert!(aws.links().get(&company(0)).is_some(), "it was called for");
    assert!(aws.links().get(&company(1)).is_none());
    assert_eq!(aws.circuits().len(), CLOUD_COMPANIES * 4);
}

#[test]
fn requests_of_our_own_go_out_in_the_clear_to_this_machine_alone() {
    let with = |url: &str| Base::with_key("AKIAOURS", "secret", Some(url.to_owned()));
    assert!(with("http://127.0.0.1:5000").is_ok() && with("https://sts.example.com").is_ok() && with("").is_ok());
    assert!(matches!(with("http://sts.example.com"), Err(BadBase::Endpoint(_))));
}
