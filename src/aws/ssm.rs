//! Commands and inventory by Systems Manager.

use std::collections::HashMap;
use std::time::Duration;

use actors::domain::runbook::InstanceId;
use actors::domain::{CompanyId, Timestamp};
use actors::limits::{CLOUD_PAGES, COMMAND_ERRORS, COMMAND_OUTPUT, RUN_TARGETS};
use actors::port::cloud::{
    CloudError, CloudService, Command, CommandId, CommandStatus, Commands, Found, Instance, Inventory, Invocation,
    InvocationStatus, PatchState, PingStatus, SendError, TagFilter, is_sha256,
};
use async_trait::async_trait;
use aws_sdk_ssm::operation::get_command_invocation::{GetCommandInvocationError, GetCommandInvocationOutput};
use aws_sdk_ssm::types::{
    CommandFilter, CommandFilterKey, CommandInvocationStatus as Sdk, CommandStatus as SdkStatus, DocumentDescription,
    DocumentHashType, InstanceInformation, InstanceInformationStringFilter, InstancePatchState,
};

use super::Aws;
use super::convert::{count, cut, moment, to_second, written};
use super::link::Failed;
use crate::failpoint;

/// Items of a page; SSM gives no more.
pub(super) const PAGE: i32 = 50;
/// How far our clock may be before AWS's, for commands that are looked for by time.
const SKEW: Duration = Duration::from_secs(300);
/// How many characters of the words for a status are kept.
const DETAILS: usize = 200;

#[async_trait]
impl Commands for Aws {
    async fn send(&self, company: &CompanyId, command: Command) -> Result<CommandId, SendError> {
        command
            .check()
            .map_err(|error| SendError::NotOpened(CloudError::Invalid(error.to_string())))?;
        let link = self.link(company).await.map_err(SendError::before)?;
        let parameters = HashMap::from([
            ("commands".to_owned(), command.commands),
            ("executionTimeout".to_owned(), vec![command.timeout_seconds.to_string()]),
        ]);
        let hashed = command.document_hash.as_ref().map(|_| DocumentHashType::Sha256);
        let ids = command.instance_ids.into_iter().map(String::from).collect();
        let request = link
            .send
            .send_command()
            .document_name(Command::DOCUMENT)
            .set_document_hash(command.document_hash)
            .set_document_hash_type(hashed)
            .comment(command.comment)
            .set_instance_ids(Some(ids))
            .set_parameters(Some(parameters))
            .timeout_seconds(i32::try_from(command.delivery_seconds).unwrap_or(i32::MAX));
        failpoint!("run.sending");
        let answer = link.call(CloudService::Ssm, request.send()).await?;
        failpoint!("run.sent");
        let id = answer.command.and_then(|command| command.command_id);
        let id = id.ok_or_else(|| SendError::Unclear("an answer without a command id".to_owned()))?;
        id.try_into()
            .map_err(|_| SendError::Unclear("an answer with an odd command id".to_owned()))
    }

    async fn find(&self, company: &CompanyId, comment: &str, since: Timestamp) -> Result<Vec<Found>, CloudError> {
        failpoint!("run.listing");
        let link = self.link(company).await?;
        let filter = |key, value: String| CommandFilter::builder().key(key).value(value).build().map_err(unbuilt);
        let filters = vec![
            filter(CommandFilterKey::InvokedAfter, to_second(since.minus(SKEW)))?,
            filter(CommandFilterKey::DocumentName, Command::DOCUMENT.to_owned())?,
        ];
        let mut found = Vec::new();
        let mut token = None;
        for _ in 0..CLOUD_PAGES {
            let request = link
                .ssm
                .list_commands()
                .set_filters(Some(filters.clone()))
                .max_results(PAGE)
                .set_next_token(token);
            let page = link.call(CloudService::Ssm, request.send()).await?;
            for sent in page.commands() {
                if sent.comment() == Some(comment) && sent.document_name() == Some(Command::DOCUMENT) {
                    let id = sent.command_id().unwrap_or_default().to_owned();
                    found.push(Found {
                        command_id: id.try_into().map_err(|_| odd("a command id"))?,
                        requested_at: sent.requested_date_time().and_then(moment),
                        status: command_status(sent.status()),
                    });
                }
            }
            token = page.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(found);
            }
        }
        Err(CloudError::TooMuch("commands".to_owned()))
    }

    async fn invocation(
        &self,
        company: &CompanyId,
        command: &CommandId,
        instance: &InstanceId,
    ) -> Result<Option<Invocation>, CloudError> {
        failpoint!("run.looking");
        let link = self.link(company).await?;
        let request = link
            .ssm
            .get_command_invocation()
            .command_id(command.as_str())
            .instance_id(instance.as_str());
        match link.call(CloudService::Ssm, request.send()).await {
            Ok(answer) => Ok(Some(invocation(&answer))),
            Err(Failed::Call(_, Some(GetCommandInvocationError::InvocationDoesNotExist(_)))) => Ok(None),
            Err(failed) => Err(failed.into()),
        }
    }

    async fn cancel(&self, company: &CompanyId, command: &CommandId) -> Result<(), CloudError> {
        let link = self.link(company).await?;
        let request = link.ssm.cancel_command().command_id(command.as_str());
        link.call(CloudService::Ssm, request.send()).await?;
        Ok(())
    }

    async fn document_hash(&self, company: &CompanyId) -> Result<Option<String>, CloudError> {
        let link = self.link(company).await?;
        let request = link.ssm.describe_document().name(Command::DOCUMENT);
        match link.call(CloudService::Ssm, request.send()).await {
            Ok(answer) => answer.document.map_or(Ok(None), |document| sha256(&document)),
            Err(failed) if failed.is_access_denied() => Ok(None),
            Err(failed) => Err(failed.into()),
        }
    }
}

#[async_trait]
impl Inventory for Aws {
    async fn instances(&self, company: &CompanyId, tag: Option<&TagFilter>) -> Result<Vec<Instance>, CloudError> {
        let link = self.link(company).await?;
        let filters = tag.map(tag_filter).transpose()?.map(|filter| vec![filter]);
        let mut instances = Vec::new();
        let mut token = None;
        for _ in 0..CLOUD_PAGES {
            let request = link
                .ssm
                .describe_instance_information()
                .set_filters(filters.clone())
                .max_results(PAGE)
                .set_next_token(token);
            let page = link.call(CloudService::Ssm, request.send()).await?;
            instances.extend(page.instance_information_list().iter().filter_map(instance));
            token = page.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                instances.sort_by(|a, b| a.instance_id.cmp(&b.instance_id));
                return Ok(instances);
            }
        }
        Err(CloudError::TooMuch("instances".to_owned()))
    }

    async fn patch_states(&self, company: &CompanyId, instances: &[InstanceId]) -> Result<Vec<PatchState>, CloudError> {
        let link = self.link(company).await?;
        let mut states = Vec::new();
        let mut pages = 0;
        for part in instances.chunks(RUN_TARGETS as usize) {
            let ids: Vec<String> = part.iter().map(|id| id.as_str().to_owned()).collect();
            let mut token = None;
            loop {
                pages += 1;
                if pages > CLOUD_PAGES {
                    return Err(CloudError::TooMuch("patch states".to_owned()));
                }
                let request = link
                    .ssm
                    .describe_instance_patch_states()
                    .set_instance_ids(Some(ids.clone()))
                    .max_results(PAGE)
                    .set_next_token(token);
                let page = link.call(CloudService::Ssm, request.send()).await?;
                states.extend(page.instance_patch_states().iter().filter_map(patch_state));
                token = page.next_token.filter(|token| !token.is_empty());
                if token.is_none() {
                    break;
                }
            }
        }
        states.sort_by(|a, b| a.instance_id.cmp(&b.instance_id));
        Ok(states)
    }
}

fn unbuilt(error: impl std::fmt::Display) -> CloudError {
    CloudError::Invalid(error.to_string())
}

fn odd(what: &str) -> CloudError {
    CloudError::Unavailable {
        why: format!("an answer with {what} that cannot be read"),
        until: None,
    }
}

/// A document's hash, where it is the one that we know how to send.
fn sha256(document: &DocumentDescription) -> Result<Option<String>, CloudError> {
    match (document.hash_type(), document.hash()) {
        (Some(DocumentHashType::Sha256), Some(hash)) if is_sha256(hash) => Ok(Some(hash.to_owned())),
        (Some(DocumentHashType::Sha256), Some(_)) => Err(odd("a document's hash")),
        _ => Ok(None),
    }
}

fn tag_filter(tag: &TagFilter) -> Result<InstanceInformationStringFilter, CloudError> {
    let text = |text: &String, most| (1..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    let values = (1..=40).contains(&tag.values.len()) && tag.values.iter().all(|value| text(value, 256));
    if !values || !text(&tag.name, 128) {
        let rule = "a tag must have a name of 1 to 128 characters, and 1 to 40 values of 1 to 256";
        return Err(CloudError::Invalid(rule.to_owned()));
    }
    InstanceInformationStringFilter::builder()
        .key(format!("tag:{}", tag.name))
        .set_values(Some(tag.values.clone()))
        .build()
        .map_err(unbuilt)
}

fn command_status(status: Option<&SdkStatus>) -> CommandStatus {
    match status {
        Some(SdkStatus::Pending) => CommandStatus::Pending,
        Some(SdkStatus::InProgress) => CommandStatus::InProgress,
        Some(SdkStatus::Success) => CommandStatus::Success,
        Some(SdkStatus::Cancelled) => CommandStatus::Cancelled,
        Some(SdkStatus::Cancelling) => CommandStatus::Cancelling,
        Some(SdkStatus::Failed) => CommandStatus::Failed,
        Some(SdkStatus::TimedOut) => CommandStatus::TimedOut,
        _ => CommandStatus::Unknown,
    }
}

fn invocation(answer: &GetCommandInvocationOutput) -> Invocation {
    let status = match answer.status() {
        Some(Sdk::Pending) => InvocationStatus::Pending,
        Some(Sdk::InProgress) => InvocationStatus::InProgress,
        Some(Sdk::Delayed) => InvocationStatus::Delayed,
        Some(Sdk::Success) => InvocationStatus::Success,
        Some(Sdk::Cancelled) => InvocationStatus::Cancelled,
        Some(Sdk::Cancelling) => InvocationStatus::Cancelling,
        Some(Sdk::Failed) => InvocationStatus::Failed,
        Some(Sdk::TimedOut) => InvocationStatus::TimedOut,
        _ if shows_an_end(answer) => InvocationStatus::Ended,
        _ => InvocationStatus::Unknown,
    };
    Invocation {
        status,
        status_details: cut(answer.status_details().unwrap_or_default(), DETAILS),
        // SSM says -1 where there is none.
        exit_code: Some(answer.response_code()).filter(|code| status.is_over() && *code >= 0),
        stdout: cut(answer.standard_output_content().unwrap_or_default(), COMMAND_OUTPUT),
        stderr: cut(answer.standard_error_content().unwrap_or_default(), COMMAND_ERRORS),
        started_at: written(answer.execution_start_date_time()),
        ended_at: written(answer.execution_end_date_time()),
    }
}

/// Whether a machine has done with it, whatever the word for that is. The SDK has 0 also where SSM gives no response
/// code, so that 0 alone says nothing.
fn shows_an_end(answer: &GetCommandInvocationOutput) -> bool {
    let ends_at = answer.execution_end_date_time().unwrap_or_default();
    answer.response_code() > 0 || !ends_at.is_empty()
}

/// A machine, unless its id is of no kind that takes commands.
fn instance(known: &InstanceInformation) -> Option<Instance> {
    use aws_sdk_ssm::types::PingStatus as Ping;
    let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(|text| cut(text, 255));
    Some(Instance {
        instance_id: known.instance_id()?.parse().ok()?,
        platform: known
            .platform_type()
            .map(|platform| cut(platform.as_str(), 64))
            .unwrap_or_default(),
        ping_status: match known.ping_status() {
            Some(Ping::Online) => PingStatus::Online,
            Some(Ping::ConnectionLost) => PingStatus::ConnectionLost,
            Some(Ping::Inactive) => PingStatus::Inactive,
            _ => PingStatus::Unknown,
        },
        name: text(known.name()).or_else(|| text(known.computer_name())),
        ip: text(known.ip_address()),
    })
}

fn patch_state(known: &InstancePatchState) -> Option<PatchState> {
    Some(PatchState {
        instance_id: known.instance_id().parse().ok()?,
        baseline_id: cut(known.baseline_id(), 128),
        installed: count(known.installed_count()),
        missing: count(known.missing_count()),
        failed: count(known.failed_count()),
        pending_reboot: count(known.installed_pending_reboot_count().unwrap_or(0)),
        rejected: count(known.installed_rejected_count().unwrap_or(0)),
        looked_at: moment(known.operation_end_time())?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is understood of an invocation with this status, response code and end.
    fn seen(status: &str, code: Option<i32>, end: &str) -> Invocation {
        let answer = GetCommandInvocationOutput::builder()
            .status(status.into())
            .status_details(status)
            .set_response_code(code)
            .execution_end_date_time(end);
        invocation(&answer.build())
    }

    #[test]
    fn the_words_that_ssm_documents_are_known() {
        let ends = |status: &str| seen(status, Some(-1), "").status.is_over();
        for status in ["Success", "Cancelled", "Failed", "TimedOut"] {
            assert!(ends(status), "{status}");
        }
        for status in ["Pending", "InProgress", "Delayed", "Cancelling"] {
            let status = seen(status, Some(-1), "").status;
            assert!(!status.is_over() && status != InvocationStatus::Unknown, "{status:?}");
        }
    }

    #[test]
    fn a_word_that_is_not_known_is_an_end_where_the_rest_says_so_and_never_a_success() {
        let at = "2026-01-31T08:00:00.999Z";
        for (code, end) in [(Some(0), at), (Some(3), at), (Some(3), ""), (Some(-1), at), (None, at)] {
            let seen = seen("Undeliverable", code, end);
            assert_eq!(seen.status, InvocationStatus::Ended, "{code:?} {end}");
            assert!(seen.status.is_over());
            assert_eq!(seen.status_details, "Undeliverable");
            assert_eq!(seen.exit_code, code.or(Some(0)).filter(|code| *code >= 0));
        }
        for code in [Some(-1), Some(0), None] {
            let seen = seen("Rescheduled", code, "");
            assert_eq!(
                (seen.status, seen.exit_code),
                (InvocationStatus::Unknown, None),
                "{code:?}"
            );
            assert!(!seen.status.is_over());
        }
    }
}
