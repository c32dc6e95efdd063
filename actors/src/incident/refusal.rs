//! Why a run does not begin, or is not agreed to.

use crate::domain::approval::ApprovalRefusal;
use crate::domain::ids::RunId;
use crate::domain::policy::Approver;
use crate::domain::runbook::RenderError;
use crate::domain::{ApprovalId, Phase, Timestamp};
use crate::limits::RUNS_PER_INCIDENT;
use crate::port::cloud::CloudError;
use crate::tool::targets::NoTargets;

fn busy(phase: Phase) -> &'static str {
    match phase {
        Phase::AwaitingApproval => {
            "the incident waits for consent to another run: approve or reject that first (GET /api/approvals?status=pending)"
        }
        Phase::Verifying => {
            "it is being verified whether the last run has helped: wait for that, at most ten minutes, or resolve the incident"
        }
        _ => "a run of the incident is under way: wait for its end, cancel it or give it up",
    }
}

/// Why a run does not begin, or is not agreed to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunRefusal {
    /// The company has no such incident.
    #[error("there is no such incident")]
    NoSuchIncident,
    /// It is over.
    #[error("the incident is resolved; reopen it first")]
    Resolved,
    /// There is no such runbook.
    #[error("there is no such runbook: GET /api/runbooks lists those there are")]
    NoSuchRunbook,
    /// The commands that were given are not the runbook's.
    #[error("commands: the runbook comes to other lines with these parameters; leave them out, or see its dry run")]
    OtherCommands,
    /// The company's policy lets nothing run without a runbook.
    #[error("commands: the company's policy lets nothing run without a runbook (policy.free_commands)")]
    NoFreeCommands,
    /// What is said to the runbook is refused.
    #[error(transparent)]
    Parameters(#[from] RenderError),
    /// There are no machines for it.
    #[error(transparent)]
    Targets(#[from] NoTargets),
    /// The company's cloud does not answer, or there is none.
    #[error(transparent)]
    Cloud(#[from] CloudError),
    /// The company's kill switch.
    #[error("runs are stopped for the company (policy.stopped)")]
    Stopped,
    /// The platform's kill switch.
    #[error("all runs are stopped, for every company, by an MSP admin")]
    AllStopped,
    /// Something is under way already.
    #[error("{}", busy(*.0))]
    Busy(Phase),
    /// Another run has the machine.
    #[error("{run_id} is under way on {instance_id}: one run at a time on a machine")]
    TargetBusy {
        /// Which machine.
        instance_id: String,
        /// Which run.
        run_id: RunId,
    },
    /// The runbook has run there lately.
    #[error("the runbook has run on {instance_id} lately: not again before {until}")]
    CoolingDown {
        /// Which machine.
        instance_id: String,
        /// Until when.
        until: Timestamp,
    },
    /// The incident has had as many runs as it may.
    #[error("the incident has had {RUNS_PER_INCIDENT} runs, which is all that it may: somebody has to look")]
    TooMany,
    /// As many runs are under way as may be.
    #[error("as many runs are under way as may be: try again in a minute")]
    Crowded,
    /// The policy has changed meanwhile.
    #[error("the company's policy asks for more by now: ask for the run again")]
    Stricter,
    /// The incident has no such run.
    #[error("the incident has no such run")]
    NoSuchRun,
    /// It is over.
    #[error("the run is over")]
    NotUnderWay,
    /// The service tries already.
    #[error("the service was asked already to end the run: wait for that, or give it up")]
    CancelledAlready,
    /// What is under way only reads.
    #[error("the run is over, and its health check is under way, which ends by itself: wait, or give it up")]
    OnlyChecked,
    /// There is nothing yet that the service could end.
    #[error("the run is not sent yet, so that there is nothing to cancel: try again in a moment, or give it up")]
    NotSentYet,
    /// Others may end it.
    #[error("it takes {} to end a run of this risk", .0.described())]
    MayNotStop(Approver),
    /// There is no such approval.
    #[error("there is no such approval")]
    NoSuchApproval,
    /// The consent does not count.
    #[error(transparent)]
    Approval(#[from] ApprovalRefusal),
    /// The stored approval is not what its hash says.
    #[error("what is stored of {0} is not what its hash says: it was altered, and is of no use")]
    Altered(ApprovalId),
    /// The company's account is another by now.
    #[error("the company's AWS account has changed since the run was asked for: ask for it again")]
    AccountChanged,
    /// The runbook is another by now.
    #[error("the runbook has changed since the run was asked for: ask for it again")]
    RunbookChanged,
}
