//! A command that is called off is ended, as far as it can be.

use std::time::Duration;

use actors::domain::Timestamp;
use actors::port::cloud::{CloudError, CommandId, CommandStatus, Commands, InvocationStatus};

use super::*;
use crate::support::process::eventually;
use crate::support::ssm::{Fault, Op};

const COMMENT: &str = "aw:run-1";
const SOON: Duration = Duration::from_secs(20);

/// A command that never ends by itself, with a process behind it.
fn endless() -> Command {
    let lines = [
        "echo ran >>\"$AW_ROOT/ran\"",
        "tail -f /dev/null &",
        "echo $$ $! >\"$AW_ROOT/pids\"",
        "wait",
        "echo done >\"$AW_ROOT/done\"",
    ];
    let mut command = counting(COMMENT);
    command.commands = lines.map(str::to_owned).into();
    command
}

/// Whether a process does anything yet; one that nobody has buried does not.
fn is_alive(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit(") ").next().and_then(|rest| rest.chars().next());
    state.is_some_and(|state| state != 'Z')
}

async fn seen(house: &House, id: &CommandId) -> (InvocationStatus, Option<i32>) {
    let seen = house.aws.invocation(&company(ACME), id, &instance(WEB)).await;
    let seen = seen.unwrap().unwrap();
    (seen.status, seen.exit_code)
}

#[tokio::test]
async fn what_runs_is_ended_with_all_that_it_has_started() {
    let house = House::new().await;
    let acme = company(ACME);
    house.ssm.answer_first();
    let id = house.aws.send(&acme, endless()).await.unwrap();
    let pids = eventually("it runs", SOON, async || {
        Some(house.web.read("pids")).filter(|pids| pids.ends_with('\n'))
    })
    .await;
    assert_eq!(seen(&house, &id).await, (InvocationStatus::InProgress, None));
    assert!(pids.split_whitespace().count() == 2 && pids.split_whitespace().all(is_alive));

    house.aws.cancel(&acme, &id).await.unwrap();
    assert_eq!(seen(&house, &id).await, (InvocationStatus::Cancelled, None));
    eventually("its processes have ended", SOON, async || {
        (!pids.split_whitespace().any(is_alive)).then_some(())
    })
    .await;
    let found = house.aws.find(&acme, COMMENT, Timestamp::default()).await.unwrap();
    assert_eq!((found.len(), found[0].status), (1, CommandStatus::Cancelled));
    assert_eq!(house.web.read("done"), "");
    assert_eq!(house.ssm.executed(COMMENT).len(), 1);
    // Asked for once more, it changes nothing.
    house.aws.cancel(&acme, &id).await.unwrap();
    assert_eq!(seen(&house, &id).await, (InvocationStatus::Cancelled, None));
}

#[tokio::test]
async fn what_is_answered_first_runs_to_its_end_behind_that() {
    let house = House::new().await;
    house.ssm.answer_first();
    let id = house.aws.send(&company(ACME), counting(COMMENT)).await.unwrap();
    let ended = eventually("it has ended", SOON, async || {
        Some(seen(&house, &id).await).filter(|(status, _)| status.is_over())
    })
    .await;
    assert_eq!(ended, (InvocationStatus::Success, Some(0)));
    assert_eq!(house.web.read("ran"), "ran\n");
}

#[tokio::test]
async fn what_has_ended_stays_as_it_was() {
    let house = House::new().await;
    let id = house.aws.send(&company(ACME), counting(COMMENT)).await.unwrap();
    house.aws.cancel(&company(ACME), &id).await.unwrap();
    assert_eq!(seen(&house, &id).await, (InvocationStatus::Success, Some(0)));
}

#[tokio::test]
async fn it_may_be_asked_again_where_the_answer_is_lost() {
    let house = House::new().await;
    let acme = company(ACME);
    house.ssm.hold_running();
    let id = house.aws.send(&acme, counting(COMMENT)).await.unwrap();
    for fault in [Fault::Drop, Fault::Status(500)] {
        house.ssm.order(Op::CancelCommand, fault);
    }
    house.aws.cancel(&acme, &id).await.unwrap();
    assert_eq!(house.ssm.asked(Op::CancelCommand), 3);
    assert_eq!(seen(&house, &id).await, (InvocationStatus::Cancelled, None));
}

#[tokio::test]
async fn only_a_companys_own_command_is_called_off() {
    let house = House::new().await;
    let (acme, beta) = (company(ACME), company("comp-beta"));
    let betas_role = "arn:aws:iam::222222222222:role/whisperer";
    house.ssm.trust(betas_role, "beta:1");
    house
        .known
        .put("comp-beta", settings(betas_role, "beta:1", &house.ssm.url()));
    house.ssm.hold_running();
    let id = house.aws.send(&acme, counting(COMMENT)).await.unwrap();
    let refused = house.aws.cancel(&beta, &id).await;
    assert!(matches!(refused, Err(CloudError::Unknown(_))), "{refused:?}");
    assert_eq!(seen(&house, &id).await, (InvocationStatus::InProgress, None));
    house
        .ssm
        .order(Op::CancelCommand, Fault::Refuse(400, "AccessDeniedException"));
    let denied = house.aws.cancel(&acme, &id).await;
    assert!(matches!(denied, Err(CloudError::Denied(_))), "{denied:?}");
    let nowhere = house.aws.cancel(&company("comp-other"), &id).await;
    assert_eq!(nowhere, Err(CloudError::NotConnected));
}
