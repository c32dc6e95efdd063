//! Automations by Systems Manager.

use std::collections::{BTreeMap, HashMap};

use actors::domain::CompanyId;
use actors::limits::{AUTOMATION_PARAMETERS, AUTOMATION_VALUES, COMMAND_ERRORS, COMMAND_OUTPUT};
use actors::port::cloud::{
    Automation, AutomationSeen, AutomationStatus, Automations, CloudError, CloudService, CommandId, SendError,
};
use async_trait::async_trait;
use aws_sdk_ssm::operation::get_automation_execution::GetAutomationExecutionError;
use aws_sdk_ssm::operation::stop_automation_execution::StopAutomationExecutionError;
use aws_sdk_ssm::types::{AutomationExecution, AutomationExecutionStatus as Sdk, StopType};

use super::Aws;
use super::convert::{cut, moment};
use super::link::Failed;

/// How many characters of AWS's word for a status, and of an output's name, are kept.
const WORD: usize = 200;

#[async_trait]
impl Automations for Aws {
    async fn start_automation(&self, company: &CompanyId, automation: Automation) -> Result<String, SendError> {
        automation
            .check()
            .map_err(|error| SendError::NotOpened(CloudError::Invalid(error.to_string())))?;
        let link = self.link(company).await.map_err(SendError::before)?;
        let parameters: HashMap<String, Vec<String>> = automation.given().into_iter().collect();
        let request = link
            .send
            .start_automation_execution()
            .document_name(automation.document)
            .set_document_version(automation.version)
            .set_parameters(Some(parameters).filter(|parameters| !parameters.is_empty()))
            .client_token(automation.token);
        let answer = link.call(CloudService::Ssm, request.send()).await?;
        let id = answer
            .automation_execution_id
            .ok_or_else(|| SendError::Unclear("an answer without an execution id".to_owned()))?;
        // Both kinds of ids are written alike.
        let id = CommandId::try_from(id);
        id.map(String::from)
            .map_err(|_| SendError::Unclear("an answer with an odd execution id".to_owned()))
    }

    async fn automation(&self, company: &CompanyId, execution_id: &str) -> Result<Option<AutomationSeen>, CloudError> {
        let link = self.link(company).await?;
        let request = link
            .ssm
            .get_automation_execution()
            .automation_execution_id(execution_id);
        match link.call(CloudService::Ssm, request.send()).await {
            Ok(answer) => Ok(answer.automation_execution.as_ref().map(seen)),
            Err(Failed::Call(_, Some(GetAutomationExecutionError::AutomationExecutionNotFoundException(_)))) => {
                Ok(None)
            }
            Err(failed) => Err(failed.into()),
        }
    }

    async fn stop_automation(&self, company: &CompanyId, execution_id: &str) -> Result<(), CloudError> {
        type Over = StopAutomationExecutionError;
        let link = self.link(company).await?;
        let request = link
            .ssm
            .stop_automation_execution()
            .automation_execution_id(execution_id)
            .r#type(StopType::Cancel);
        match link.call(CloudService::Ssm, request.send()).await {
            // The latter is how it is said that there is nothing left to stop.
            Ok(_) | Err(Failed::Call(_, Some(Over::InvalidAutomationStatusUpdateException(_)))) => Ok(()),
            Err(failed) => Err(failed.into()),
        }
    }
}

fn status(word: Option<&Sdk>, has_ended: bool) -> AutomationStatus {
    match word {
        Some(Sdk::Pending | Sdk::Scheduled) => AutomationStatus::Pending,
        Some(Sdk::Inprogress | Sdk::RunbookInprogress | Sdk::Approved | Sdk::ChangeCalendarOverrideApproved) => {
            AutomationStatus::InProgress
        }
        Some(Sdk::Waiting | Sdk::PendingApproval | Sdk::PendingChangeCalendarOverride) => AutomationStatus::Waiting,
        Some(Sdk::Success | Sdk::CompletedWithSuccess) => AutomationStatus::Success,
        Some(Sdk::Timedout) => AutomationStatus::TimedOut,
        Some(Sdk::Cancelling) => AutomationStatus::Cancelling,
        Some(Sdk::Cancelled) => AutomationStatus::Cancelled,
        Some(Sdk::Failed | Sdk::CompletedWithFailure | Sdk::Rejected | Sdk::ChangeCalendarOverrideRejected) => {
            AutomationStatus::Failed
        }
        Some(Sdk::Exited) => AutomationStatus::Ended,
        _ if has_ended => AutomationStatus::Ended,
        _ => AutomationStatus::Unknown,
    }
}

fn seen(known: &AutomationExecution) -> AutomationSeen {
    let word = known.automation_execution_status();
    AutomationSeen {
        status: status(word, known.execution_end_time().is_some()),
        status_details: cut(word.map_or("", Sdk::as_str), WORD),
        outputs: outputs(known.outputs()),
        failure: known
            .failure_message()
            .filter(|text| !text.is_empty())
            .map(|text| cut(text, COMMAND_ERRORS)),
        started_at: known.execution_start_time().and_then(moment),
        ended_at: known.execution_end_time().and_then(moment),
    }
}

/// The first characters of all outputs, by their names in order.
fn outputs(all: Option<&HashMap<String, Vec<String>>>) -> BTreeMap<String, Vec<String>> {
    let by_name: BTreeMap<&String, &Vec<String>> = all.into_iter().flatten().collect();
    let mut left = COMMAND_OUTPUT;
    let mut kept = BTreeMap::new();
    for (name, values) in by_name.into_iter().take(AUTOMATION_PARAMETERS) {
        let mut shown = Vec::new();
        for value in values.iter().take(AUTOMATION_VALUES) {
            let value = cut(value, left);
            left -= value.chars().count();
            shown.push(value);
        }
        kept.insert(cut(name, WORD), shown);
    }
    kept
}

#[cfg(test)]
mod tests {
    use aws_sdk_ssm::primitives::DateTime;

    use super::*;

    fn of(word: &str) -> AutomationExecution {
        let known = AutomationExecution::builder();
        known.automation_execution_status(word.into()).build()
    }

    #[test]
    fn every_word_of_awss_says_whether_it_is_over() {
        let over = [
            "Success",
            "TimedOut",
            "Cancelled",
            "Failed",
            "Rejected",
            "ChangeCalendarOverrideRejected",
            "CompletedWithSuccess",
            "CompletedWithFailure",
            "Exited",
        ];
        for word in Sdk::values() {
            let seen = seen(&of(word));
            assert_eq!(seen.status.is_over(), over.contains(word), "{word}");
            assert_ne!(seen.status, AutomationStatus::Unknown, "{word}");
            assert_eq!(seen.status_details, *word);
            let is_well = ["Success", "CompletedWithSuccess"].contains(word);
            assert_eq!(seen.status == AutomationStatus::Success, is_well, "{word}");
        }
    }

    #[test]
    fn a_word_that_is_not_known_is_an_end_where_there_is_a_time_of_it() {
        let mut known = of("Evaporated");
        assert_eq!(seen(&known).status, AutomationStatus::Unknown);
        known.execution_end_time = Some(DateTime::from_secs(1_769_846_400));
        let seen = seen(&known);
        assert_eq!((seen.status, seen.status.is_over()), (AutomationStatus::Ended, true));
        assert_eq!(seen.status_details, "Evaporated");
    }

    #[test]
    fn of_outputs_no_more_is_kept_than_may_be() {
        let long = |char: &str| vec![char.repeat(20_000)];
        let all = HashMap::from([("b".to_owned(), long("\u{e9}")), ("a".to_owned(), long("x"))]);
        let kept = outputs(Some(&all));
        let lengths: Vec<usize> = kept.values().map(|values| values[0].chars().count()).collect();
        assert_eq!(lengths, [20_000, COMMAND_OUTPUT - 20_000]);
        let many = HashMap::from([("many".to_owned(), vec!["x".to_owned(); 1_000])]);
        assert_eq!(outputs(Some(&many))["many"].len(), AUTOMATION_VALUES);
        assert!(outputs(None).is_empty());
    }
}
