//! A run of an automation: started by its token, so that a repeat begins nothing new, and asked about by its execution.

use super::{ToolState, output};
use crate::domain::runbook::RenderedAutomation;
use crate::domain::{Run, Timestamp};
use crate::limits::AUTOMATION_TOKEN;
use crate::port::cloud::{Automation, AutomationStatus, CloudError, SendError};
use crate::tool::protocol::Heard;

/// Until when a repeat of a run's start is known by its token; none where it has no token.
pub(super) fn token_until(run: &Run) -> Option<Timestamp> {
    run.automation.as_ref().map(|_| run.started_at.plus(AUTOMATION_TOKEN))
}

impl ToolState {
    /// Starts a run's automation, or asks once more for the start, and says which execution it is.
    pub(super) async fn start_automation(
        &self,
        run: &Run,
        automation: &RenderedAutomation,
    ) -> Result<String, SendError> {
        let meant = automation_of(run, automation).map_err(SendError::NotOpened)?;
        self.ports.automations.start_automation(self.company.id(), meant).await
    }

    pub(super) async fn look_at_automation(&self, execution_id: &str) -> (Heard, Option<String>) {
        match self.ports.automations.automation(self.company.id(), execution_id).await {
            Ok(Some(seen)) if seen.status.is_over() => {
                let well = seen.status == AutomationStatus::Success;
                (Heard::Over(well), Some(output::of_automation(&seen)))
            }
            // An execution may be unknown for some time after it was started.
            Ok(_) => (Heard::UnderWay, None),
            Err(_) => (Heard::Away, None),
        }
    }
}

/// What is started for a run on its machines; always the same, as its token asks.
fn automation_of(run: &Run, automation: &RenderedAutomation) -> Result<Automation, CloudError> {
    let no_token = || CloudError::Invalid("the run's id is no token".to_owned());
    let meant = Automation {
        document: automation.document.clone(),
        version: Some(automation.version.clone()),
        parameters: automation.parameters.clone(),
        token: run.token().ok_or_else(no_token)?,
        targets: run.targets.ids().to_vec(),
    };
    let whole = meant.check().map_err(|error| CloudError::Invalid(error.to_string()));
    whole.map(|()| meant)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Map;

    use super::*;
    use crate::domain::run::{Plan, SSM_EXECUTE, SSM_EXECUTE_VERSION, Standing, Venue};
    use crate::domain::runbook::{Risk, Targets};

    /// A run of a document on a machine, with what it takes.
    fn run(value: &str) -> Run {
        let mut plan = Plan::free(Vec::new(), 60);
        plan.rendered.automation = Some(RenderedAutomation {
            document: "AWS-RestartEC2Instance".into(),
            version: "3".into(),
            parameters: BTreeMap::from([("Reason".to_owned(), vec![value.to_owned()])]),
        });
        let targets = Targets::new(&["i-0000000a"], 1).unwrap();
        Run {
            run_id: "run-0831e1a8a1ac4257a1fdc831bc15f1d2".parse().unwrap(),
            company_id: "comp-acme".parse().unwrap(),
            incident_id: "inc-1".parse().unwrap(),
            tool: SSM_EXECUTE.to_owned(),
            tool_version: SSM_EXECUTE_VERSION.to_owned(),
            runbook_id: plan.rendered.runbook_id.clone(),
            runbook: plan.slug.clone(),
            runbook_version: plan.rendered.version,
            risk_level: Risk::High,
            parameters: Map::new(),
            commands: Vec::new(),
            automation: plan.rendered.automation.clone(),
            check: None,
            hash: plan.hash(&targets, &Venue::default()),
            targets,
            venue: Venue::default(),
            timeout_seconds: 60,
            cool_down_seconds: 0,
            idempotent: false,
            attempt: 1,
            requested_by: "usr-ann".to_owned(),
            approval_id: None,
            standing: Standing::FIRST,
            started_at: Timestamp::from_millis(0),
            ended_at: None,
            command_id: None,
            other_command_ids: Vec::new(),
            cancelled_by: None,
            output: None,
            health: None,
            kpis_before: None,
            kpis_after: None,
            kept_until: None,
        }
    }

    #[test]
    fn a_run_is_its_own_token_and_what_it_is_bound_to_is_what_it_starts() {
        let run = run("disk is full");
        let meant = automation_of(&run, run.automation.as_ref().unwrap()).unwrap();
        assert_eq!(meant.token, "0831e1a8-a1ac-4257-a1fd-c831bc15f1d2");
        assert_eq!(meant.given()["InstanceId"], ["i-0000000a"]);
        assert_eq!(run.computed_hash(), run.hash);
        for change in [
            |automation: &mut RenderedAutomation| automation.document.push('X'),
            |automation: &mut RenderedAutomation| automation.version.push('0'),
            |automation: &mut RenderedAutomation| automation.parameters.clear(),
        ] {
            let mut other = run.clone();
            change(other.automation.as_mut().unwrap());
            assert_ne!(other.computed_hash(), run.hash);
        }
        assert_eq!(token_until(&run), Some(Timestamp::from_millis(3_600_000)));
    }

    #[test]
    fn what_ssm_would_change_is_not_started() {
        for value in ["{{ssm:secret}}", "a\nb", ""] {
            let run = run(value);
            let refused = automation_of(&run, run.automation.as_ref().unwrap());
            assert!(matches!(refused, Err(CloudError::Invalid(_))), "{value:?}");
        }
        let mut nameless = run("x");
        nameless.run_id = "run-1".parse().unwrap();
        assert!(automation_of(&nameless, nameless.automation.as_ref().unwrap()).is_err());
    }
}
