//! How machines are patched, day by day: what was measured.

use std::time::Duration;

use super::*;
use crate::support::ssm::Patches;

const DAY: Duration = Duration::from_secs(24 * 3600);
const DB: &str = "i-0123456789abcdef1";
const THEIRS: &str = "arn:aws:iam::222222222222:role/alert-whisperer";
const THEIR_WEB: &str = "i-0123456789abcdef9";

#[tokio::test]
async fn what_was_measured_on_a_day_is_kept_and_nothing_else_is_told() {
    let server = Server::start(engine()).await;
    let (acme, beta) = (server.company("comp-acme").await, server.company("comp-beta").await);
    let root = server.msp_admin().await;
    let (ssm, _dir) = account("acme:1").await;
    ssm.add(ROLE, DB, &[]);
    ssm.trust(THEIRS, "beta:1");
    ssm.add(THEIRS, THEIR_WEB, &[]);
    for (company, role, external_id) in [(&acme, ROLE, "acme:1"), (&beta, THEIRS, "beta:1")] {
        let settings =
            json!({"role_arn": role, "external_id": external_id, "region": "eu-central-1", "endpoint_url": ssm.url()});
        assert_eq!(put(&server, &root, &path(company, "aws"), &settings).await.status, 200);
    }
    server.company("comp-unconnected").await;
    let missing = |missing: i32| Patches {
        missing,
        ..Patches::default()
    };
    ssm.patched(DB, missing(2));
    let days = server.patch_days();
    days.look().await;
    let asked = ssm.asked(Op::DescribeInstancePatchStates);
    assert_eq!(asked, 2);
    // One measurement a day, whoever looks.
    days.look().await;
    server.patch_days().look().await;
    assert_eq!(ssm.asked(Op::DescribeInstancePatchStates), asked);

    // A day on which nothing could be measured stays empty. What was measured is believed for a while by the machine's
    // own clock, so that another look needs other settings.
    server.clock.advance(DAY);
    let root = server.person("later@msp.example", Role::MspAdmin, &[]).await;
    ssm.order_always(Op::DescribeInstanceInformation, Some("AccessDeniedException"));
    for company in [&acme, &beta] {
        let of = path(company, "aws");
        let mut settings = server.get_as(&root, &of).await.json();
        settings["timeouts"]["read_seconds"] = json!(11);
        assert_eq!(put(&server, &root, &of, &settings).await.status, 200);
    }
    days.look().await;
    ssm.order_always(Op::DescribeInstanceInformation, None);
    let series = async |query: &str| {
        let path = format!("/api/kpis/series?since=2026-01-30T00:00:00Z&{query}");
        let found = server.get_as(&root, &path).await.json();
        let items = found["items"].as_array().unwrap().iter();
        items
            .map(|item| item["patch_compliance_pct"].clone())
            .collect::<Vec<_>>()
    };
    let null = Value::Null;
    assert_eq!(
        series("company_id=comp-acme").await,
        [null.clone(), json!(50.0), null.clone()]
    );
    assert_eq!(
        series("company_id=comp-beta").await,
        [null.clone(), json!(100.0), null.clone()]
    );
    let unconnected = series("company_id=comp-unconnected").await;
    assert_eq!(unconnected, [null.clone(), null.clone(), null.clone()]);
    // A sum is over machines, not over percentages.
    let all = series("").await;
    assert_eq!((&all[0], &all[2]), (&null, &null));
    assert!((all[1].as_f64().unwrap() - 200.0 / 3.0).abs() < 0.001, "{all:?}");
    assert!(series("step=hour").await.iter().all(Value::is_null));
    server.stop().await;
}
