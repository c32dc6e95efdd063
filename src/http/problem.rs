//! Errors as clients see them: RFC 9457 `application/problem+json` with `type, title, status, detail,
//! instance, code, trace_id`, and `field` where one is at fault. The one place that decides what a
//! client may see; what failed inside is logged, not told.

mod cloud;
mod code;

use std::time::Duration;

use actors::correlator::regroup::RegroupRefusal;
use actors::domain::Timestamp;
use actors::domain::approval::ApprovalRefusal;
use actors::incident::acts::ActRefusal;
use actors::incident::refusal::RunRefusal;
use actors::port;
use actors::port::cloud::CloudError;
use actors::runtime::CallError;
use actors::tool::targets::NoTargets;
use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

pub use self::code::Code;
use crate::json::FieldError;

/// The most of a detail or an instance that is told.
const TEXT_BYTES: usize = 512;

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The HTTP status.
    pub status: StatusCode,
    /// Of which kind it is.
    pub code: Code,
    /// A sentence for people: what is wrong, and what would be right.
    pub detail: String,
    /// The field, parameter or header at fault.
    pub field: Option<String>,
    /// When to try again.
    pub retry_after: Option<Duration>,
    /// When, where the moment is known.
    pub retry_at: Option<Timestamp>,
    /// More headers.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Whether it is counted where it is found. A stranger can bring it about as often as he likes, so that it is worth
    /// no line in the log.
    pub counted: bool,
}

impl Problem {
    /// A problem without extras.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            status: code.status(),
            code,
            detail: detail.into(),
            field: None,
            retry_after: None,
            retry_at: None,
            headers: Vec::new(),
            counted: false,
        }
    }

    /// Names the field, parameter or header at fault.
    pub fn of_field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into()).filter(|field| !field.is_empty());
        self
    }

    /// Names the field as it stands in a body that is a part of something greater.
    pub fn within(mut self, part: &str) -> Self {
        let own = self
            .field
            .as_deref()
            .and_then(|field| field.strip_prefix(part)?.strip_prefix('.'));
        self.field = own.map(str::to_owned).or(self.field);
        self
    }

    /// 400 with the field at fault.
    pub fn invalid(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Code::Invalid, detail).of_field(field)
    }

    /// 404: there is none, or it is another company's, which is the same.
    pub fn not_found(what: &str) -> Self {
        Self::new(Code::NotFound, format!("there is no such {what}"))
    }

    /// 503 with a time to come back.
    pub fn unavailable(code: Code, detail: impl Into<String>, retry_after: Duration) -> Self {
        let mut problem = Self::new(code, detail);
        problem.retry_after = Some(retry_after);
        problem
    }

    /// What is to be told of a bare status.
    pub fn of_status(status: StatusCode) -> Self {
        let (code, detail) = match status {
            StatusCode::NOT_FOUND => (Code::NotFound, "there is no such route"),
            StatusCode::METHOD_NOT_ALLOWED => (
                Code::MethodNotAllowed,
                "this route does not take this method; see Allow",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => (Code::TooLarge, "the body is too large"),
            _ if status.is_client_error() => (Code::Refused, "the request cannot be met"),
            _ => (
                Code::Internal,
                "something failed inside; the trace id finds it in the log",
            ),
        };
        Self {
            status,
            ..Self::new(code, detail)
        }
    }

    /// The body.
    pub fn to_json(&self, instance: &str, trace_id: &str) -> Value {
        let (detail, instance) = (cut(&self.detail), cut(instance));
        let mut body = json!({
            "type": format!("urn:alert-whisperer:problem:{}", self.code.as_str()),
            "title": self.status.canonical_reason().unwrap_or("Error"),
            "status": self.status.as_u16(),
            "detail": detail,
            "instance": instance,
            "code": self.code,
            "trace_id": trace_id,
        });
        if let Some(field) = &self.field {
            body["field"] = field.as_str().into();
        }
        body
    }

    /// As it is told now: a moment to come back at is told as a wait.
    pub fn told_at(mut self, now: Timestamp) -> Self {
        self.retry_after = self.retry_at.map(|at| at.since(now)).or(self.retry_after);
        self
    }

    /// The whole answer.
    pub fn render(&self, instance: &str, trace_id: &str) -> Response {
        let mut response = Response::new(Body::from(self.to_json(instance, trace_id).to_string()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.extend(self.headers.clone());
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json; charset=utf-8"),
        );
        if let Some(wait) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(whole_seconds(wait)));
        }
        response
    }
}

/// What may echo a request is kept short.
fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(TEXT_BYTES)]
}

/// Rounded up, at least one.
fn whole_seconds(wait: Duration) -> u64 {
    let rounded = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    rounded.max(1)
}

impl IntoResponse for Problem {
    /// An empty answer that carries the problem; the outermost layer knows the rest and renders it.
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        response.extensions_mut().insert(self);
        response
    }
}

impl From<FieldError> for Problem {
    fn from(error: FieldError) -> Self {
        Self::invalid(error.field, error.detail)
    }
}

impl From<port::Error> for Problem {
    fn from(error: port::Error) -> Self {
        let soon = Duration::from_secs(1);
        match error {
            port::Error::Overloaded => Self::unavailable(Code::Overloaded, "too much is waiting; try again", soon),
            port::Error::NoSuchCompany => Self::not_found("company"),
            port::Error::Elsewhere(_) => {
                let mut problem = Self::of_status(StatusCode::MISDIRECTED_REQUEST);
                problem.detail = "another node has the company: ask that one".to_owned();
                problem
            }
            port::Error::Corrupt(_) => {
                tracing::error!(%error, "the store holds what cannot be read");
                Self::of_status(StatusCode::INTERNAL_SERVER_ERROR)
            }
            _ => {
                tracing::warn!(%error, "the store did not answer");
                Self::unavailable(Code::StoreUnavailable, "the store does not answer; try again", soon)
            }
        }
    }
}

impl From<CallError> for Problem {
    fn from(error: CallError) -> Self {
        let soon = Duration::from_secs(1);
        match error {
            CallError::Quarantined => Self::unavailable(
                Code::Quarantined,
                "the company's actor failed too often and rests; alerts are still accepted and kept",
                Duration::from_secs(60),
            ),
            CallError::NeedsHuman => Self::unavailable(
                Code::NeedsHuman,
                "the incident's actor failed too often and rests; a person has to look",
                Duration::from_secs(60),
            ),
            CallError::Overloaded => Self::unavailable(Code::Overloaded, "too many calls are waiting; try again", soon),
            CallError::TimedOut => Self::unavailable(
                Code::TimedOut,
                "no answer in time; what had not begun by then will not be done",
                soon,
            ),
            CallError::Interrupted => Self::unavailable(Code::Interrupted, "the work was interrupted; try again", soon),
            CallError::Draining => Self::unavailable(Code::Draining, "the server is going down; try again", soon),
            CallError::NothingToDecide => Self::invalid(
                "incident_data",
                "the company has no such incident; give incident_data with at least severity and signature",
            ),
            CallError::Act(ActRefusal::NoSuchIncident) => Self::not_found("incident"),
            CallError::Act(refusal) => Self::new(Code::Conflict, refusal.to_string()),
            CallError::Regroup(RegroupRefusal::NoSuchIncident(_)) => Self::not_found("incident"),
            CallError::Regroup(refusal @ (RegroupRefusal::Resolved(_) | RegroupRefusal::UnderWay(_))) => {
                Self::new(Code::Conflict, refusal.to_string())
            }
            CallError::Regroup(refusal) => Self::new(Code::Invalid, refusal.to_string()),
            CallError::Run(refusal) => refusal.into(),
            CallError::NoDeadLetter => Self::not_found("dead letter"),
            CallError::NotQuarantined => Self::new(Code::Conflict, "the company is not quarantined"),
            CallError::Store(error) => error.into(),
        }
    }
}

impl From<RunRefusal> for Problem {
    fn from(refusal: RunRefusal) -> Self {
        use RunRefusal as R;
        let detail = refusal.to_string();
        match refusal {
            R::NoSuchIncident => Self::not_found("incident"),
            R::NoSuchApproval => Self::not_found("approval"),
            R::NoSuchRun => Self::not_found("run"),
            R::MayNotStop(_) => Self::new(Code::Forbidden, detail),
            R::NoSuchRunbook => Self::not_found("runbook").of_field("runbook_id"),
            R::OtherCommands => Self::invalid("commands", detail),
            R::NoFreeCommands => Self::new(Code::Forbidden, detail).of_field("commands"),
            R::Parameters(error) => error.into(),
            R::Targets(NoTargets::NoneCalled(_) | NoTargets::SeveralCalled(_)) => Self::invalid("instance_ids", detail),
            R::Targets(error) => error.into(),
            R::Cloud(CloudError::NotConnected) => Self::new(
                Code::NotConnected,
                "the company is not connected to AWS: PUT /api/companies/{id}/aws says how; a dry run needs no AWS",
            ),
            R::Cloud(error) => error.into(),
            R::Crowded => Self::unavailable(Code::Overloaded, detail, Duration::from_secs(30)),
            R::Stopped | R::AllStopped => Self::new(Code::RunsStopped, detail),
            R::Approval(ApprovalRefusal::NotEntitled(_) | ApprovalRefusal::Own) => Self::new(Code::Forbidden, detail),
            R::Resolved
            | R::Busy(_)
            | R::TargetBusy { .. }
            | R::CoolingDown { .. }
            | R::TooMany
            | R::NotUnderWay
            | R::NotSentYet
            | R::CancelledAlready
            | R::OnlyChecked
            | R::Stricter
            | R::Approval(_)
            | R::Altered(_)
            | R::AccountChanged
            | R::RunbookChanged => Self::new(Code::Conflict, detail),
        }
    }
}

impl From<NoTargets> for Problem {
    fn from(error: NoTargets) -> Self {
        let detail = error.to_string();
        match error {
            NoTargets::Unknown(_) => Self::new(Code::NotFound, detail).of_field("instance_ids"),
            NoTargets::NoneCalled(_) | NoTargets::SeveralCalled(_) => Self::invalid("asset_name", detail),
            NoTargets::Platform { .. } | NoTargets::Invalid(_) => Self::invalid("instance_ids", detail),
        }
    }
}
