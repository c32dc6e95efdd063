//! What the services say.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::task::JoinSet;

use super::wire::{Reply, Request};
use super::{Assumed, DOCUMENT, Execution, Fault, Node, Op, Ran, Sent, State, World, automations};

/// The key that may assume roles.
pub const OUR_KEY: &str = "AKIAOURS";
/// Items of a page where nothing is said.
const PAGE: usize = 50;

pub(super) async fn answer(world: &Arc<World>, request: Request) -> Reply {
    let Some(op) = request.op else {
        return refuse(400, "UnknownOperationException");
    };
    let fault = {
        let mut state = world.state();
        *state.asked.entry(op).or_default() += 1;
        let place = state.orders.iter().position(|(ordered, _)| *ordered == op);
        let ordered = place.map(|place| state.orders.remove(place).1);
        ordered.or_else(|| state.refused.get(&op).map(|code| Fault::Refuse(400, code)))
    };
    if let Some(Fault::Refuse(status, code)) = fault {
        return match op {
            Op::AssumeRole | Op::GetCallerIdentity => sts_refuse(status, code),
            _ => refuse(status, code),
        };
    }
    let reply = match op {
        Op::AssumeRole => assume_role(&mut world.state(), &request),
        Op::GetCallerIdentity => caller_identity(&world.state(), &request),
        _ => {
            let role = world.state().keys.get(&request.key_id).cloned();
            let Some(role) = role else {
                return refuse(400, "UnrecognizedClientException");
            };
            let asked: Value = serde_json::from_slice(&request.body).unwrap();
            match op {
                Op::SendCommand => send_command(world, &role, &asked).await,
                Op::ListCommands => list_commands(&world.state(), &role, &asked),
                Op::CancelCommand => cancel(world, &role, &asked).await,
                Op::DescribeDocument => document(&world.state(), &asked),
                Op::StartAutomationExecution => automations::start(world, &role, &asked),
                Op::GetAutomationExecution => automations::look(&mut world.state(), &role, &asked),
                Op::StopAutomationExecution => automations::stop(&mut world.state(), &role, &asked),
                Op::GetCommandInvocation => invocation(&world.state(), &role, &asked),
                Op::DescribeInstanceInformation => instances(&world.state(), &role, &asked),
                _ => patch_states(&world.state(), &role, &asked),
            }
        }
    };
    match fault {
        None | Some(Fault::Refuse(..)) => reply,
        Some(Fault::Drop) => Reply::Drop,
        Some(Fault::Reset) => Reply::Reset,
        Some(Fault::Status(status)) => Reply::Text(status, "trouble"),
        Some(Fault::Garbage) => Reply::Text(200, "{ this is no"),
        Some(Fault::Hold(gate)) => {
            gate.wait().await;
            reply
        }
    }
}

pub(super) fn refuse(status: u16, code: &str) -> Reply {
    Reply::Json(
        status,
        json!({"__type": code, "message": format!("the double refuses: {code}")}),
    )
}

fn sts_refuse(status: u16, code: &str) -> Reply {
    let xmlns = "https://sts.amazonaws.com/doc/2011-06-15/";
    let said = format!("the double refuses: {code}");
    Reply::Xml(
        status,
        format!(
            "<ErrorResponse xmlns=\"{xmlns}\"><Error><Type>Sender</Type><Code>{code}</Code><Message>{said}</Message>\
             </Error><RequestId>0</RequestId></ErrorResponse>"
        ),
    )
}

fn caller_identity(state: &State, request: &Request) -> Reply {
    let Some(role) = state.keys.get(&request.key_id) else {
        return sts_refuse(403, "InvalidClientTokenId");
    };
    let mut parts = role.split([':', '/']).skip(4);
    let (account, name) = (parts.next().unwrap(), parts.nth(1).unwrap());
    Reply::Xml(
        200,
        format!(
            "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
             <Arn>arn:aws:sts::{account}:assumed-role/{name}/session</Arn><UserId>AROA:session</UserId>\
             <Account>{account}</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>0</RequestId>\
             </ResponseMetadata></GetCallerIdentityResponse>"
        ),
    )
}

fn assume_role(state: &mut State, request: &Request) -> Reply {
    let form: HashMap<String, String> = form_urlencoded::parse(&request.body).into_owned().collect();
    let field = |name: &str| form.get(name).cloned().unwrap_or_default();
    let asked = Assumed {
        role_arn: field("RoleArn"),
        external_id: field("ExternalId"),
        session_name: field("RoleSessionName"),
    };
    state.assumed.push(asked.clone());
    let trusted = state.roles.get(&asked.role_arn) == Some(&asked.external_id);
    if !trusted || request.key_id != OUR_KEY {
        return sts_refuse(403, "AccessDenied");
    }
    let key = format!("ASIA{:012}", state.keys.len());
    state.keys.insert(key.clone(), asked.role_arn.clone());
    let span = field("DurationSeconds").parse().unwrap();
    let now = state.clock.as_ref().map_or_else(jiff::Timestamp::now, |clock| {
        jiff::Timestamp::from_millisecond(clock.now().as_millis()).unwrap()
    });
    let ends = now + jiff::SignedDuration::from_secs(span);
    let (arn, name) = (&asked.role_arn, &asked.session_name);
    Reply::Xml(
        200,
        format!(
            "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
             <AssumedRoleUser><Arn>{arn}/{name}</Arn><AssumedRoleId>AROA:{name}</AssumedRoleId></AssumedRoleUser>\
             <Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>{SECRET}</SecretAccessKey>\
             <SessionToken>{TOKEN}</SessionToken><Expiration>{ends}</Expiration></Credentials></AssumeRoleResult>\
             <ResponseMetadata><RequestId>0</RequestId></ResponseMetadata></AssumeRoleResponse>"
        ),
    )
}

/// What is given out with every key.
pub const SECRET: &str = "not-to-be-seen-secret";
/// The same for sessions.
pub const TOKEN: &str = "not-to-be-seen-token";

pub(super) fn texts(value: &Value) -> Vec<String> {
    let items = value.as_array().into_iter().flatten();
    items.map(|item| item.as_str().unwrap().to_owned()).collect()
}

async fn send_command(world: &Arc<World>, role: &str, asked: &Value) -> Reply {
    world.state().last = asked.clone();
    let ids = texts(&asked["InstanceIds"]);
    let commands = texts(&asked["Parameters"]["commands"]);
    let comment = asked["Comment"].as_str().unwrap_or_default().to_owned();
    let delivery = asked["TimeoutSeconds"].as_u64().unwrap_or(3600);
    let within = texts(&asked["Parameters"]["executionTimeout"]);
    let within: u64 = within.first().map_or(3600, |text| text.parse().unwrap());
    if asked["DocumentName"] != "AWS-RunShellScript" {
        return refuse(400, "InvalidDocument");
    }
    let (hash, kind) = world.state().document_hash();
    let wanted = asked["DocumentHash"].as_str();
    if wanted.is_some_and(|wanted| wanted != hash || asked["DocumentHashType"] != kind) {
        return refuse(400, "InvalidDocument");
    }
    if comment.chars().count() > 100 || !(30..=2_592_000).contains(&delivery) || !(1..=50).contains(&ids.len()) {
        return refuse(400, "ValidationException");
    }
    let mut machines = Vec::new();
    for id in ids {
        let state = world.state();
        match state.nodes.get(&id).filter(|node| node.role_arn == role) {
            Some(node) => machines.push((id, node.machine.clone())),
            None => return refuse(400, "InvalidInstanceId"),
        }
    }
    let id = uuid::Uuid::now_v7().to_string();
    let answers_first = world.state().answers_first;
    let mut invocations = BTreeMap::new();
    let mut to_run = Vec::new();
    for (instance_id, machine) in machines {
        world.ledger.add(&Execution {
            command_id: id.clone(),
            comment: comment.clone(),
            instance_id: instance_id.clone(),
            role_arn: role.to_owned(),
            commands_sha256: hex::encode(Sha256::digest(commands.join("\n"))),
            document_hash: wanted.map(str::to_owned),
        });
        let within = Duration::from_secs(within);
        let ran = match answers_first {
            true => Ran::under_way(),
            false => machine.run(&commands, within).await,
        };
        invocations.insert(instance_id.clone(), ran);
        to_run.push((instance_id, machine, within));
    }
    let mut state = world.state();
    let mut running = JoinSet::new();
    for (instance_id, machine, within) in to_run.into_iter().filter(|_| answers_first) {
        let (world, commands, id) = (world.clone(), commands.clone(), id.clone());
        running.spawn(async move {
            let ran = machine.run(&commands, within).await;
            let mut state = world.state();
            let sent = state.sent.iter_mut().find(|sent| sent.id == id).unwrap();
            sent.invocations.insert(instance_id, ran);
        });
    }
    let sent = Sent {
        id,
        role_arn: role.to_owned(),
        comment,
        requested_at: jiff::Timestamp::now().as_second(),
        invocations,
        held: state.holding,
        running,
    };
    let shown = command(&sent);
    state.sent.push(sent);
    Reply::Json(200, json!({ "Command": shown }))
}

/// Ends what runs of a command; what has ended stays as it was.
async fn cancel(world: &World, role: &str, asked: &Value) -> Reply {
    let is_meant = |sent: &&mut Sent| asked["CommandId"] == sent.id && sent.role_arn == role;
    let running = world
        .state()
        .sent
        .iter_mut()
        .find(is_meant)
        .map(|sent| std::mem::take(&mut sent.running));
    let Some(mut running) = running else {
        return refuse(400, "InvalidCommandId");
    };
    running.shutdown().await;
    let mut state = world.state();
    let sent = state.sent.iter_mut().find(is_meant).unwrap();
    let held = std::mem::take(&mut sent.held);
    for ran in sent.invocations.values_mut().filter(|ran| held || ran.is_under_way()) {
        *ran = Ran::without_output("Cancelled");
    }
    Reply::Json(200, json!({}))
}

fn document(state: &State, asked: &Value) -> Reply {
    if asked["Name"] != "AWS-RunShellScript" {
        return refuse(400, "InvalidDocument");
    }
    let (hash, kind) = state.document_hash();
    let described = json!({
        "Name": "AWS-RunShellScript", "Hash": hash, "HashType": kind, "DocumentType": "Command", "Status": "Active",
        "DocumentVersion": "1", "DefaultVersion": "1", "PlatformTypes": ["Linux", "MacOS"],
    });
    Reply::Json(200, json!({ "Document": described }))
}

impl State {
    fn document_hash(&self) -> (String, &'static str) {
        let ours = || (DOCUMENT.to_owned(), "Sha256");
        self.document.clone().unwrap_or_else(ours)
    }
}

fn command(sent: &Sent) -> Value {
    let has = |is: fn(&Ran) -> bool| sent.invocations.values().any(is);
    let status = match () {
        () if sent.held || has(Ran::is_under_way) => "InProgress",
        () if has(|ran| ran.status == "Cancelled") => "Cancelled",
        () if has(|ran| ran.status != "Success") => "Failed",
        () => "Success",
    };
    json!({
        "CommandId": sent.id, "Comment": sent.comment, "DocumentName": "AWS-RunShellScript", "Status": status,
        "RequestedDateTime": sent.requested_at as f64, "InstanceIds": sent.invocations.keys().collect::<Vec<_>>(),
    })
}

/// One page of something, with where the next begins.
fn page(state: &State, asked: &Value, name: &str, items: Vec<Value>) -> Reply {
    let from: usize = asked["NextToken"].as_str().map_or(0, |token| token.parse().unwrap());
    let size = state.page.unwrap_or(PAGE);
    let end = (from + size).min(items.len());
    let mut answer = json!({ name: items[from..end] });
    if end < items.len() {
        answer["NextToken"] = end.to_string().into();
    }
    Reply::Json(200, answer)
}

fn list_commands(state: &State, role: &str, asked: &Value) -> Reply {
    let mut shown: Vec<&Sent> = state.sent.iter().take(state.listed.unwrap_or(usize::MAX)).collect();
    shown.retain(|sent| sent.role_arn == role);
    for filter in asked["Filters"].as_array().into_iter().flatten() {
        let value = filter["value"].as_str().unwrap();
        match filter["key"].as_str().unwrap() {
            "InvokedAfter" => {
                let after = value.parse::<jiff::Timestamp>().unwrap().as_second();
                shown.retain(|sent| sent.requested_at >= after);
            }
            "DocumentName" => shown.retain(|_| value == "AWS-RunShellScript"),
            _ => return refuse(400, "InvalidFilterKey"),
        }
    }
    // The latest first, as SSM does.
    let commands = shown.into_iter().rev().map(command).collect();
    page(state, asked, "Commands", commands)
}

fn invocation(state: &State, role: &str, asked: &Value) -> Reply {
    let sent = state
        .sent
        .iter()
        .find(|sent| asked["CommandId"] == sent.id && sent.role_arn == role);
    let Some(sent) = sent else {
        return refuse(400, "InvalidCommandId");
    };
    let instance = asked["InstanceId"].as_str().unwrap();
    let Some(ran) = sent.invocations.get(instance) else {
        return refuse(400, "InvocationDoesNotExist");
    };
    let under_way = Ran::under_way();
    let ran = if sent.held { &under_way } else { ran };
    let at = jiff::Timestamp::from_second(sent.requested_at).unwrap().to_string();
    let ended = if ran.is_under_way() { String::new() } else { at.clone() };
    Reply::Json(
        200,
        json!({
            "CommandId": sent.id, "InstanceId": instance, "Comment": sent.comment, "Status": ran.status,
            "StatusDetails": ran.status, "ResponseCode": ran.code, "StandardOutputContent": ran.stdout,
            "StandardErrorContent": ran.stderr, "ExecutionStartDateTime": at, "ExecutionEndDateTime": ended,
        }),
    )
}

fn instances(state: &State, role: &str, asked: &Value) -> Reply {
    let mut shown: Vec<(&String, &Node)> = state.nodes.iter().filter(|(_, node)| node.role_arn == role).collect();
    for filter in asked["Filters"].as_array().into_iter().flatten() {
        let Some(tag) = filter["Key"].as_str().unwrap().strip_prefix("tag:") else {
            return refuse(400, "InvalidFilterKey");
        };
        let values = texts(&filter["Values"]);
        shown.retain(|(_, node)| node.tags.get(tag).is_some_and(|value| values.contains(value)));
    }
    let listed = shown.into_iter().map(|(id, node)| {
        json!({
            "InstanceId": id, "PingStatus": "Online", "PlatformType": "Linux", "ComputerName": node.name,
            "IPAddress": "10.0.0.7", "ResourceType": "EC2Instance",
        })
    });
    page(state, asked, "InstanceInformationList", listed.collect())
}

fn patch_states(state: &State, role: &str, asked: &Value) -> Reply {
    let ids = texts(&asked["InstanceIds"]);
    let known = ids
        .iter()
        .filter_map(|id| Some((id, state.nodes.get(id).filter(|node| node.role_arn == role)?)));
    let states = known.map(|(id, node)| {
        let patches = node.patches;
        json!({
            "InstanceId": id, "PatchGroup": "", "BaselineId": "pb-0123456789abcdef0", "InstalledCount": patches.installed,
            "MissingCount": patches.missing, "FailedCount": patches.failed, "Operation": "Scan",
            "InstalledPendingRebootCount": patches.pending_reboot, "OperationStartTime": 1_769_846_400.0,
            "OperationEndTime": 1_769_846_401.0,
        })
    });
    page(state, asked, "InstancePatchStates", states.collect())
}
