//! A double of Systems Manager and of STS's `AssumeRole` on a thread of its own. It executes nothing: whatever is sent
//! seems to run until it is told to end.
//!
//! An account has the machines of its number, and the key that it is given is that number too: nothing is kept but
//! what was sent.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::Result;

/// Machines of an account.
pub const MACHINES: usize = 4;
const DOCUMENT: &str = "AWS-RunShellScript";
/// What the document is known by.
const HASH: &str = "99749de5e62f71e5ebe9a55c2321e2c394796afe7208cff048696541e6f6771e";
const OUTPUT: &str = "1.2 GB free before\n8.4 GB free now\n";

/// The double.
pub struct Ssm {
    pub url: String,
    world: Arc<World>,
}

#[derive(Default)]
struct World {
    sent: Mutex<HashMap<String, Sent>>,
    looks: AtomicU64,
    ended: AtomicBool,
}

struct Sent {
    account: String,
    comment: String,
    instances: Value,
    at: jiff::Timestamp,
}

impl Ssm {
    /// Serves until the process ends.
    pub fn start() -> Result<Self> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let url = format!("http://{}", listener.local_addr()?);
        let world = Arc::new(World::default());
        let app = Router::new().fallback(answer).with_state(Arc::clone(&world));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::spawn(move || {
            runtime.block_on(async { axum::serve(tokio::net::TcpListener::from_std(listener)?, app).await })
        });
        Ok(Self { url, world })
    }

    /// How often anybody has looked at a command.
    pub fn looks(&self) -> u64 {
        self.world.looks.load(Ordering::Relaxed)
    }

    /// Lets everything be seen to have ended.
    pub fn end_all(&self) {
        self.world.ended.store(true, Ordering::Relaxed);
    }
}

/// A role of an account, by the account's number.
pub fn role_of(account: usize) -> String {
    format!("arn:aws:iam::{account:012}:role/bench")
}

/// A machine of an account.
pub fn machine_of(account: usize, machine: usize) -> String {
    format!("i-{:017x}", account * MACHINES + machine)
}

impl World {
    fn sent(&self) -> MutexGuard<'_, HashMap<String, Sent>> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn status(&self) -> &'static str {
        match self.ended.load(Ordering::Relaxed) {
            true => "Success",
            false => "InProgress",
        }
    }

    fn command(&self, id: &str, sent: &Sent) -> Value {
        json!({
            "CommandId": id, "Comment": sent.comment, "DocumentName": DOCUMENT, "Status": self.status(),
            "RequestedDateTime": sent.at.as_second() as f64, "InstanceIds": sent.instances,
        })
    }

    fn send(&self, account: &str, asked: &Value) -> Value {
        let id = uuid::Uuid::now_v7().to_string();
        let sent = Sent {
            account: account.to_owned(),
            comment: asked["Comment"].as_str().unwrap_or_default().to_owned(),
            instances: asked["InstanceIds"].clone(),
            at: jiff::Timestamp::now(),
        };
        let command = self.command(&id, &sent);
        self.sent().insert(id, sent);
        json!({"Command": command})
    }

    fn list(&self, account: &str) -> Value {
        let sent = self.sent();
        let own = sent.iter().filter(|(_, sent)| sent.account == account);
        json!({"Commands": own.map(|(id, sent)| self.command(id, sent)).collect::<Vec<_>>()})
    }

    fn look(&self, account: &str, asked: &Value) -> Option<Value> {
        self.looks.fetch_add(1, Ordering::Relaxed);
        let (sent, id) = (self.sent(), asked["CommandId"].as_str()?);
        let sent = sent.get(id).filter(|sent| sent.account == account)?;
        let over = self.ended.load(Ordering::Relaxed);
        let (code, output, end) = match over {
            true => (0, OUTPUT, jiff::Timestamp::now().to_string()),
            false => (-1, "", String::new()),
        };
        Some(json!({
            "CommandId": id, "InstanceId": asked["InstanceId"], "Comment": sent.comment, "Status": self.status(),
            "StatusDetails": self.status(), "ResponseCode": code, "StandardOutputContent": output,
            "StandardErrorContent": "", "ExecutionStartDateTime": sent.at.to_string(), "ExecutionEndDateTime": end,
        }))
    }
}

async fn answer(State(world): State<Arc<World>>, headers: HeaderMap, body: String) -> Response {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
    if body.starts_with("Action=AssumeRole&") {
        return assume_role(&body);
    }
    let signed = header("authorization").split_once("Credential=ASIA");
    let account = signed.and_then(|(_, rest)| rest.split('/').next()).unwrap_or("");
    let asked: Value = serde_json::from_str(&body).unwrap_or_default();
    let said = match header("x-amz-target") {
        "AmazonSSM.SendCommand" => Some(world.send(account, &asked)),
        "AmazonSSM.ListCommands" => Some(world.list(account)),
        "AmazonSSM.GetCommandInvocation" => world.look(account, &asked),
        "AmazonSSM.DescribeDocument" => Some(document()),
        "AmazonSSM.DescribeInstanceInformation" => instances(account),
        "AmazonSSM.DescribeInstancePatchStates" => Some(json!({"InstancePatchStates": []})),
        _ => None,
    };
    let (status, said) = match said {
        Some(said) => (StatusCode::OK, said),
        None => (StatusCode::BAD_REQUEST, json!({"__type": "ValidationException"})),
    };
    let kind = [(header::CONTENT_TYPE, "application/x-amz-json-1.1")];
    (status, kind, said.to_string()).into_response()
}

fn assume_role(body: &str) -> Response {
    let mut form = form_urlencoded::parse(body.as_bytes());
    let arn = form.find_map(|(name, value)| (name == "RoleArn").then(|| value.into_owned()));
    let arn = arn.unwrap_or_default();
    let account = arn.split(':').nth(4).unwrap_or_default();
    let ends = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1);
    let said = format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
         <AssumedRoleUser><Arn>{arn}/bench</Arn><AssumedRoleId>AROA:bench</AssumedRoleId></AssumedRoleUser>\
         <Credentials><AccessKeyId>ASIA{account}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>\
         <SessionToken>token</SessionToken><Expiration>{ends}</Expiration></Credentials></AssumeRoleResult>\
         <ResponseMetadata><RequestId>0</RequestId></ResponseMetadata></AssumeRoleResponse>"
    );
    ([(header::CONTENT_TYPE, "text/xml")], said).into_response()
}

fn document() -> Value {
    json!({"Document": {
        "Name": DOCUMENT, "Hash": HASH, "HashType": "Sha256", "DocumentType": "Command", "Status": "Active",
        "DocumentVersion": "1", "DefaultVersion": "1", "PlatformTypes": ["Linux"],
    }})
}

fn instances(account: &str) -> Option<Value> {
    let account: usize = account.parse().ok()?;
    let listed = (0..MACHINES).map(|machine| {
        json!({
            "InstanceId": machine_of(account, machine), "PingStatus": "Online", "PlatformType": "Linux",
            "ComputerName": format!("host-{machine}"), "IPAddress": "10.0.0.7", "ResourceType": "EC2Instance",
        })
    });
    Some(json!({"InstanceInformationList": listed.collect::<Vec<_>>()}))
}
