//! Return of control: what an agent asks for as calls, and what came of them as its results. An agent's action groups may
//! describe tools as functions or as an API; both are found by the tool's name, with `.` or `_` or `/` in it.

use actors::domain::talk::{Asked, ModelFailure, ToolResult};
use aws_sdk_bedrockagentruntime::types::{
    ActionInvocationType, ApiInvocationInput, ApiParameter, ApiResult, ConfirmationState, ContentBody,
    FunctionInvocationInput, FunctionParameter, FunctionResult, InvocationInputMember, InvocationResultMember,
    ResponseState, ReturnControlPayload, SessionState,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What has to be said with the results: AWS wants its own names back.
#[derive(Debug, Serialize, Deserialize)]
struct Returned {
    invocation_id: String,
    asked: Vec<AskedBy>,
}

/// How one call was asked for.
#[derive(Debug, Serialize, Deserialize)]
struct AskedBy {
    action_group: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    function: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    api: Option<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    agent_id: Option<String>,
    /// Whether a person has to confirm it first.
    confirm: bool,
}

/// The calls, and what has to be remembered for their results.
pub(super) fn calls(payload: &ReturnControlPayload) -> (Vec<Asked>, Value) {
    let id = payload.invocation_id.clone().unwrap_or_default();
    let inputs = payload.invocation_inputs.as_deref().unwrap_or_default();
    let read: Vec<(Asked, AskedBy)> = inputs
        .iter()
        .enumerate()
        .filter_map(|(place, input)| {
            let call_id = format!("{id}/{place}");
            match input {
                InvocationInputMember::FunctionInvocationInput(input) => Some(function(input, call_id)),
                InvocationInputMember::ApiInvocationInput(input) => Some(api(input, call_id)),
                _ => None,
            }
        })
        .collect();
    let (calls, asked) = read.into_iter().unzip();
    let returned = Returned {
        invocation_id: id,
        asked,
    };
    (calls, serde_json::to_value(returned).unwrap_or_default())
}

fn function(input: &FunctionInvocationInput, id: String) -> (Asked, AskedBy) {
    let function = input.function.clone().unwrap_or_default();
    let parameters = input.parameters.as_deref().unwrap_or_default();
    let each = parameters.iter().map(
        |FunctionParameter {
             name, r#type, value, ..
         }| (name, r#type, value),
    );
    let asked = Asked {
        id,
        name: name_of(&input.action_group, &function),
        arguments: arguments(each),
    };
    let by = AskedBy {
        action_group: input.action_group.clone(),
        function: Some(function),
        api: None,
        agent_id: input.agent_id.clone(),
        confirm: wants_confirmation(input.action_invocation_type.as_ref()),
    };
    (asked, by)
}

fn api(input: &ApiInvocationInput, id: String) -> (Asked, AskedBy) {
    let path = input.api_path.clone().unwrap_or_default();
    let method = input.http_method.clone().unwrap_or_default();
    let in_path = input.parameters.as_deref().unwrap_or_default().iter();
    let in_path = in_path.map(
        |ApiParameter {
             name, r#type, value, ..
         }| (name, r#type, value),
    );
    let body = input.request_body.as_ref().and_then(|body| body.content.as_ref());
    let body = body.and_then(|content| content.get("application/json"));
    let in_body = body
        .and_then(|properties| properties.properties.as_deref())
        .unwrap_or_default()
        .iter();
    let in_body = in_body.map(|property| (&property.name, &property.r#type, &property.value));
    let asked = Asked {
        id,
        name: name_of(&input.action_group, &path),
        arguments: arguments(in_path.chain(in_body)),
    };
    let by = AskedBy {
        action_group: input.action_group.clone(),
        function: None,
        api: Some((method, path)),
        agent_id: input.agent_id.clone(),
        confirm: wants_confirmation(input.action_invocation_type.as_ref()),
    };
    (asked, by)
}

fn wants_confirmation(kind: Option<&ActionInvocationType>) -> bool {
    matches!(
        kind,
        Some(ActionInvocationType::UserConfirmation | ActionInvocationType::UserConfirmationAndResult)
    )
}

/// `cloudwatch` and `get_alarm`, `cloudwatch_get_alarm`, or `/cloudwatch/get_alarm`: the tool's name as it is offered.
fn name_of(group: &str, named: &str) -> String {
    let flat = |text: &str| text.trim_matches('/').replace(['.', '/', '-'], "_");
    let (group, named) = (flat(group), flat(named));
    let is_tool = |name: &str| {
        let mut tools = actors::tool::registry::tools().iter();
        tools.any(|tool| tool.name.replace('.', "_") == name)
    };
    let whole = format!("{group}_{named}");
    if !is_tool(&named) && is_tool(&whole) {
        whole
    } else {
        named
    }
}

type Parameter<'a> = (&'a Option<String>, &'a Option<String>, &'a Option<String>);

/// AWS gives every value as a text, with the type that it is meant as.
fn arguments<'a>(parameters: impl Iterator<Item = Parameter<'a>>) -> Value {
    let each = parameters.filter_map(|(name, kind, value)| {
        let value = value.as_deref()?;
        let meant = match kind.as_deref() {
            Some("string") | None => None,
            Some(_) => serde_json::from_str(value).ok(),
        };
        Some((name.clone()?, meant.unwrap_or_else(|| Value::from(value))))
    });
    Value::Object(each.collect::<Map<_, _>>())
}

/// What came of the calls, in AWS's words.
///
/// # Errors
/// What was remembered is not what this has made.
pub(super) fn results(remembered: Option<&Value>, results: &[ToolResult]) -> Result<SessionState, ModelFailure> {
    let lost = || ModelFailure::refused("nobody knows what the results are of");
    let returned = remembered.ok_or_else(lost)?;
    let returned = Returned::deserialize(returned).map_err(|_| lost())?;
    let mut members = Vec::with_capacity(results.len());
    for (asked, result) in returned.asked.iter().zip(results) {
        members.push(member(asked, result).ok_or_else(lost)?);
    }
    Ok(SessionState::builder()
        .invocation_id(returned.invocation_id)
        .set_return_control_invocation_results(Some(members))
        .build())
}

fn member(asked: &AskedBy, result: &ToolResult) -> Option<InvocationResultMember> {
    let body = ContentBody::builder().body(&result.answer).build();
    // Nothing is confirmed here; that is for people, who are asked elsewhere.
    let confirmation = asked.confirm.then_some(ConfirmationState::Deny);
    let failed = (!result.done).then_some(ResponseState::Reprompt);
    match (&asked.function, &asked.api) {
        (Some(function), _) => {
            let result = FunctionResult::builder()
                .action_group(&asked.action_group)
                .function(function)
                .response_body("TEXT", body)
                .set_confirmation_state(confirmation)
                .set_response_state(failed)
                .set_agent_id(asked.agent_id.clone());
            result.build().ok().map(InvocationResultMember::FunctionResult)
        }
        (None, Some((method, path))) => {
            let result_of = ApiResult::builder()
                .action_group(&asked.action_group)
                .http_method(method)
                .api_path(path)
                .http_status_code(if result.done { 200 } else { 400 })
                .response_body("application/json", body)
                .set_confirmation_state(confirmation)
                .set_response_state(failed)
                .set_agent_id(asked.agent_id.clone());
            result_of.build().ok().map(InvocationResultMember::ApiResult)
        }
        (None, None) => None,
    }
}
