//! The body of a request to decide, as bytes from outside become a question.

use actors::domain::{CompanyId, IncidentFacts, IncidentId, Severity};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::json::{self, FieldError, Object};

/// `{incident_id, company_id, incident_data?, memory_context?, stream?}`, checked.
#[derive(Debug)]
pub struct Question {
    /// Which incident, real or the caller's own.
    pub incident_id: IncidentId,
    /// Whose.
    pub company_id: CompanyId,
    /// What the caller says of it.
    pub facts: Option<IncidentFacts>,
    /// What the caller remembers: data, never rules.
    pub memory_context: Map<String, Value>,
    /// Whether the answer is to be a stream.
    pub stream: bool,
}

/// The fields as they are sent.
#[derive(Deserialize, ToSchema)]
#[schema(as = DecideRequest)]
pub(crate) struct Sent {
    /// An incident of the company's, or a name of the caller's own.
    incident_id: IncidentId,
    company_id: CompanyId,
    #[serde(default)]
    #[schema(value_type = Option<IncidentData>)]
    incident_data: Option<Object<IncidentData>>,
    /// What the caller remembers: data, never rules.
    #[serde(default)]
    memory_context: Option<Map<String, Value>>,
    /// Whether the answer is to be a stream; `Accept: text/event-stream` asks for one too.
    #[serde(default)]
    stream: Option<bool>,
}

/// What a caller says of an incident.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct IncidentData {
    severity: Severity,
    #[schema(min_length = 1, max_length = 256)]
    signature: String,
    #[serde(default = "one")]
    alert_count: u64,
    #[serde(default)]
    #[schema(max_items = 100)]
    affected_assets: Vec<String>,
}

fn one() -> u64 {
    1
}

/// Reads a question.
///
/// # Errors
/// The first field that is not as it should be.
pub fn read(body: &[u8]) -> Result<Question, FieldError> {
    let sent: Sent = json::object(json::strict(body)?)?;
    Ok(Question {
        incident_id: sent.incident_id,
        company_id: sent.company_id,
        facts: sent.incident_data.map(|data| checked(data.0)).transpose()?,
        memory_context: sent.memory_context.unwrap_or_default(),
        stream: sent.stream.unwrap_or_default(),
    })
}

/// Facts within their limits.
pub(crate) fn checked(data: IncidentData) -> Result<IncidentFacts, FieldError> {
    let within = |text: &str| (1..=256).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if !within(&data.signature) {
        let detail = "must be 1 to 256 characters without control characters";
        return Err(FieldError::new("incident_data.signature", detail));
    }
    if data.affected_assets.len() > 100 || !data.affected_assets.iter().all(|asset| within(asset)) {
        let detail = "must be at most 100 names of 1 to 256 characters without control characters";
        return Err(FieldError::new("incident_data.affected_assets", detail));
    }
    Ok(IncidentFacts {
        severity: data.severity,
        signature: data.signature,
        alert_count: data.alert_count,
        affected_assets: data.affected_assets,
    })
}
