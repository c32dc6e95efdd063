//! Whose role is used for whom, for how long, and that nobody sees its keys.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actors::domain::Timestamp;
use actors::port::cloud::{CloudError, Commands, Inventory, SendError};
use futures::future::join_all;
use tracing_subscriber::layer::SubscriberExt;

use super::*;
use crate::support::ssm::{Assumed, Fault, Op, SECRET, TOKEN};

const BETA: &str = "comp-beta";
const BETAS_ROLE: &str = "arn:aws:iam::222222222222:role/whisperer";

#[tokio::test]
async fn each_company_is_asked_for_with_its_own_role_and_external_id() {
    let house = House::new().await;
    house.ssm.trust(BETAS_ROLE, "beta:1");
    house.ssm.add(BETAS_ROLE, "i-00000000000000002", &[]);
    house.known.put(BETA, settings(BETAS_ROLE, "beta:1", &house.ssm.url()));
    let (acme, beta) = (company(ACME), company(BETA));
    for _ in 0..2 {
        let (of_acme, of_beta) = tokio::join!(house.aws.instances(&acme, None), house.aws.instances(&beta, None));
        let ids = |instances: Result<Vec<_>, CloudError>| {
            let ids = instances
                .unwrap()
                .into_iter()
                .map(|known: actors::port::cloud::Instance| known.instance_id);
            ids.map(String::from).collect::<Vec<_>>()
        };
        assert_eq!(
            (ids(of_acme), ids(of_beta)),
            (vec![WEB.to_owned()], vec!["i-00000000000000002".to_owned()])
        );
    }
    let mut assumed = house.ssm.assumed();
    assumed.sort_by(|a, b| a.role_arn.cmp(&b.role_arn));
    let expected = [(ROLE, "acme:1", "aw-comp-acme"), (BETAS_ROLE, "beta:1", "aw-comp-beta")];
    let expected = expected.map(|(role_arn, external_id, session_name)| Assumed {
        role_arn: role_arn.into(),
        external_id: external_id.into(),
        session_name: session_name.into(),
    });
    assert_eq!(assumed, expected);
    // Another company's machine, by its very id.
    let sent = house.aws.send(&beta, counting("aw:run-1")).await;
    assert!(
        matches!(sent, Err(SendError::Denied(CloudError::Unknown(_)))),
        "{sent:?}"
    );
    assert_eq!(house.ssm.executed("aw:run-1"), []);
    house.aws.send(&acme, counting("aw:run-2")).await.unwrap();
    assert_eq!(house.ssm.executed("aw:run-2")[0].role_arn, ROLE);
    let found = house.aws.find(&beta, "aw:run-2", Timestamp::default()).await.unwrap();
    assert_eq!(found, []);
}

#[tokio::test]
async fn changed_settings_hold_at_the_next_call() {
    let house = House::new().await;
    let acme = company(ACME);
    house.aws.instances(&acme, None).await.unwrap();
    house.known.put(ACME, settings(BETAS_ROLE, "acme:1", &house.ssm.url()));
    let denied = house.aws.instances(&acme, None).await;
    assert!(matches!(denied, Err(CloudError::Denied(_))), "{denied:?}");
    house.ssm.trust(BETAS_ROLE, "acme:1");
    assert_eq!(house.aws.instances(&acme, None).await.unwrap(), []);
    let mut wrong = settings(BETAS_ROLE, "acme:1", "http://ssm.example.com");
    house.known.put(ACME, wrong.clone());
    let refused = house.aws.instances(&acme, None).await;
    assert!(
        matches!(&refused, Err(CloudError::Invalid(why)) if why.contains("endpoint_url")),
        "{refused:?}"
    );
    wrong.endpoint_url = Some(house.ssm.url());
    wrong.region = "cn-north-1".into();
    house.known.put(ACME, wrong);
    let refused = house.aws.instances(&acme, None).await;
    assert!(
        matches!(&refused, Err(CloudError::Invalid(why)) if why.contains("region")),
        "{refused:?}"
    );
    house.known.0.lock().unwrap().clear();
    assert_eq!(house.aws.instances(&acme, None).await, Err(CloudError::NotConnected));
}

#[tokio::test]
async fn a_role_is_assumed_once_for_many_calls_and_again_before_its_end() {
    let house = House::new().await;
    let acme = company(ACME);
    let many = (0..20).map(|_| house.aws.instances(&acme, None));
    assert!(join_all(many).await.iter().all(Result::is_ok));
    assert_eq!(house.ssm.asked(Op::AssumeRole), 1);
    house.clock.advance(Duration::from_secs(3600 - 301));
    house.aws.instances(&acme, None).await.unwrap();
    assert_eq!(house.ssm.asked(Op::AssumeRole), 1);
    house.clock.advance(Duration::from_secs(2));
    house.aws.instances(&acme, None).await.unwrap();
    assert_eq!(house.ssm.asked(Op::AssumeRole), 2);
    house.aws.instances(&acme, None).await.unwrap();
    assert_eq!(house.ssm.asked(Op::AssumeRole), 2);
    // Within the last five minutes they still hold where there are no new ones, within the last seconds not.
    house.clock.advance(Duration::from_secs(3600 - 299));
    let refuse = || house.ssm.order(Op::AssumeRole, Fault::Refuse(403, "AccessDenied"));
    refuse();
    house.aws.instances(&acme, None).await.unwrap();
    assert_eq!(house.ssm.asked(Op::AssumeRole), 3);
    house.aws.instances(&acme, None).await.unwrap();
    assert_eq!(house.ssm.asked(Op::AssumeRole), 3, "it is not asked again at once");
    house.clock.advance(Duration::from_secs(290));
    refuse();
    let denied = house.aws.instances(&acme, None).await;
    assert!(matches!(denied, Err(CloudError::Denied(_))), "{denied:?}");
}

/// Says to a process that it is to call, and not to start others.
const CALLER: &str = "AWS_TEST_CALLER";

/// This test, in a process with another environment.
fn with_environment(url: &str, secret: Option<&str>) -> std::process::ExitStatus {
    let name = "aws::companies::the_environment_says_who_we_are_and_where_aws_is";
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    child
        .args(["--exact", name])
        .env_clear()
        .env(CALLER, "yes")
        .env("AWS_ENDPOINT_URL", url);
    child.env("AWS_EC2_METADATA_DISABLED", "true");
    if let Some(secret) = secret {
        child
            .env("AWS_ACCESS_KEY_ID", OUR_KEY)
            .env("AWS_SECRET_ACCESS_KEY", secret);
    }
    let output = child.output().unwrap();
    output.status
}

#[tokio::test(flavor = "multi_thread")]
async fn the_environment_says_who_we_are_and_where_aws_is() {
    if std::env::var_os(CALLER).is_some() {
        let known = Arc::new(Known::default());
        let mut of_acme = settings(ROLE, "acme:1", "");
        of_acme.endpoint_url = None;
        known.put(ACME, of_acme);
        let base = Base::from_env().await.expect("an endpoint that may be used");
        let aws = Aws::new(base, known, Arc::new(alert_whisperer::clock::SystemClock));
        let known = aws.instances(&company(ACME), None).await;
        assert_eq!(known.expect("an answer").len(), 1);
        return;
    }
    let house = House::new().await;
    house.ssm.clock(Arc::new(alert_whisperer::clock::SystemClock));
    assert!(with_environment(&house.ssm.url(), Some("ours")).success());
    assert_eq!(
        (
            house.ssm.asked(Op::AssumeRole),
            house.ssm.asked(Op::DescribeInstanceInformation)
        ),
        (1, 1)
    );
    assert!(
        !with_environment(&house.ssm.url(), None).success(),
        "without a key of its own"
    );
    assert!(
        !with_environment("http://sts.example.com", Some("ours")).success(),
        "in the clear"
    );
    assert_eq!(house.ssm.asked(Op::AssumeRole), 1);
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_key_and_no_secret_is_logged_or_shown_however_much_is_logged() {
    // Where there is one subscriber alone, lines of tests beside this one are taken for its own, and switched off.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    let log = Log::default();
    let into = log.clone();
    let lines = tracing_subscriber::fmt::layer().with_writer(move || into.clone());
    let everything = alert_whisperer::telemetry::filter("trace").unwrap();
    let _logging = tracing::subscriber::set_default(tracing_subscriber::registry().with(lines).with(everything));
    let house = House::new().await;
    let acme = company(ACME);
    house.aws.instances(&acme, None).await.unwrap();
    house.ssm.order(Op::SendCommand, Fault::Drop);
    let failed = house.aws.send(&acme, counting("aw:run-1")).await.unwrap_err();
    let denied = House::new().await;
    denied.known.put(ACME, settings(ROLE, "wrong", &denied.ssm.url()));
    let refused = denied.aws.instances(&acme, None).await.unwrap_err();
    let base = Base::with_key(OUR_KEY, "our-own-secret", None).unwrap();
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let all = format!("{logged}{failed:?}{refused:?}{base:?}");
    assert!(logged.contains("alert_whisperer::aws"), "it was logged");
    for secret in [SECRET, TOKEN, "our-own-secret"] {
        let line = all.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret}");
    }
}
