//! A server in the test's own process, on a free port, under a clock that the test holds.

use std::sync::Arc;
use std::time::Duration;

use actors::domain::{CompanyId, Correlation, RateLimit};
use actors::port::Clock;
use actors::port::cloud::Watch;
use actors::port::reader::PageRequest;
use alert_whisperer::accounts::Accounts;
use alert_whisperer::accounts::rights::Role;
use alert_whisperer::accounts::sign_in::Credentials as Shown;
use alert_whisperer::accounts::staff::NewPerson;
use alert_whisperer::aws::Base;
use alert_whisperer::aws::cloud::Cloud;
use alert_whisperer::aws::compliance::days::PatchDays;
use alert_whisperer::aws::polling::Polling;
use alert_whisperer::clock::SystemEntropy;
use alert_whisperer::config::{Flags, Settings};
use alert_whisperer::founding::{CompanyRequest, Credentials, first_scopes};
use alert_whisperer::heartbeats::Heartbeats;
use alert_whisperer::http::{admin, router};
use alert_whisperer::ingest::signature;
use alert_whisperer::serve::{self, Running};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Response};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::clock::ManualClock;
use super::engine::{Engine, Home};
use super::ssm::OUR_KEY;

/// A running server.
pub struct Server {
    running: Running,
    pub clock: Arc<ManualClock>,
    pub url: String,
    http: reqwest::Client,
    home: Option<Home>,
}

/// A company of it, with its key and secret.
#[derive(Clone)]
pub struct Company {
    pub id: CompanyId,
    pub key: String,
    pub secret: String,
}

/// A password that nobody would guess.
pub const PASSWORD: &str = "vulcan-teapot-ninety-one";

/// Somebody who is logged in.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: String,
    pub token: String,
    pub refresh: String,
}

impl Person {
    pub fn headers(&self) -> HeaderMap {
        let value = format!("Bearer {}", self.token);
        headers(&[("authorization", value.as_bytes())])
    }
}

/// An answer, read whole.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub async fn of(response: Response) -> Self {
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().await.unwrap(),
        }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {} {:?}", self.status, self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Asserts that this is a whole problem (RFC 9457) of this status: its `field`, or nothing.
    #[track_caller]
    pub fn problem(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json; charset=utf-8");
        let body = self.json();
        for name in ["type", "title", "detail", "instance", "code", "trace_id"] {
            assert!(
                body[name].as_str().is_some_and(|text| !text.is_empty()),
                "{name}: {body}"
            );
        }
        assert_eq!(body["status"], status);
        assert_eq!(body["trace_id"], self.header("x-trace-id"));
        body["field"].as_str().unwrap_or_default().to_owned()
    }

    /// The body without what differs from request to request.
    pub fn without_trace(&self) -> Value {
        let mut body = self.json();
        body["trace_id"] = Value::Null;
        body
    }
}

impl Server {
    pub async fn start(engine: Engine) -> Self {
        Self::start_with(engine, |_| ()).await
    }

    pub async fn start_with(engine: Engine, set: impl FnOnce(&mut Flags)) -> Self {
        Self::start_beside(engine, None, set).await
    }

    /// With all that is asked of AWS as ourselves going there.
    pub async fn start_beside(engine: Engine, aws: Option<&str>, set: impl FnOnce(&mut Flags)) -> Self {
        let home = Home::on(engine);
        let mut server = Self::start_in_a_world(&home, aws, set).await;
        server.home = Some(home);
        server
    }

    /// In a home that outlives it.
    pub async fn start_in(home: &Home) -> Self {
        Self::start_at(home, |_| ()).await
    }

    /// In a home that outlives it, so long after tests begin.
    pub async fn start_at_later(home: &Home, later: Duration) -> Self {
        Self::start_when(home, None, later, |_| ()).await
    }

    /// In a home that outlives it, under these settings.
    pub async fn start_at(home: &Home, set: impl FnOnce(&mut Flags)) -> Self {
        Self::start_in_a_world(home, None, set).await
    }

    async fn start_in_a_world(home: &Home, aws: Option<&str>, set: impl FnOnce(&mut Flags)) -> Self {
        Self::start_when(home, aws, Duration::ZERO, set).await
    }

    async fn start_when(home: &Home, aws: Option<&str>, later: Duration, set: impl FnOnce(&mut Flags)) -> Self {
        let mut flags = Flags {
            drain_delay_ms: Some(0),
            second_factor_for: Some(String::new()),
            api_requests_per_minute: Some(u32::MAX),
            admin_password: Some(PASSWORD.into()),
            ..home.flags()
        };
        set(&mut flags);
        let settings = Settings::settle(flags).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let clock = Arc::new(ManualClock::default());
        clock.advance(later);
        // Whatever this machine is to AWS, the server under test is somebody whom only doubles know.
        let base = Base::with_key(OUR_KEY, "our-own-secret", aws.map(str::to_owned)).unwrap();
        let world = (clock.clone() as Arc<dyn Clock>, Arc::new(SystemEntropy) as _);
        let running = serve::start_under(settings, listener, world, base).await.unwrap();
        Self {
            url: format!("http://{}", running.address),
            running,
            clock,
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            home: None,
        }
    }

    /// A company that may send as much as it likes, with every scope.
    pub async fn company(&self, id: &str) -> Company {
        self.company_as(id, |_| ()).await
    }

    pub async fn company_as(&self, id: &str, set: impl FnOnce(&mut CompanyRequest)) -> Company {
        let mut request = CompanyRequest {
            name: id.to_owned(),
            id: Some(id.parse().unwrap()),
            correlation: Correlation::default(),
            rate_limit: RateLimit {
                requests_per_minute: 10_000_000,
                burst_size: 10_000_000,
            },
            scopes: first_scopes(),
            unsigned: false,
        };
        set(&mut request);
        let credentials: Credentials = admin::found(&self.running.edge, request, &"test".into()).await.unwrap();
        Company {
            id: credentials.company_id,
            key: credentials.api_key.expose_secret().to_owned(),
            secret: credentials.webhook_secret.expose_secret().to_owned(),
        }
    }

    /// People and their logins, past the listener.
    pub fn accounts(&self) -> &Accounts {
        &self.running.edge.accounts
    }

    /// A person of these companies, logged in.
    pub async fn person(&self, email: &str, role: Role, companies: &[&Company]) -> Person {
        let accounts = &self.running.edge.accounts;
        let password = SecretString::from(PASSWORD);
        let new = NewPerson {
            email: email.to_owned(),
            name: String::new(),
            role,
            company_ids: companies.iter().map(|company| company.id.clone()).collect(),
        };
        let user = accounts
            .create_user_with(&new, &password, &"test".into())
            .await
            .unwrap();
        let shown = Shown {
            email,
            password: &password,
            code: None,
        };
        let from = |actor: &str| actor.into();
        let signed_in = accounts.sign_in(shown, [127, 0, 0, 1].into(), &from).await.unwrap();
        Person {
            id: user.user_id.to_string(),
            token: signed_in.access_token.expose_secret().to_owned(),
            refresh: signed_in.refresh_token.expose_secret().to_owned(),
        }
    }

    /// A person of a company that is known by its id.
    pub async fn member(&self, email: &str, role: Role, company: &str) -> Person {
        let company = Company {
            id: company.parse().unwrap(),
            key: String::new(),
            secret: String::new(),
        };
        self.person(email, role, &[&company]).await
    }

    /// A technician of a company.
    pub async fn technician(&self, company: &Company) -> Person {
        let email = format!("{}@technicians.example", company.id);
        self.person(&email, Role::Technician, &[company]).await
    }

    /// Somebody who runs the platform.
    pub async fn msp_admin(&self) -> Person {
        self.person("root@msp.example", Role::MspAdmin, &[]).await
    }

    pub async fn get_as(&self, person: &Person, path: &str) -> Answer {
        self.ask(Method::GET, path, person.headers(), "").await
    }

    pub async fn post_as(&self, person: &Person, path: &str, body: &Value) -> Answer {
        self.ask(Method::POST, path, person.headers(), body.to_string()).await
    }

    /// What companies have at AWS, past the listener.
    pub fn cloud(&self) -> &Cloud {
        &self.running.edge.cloud
    }

    /// Who asks for alarms, of somebody else.
    pub fn polling(&self, watch: Arc<dyn Watch>) -> Polling {
        let edge = &self.running.edge;
        let world = (edge.clock.clone(), edge.entropy.clone());
        let parts = (watch, edge.keyring.clone());
        Polling::new(
            parts,
            edge.store.clone(),
            edge.runtime.clone(),
            edge.sources.clone(),
            world,
        )
    }

    /// Who keeps how machines are patched, day by day, as if it had just begun.
    pub fn patch_days(&self) -> PatchDays {
        let edge = &self.running.edge;
        let parts = (edge.patches.clone(), edge.keyring.clone());
        PatchDays::new(parts, edge.store.clone(), edge.runtime.clone(), edge.clock.clone())
    }

    /// Who listens for what companies are to hear of.
    pub fn heartbeats(&self) -> &Heartbeats {
        &self.running.edge.heartbeats
    }

    /// The journal of what belongs to no company.
    pub async fn platform_journal(&self) -> Vec<Value> {
        let reader = self.running.edge.store.reader(&CompanyId::platform());
        let page = PageRequest {
            limit: 200,
            after: None,
        };
        let entries = reader.journal(page).await.unwrap().items;
        entries.iter().map(|entry| entry.to_json()).collect()
    }

    /// What answers requests, past the listener.
    pub fn app(&self) -> axum::Router {
        router::router(self.running.edge.clone())
    }

    /// Where AgentCore Runtime would ask.
    pub fn agentcore(&self) -> String {
        let address = self.running.agentcore_address.expect("AGENTCORE_PORT was not set");
        format!("http://{address}")
    }

    /// Asks anywhere.
    pub async fn ask_at(
        &self,
        method: Method,
        url: &str,
        headers: HeaderMap,
        body: impl Into<reqwest::Body>,
    ) -> Answer {
        let request = self.http.request(method, url);
        Answer::of(request.headers(headers).body(body).send().await.unwrap()).await
    }

    /// How many live streams are open.
    pub fn streams(&self) -> usize {
        self.running.edge.streams.open()
    }

    /// The second that a sender signs now.
    pub fn second(&self) -> i64 {
        self.clock.now().as_millis() / 1000
    }

    pub async fn ask(&self, method: Method, path: &str, headers: HeaderMap, body: impl Into<reqwest::Body>) -> Answer {
        let request = self.http.request(method, format!("{}{path}", self.url));
        Answer::of(request.headers(headers).body(body).send().await.unwrap()).await
    }

    /// The status alone: what may be a stream is not read.
    pub async fn status(&self, method: Method, path: &str, headers: HeaderMap, body: String) -> u16 {
        let request = self.http.request(method, format!("{}{path}", self.url));
        request
            .headers(headers)
            .body(body)
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    }

    pub async fn get(&self, company: &Company, path: &str) -> Answer {
        self.ask(Method::GET, path, key(company), "").await
    }

    pub async fn post(&self, company: &Company, path: &str, body: &Value) -> Answer {
        self.ask(Method::POST, path, key(company), body.to_string()).await
    }

    /// Every item of a list, page by page.
    pub async fn all(&self, company: &Company, path: &str, limit: usize) -> Vec<Value> {
        let mut items = Vec::new();
        let mut cursor = String::new();
        loop {
            let sign = if path.contains('?') { '&' } else { '?' };
            let answer = self.get(company, &format!("{path}{sign}limit={limit}{cursor}")).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            let page = answer.json();
            items.extend(page["items"].as_array().unwrap().clone());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return items,
            }
        }
    }

    /// Delivers bytes with the headers of [`Self::signed`].
    pub async fn deliver(&self, company: &Company, delivery_id: Option<&str>, body: impl AsRef<[u8]>) -> Answer {
        let headers = self.signed(company, delivery_id, body.as_ref());
        self.webhook(headers, body).await
    }

    pub async fn webhook(&self, headers: HeaderMap, body: impl AsRef<[u8]>) -> Answer {
        let body = body.as_ref().to_vec();
        self.ask(Method::POST, "/api/webhooks/alerts", headers, body).await
    }

    /// What a sender puts into its headers now.
    pub fn signed(&self, company: &Company, delivery_id: Option<&str>, body: &[u8]) -> HeaderMap {
        signed_at(company, delivery_id, body, &self.second().to_string())
    }

    /// Waits until everything accepted so far has a verdict.
    pub async fn settle(&self, company: &Company) -> Value {
        let answer = self
            .post(company, "/api/incidents/correlate", &json!({"company_id": company.id}))
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    /// Opens a stream.
    pub async fn stream(&self, method: Method, path: &str, headers: HeaderMap, body: String) -> Stream {
        let request = self.http.request(method, format!("{}{path}", self.url));
        let response = request.headers(headers).body(body).send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Stream {
            response,
            buffer: String::new(),
        }
    }

    /// Drains it.
    pub async fn stop(self) {
        let ended = self
            .running
            .run_until(std::future::ready(()), std::future::pending())
            .await;
        assert_eq!(ended, serve::Ended::Drained);
    }
}

/// A company's key as a header.
pub fn key(company: &Company) -> HeaderMap {
    headers(&[("x-api-key", company.key.as_bytes())])
}

pub fn headers(pairs: &[(&'static str, &[u8])]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(HeaderName::from_static(name), HeaderValue::from_bytes(value).unwrap());
    }
    headers
}

pub fn signed_at(company: &Company, delivery_id: Option<&str>, body: &[u8], timestamp: &str) -> HeaderMap {
    let secret = signature::prepare(&company.secret).unwrap();
    let signature = signature::sign(&secret, timestamp, body);
    let mut headers = headers(&[
        ("x-api-key", company.key.as_bytes()),
        ("x-timestamp", timestamp.as_bytes()),
        ("x-signature", signature.as_bytes()),
    ]);
    if let Some(id) = delivery_id {
        headers.insert("x-delivery-id", HeaderValue::from_str(id).unwrap());
    }
    headers
}

/// A native alert.
pub fn alert(asset: &str, signature: &str) -> Value {
    json!({"asset_name": asset, "signature": signature, "severity": "high", "message": format!("{signature} on {asset}")})
}

/// An SSE stream.
pub struct Stream {
    response: Response,
    buffer: String,
}

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    pub name: String,
    pub id: String,
    pub data: String,
    pub retry: String,
}

impl Event {
    /// From its lines.
    pub fn parse(block: &str) -> Self {
        let mut event = Self::default();
        for line in block.lines() {
            match line.split_once(": ") {
                Some(("event", value)) => event.name = value.to_owned(),
                Some(("id", value)) => event.id = value.to_owned(),
                Some(("data", value)) => event.data.push_str(value),
                Some(("retry", value)) => event.retry = value.to_owned(),
                _ => {}
            }
        }
        event
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }
}

impl Stream {
    /// The next event, comments left out; `None` at the end.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            while let Some(end) = self.buffer.find("\n\n") {
                let block: String = self.buffer.drain(..end + 2).collect();
                let event = Event::parse(&block);
                if event != Event::default() {
                    return Some(event);
                }
            }
            let more = tokio::time::timeout(super::process::PATIENCE, self.response.chunk()).await;
            let bytes = more.expect("an event in time").unwrap()?;
            self.buffer.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }

    /// Every event up to the end.
    pub async fn rest(mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }
}
