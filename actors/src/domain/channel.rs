//! Where a company's people are told: a webhook, a chat, mailboxes.

use serde::{Deserialize, Serialize};

use super::time::Timestamp;

/// What kind of place.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::IntoStaticStr,
    strum::EnumIter,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ChannelKind {
    /// A program's URL; each message signed per Standard Webhooks (standardwebhooks.com).
    Webhook,
    /// Slack, by an incoming webhook (docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).
    Slack,
    /// Microsoft Teams, by a workflow that takes webhook requests, as an Adaptive Card.
    Teams,
    /// Mailboxes, through the platform's SMTP relay.
    Email,
    /// An issue for each incident in Jira (REST API v3).
    Jira,
    /// A record for each incident in ServiceNow's table `incident` (Table API).
    ServiceNow,
}

impl ChannelKind {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether people read it: who is told much at once there is told in one message.
    pub fn is_read_by_people(self) -> bool {
        matches!(self, Self::Slack | Self::Teams | Self::Email)
    }

    /// Whether each incident has a ticket there, to which its news come in their order.
    pub fn keeps_tickets(self) -> bool {
        matches!(self, Self::Jira | Self::ServiceNow)
    }
}

/// A channel that is used no more, until it is set anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Disabled {
    /// Since when.
    pub at: Timestamp,
    /// Why.
    pub why: String,
}

/// A channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// Its name, by which routes and steps name it.
    pub name: String,
    /// What it is.
    pub kind: ChannelKind,
    /// Where it leads, as far as everybody may see it.
    pub shown: String,
    /// Where it leads, and what messages are signed with, sealed.
    pub sealed: String,
    /// Since when there is it.
    pub created_at: Timestamp,
    /// Whether it is used no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<Disabled>,
}
