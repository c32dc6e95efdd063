//! How calls to companies' clouds are let through, for people and for Prometheus.

use std::fmt::Write;

use actors::domain::{CompanyId, Timestamp};
use actors::port::cloud::{Circuit, CircuitState, Circuits};
use serde::Serialize;
use utoipa::ToSchema;

/// The name of the series.
const SERIES: &str = "alert_whisperer_cloud_circuit";

/// Whether a company's service in its cloud is called.
#[derive(Serialize, ToSchema)]
#[schema(as = Circuit)]
pub(super) struct ShownCircuit {
    company_id: CompanyId,
    /// `sts`, `ssm`, `cloudwatch` or `secretsmanager`.
    service: &'static str,
    /// `closed`: it is called. `open`: nothing is sent until then. `half_open`: one call decides.
    state: &'static str,
    /// Until when it is open.
    until: Option<Timestamp>,
    /// Failures since the last success.
    failures: u32,
}

/// The circuits of a company, or of all that were called for lately.
pub(super) fn shown(circuits: &dyn Circuits, company: Option<&CompanyId>) -> Vec<ShownCircuit> {
    let is_asked_for = |circuit: &Circuit| company.is_none_or(|company| *company == circuit.company_id);
    let circuits = circuits.circuits().into_iter().filter(is_asked_for);
    circuits
        .map(|circuit| ShownCircuit {
            service: circuit.service.as_str(),
            state: circuit.state.as_str(),
            until: match circuit.state {
                CircuitState::Open { until } => Some(until),
                CircuitState::Closed | CircuitState::HalfOpen => None,
            },
            failures: circuit.failures,
            company_id: circuit.company_id,
        })
        .collect()
}

/// The series in Prometheus' text format. A company that was not called for lately has none any more, so that there
/// are never more than [`actors::limits::CLOUD_COMPANIES`] companies in it.
pub(super) fn exposed(circuits: &dyn Circuits) -> String {
    let mut text = format!("# HELP {SERIES} Whether a company's service is called: 0 closed, 1 half open, 2 open\n");
    // Writing to a text does not fail.
    let _ = writeln!(text, "# TYPE {SERIES} gauge");
    for circuit in circuits.circuits() {
        let value = match circuit.state {
            CircuitState::Closed => 0,
            CircuitState::HalfOpen => 1,
            CircuitState::Open { .. } => 2,
        };
        let (company, service) = (&circuit.company_id, circuit.service.as_str());
        // What ids are made of needs no escaping.
        let _ = writeln!(
            text,
            "{SERIES}{{company_id=\"{company}\",service=\"{service}\"}} {value}"
        );
    }
    text
}
