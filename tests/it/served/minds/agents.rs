//! Remote agents: Bedrock's `InvokeAgent` with its return of control and its errors in the stream, and AgentCore's
//! `InvokeAgentRuntime`.

use serde_json::{Value, json};

use super::{decide, engine, good};
use crate::support::provider::{End, Member, Provider, Reply};
use crate::support::server::Server;

const ALIAS: &str = "arn:aws:bedrock:eu-west-1:123456789012:agent-alias/AGENT12345/ALIAS67890";
const RUNTIME: &str = "arn:aws:bedrock-agentcore:eu-west-1:123456789012:runtime/decider-AbCdEf1234";

async fn remote(provider: &Provider, bedrock: bool, runtime: bool) -> Server {
    Server::start_beside(engine(), Some(&provider.url), |flags| {
        flags.minds.agent_mode = Some(alert_whisperer::config::AgentMode::Remote);
        flags.minds.bedrock_agent_arn = bedrock.then(|| ALIAS.to_owned());
        flags.minds.agentcore_runtime_arn = runtime.then(|| RUNTIME.to_owned());
        flags.max_tokens_per_decision = Some(20_000);
        flags.max_decision_time_seconds = Some(5);
    })
    .await
}

fn control(kind: &str) -> Member {
    Member::ReturnControl(json!({
        "invocationId": "inv-1",
        "invocationInputs": [
            {"functionInvocationInput": {"actionGroup": "kpi", "function": "snapshot", "parameters": []}},
            {"functionInvocationInput": {"actionGroup": "ssm", "function": "execute", "actionInvocationType": kind,
                "parameters": [{"name": "runbook", "type": "string", "value": "service-restart"}]}},
            {"apiInvocationInput": {"actionGroup": "cloud", "apiPath": "/cloudwatch/get_alarm", "httpMethod": "GET",
                "parameters": [{"name": "alarm_name", "type": "string", "value": "cpu"}]}},
        ],
    }))
}

#[tokio::test]
async fn a_bedrock_agent_streams_and_its_calls_come_back_to_us() {
    let provider = Provider::start().await;
    let server = remote(&provider, true, false).await;
    let acme = server.company("comp-acme").await;
    let mut unsaid = good();
    unsaid.as_object_mut().unwrap().remove("tool_calls");
    provider.says([
        Reply::bedrock([Member::Usage(500, 40), control("USER_CONFIRMATION")]),
        Reply::bedrock([Member::Usage(600, 60), Member::Chunk(unsaid.to_string())]),
    ]);
    // Remote agents are asked even where a rule would match: that is what the mode means.
    let decided = decide(&server, &acme, "disk-full").await;
    assert_eq!(decided["engine"], "bedrock-agent", "{decided}");
    assert_eq!(decided["tokens_used"], 1_200);
    assert_eq!(
        decided["tool_calls"][0]["parameters"],
        json!({"runbook": "service-restart"}),
        "a proposal"
    );

    let asked = provider.asked();
    assert!(
        asked[0]
            .path
            .starts_with("/agents/AGENT12345/agentAliases/ALIAS67890/sessions/ses-"),
        "{}",
        asked[0].path
    );
    assert!(asked[0].path.ends_with("/text"));
    assert!(
        asked[0].headers["authorization"]
            .to_str()
            .unwrap()
            .starts_with("AWS4-HMAC-SHA256")
    );
    assert!(asked[0].body["inputText"].as_str().unwrap().contains("BEGIN DATA"));
    assert_eq!(asked[0].path, asked[1].path, "one session");
    let state = &asked[1].body["sessionState"];
    assert_eq!(state["invocationId"], "inv-1");
    let results: Vec<&Value> = state["returnControlInvocationResults"]
        .as_array()
        .unwrap()
        .iter()
        .collect();
    assert!(
        results[0]["functionResult"]["responseBody"]["TEXT"]["body"]
            .as_str()
            .unwrap()
            .contains("mttr_minutes")
    );
    let run = &results[1]["functionResult"];
    assert_eq!(
        (&run["confirmationState"], &run["function"]),
        (&json!("DENY"), &json!("execute")),
        "people confirm"
    );
    let alarm = &results[2]["apiResult"];
    assert_eq!(
        (&alarm["apiPath"], &alarm["httpStatusCode"]),
        (&json!("/cloudwatch/get_alarm"), &json!(400))
    );
    assert_eq!(
        alarm["responseState"], "REPROMPT",
        "there is no such tool for a company without an account"
    );
    let ping = server.get(&acme, "/api/agent/ping").await.json();
    assert_eq!(
        (&ping["mode"], &ping["provider"]),
        (&json!("remote"), &json!("bedrock-agent"))
    );
    server.stop().await;
}

#[tokio::test]
async fn errors_that_come_in_the_stream_are_errors() {
    let provider = Provider::start().await;
    let server = remote(&provider, true, false).await;
    let acme = server.company("comp-acme").await;
    for name in [
        "accessDeniedException",
        "badGatewayException",
        "conflictException",
        "dependencyFailedException",
        "internalServerException",
        "modelNotReadyException",
        "resourceNotFoundException",
        "serviceQuotaExceededException",
        "throttlingException",
        "validationException",
    ] {
        provider.says([Reply::bedrock([
            Member::Usage(500, 4),
            Member::Chunk("I would".into()),
            Member::Exception(name),
        ])]);
        let decided = decide(&server, &acme, "link-down").await;
        assert_eq!(decided["engine"], "rules", "{name}: {decided}");
        let why = decided["fallback"].as_str().unwrap().to_lowercase();
        assert!(why.contains(&name.to_lowercase()), "{name}: {why}");
        assert_eq!(decided["tokens_used"], 504, "{name}");
        // One that answers again is asked again.
        provider.says([Reply::bedrock([
            Member::Usage(100, 4),
            Member::Chunk(good().to_string()),
        ])]);
        let decided = decide(&server, &acme, "link-down").await;
        assert_eq!(decided["engine"], "bedrock-agent", "{name}: {decided}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_bedrock_agent_that_fails_is_followed_by_the_next_and_then_the_rules() {
    let provider = Provider::start().await;
    let server = remote(&provider, true, true).await;
    let acme = server.company("comp-acme").await;
    let throttled = || {
        let mut reply = Reply::json(429, &json!({"message": "slow down"}));
        reply.headers = vec![("x-amzn-errortype", "ThrottlingException")];
        reply
    };
    provider.says([throttled(), Reply::agentcore(&[json!("Looking."), good()])]);
    let decided = decide(&server, &acme, "link-down").await;
    assert_eq!(decided["engine"], "agentcore", "{decided}");
    assert!(
        decided["fallback"]
            .as_str()
            .unwrap()
            .contains("bedrock-agent: the service answered ThrottlingException"),
        "{decided}"
    );
    assert_eq!(provider.asked().len(), 2, "nobody is asked twice");
    provider.says([throttled()]);
    let decided = decide(&server, &acme, "link-down").await;
    assert_eq!(decided["engine"], "rules");
    server.stop().await;
}

#[tokio::test]
async fn an_agent_on_agentcore_answers_by_events_or_json() {
    let provider = Provider::start().await;
    let server = remote(&provider, false, true).await;
    let acme = server.company("comp-acme").await;
    let check = async |reply: Reply, engine: &str| {
        provider.says([reply]);
        let decided = decide(&server, &acme, "link-down").await;
        assert_eq!(decided["engine"], engine, "{decided}");
        decided
    };
    check(Reply::agentcore(&[json!("Looking at it."), good()]), "agentcore").await;
    check(Reply::json(200, &good()), "agentcore").await;
    check(Reply::json(200, &json!({"result": good().to_string()})), "agentcore").await;
    let failed = check(
        Reply::agentcore(&[json!("half"), json!({"error": "boom", "error_type": "ValueError"})]),
        "rules",
    )
    .await;
    assert!(failed["fallback"].as_str().unwrap().contains("boom"), "{failed}");
    check(Reply::agentcore(&[json!("half")]).ends(End::Cut), "rules").await;
    check(Reply::json(424, &json!({"message": "the container failed"})), "rules").await;
    let asked = &provider.asked()[0];
    assert!(
        asked.path.starts_with("/runtimes/arn%3Aaws%3Abedrock-agentcore"),
        "{}",
        asked.path
    );
    let session = asked.headers["x-amzn-bedrock-agentcore-runtime-session-id"]
        .to_str()
        .unwrap();
    assert!((33..=256).contains(&session.len()), "{session}");
    assert!(asked.body["prompt"].as_str().unwrap().contains("BEGIN DATA"));
    server.stop().await;
}
