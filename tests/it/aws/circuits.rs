//! A company's service that fails is left alone for a while, and nobody else's.

use actors::domain::Timestamp;
use actors::limits::CIRCUIT_FAILURES;
use actors::port::Clock;
use actors::port::cloud::{CircuitState, Circuits, CloudError, CloudService, Commands, Inventory, SendError};

use super::*;
use crate::support::ssm::{Fault, Op};

#[tokio::test]
async fn an_open_circuit_proves_that_nothing_was_sent_and_says_until_when() {
    let house = House::new().await;
    let acme = company(ACME);
    for _ in 0..CIRCUIT_FAILURES {
        house.ssm.order(Op::SendCommand, Fault::Drop);
        let sent = house.aws.send(&acme, counting("aw:run-1")).await;
        assert!(matches!(sent, Err(SendError::Unclear(_))), "{sent:?}");
    }
    let asked = house.ssm.asked(Op::SendCommand);
    let sent = house.aws.send(&acme, counting("aw:run-2")).await;
    let Err(SendError::NotOpened(CloudError::Unavailable { until: Some(until), .. })) = sent else {
        panic!("{sent:?}")
    };
    assert!(until > house.clock.now());
    assert_eq!(
        (house.ssm.asked(Op::SendCommand), house.ssm.executed("aw:run-2").len()),
        (asked, 0)
    );
    let found = house.aws.find(&acme, "aw:run-1", Timestamp::default()).await;
    assert!(
        matches!(found, Err(CloudError::Unavailable { until: Some(_), .. })),
        "{found:?}"
    );
    let circuits = house.aws.circuits();
    let states: Vec<(CloudService, &str)> = circuits
        .iter()
        .map(|known| (known.service, known.state.as_str()))
        .collect();
    let expected = [
        (CloudService::Sts, "closed"),
        (CloudService::Ssm, "open"),
        (CloudService::CloudWatch, "closed"),
        (CloudService::SecretsManager, "closed"),
    ];
    assert_eq!(states, expected);
    assert_eq!(circuits[1].failures, CIRCUIT_FAILURES);
    assert!(matches!(circuits[1].state, CircuitState::Open { until } if until > house.clock.now()));
}

#[tokio::test]
async fn refusals_open_no_circuit_and_one_companys_opens_no_others() {
    let house = House::new().await;
    let acme = company(ACME);
    for _ in 0..CIRCUIT_FAILURES + 1 {
        house
            .ssm
            .order(Op::SendCommand, Fault::Refuse(400, "AccessDeniedException"));
        let sent = house.aws.send(&acme, counting("aw:run-1")).await;
        assert!(
            matches!(sent, Err(SendError::Denied(CloudError::Denied(_)))),
            "{sent:?}"
        );
    }
    house.known.put("comp-beta", settings(ROLE, "acme:1", &house.ssm.url()));
    for _ in 0..CIRCUIT_FAILURES {
        house.ssm.order(Op::SendCommand, Fault::Drop);
        assert!(
            house
                .aws
                .send(&company("comp-beta"), counting("aw:run-2"))
                .await
                .is_err()
        );
    }
    assert!(house.aws.instances(&company("comp-beta"), None).await.is_err());
    assert_eq!(house.aws.instances(&acme, None).await.unwrap().len(), 1);
    house.aws.send(&acme, counting("aw:run-3")).await.unwrap();
}
