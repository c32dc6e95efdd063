//! Decisions.

use actors::domain::decision::{Budget, Evidence, Spent};
use actors::domain::{CompanyId, Decision, IncidentId, Timestamp};

/// A decision of the rules.
pub fn decision(company: &CompanyId, incident: &IncidentId, name: &str, now: Timestamp) -> Decision {
    Decision {
        decision_id: name.parse().unwrap(),
        incident_id: incident.clone(),
        company_id: company.clone(),
        recommendation: "Execute disk cleanup runbook".to_owned(),
        confidence: 0.9,
        tool_calls: Vec::new(),
        reasoning: "Deterministic rule matched: disk".to_owned(),
        tokens_used: 0,
        duration_ms: 3,
        created_at: now,
        engine: "rules".to_owned(),
        requested_by: "incident".to_owned(),
        evidence: vec![Evidence {
            kind: "rule".to_owned(),
            id: None,
            detail: "the signature holds disk".to_owned(),
        }],
        budget: Budget {
            max_tokens: 2_000,
            max_time_seconds: 30,
        },
        spent: Spent::default(),
        fallback: None,
    }
}
