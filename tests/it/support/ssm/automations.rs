//! Automations: `AWS-RestartEC2Instance` alone, once for each token.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::answers::{refuse, texts};
use super::wire::Reply;
use super::{Execution, State, World};

/// The document that there is.
const DOCUMENT: &str = "AWS-RestartEC2Instance";

/// An automation that was started.
pub(super) struct Started {
    id: String,
    role_arn: String,
    /// In lower case, as case does not matter.
    token: String,
    /// The document, its version and its parameters.
    meant: Value,
    status: &'static str,
    at: i64,
}

/// Starts it, or says which one the token has started before. It restarts nothing, but keeps on each machine how often
/// it was to.
pub(super) fn start(world: &World, role: &str, asked: &Value) -> Reply {
    let mut state = world.state();
    state.last = asked.clone();
    if asked["DocumentName"] != DOCUMENT {
        return refuse(400, "AutomationDefinitionNotFoundException");
    }
    let token = asked["ClientToken"].as_str().unwrap_or_default().to_lowercase();
    if token.len() != 36 || uuid::Uuid::parse_str(&token).is_err() {
        return refuse(400, "ValidationException");
    }
    let meant = json!([asked["DocumentName"], asked["DocumentVersion"], asked["Parameters"]]);
    let mut known = state.started.iter();
    if let Some(known) = known.find(|known| known.token == token && known.role_arn == role) {
        return match known.meant == meant {
            true => Reply::Json(200, json!({ "AutomationExecutionId": known.id })),
            false => refuse(400, "IdempotentParameterMismatch"),
        };
    }
    let ids = texts(&asked["Parameters"]["InstanceId"]);
    let is_own = |id: &String| state.nodes.get(id).is_some_and(|node| node.role_arn == role);
    if ids.is_empty() || !ids.iter().all(is_own) {
        return refuse(400, "InvalidAutomationExecutionParametersException");
    }
    let id = uuid::Uuid::now_v7().to_string();
    for instance_id in ids {
        world.ledger.add(&Execution {
            command_id: id.clone(),
            comment: format!("automation:{token}"),
            instance_id: instance_id.clone(),
            role_arn: role.to_owned(),
            commands_sha256: hex::encode(Sha256::digest(meant.to_string())),
            document_hash: None,
        });
        let machine = &state.nodes[&instance_id].machine;
        let before = machine.read(".machine/restarts");
        machine.write(".machine/restarts", &format!("{before}{id}\n"));
    }
    let started = Started {
        id: id.clone(),
        role_arn: role.to_owned(),
        token,
        meant,
        status: if state.holding { "InProgress" } else { "Success" },
        at: jiff::Timestamp::now().as_second(),
    };
    state.started.push(started);
    Reply::Json(200, json!({ "AutomationExecutionId": id }))
}

fn find<'a>(state: &'a mut State, role: &str, asked: &Value) -> Option<&'a mut Started> {
    let mut started = state.started.iter_mut();
    started.find(|known| asked["AutomationExecutionId"] == known.id && known.role_arn == role)
}

pub(super) fn look(state: &mut State, role: &str, asked: &Value) -> Reply {
    let Some(known) = find(state, role, asked) else {
        return refuse(400, "AutomationExecutionNotFoundException");
    };
    let mut shown = json!({
        "AutomationExecutionId": known.id, "DocumentName": known.meant[0], "Parameters": known.meant[2],
        "AutomationExecutionStatus": known.status, "ExecutionStartTime": known.at as f64,
    });
    if known.status != "InProgress" {
        shown["ExecutionEndTime"] = (known.at as f64).into();
    }
    if known.status == "Success" {
        shown["Outputs"] = json!({ "startInstances.InstanceStates": ["running"] });
    }
    if known.status == "Cancelled" {
        shown["FailureMessage"] = "it was stopped".into();
    }
    Reply::Json(200, json!({ "AutomationExecution": shown }))
}

pub(super) fn stop(state: &mut State, role: &str, asked: &Value) -> Reply {
    match find(state, role, asked) {
        None => refuse(400, "AutomationExecutionNotFoundException"),
        Some(known) if known.status == "InProgress" => {
            known.status = "Cancelled";
            Reply::Json(200, json!({}))
        }
        Some(_) => refuse(400, "InvalidAutomationStatusUpdateException"),
    }
}

/// Lets all of them be seen to have ended.
pub(super) fn release(state: &mut State) {
    for known in state.started.iter_mut().filter(|known| known.status == "InProgress") {
        known.status = "Success";
    }
}
