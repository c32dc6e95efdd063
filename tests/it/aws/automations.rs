//! An automation is started once for its token, however often that is asked for.

use std::collections::BTreeMap;

use actors::port::cloud::{Automation, AutomationStatus, Automations, CloudError, SendError};

use super::*;
use crate::support::ssm::{Fault, Op};

const TOKEN: &str = "0831e1a8-a1ac-4257-a1fd-c831bc15f1d2";

fn restart() -> Automation {
    Automation {
        document: "AWS-RestartEC2Instance".into(),
        version: None,
        parameters: BTreeMap::new(),
        token: TOKEN.into(),
        targets: vec![instance(WEB)],
    }
}

/// How often the machine was to be restarted.
fn restarts(house: &House) -> usize {
    let kept = house.web.read(".machine/restarts").lines().count();
    let told = house.ssm.executed(&format!("automation:{TOKEN}")).len();
    assert_eq!(kept, told, "the machine and the ledger say the same");
    kept
}

#[tokio::test]
async fn the_token_the_parameters_and_the_machines_are_on_the_wire() {
    let house = House::new().await;
    let mut meant = restart();
    meant.version = Some("3".into());
    let role = "arn:aws:iam::111111111111:role/automation";
    meant
        .parameters
        .insert("AutomationAssumeRole".into(), vec![role.into()]);
    let id = house.aws.start_automation(&company(ACME), meant).await.unwrap();
    let expected = serde_json::json!({
        "DocumentName": "AWS-RestartEC2Instance", "DocumentVersion": "3", "ClientToken": TOKEN,
        "Parameters": { "InstanceId": [WEB], "AutomationAssumeRole": [role] },
    });
    assert_eq!(house.ssm.last(), expected);
    let executed = house.ssm.executed(&format!("automation:{TOKEN}"));
    assert_eq!((executed.len(), executed[0].command_id.as_str()), (1, id.as_str()));
    assert_eq!(executed[0].role_arn, ROLE);
}

#[tokio::test]
async fn a_repeat_is_answered_with_the_execution_that_there_is() {
    let house = House::new().await;
    let acme = company(ACME);
    let start = || house.aws.start_automation(&acme, restart());
    for fault in [
        Fault::Drop,
        Fault::Reset,
        Fault::Status(500),
        Fault::Status(400),
        Fault::Garbage,
    ] {
        house.ssm.order(Op::StartAutomationExecution, fault);
        // Others are asked between them, so that the circuit does not open.
        assert_eq!(house.aws.automation(&acme, TOKEN).await, Ok(None));
        let lost = start().await;
        assert!(matches!(lost, Err(SendError::Unclear(_))), "{lost:?}");
        assert_eq!(restarts(&house), 1);
    }
    assert_eq!(house.ssm.asked(Op::StartAutomationExecution), 5, "each was sent once");
    let id = start().await.unwrap();
    let mut upper = restart();
    upper.token = TOKEN.to_uppercase();
    assert_eq!(house.aws.start_automation(&acme, upper).await.as_ref(), Ok(&id));
    assert_eq!(restarts(&house), 1);

    let mut other = restart();
    other.parameters.insert("Reason".into(), vec!["another".into()]);
    let refused = house.aws.start_automation(&acme, other).await;
    assert!(
        matches!(&refused, Err(SendError::Denied(CloudError::Invalid(why))) if why.starts_with("IdempotentParameterMismatch")),
        "{refused:?}"
    );
    let mut new = restart();
    new.token = "0831e1a8-a1ac-4257-a1fd-c831bc15f1d3".into();
    assert_ne!(house.aws.start_automation(&acme, new).await.unwrap(), id);
}

#[tokio::test]
async fn what_is_known_of_a_start_is_told_apart() {
    type Kind = fn(&SendError) -> bool;
    let cases: [(u16, &'static str, Kind); 8] = [
        (400, "AutomationDefinitionNotFoundException", |error| {
            matches!(error, SendError::Denied(CloudError::Unknown(_)))
        }),
        (400, "InvalidAutomationExecutionParametersException", |error| {
            matches!(error, SendError::Denied(CloudError::Invalid(_)))
        }),
        (400, "InvalidTarget", |error| {
            matches!(error, SendError::Denied(CloudError::Invalid(_)))
        }),
        (400, "AccessDeniedException", |error| {
            matches!(error, SendError::Denied(CloudError::Denied(_)))
        }),
        (400, "AutomationExecutionLimitExceededException", |error| {
            matches!(error, SendError::Refused(CloudError::Throttled(_)))
        }),
        (400, "ThrottlingException", |error| {
            matches!(error, SendError::Refused(CloudError::Throttled(_)))
        }),
        (400, "SomethingNew", |error| matches!(error, SendError::Unclear(_))),
        (500, "InternalServerError", |error| {
            matches!(error, SendError::Unclear(_))
        }),
    ];
    for (status, code, is_expected) in cases {
        let house = House::new().await;
        house
            .ssm
            .order(Op::StartAutomationExecution, Fault::Refuse(status, code));
        let started = house.aws.start_automation(&company(ACME), restart()).await;
        assert!(started.as_ref().is_err_and(is_expected), "{code}: {started:?}");
        assert_eq!(
            (restarts(&house), house.ssm.asked(Op::StartAutomationExecution)),
            (0, 1)
        );
    }
    let mut house = House::new().await;
    house.aws.automation(&company(ACME), TOKEN).await.unwrap();
    house.ssm.stop().await;
    let started = house.aws.start_automation(&company(ACME), restart()).await;
    let is_away = matches!(&started, Err(SendError::NotOpened(CloudError::Unavailable { .. })));
    assert!(is_away, "{started:?}");
    let nowhere = house.aws.start_automation(&company("comp-other"), restart()).await;
    assert_eq!(nowhere, Err(SendError::NotConnected));
}

#[tokio::test]
async fn what_makes_no_sense_does_not_leave_the_house() {
    let house = House::new().await;
    let mut wrong = restart();
    wrong
        .parameters
        .insert("Reason".into(), vec!["{{ssm:/prod/password}}".into()]);
    let started = house.aws.start_automation(&company(ACME), wrong).await;
    assert!(
        matches!(started, Err(SendError::NotOpened(CloudError::Invalid(_)))),
        "{started:?}"
    );
    assert_eq!(house.ssm.asked(Op::AssumeRole), 0);
    let mut foreign = restart();
    foreign.targets = vec![instance("i-00000000000000009")];
    let started = house.aws.start_automation(&company(ACME), foreign).await;
    assert!(matches!(started, Err(SendError::Denied(_))), "{started:?}");
}

#[tokio::test]
async fn it_is_seen_to_run_to_end_and_to_be_stopped() {
    let house = House::new().await;
    let acme = company(ACME);
    house.ssm.hold_running();
    let id = house.aws.start_automation(&acme, restart()).await.unwrap();
    let look = async |id: &str| house.aws.automation(&acme, id).await.unwrap();
    let running = look(&id).await.unwrap();
    assert_eq!((running.status, running.ended_at), (AutomationStatus::InProgress, None));
    house.ssm.release();
    let ended = look(&id).await.unwrap();
    assert_eq!(
        (ended.status, ended.status_details.as_str()),
        (AutomationStatus::Success, "Success")
    );
    assert_eq!(ended.outputs["startInstances.InstanceStates"], ["running"]);
    assert!(ended.started_at.is_some() && ended.ended_at.is_some() && ended.failure.is_none());
    // What is over stays as it is.
    house.aws.stop_automation(&acme, &id).await.unwrap();
    assert_eq!(look(&id).await.unwrap().status, AutomationStatus::Success);

    house.ssm.hold_running();
    let mut second = restart();
    second.token = "0831e1a8-a1ac-4257-a1fd-c831bc15f1d3".into();
    let id = house.aws.start_automation(&acme, second).await.unwrap();
    for fault in [Fault::Drop, Fault::Status(500)] {
        house.ssm.order(Op::StopAutomationExecution, fault);
    }
    house.aws.stop_automation(&acme, &id).await.unwrap();
    assert_eq!(house.ssm.asked(Op::StopAutomationExecution), 1 + 3);
    let stopped = look(&id).await.unwrap();
    assert_eq!(
        (stopped.status, stopped.failure.as_deref()),
        (AutomationStatus::Cancelled, Some("it was stopped"))
    );
    assert_eq!(look(TOKEN).await, None);
    let unknown = house.aws.stop_automation(&acme, TOKEN).await;
    assert!(matches!(unknown, Err(CloudError::Unknown(_))), "{unknown:?}");
}
