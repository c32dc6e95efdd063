//! Where a company's people are told: what a channel is to be, and whether it may be.

use actors::domain::channel::Channel;
use actors::domain::notice::Fate;
use actors::domain::{ChannelKind, Company, Notice};
use actors::limits::CHANNELS;
use actors::port::{Amendment, Put, RecordKind};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{Desk, TenancyError, invalid};
use crate::notify::mail::is_mailbox;
use crate::notify::target::{Target, Tickets};
use crate::outbound::Gate;
use crate::secrets::new_webhook_secret;

/// Characters of a name.
const NAME: usize = 64;
/// Mailboxes of one channel.
const MAILBOXES: usize = 20;

/// A channel that is asked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedChannel {
    /// What it is.
    pub kind: ChannelKind,
    /// Where messages go: the URL of a webhook, of a Slack incoming webhook, or of a Teams workflow. Shown to nobody again
    /// but for its host.
    #[serde(default)]
    #[schema(nullable = false, max_length = 2048, example = "https://hooks.example.com/incidents")]
    pub url: Option<String>,
    /// Mailboxes, for mail: 1 to 20.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub to: Vec<String>,
    /// Whether a webhook gets a new secret; it has one from the beginning.
    #[serde(default)]
    pub new_secret: bool,
    /// For a ticket system, whose `url` is its own, as `https://acme.atlassian.net`: as whom tickets are made.
    #[serde(default)]
    #[schema(nullable = false, max_length = 256)]
    pub user: Option<String>,
    /// The user's API token or password. Shown to nobody again.
    #[serde(default)]
    #[schema(nullable = false, max_length = 1024, value_type = Option<String>)]
    pub token: Option<SecretString>,
    /// Jira's project, by its key, as `OPS`.
    #[serde(default)]
    #[schema(nullable = false, pattern = "^[A-Z][A-Z0-9_]{1,31}$")]
    pub project: Option<String>,
    /// Jira's type of issue; `Task` where nothing is said.
    #[serde(default)]
    #[schema(nullable = false, max_length = 64)]
    pub issue_type: Option<String>,
    /// ServiceNow's code of a resolution; `Solved (Permanently)` where nothing is said.
    #[serde(default)]
    #[schema(nullable = false, max_length = 64)]
    pub close_code: Option<String>,
}

impl Desk<'_> {
    /// A channel made, or made otherwise, and used again where it was not; with its secret, where that is new.
    ///
    /// # Errors
    /// [`TenancyError`].
    pub fn set_channel(
        &self,
        all: &[(Channel, u64)],
        name: &str,
        wanted: &WantedChannel,
        gate: &Gate,
        has_mail: bool,
    ) -> Result<(Channel, Option<SecretString>, Amendment), TenancyError> {
        let now = self.clock.now();
        if !is_name(name) {
            return Err(invalid(
                "name",
                "must be 1 to 64 of A-Z a-z 0-9 . _ -, and not begin with a dot",
            ));
        }
        let before = all.iter().find(|(channel, _)| channel.name == name);
        if before.is_none() && all.len() >= CHANNELS {
            let detail = format!("a company has at most {CHANNELS} channels: remove one first");
            return Err(TenancyError::Conflict(detail));
        }
        let (target, shown) = leads_to(wanted, gate, has_mail)?;
        let kept = before
            .filter(|(channel, _)| channel.kind == ChannelKind::Webhook && !wanted.new_secret)
            .and_then(|(channel, _)| Target::open(self.key, self.company_id, channel).ok()?.secret());
        let is_signed = wanted.kind == ChannelKind::Webhook;
        let fresh = (is_signed && kept.is_none()).then(new_webhook_secret);
        let target = match fresh.as_ref().or(kept.as_ref()).filter(|_| is_signed) {
            Some(secret) => target.signed(secret),
            None => target,
        };
        let channel = Channel {
            name: name.to_owned(),
            kind: wanted.kind,
            shown,
            sealed: target.seal(self.key, self.company_id, name)?,
            created_at: before.map_or(now, |(channel, _)| channel.created_at),
            disabled: None,
        };
        let put = match before {
            Some((_, version)) => Put::change(&channel, *version)?,
            None => Put::new(&channel)?,
        };
        let told = |channel: &Channel| json!({"kind": channel.kind, "leads_to": channel.shown});
        let data = json!({
            "before": before.map(|(channel, _)| told(channel)), "after": told(&channel), "new_secret": fresh.is_some(),
        });
        let amendment = Amendment {
            puts: vec![put],
            facts: vec![self.fact(now, "channel.changed", name, data)],
            ..Amendment::default()
        };
        Ok((channel, fresh, amendment))
    }

    /// A channel that there is no more.
    ///
    /// # Errors
    /// [`TenancyError::Conflict`] where a route or step still names it.
    pub fn remove_channel(&self, company: &Company, name: &str, version: u64) -> Result<Amendment, TenancyError> {
        if company.notifications.channels().contains(name) {
            let detail = format!("a route or a step names {name:?}: change the notifications first");
            return Err(TenancyError::Conflict(detail));
        }
        let now = self.clock.now();
        Ok(Amendment {
            puts: vec![Put::remove(RecordKind::Channels, name.to_owned(), version)],
            facts: vec![self.fact(now, "channel.changed", name, json!({"after": null}))],
            ..Amendment::default()
        })
    }

    /// A message on its way once more, under the same id.
    ///
    /// # Errors
    /// [`TenancyError`].
    pub fn redeliver(
        &self,
        delivery: actors::domain::notice::Delivery,
        version: u64,
    ) -> Result<Amendment, TenancyError> {
        let now = self.clock.now();
        let id = delivery.notice.delivery_id.to_string();
        let was: &'static str = match delivery.fate {
            Fate::Delivered => "delivered",
            Fate::Pending | Fate::Failed => "failed",
        };
        let notice = Notice {
            next_at: now,
            tried: 0,
            put_off: 0,
            ..delivery.notice
        };
        let incident = notice.message.incident.incident_id.to_string();
        let data = json!({"delivery_id": id, "channel": notice.channel, "was": was});
        Ok(Amendment {
            puts: vec![Put::remove(RecordKind::Notified, id, version), Put::new(&notice)?],
            facts: vec![self.fact(now, "notification.redelivered", &incident, data)],
            ..Amendment::default()
        })
    }
}

fn leads_to(wanted: &WantedChannel, gate: &Gate, has_mail: bool) -> Result<(Target, String), TenancyError> {
    if wanted.kind == ChannelKind::Email {
        if !has_mail {
            return Err(invalid(
                "kind",
                "the platform has no mail relay: it is set by SMTP_URL and SMTP_FROM",
            ));
        }
        if wanted.url.is_some() {
            return Err(invalid("url", "must be left out: mail goes to mailboxes"));
        }
        if !(1..=MAILBOXES).contains(&wanted.to.len()) {
            return Err(invalid("to", "must hold 1 to 20 mailboxes"));
        }
        if let Some(bad) = wanted.to.iter().find(|to| !is_mailbox(to)) {
            return Err(invalid("to", format!("must hold e-mail addresses; {bad:?} is none")));
        }
        return Ok((Target::mailboxes(wanted.to.clone()), wanted.to.join(", ")));
    }
    if !wanted.to.is_empty() {
        return Err(invalid("to", "must be left out: it is for mail"));
    }
    let text = wanted.url.as_deref().unwrap_or_default();
    let url = gate.url(text).map_err(|rule| invalid("url", rule))?;
    if wanted.kind.keeps_tickets() {
        if url.query().is_some() || url.fragment().is_some() {
            return Err(invalid("url", "must be the system's own, without a query"));
        }
        let target = Target::at(url.as_str()).with_tickets(tickets(wanted)?);
        let shown = format!("{}{}", url.origin().ascii_serialization(), url.path());
        let project = wanted.project.as_deref().map(|project| format!(" {project}"));
        return Ok((target, shown + &project.unwrap_or_default()));
    }
    let of_tickets = [
        ("user", wanted.user.is_some()),
        ("token", wanted.token.is_some()),
        ("project", wanted.project.is_some()),
    ];
    if let Some((field, _)) = of_tickets.into_iter().find(|(_, is_said)| *is_said) {
        return Err(invalid(field, "must be left out: it is for ticket systems"));
    }
    // Whoever has the rest of a chat's URL can write there; a webhook's query may hold a token.
    let shown = match wanted.kind {
        ChannelKind::Webhook => format!("{}{}", url.origin().ascii_serialization(), url.path()),
        _ => url.origin().ascii_serialization(),
    };
    Ok((Target::at(url.as_str()), shown))
}

fn tickets(wanted: &WantedChannel) -> Result<Tickets, TenancyError> {
    let said = |field: &'static str, text: &Option<String>, most: usize| {
        let text = text.clone().unwrap_or_default();
        let fits = (1..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        match fits {
            true => Ok(text),
            false => Err(invalid(field, format!("must be 1 to {most} characters"))),
        }
    };
    let user = said("user", &wanted.user, 256)?;
    if user.contains(':') {
        return Err(invalid("user", "must not hold a colon"));
    }
    let token = wanted.token.clone().unwrap_or_default();
    if !(1..=1024).contains(&token.expose_secret().len()) {
        return Err(invalid("token", "must be 1 to 1024 bytes"));
    }
    let mut tickets = Tickets::of(&user, &token);
    match wanted.kind {
        ChannelKind::Jira => {
            let project = wanted.project.clone().unwrap_or_default();
            let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
            let is_key = (2..=32).contains(&project.len())
                && project.starts_with(|char: char| char.is_ascii_uppercase())
                && project.bytes().all(plain);
            if !is_key {
                return Err(invalid("project", "must be the key of a project, as OPS"));
            }
            let issue_type = wanted.issue_type.clone().or(Some("Task".to_owned()));
            tickets.issue_type = said("issue_type", &issue_type, 64)?;
            tickets.project = project;
        }
        _ => {
            let close_code = wanted.close_code.clone().or(Some("Solved (Permanently)".to_owned()));
            tickets.close_code = said("close_code", &close_code, 64)?;
        }
    }
    Ok(tickets)
}

fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=NAME).contains(&name.len()) && !name.starts_with('.') && name.bytes().all(plain)
}
