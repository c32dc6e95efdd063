//! An incident's counterpart in a ticket system.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ids::IncidentId;
use super::time::Timestamp;

/// How long it is remembered: three years.
const KEPT: Duration = Duration::from_secs(3 * 366 * 86_400);

/// A ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Ticket {
    /// The channel that leads to its system.
    pub channel: String,
    /// The incident.
    pub incident_id: IncidentId,
    /// What its system calls it by: an issue's key, a record's `sys_id`.
    pub remote_id: String,
    /// What people call it: `OPS-12`, `INC0010001`.
    pub number: String,
    /// Where people find it.
    pub url: String,
    /// Since when.
    pub created_at: Timestamp,
}

impl Ticket {
    /// The id of the ticket of an incident at a channel.
    pub fn id_of(channel: &str, incident: &IncidentId) -> String {
        format!("{channel}/{incident}")
    }

    /// Until when it is remembered.
    pub fn kept_until(&self) -> Timestamp {
        self.created_at.plus(KEPT)
    }
}
