//! The double in memory keeps the port's promises as AWS does.

use std::collections::BTreeMap;
use std::time::Duration;

use actors::port::cloud::{
    Automation, AutomationStatus, Automations, CloudError, Commands, InvocationStatus, SendError,
};

use super::*;
use crate::support::estate::{DOCUMENT, Estate, Mood};

const WEB_1: &str = "i-0000000a";

fn command(comment: &str) -> Command {
    Command {
        instance_ids: vec![instance(WEB_1)],
        ..counting(comment)
    }
}

fn estate() -> (Arc<ManualClock>, Arc<Estate>) {
    let clock = Arc::new(ManualClock::default());
    (clock.clone(), Estate::new(clock))
}

#[tokio::test]
async fn what_is_called_off_ends_there_and_what_has_ended_stays() {
    let (clock, estate) = estate();
    let acme = company(ACME);
    let first = estate.send(&acme, command("aw:run-1")).await.unwrap();
    clock.advance(Duration::from_secs(10));
    let second = estate.send(&acme, command("aw:run-2")).await.unwrap();
    for id in [&first, &second, &second] {
        estate.cancel(&acme, id).await.unwrap();
    }
    assert_eq!(
        (estate.is_cancelled(&first), estate.is_cancelled(&second)),
        (false, true)
    );
    let web = instance(WEB_1);
    let status = async |id| estate.invocation(&acme, id, &web).await.unwrap().unwrap().status;
    assert_eq!(status(&first).await, InvocationStatus::Success);
    assert_eq!(status(&second).await, InvocationStatus::Cancelled);
    let unknown = estate.cancel(&company("comp-beta"), &second).await;
    assert!(matches!(unknown, Err(CloudError::Unknown(_))), "{unknown:?}");
    estate.is_away(true);
    assert!(estate.cancel(&acme, &second).await.is_err());
}

#[tokio::test]
async fn another_document_than_was_meant_runs_nothing() {
    let (_, estate) = estate();
    let acme = company(ACME);
    assert_eq!(estate.document_hash(&acme).await, Ok(Some(DOCUMENT.to_owned())));
    let mut pinned = command("aw:run-1");
    pinned.document_hash = Some(DOCUMENT.to_owned());
    estate.send(&acme, pinned.clone()).await.unwrap();
    estate.document(Some(&"0a".repeat(32)));
    let refused = estate.send(&acme, pinned).await;
    assert!(matches!(refused, Err(SendError::Denied(_))), "{refused:?}");
    estate.document(None);
    assert_eq!(estate.document_hash(&acme).await, Ok(None));
    assert_eq!(estate.runs().len(), 1);
}

#[tokio::test]
async fn its_moods_are_told_apart() {
    let (_, estate) = estate();
    estate.will(&[
        Mood::NotOpened,
        Mood::Denied,
        Mood::Refused,
        Mood::RequestLost,
        Mood::ReplyLost,
    ]);
    let mut told = Vec::new();
    for number in 0..5 {
        let sent = estate.send(&company(ACME), command(&format!("aw:{number}"))).await;
        told.push(match sent.unwrap_err() {
            SendError::NotOpened(_) => "not opened",
            SendError::Denied(_) => "denied",
            SendError::Refused(_) => "refused",
            SendError::Unclear(_) => "unclear",
            SendError::NotConnected => "not connected",
        });
    }
    assert_eq!(told, ["not opened", "denied", "refused", "unclear", "unclear"]);
    assert_eq!(estate.runs()[0].command.comment, "aw:4", "its answer was lost");
}

#[tokio::test]
async fn a_token_starts_one_automation_whatever_is_answered() {
    let (clock, estate) = estate();
    let acme = company(ACME);
    let restart = || Automation {
        document: "AWS-RestartEC2Instance".into(),
        version: None,
        parameters: BTreeMap::new(),
        token: "0831e1a8-a1ac-4257-a1fd-c831bc15f1d2".into(),
        targets: vec![instance(WEB_1)],
    };
    estate.will(&[Mood::RequestLost, Mood::ReplyLost, Mood::ReplyLost]);
    for started in [0, 1, 1] {
        let lost = estate.start_automation(&acme, restart()).await;
        assert!(matches!(lost, Err(SendError::Unclear(_))), "{lost:?}");
        assert_eq!(estate.started().len(), started);
    }
    let id = estate.start_automation(&acme, restart()).await.unwrap();
    let started = estate.started();
    assert_eq!((started.len(), &started[0].id), (1, &id));
    let mut other = restart();
    other.targets = vec![instance("i-0000000b")];
    let denied = estate.start_automation(&acme, other).await;
    assert!(matches!(denied, Err(SendError::Denied(_))), "{denied:?}");

    let status = async |id: &str| estate.automation(&acme, id).await.unwrap().map(|seen| seen.status);
    assert_eq!(status(&id).await, Some(AutomationStatus::InProgress));
    let mut second = restart();
    second.token = "0831e1a8-a1ac-4257-a1fd-c831bc15f1d3".into();
    let stopped = estate.start_automation(&acme, second).await.unwrap();
    estate.stop_automation(&acme, &stopped).await.unwrap();
    clock.advance(Duration::from_secs(10));
    estate.stop_automation(&acme, &id).await.unwrap();
    assert_eq!(status(&id).await, Some(AutomationStatus::Success));
    assert_eq!(status(&stopped).await, Some(AutomationStatus::Cancelled));
    assert_eq!(estate.automation(&company("comp-beta"), &id).await, Ok(None));
    let unknown = estate
        .stop_automation(&acme, "00000000-0000-0000-0000-000000000000")
        .await;
    assert!(matches!(unknown, Err(CloudError::Unknown(_))), "{unknown:?}");
}
