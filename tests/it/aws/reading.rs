//! Looking for commands, machines and patches: pages, delays, bounds, second attempts.

use actors::domain::Timestamp;
use actors::limits::{CLOUD_ATTEMPTS, CLOUD_PAGES, CLOUD_RETRY_BUDGET};
use actors::port::cloud::{CloudError, CommandStatus, Commands, Inventory, InvocationStatus, PingStatus, TagFilter};

use super::*;
use crate::support::ssm::{Fault, Op, Patches};

const COMMENT: &str = "aw:run-1";

#[tokio::test]
async fn a_command_is_found_among_many_pages_and_a_second_one_is_not_hidden() {
    let house = House::new().await;
    let acme = company(ACME);
    let since: Timestamp = "2026-01-31T08:00:00Z".parse().unwrap();
    let late = since.as_millis() / 1000 + 60;
    house.ssm.remember(ROLE, COMMENT, late);
    for number in 0..30 {
        house.ssm.remember(ROLE, &format!("aw:run-1{number}"), late);
    }
    house.ssm.remember(ROLE, COMMENT, late);
    // From long before; also under a comment that was given twice.
    house.ssm.remember(ROLE, COMMENT, late - 3600);
    house
        .ssm
        .remember("arn:aws:iam::222222222222:role/other", COMMENT, late);
    house.ssm.page(7);
    let found = house.aws.find(&acme, COMMENT, since).await.unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(house.ssm.asked(Op::ListCommands), 5);
}

#[tokio::test]
async fn a_command_that_is_not_listed_yet_is_found_when_it_is() {
    let house = House::new().await;
    let acme = company(ACME);
    house.ssm.lag();
    house.ssm.order(Op::SendCommand, Fault::Drop);
    assert!(house.aws.send(&acme, counting(COMMENT)).await.is_err());
    let look = || house.aws.find(&acme, COMMENT, Timestamp::default());
    assert_eq!(look().await.unwrap(), []);
    house.ssm.catch_up();
    let found = look().await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].command_id.as_str(), house.ssm.executed(COMMENT)[0].command_id);
}

#[tokio::test]
async fn a_run_is_never_taken_for_its_health_check_nor_the_check_for_the_run() {
    let house = House::new().await;
    let acme = company(ACME);
    let check = format!("{COMMENT}:check");
    house.aws.send(&acme, counting(&check)).await.unwrap();
    let look = async |comment: &str| house.aws.find(&acme, comment, Timestamp::default()).await.unwrap();
    assert_eq!(look(COMMENT).await, []);
    let run = house.aws.send(&acme, counting(COMMENT)).await.unwrap();
    let (of_run, of_check) = (look(COMMENT).await, look(&check).await);
    assert_eq!((of_run.len(), of_check.len()), (1, 1));
    assert_eq!(of_run[0].command_id, run);
    assert_ne!(of_check[0].command_id, run);
    for part in ["aw:run-", "aw:run-1:", "run-1", "AW:RUN-1", "aw:run-1:chec"] {
        assert_eq!(look(part).await, [], "{part}");
    }
}

#[tokio::test]
async fn more_pages_than_are_read_are_no_answer() {
    let house = House::new().await;
    house.ssm.page(1);
    let all = CLOUD_PAGES;
    for number in 0..all {
        house.ssm.remember(ROLE, &format!("aw:{number}"), 1_769_846_400);
    }
    let acme = company(ACME);
    let look = || house.aws.find(&acme, "aw:0", Timestamp::default());
    assert_eq!(look().await.unwrap().len(), 1, "as many as are read");
    house.ssm.remember(ROLE, "aw:one-more", 1_769_846_400);
    assert!(matches!(look().await, Err(CloudError::TooMuch(_))));
    assert_eq!(house.ssm.asked(Op::ListCommands), 2 * all);
}

#[tokio::test]
async fn an_invocation_comes_late_runs_and_ends() {
    let house = House::new().await;
    let acme = company(ACME);
    house.ssm.hold_running();
    let id = house.aws.send(&acme, counting(COMMENT)).await.unwrap();
    for _ in 0..2 {
        house
            .ssm
            .order(Op::GetCommandInvocation, Fault::Refuse(400, "InvocationDoesNotExist"));
    }
    let web = instance(WEB);
    let look = || house.aws.invocation(&acme, &id, &web);
    assert_eq!(look().await, Ok(None));
    assert_eq!(look().await, Ok(None));
    assert_eq!(
        house.ssm.asked(Op::GetCommandInvocation),
        2,
        "it is not asked again behind our back"
    );
    let running = look().await.unwrap().unwrap();
    assert_eq!(
        (running.status, running.exit_code),
        (InvocationStatus::InProgress, None)
    );
    assert_eq!(running.ended_at, None);
    let found = house.aws.find(&acme, COMMENT, Timestamp::default()).await.unwrap();
    assert_eq!(found[0].status, CommandStatus::InProgress);
    house.ssm.release();
    assert_eq!(look().await.unwrap().unwrap().status, InvocationStatus::Success);
    let other = "0831e1a8-a1ac-4257-a1fd-c831bc15f1d2".parse().unwrap();
    let unknown = house.aws.invocation(&acme, &other, &instance(WEB)).await;
    assert!(matches!(unknown, Err(CloudError::Unknown(_))), "{unknown:?}");
}

#[tokio::test]
async fn output_is_cut_where_ssm_cuts_it() {
    let house = House::new().await;
    let mut command = counting(COMMENT);
    command.commands = vec!["awk 'BEGIN { while (i++ < 30000) printf \"\u{e9}\" }'".into()];
    let id = house.aws.send(&company(ACME), command).await.unwrap();
    let seen = house
        .aws
        .invocation(&company(ACME), &id, &instance(WEB))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(seen.stdout.chars().count(), 24_000);
}

#[tokio::test]
async fn reads_are_tried_again_within_a_budget() {
    let house = House::new().await;
    let acme = company(ACME);
    let look = || house.aws.instances(&acme, None);
    for fault in [Fault::Status(500), Fault::Reset] {
        house.ssm.order(Op::DescribeInstanceInformation, fault);
    }
    assert_eq!(look().await.unwrap().len(), 1);
    assert_eq!(
        house.ssm.asked(Op::DescribeInstanceInformation),
        CLOUD_ATTEMPTS as usize
    );
    // A call that fails at all of its attempts spends two of the budget, one that succeeds brings one back. Both of
    // them, so that the circuit does not open.
    let mut attempts = Vec::new();
    for _ in 0..CLOUD_RETRY_BUDGET / 2 {
        for _ in 0..2 {
            let before = house.ssm.asked(Op::DescribeInstanceInformation);
            house
                .ssm
                .order_always(Op::DescribeInstanceInformation, Some("ThrottlingException"));
            assert!(matches!(look().await, Err(CloudError::Throttled(_))));
            house.ssm.order_always(Op::DescribeInstanceInformation, None);
            attempts.push(house.ssm.asked(Op::DescribeInstanceInformation) - before);
        }
        let found = house.aws.find(&acme, COMMENT, Timestamp::default()).await;
        assert_eq!(found, Ok(Vec::new()));
    }
    assert_eq!(attempts[0], CLOUD_ATTEMPTS as usize, "{attempts:?}");
    assert!(attempts.contains(&1), "the budget was spent: {attempts:?}");
}

#[tokio::test]
async fn machines_are_found_by_tag_over_pages() {
    let house = House::new().await;
    let acme = company(ACME);
    for number in 0..5 {
        house
            .ssm
            .add(ROLE, &format!("mi-0000000000000000{number}"), &[("app", "mail")]);
    }
    house.ssm.add(
        "arn:aws:iam::222222222222:role/other",
        "i-00000000000000009",
        &[("app", "shop")],
    );
    house.ssm.page(2);
    let all = house.aws.instances(&acme, None).await.unwrap();
    assert_eq!(all.len(), 6);
    assert!(all.is_sorted_by_key(|instance| instance.instance_id.clone()));
    let with = |name: &str, values: &[&str]| TagFilter {
        name: name.into(),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    let shop = house
        .aws
        .instances(&acme, Some(&with("app", &["shop", "till"])))
        .await
        .unwrap();
    assert_eq!(shop.len(), 1);
    assert_eq!(
        (shop[0].instance_id.as_str(), shop[0].platform.as_str()),
        (WEB, "Linux")
    );
    assert_eq!(
        (shop[0].ping_status, shop[0].ip.as_deref()),
        (PingStatus::Online, Some("10.0.0.7"))
    );
    assert_eq!(shop[0].name.as_deref(), Some("host-i-0123456789abcdef0"));
    let odd = house.aws.instances(&acme, Some(&with("", &["shop"]))).await;
    assert!(matches!(odd, Err(CloudError::Invalid(_))));
}

#[tokio::test]
async fn patches_are_counted_for_more_machines_than_one_question_takes() {
    let house = House::new().await;
    let acme = company(ACME);
    let mut ids = vec![instance(WEB)];
    for number in 0..60 {
        let id = format!("i-{number:017}");
        house.ssm.add(ROLE, &id, &[]);
        ids.push(instance(&id));
    }
    ids.push(instance("i-fffffffffffffffff"));
    house.ssm.patched(
        WEB,
        Patches {
            installed: 40,
            missing: 2,
            failed: 1,
            pending_reboot: 0,
        },
    );
    let states = house.aws.patch_states(&acme, &ids).await.unwrap();
    assert_eq!(
        (states.len(), house.ssm.asked(Op::DescribeInstancePatchStates)),
        (61, 2)
    );
    let web = states.iter().find(|state| state.instance_id.as_str() == WEB).unwrap();
    assert_eq!(
        (web.installed, web.missing, web.failed, web.is_compliant()),
        (40, 2, 1, false)
    );
    assert_eq!(states.iter().filter(|state| state.is_compliant()).count(), 60);
    assert_eq!(house.aws.patch_states(&acme, &[]).await.unwrap(), []);
}
