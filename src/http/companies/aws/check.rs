//! `POST /companies/{id}/aws/check`: whether its AWS account can be reached, tried now.

use std::sync::Arc;
use std::time::Duration;

use actors::domain::Timestamp;
use actors::limits::INVENTORY_WITHIN;
use actors::port::cloud::{CloudError, Machines};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, timeout_at};
use utoipa::ToSchema;

use crate::http::Edge;
use crate::http::body::SentOrNot;
use crate::http::companies::Answer;
use crate::http::problem::{Code, Problem};
use crate::http::rights::{AdministerCompany, May};

/// All steps together may take so long.
const WITHIN: Duration = INVENTORY_WITHIN;

/// A step of the trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AwsCheckStepName)]
enum Step {
    /// The role is assumed, with the external id.
    AssumeRole,
    /// STS is asked who we are then.
    Identity,
    /// SSM is asked for machines.
    Instances,
}

/// How a step went.
#[derive(Serialize, ToSchema)]
struct AwsCheckStep {
    step: Step,
    ok: bool,
    /// What was found, or what is in the way and who can mend it.
    detail: String,
}

/// Whether a company's AWS account can be reached.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct AwsCheck {
    /// Whether every step went well.
    ok: bool,
    /// The steps that were tried, up to the first after which the next make no sense.
    steps: Vec<AwsCheckStep>,
    /// The account that the role is in, as AWS says.
    account: Option<String>,
    /// Who we are there, as AWS says.
    arn: Option<String>,
    /// Machines that take commands, of one page (50); `null` where they were not told.
    instances: Option<usize>,
    /// Those of them that were heard of in the last minutes.
    instances_online: Option<usize>,
    checked_at: Timestamp,
}

/// `{}`, or nothing at all.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct AwsCheckRequest {}

/// Tries its AWS account now. What does not work is an answer, with AWS's reason; nothing is changed.
pub(in crate::http) async fn check(
    may: May<AdministerCompany>,
    State(edge): State<Arc<Edge>>,
    _: SentOrNot<AwsCheckRequest>,
) -> Answer<AwsCheck> {
    edge.takes_work(may.company())?;
    let company = may.company();
    let settings = edge.company(company)?.aws.clone().ok_or_else(not_connected)?;
    let (deadline, connection) = (Instant::now() + WITHIN, &edge.cloud.connection);
    let mut check = AwsCheck {
        ok: false,
        steps: Vec::new(),
        account: None,
        arn: None,
        instances: None,
        instances_online: None,
        checked_at: edge.clock.now(),
    };
    let assumed = in_time(deadline, connection.assume(company)).await;
    if let Err(CloudError::NotConnected) = assumed {
        return Err(not_connected());
    }
    let role = &settings.role_arn;
    if !check.step(Step::AssumeRole, assumed.map(|()| ((), format!("{role} was assumed")))) {
        return Ok(Json(check));
    }
    let identity = in_time(deadline, connection.identity(company)).await;
    if let Ok(identity) = &identity {
        (check.account, check.arn) = (Some(identity.account.clone()), Some(identity.arn.clone()));
    }
    check.step(
        Step::Identity,
        identity.map(|identity| ((), format!("we are {} there", identity.arn))),
    );
    let machines = in_time(deadline, connection.machines(company)).await;
    if let Ok(machines) = &machines {
        (check.instances, check.instances_online) = (Some(machines.known), Some(machines.online));
    }
    check.step(Step::Instances, machines.map(|machines| ((), counted(machines))));
    check.ok = check.steps.iter().all(|step| step.ok);
    Ok(Json(check))
}

impl AwsCheck {
    /// Notes how a step went, and says whether it went well.
    fn step(&mut self, step: Step, tried: Result<((), String), CloudError>) -> bool {
        let (ok, detail) = match tried {
            Ok(((), found)) => (true, found),
            Err(error) => (false, in_the_way(step, &error)),
        };
        self.steps.push(AwsCheckStep { step, ok, detail });
        ok
    }
}

async fn in_time<T>(deadline: Instant, asked: impl Future<Output = Result<T, CloudError>>) -> Result<T, CloudError> {
    let late = CloudError::Unavailable {
        why: format!("no answer within {} s", WITHIN.as_secs()),
        until: None,
    };
    timeout_at(deadline, asked).await.unwrap_or(Err(late))
}

fn counted(machines: Machines) -> String {
    let Machines { known, online, more } = machines;
    match (known, more) {
        (0, _) => "no machine is managed by Systems Manager in this region: its agent has to run there, with a role \
                   that lets it"
            .to_owned(),
        (_, false) => format!("{known} managed by Systems Manager, {online} of them online"),
        (_, true) => format!("more than {known} managed by Systems Manager, {online} of the first {known} online"),
    }
}

/// What is in the way, in AWS's words, and what is to be done about it where that is known.
fn in_the_way(step: Step, error: &CloudError) -> String {
    let remedy = match (error, step) {
        (CloudError::Denied(_), Step::AssumeRole) => {
            "the role is another, or its trust policy does not name us with this external id; GET \
             /api/companies/{id}/aws-role shows the policy"
        }
        (CloudError::Denied(_), Step::Identity) => {
            "something denies the role sts:GetCallerIdentity, which everybody may"
        }
        (CloudError::Denied(_), Step::Instances) => {
            "the role is not allowed ssm:DescribeInstanceInformation; GET /api/companies/{id}/aws-role shows what it \
             has to be"
        }
        (CloudError::Unavailable { until: Some(until), .. }, _) => {
            return format!("{error}; nothing is sent before {until}");
        }
        _ => return error.to_string(),
    };
    format!("{error}: {remedy}")
}

fn not_connected() -> Problem {
    let detail = "the company is not connected to AWS: PUT /api/companies/{id}/aws says how";
    Problem::new(Code::NotConnected, detail)
}
