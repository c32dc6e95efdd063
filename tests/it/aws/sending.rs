//! What is known of a command after it was sent, and that it is sent once.

use std::sync::Arc;

use actors::domain::Timestamp;
use actors::port::cloud::{CloudError, CommandStatus, Commands, InvocationStatus, SendError};

use super::*;
use crate::support::faulty::Gate;
use crate::support::ssm::{DOCUMENT, Fault, Op};

const COMMENT: &str = "aw:run-1";

/// What comes of a command where this was ordered, how often it then stands in the ledger, and how often it was asked
/// for.
async fn sent_with(fault: Fault) -> (Result<(), SendError>, usize, usize) {
    let house = House::new().await;
    house.ssm.order(Op::SendCommand, fault);
    let sent = house.aws.send(&company(ACME), counting(COMMENT)).await;
    let executed = house.ssm.executed(COMMENT).len();
    let ran = house.web.read("ran").lines().count();
    assert_eq!(ran, executed, "the machine and the ledger say the same");
    (sent.map(|_| ()), executed, house.ssm.asked(Op::SendCommand))
}

#[tokio::test]
async fn a_command_is_executed_once_and_found_again() {
    let house = House::new().await;
    let acme = company(ACME);
    let id = house.aws.send(&acme, counting(COMMENT)).await.unwrap();
    let executed = house.ssm.executed(COMMENT);
    assert_eq!(executed.len(), 1);
    assert_eq!(
        (executed[0].command_id.as_str(), executed[0].instance_id.as_str()),
        (id.as_str(), WEB)
    );
    let found = house.aws.find(&acme, COMMENT, Timestamp::default()).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((&found[0].command_id, found[0].status), (&id, CommandStatus::Success));
    assert!(found[0].requested_at.is_some());
    let seen = house.aws.invocation(&acme, &id, &instance(WEB)).await.unwrap().unwrap();
    assert_eq!((seen.status, seen.exit_code), (InvocationStatus::Success, Some(0)));
    assert_eq!((seen.stdout.as_str(), seen.stderr.as_str()), ("ran\n", ""));
    assert!(seen.started_at.is_some() && seen.ended_at.is_some());
}

#[tokio::test]
async fn a_command_says_how_long_it_may_run_and_how_long_it_may_wait() {
    let house = House::new().await;
    let mut command = counting(COMMENT);
    command.timeout_seconds = 300;
    command.delivery_seconds = 30;
    command.document_hash = Some(DOCUMENT.to_owned());
    let lines = command.commands.clone();
    house.aws.send(&company(ACME), command).await.unwrap();
    let expected = serde_json::json!({
        "DocumentName": "AWS-RunShellScript", "DocumentHash": DOCUMENT, "DocumentHashType": "Sha256",
        "Comment": COMMENT, "InstanceIds": [WEB], "TimeoutSeconds": 30,
        "Parameters": { "commands": lines, "executionTimeout": ["300"] },
    });
    assert_eq!(house.ssm.last(), expected);
}

#[tokio::test]
async fn a_command_whose_answer_is_lost_has_run_exactly_once_and_is_unclear() {
    for fault in [
        Fault::Drop,
        Fault::Reset,
        Fault::Status(500),
        Fault::Status(503),
        Fault::Status(400),
        Fault::Garbage,
    ] {
        let (sent, executed, asked) = sent_with(fault).await;
        assert!(matches!(sent, Err(SendError::Unclear(_))), "{sent:?}");
        assert_eq!((executed, asked), (1, 1), "{sent:?}");
    }
}

#[tokio::test]
async fn a_command_that_is_not_answered_in_time_is_unclear_and_found_later() {
    let house = House::new().await;
    let gate = Arc::new(Gate::default());
    house.ssm.order(Op::SendCommand, Fault::Hold(gate.clone()));
    let sent = house.aws.send(&company(ACME), counting(COMMENT)).await;
    assert!(matches!(sent, Err(SendError::Unclear(_))), "{sent:?}");
    gate.open();
    assert_eq!(
        (house.ssm.executed(COMMENT).len(), house.ssm.asked(Op::SendCommand)),
        (1, 1)
    );
    let found = house
        .aws
        .find(&company(ACME), COMMENT, Timestamp::default())
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
}

#[tokio::test]
async fn a_connection_that_is_reset_before_anything_was_read_is_unclear() {
    let house = House::new().await;
    // The role is assumed first, so that the next connection is that of the command.
    house
        .aws
        .find(&company(ACME), COMMENT, Timestamp::default())
        .await
        .unwrap();
    house.ssm.reset_connections(1);
    let sent = house.aws.send(&company(ACME), counting(COMMENT)).await;
    assert!(matches!(sent, Err(SendError::Unclear(_))), "{sent:?}");
    assert_eq!(
        (house.ssm.executed(COMMENT).len(), house.ssm.asked(Op::SendCommand)),
        (0, 0)
    );
    house.aws.send(&company(ACME), counting(COMMENT)).await.unwrap();
    assert_eq!(house.ssm.executed(COMMENT).len(), 1);
}

#[tokio::test]
async fn a_definite_refusal_proves_that_nothing_was_sent() {
    type Kind = fn(&CloudError) -> bool;
    let cases: [(u16, &'static str, Kind); 7] = [
        (400, "ValidationException", |error| {
            matches!(error, CloudError::Invalid(_))
        }),
        (400, "InvalidDocument", |error| matches!(error, CloudError::Invalid(_))),
        (400, "MaxDocumentSizeExceeded", |error| {
            matches!(error, CloudError::Invalid(_))
        }),
        (400, "UnsupportedPlatformType", |error| {
            matches!(error, CloudError::Invalid(_))
        }),
        (400, "InvalidInstanceId", |error| {
            matches!(error, CloudError::Unknown(_))
        }),
        (400, "AccessDeniedException", |error| {
            matches!(error, CloudError::Denied(_))
        }),
        (403, "ExpiredTokenException", |error| {
            matches!(error, CloudError::Denied(_))
        }),
    ];
    for (status, code, is_expected) in cases {
        let (sent, executed, asked) = sent_with(Fault::Refuse(status, code)).await;
        assert!(
            matches!(&sent, Err(SendError::Denied(error)) if is_expected(error)),
            "{code}: {sent:?}"
        );
        assert_eq!((executed, asked), (0, 1), "{code}");
    }
}

#[tokio::test]
async fn a_refusal_that_passes_is_told_from_one_that_does_not() {
    for (status, code) in [
        (400, "ThrottlingException"),
        (429, "TooManyRequestsException"),
        (400, "RequestLimitExceeded"),
        (400, "TooManyUpdates"),
    ] {
        let (sent, executed, asked) = sent_with(Fault::Refuse(status, code)).await;
        assert!(
            matches!(&sent, Err(SendError::Refused(CloudError::Throttled(_)))),
            "{code}: {sent:?}"
        );
        assert_eq!((executed, asked), (0, 1), "{code}");
    }
}

#[tokio::test]
async fn what_is_no_definite_refusal_is_unclear() {
    for (status, code) in [
        (400, "SomethingNew"),
        (408, "RequestTimeout"),
        (500, "InternalServerError"),
        (500, "ThrottlingException"),
        (503, "ThrottlingException"),
    ] {
        let (sent, _, asked) = sent_with(Fault::Refuse(status, code)).await;
        assert!(matches!(sent, Err(SendError::Unclear(_))), "{status} {code}: {sent:?}");
        assert_eq!(asked, 1, "{status} {code}");
    }
}

#[tokio::test]
async fn a_port_that_refuses_proves_that_nothing_was_sent() {
    for assumed in [false, true] {
        let mut house = House::new().await;
        if assumed {
            house
                .aws
                .find(&company(ACME), COMMENT, Timestamp::default())
                .await
                .unwrap();
        }
        house.ssm.stop().await;
        let sent = house.aws.send(&company(ACME), counting(COMMENT)).await;
        let is_away = matches!(&sent, Err(SendError::NotOpened(CloudError::Unavailable { .. })));
        assert!(is_away, "{sent:?}");
        assert_eq!(house.ssm.executed(COMMENT).len(), 0);
    }
}

#[tokio::test]
async fn without_credentials_nothing_is_sent() {
    let house = House::new().await;
    let acme = company(ACME);
    for id in ["", "acme:2", "ACME:1"] {
        house.known.put(ACME, settings(ROLE, id, &house.ssm.url()));
        let sent = house.aws.send(&acme, counting(COMMENT)).await;
        let refused = matches!(
            &sent,
            Err(SendError::Denied(CloudError::Denied(_)) | SendError::NotOpened(CloudError::Invalid(_)))
        );
        assert!(refused, "{id}: {sent:?}");
    }
    house.known.put(ACME, settings(ROLE, "acme:1", &house.ssm.url()));
    // Whatever STS does, a command was not sent by it.
    for fault in [
        Fault::Drop,
        Fault::Garbage,
        Fault::Refuse(400, "SomethingNew"),
        Fault::Refuse(403, "AccessDenied"),
    ] {
        for _ in 0..3 {
            house.ssm.order(Op::AssumeRole, fault.clone());
        }
        let sent = house.aws.send(&acme, counting(COMMENT)).await;
        let is_certain = matches!(sent, Err(SendError::NotOpened(_) | SendError::Denied(_)));
        assert!(is_certain, "{sent:?}");
        house.known.put(
            ACME,
            settings("arn:aws:iam::111111111111:role/no", "acme:1", &house.ssm.url()),
        );
        drop(house.aws.send(&acme, counting(COMMENT)).await);
        house.known.put(ACME, settings(ROLE, "acme:1", &house.ssm.url()));
    }
    assert_eq!(house.ssm.asked(Op::SendCommand), 0);
}

#[tokio::test]
async fn a_company_without_settings_is_not_connected() {
    let house = House::new().await;
    let sent = house.aws.send(&company("comp-other"), counting(COMMENT)).await;
    assert_eq!(sent, Err(SendError::NotConnected));
    let found = house
        .aws
        .find(&company("comp-other"), COMMENT, Timestamp::default())
        .await;
    assert_eq!(found, Err(CloudError::NotConnected));
    assert_eq!(house.ssm.asked(Op::AssumeRole), 0);
}

#[tokio::test]
async fn a_command_that_makes_no_sense_does_not_leave_the_house() {
    let house = House::new().await;
    let mut command = counting(COMMENT);
    command.commands.push("echo {{ssm:/prod/password}}".into());
    let sent = house.aws.send(&company(ACME), command).await;
    assert!(
        matches!(sent, Err(SendError::NotOpened(CloudError::Invalid(_)))),
        "{sent:?}"
    );
    assert_eq!(house.ssm.asked(Op::AssumeRole), 0);
}

#[tokio::test]
async fn a_command_that_fails_is_seen_to_fail() {
    let house = House::new().await;
    let mut command = counting(COMMENT);
    command.commands = vec!["echo no room >&2".into(), "exit 3".into()];
    let id = house.aws.send(&company(ACME), command).await.unwrap();
    let seen = house
        .aws
        .invocation(&company(ACME), &id, &instance(WEB))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((seen.status, seen.exit_code), (InvocationStatus::Failed, Some(3)));
    assert_eq!((seen.stdout.as_str(), seen.stderr.as_str()), ("", "no room\n"));
}

#[tokio::test]
async fn a_runbook_of_the_library_does_its_work() {
    use actors::domain::runbook::{RunbookPart, library};
    let house = House::new().await;
    house.web.write(".machine/units/nginx.service", "failed");
    let mut library = library::built_in().unwrap().into_iter();
    let runbook = library.find(|runbook| runbook.slug == "service-restart").unwrap();
    let values = serde_json::json!({"service": "nginx"});
    let rendered = runbook.render(RunbookPart::Run, values.as_object().unwrap()).unwrap();
    let mut command = counting(COMMENT);
    command.commands = rendered.commands;
    let id = house.aws.send(&company(ACME), command).await.unwrap();
    let seen = house
        .aws
        .invocation(&company(ACME), &id, &instance(WEB))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(seen.status, InvocationStatus::Success, "{seen:?}");
    assert_eq!(house.web.read(".machine/units/nginx.service").trim(), "active");
}
