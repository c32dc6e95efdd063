//! What is told, in words for people.

use actors::domain::notice::Message;
use actors::domain::{News, Notice};

/// Characters of what an alert says that are told.
const SAID: usize = 500;
/// Incidents that a digest names.
const NAMED: usize = 20;

/// One line: what has happened, to what, how grave it is.
fn headline(message: &Message) -> String {
    let incident = &message.incident;
    let what = match message.news {
        News::Opened => "New incident",
        News::Graver => "Now graver",
        News::Acknowledged => "Taken up",
        News::Escalated => "Escalated",
        News::ClockWarns => "Time is running out",
        News::ClockBreached => "Out of time",
        News::ApprovalRequested => "Approval wanted",
        News::Resolved => "Resolved",
    };
    let severity = incident.severity.as_str().to_uppercase();
    let (signature, asset) = (one_line(&incident.signature), one_line(&incident.asset_name));
    format!("[{severity}] {what}: {signature} on {asset}")
}

/// What else there is to say, a line each.
fn lines(message: &Message) -> Vec<String> {
    let incident = &message.incident;
    let mut lines = Vec::new();
    if let Some(said) = &incident.message {
        lines.push(one_line(said).chars().take(SAID).collect());
    }
    let detail = &message.detail;
    if let Some(step) = detail["step"].as_u64() {
        lines.push(format!("Nobody has taken notice of it; step {step} of the escalation."));
    }
    if let Some(clock) = detail["clock"].as_str() {
        let due = ["due_at", "breached_at"].iter().find_map(|name| detail[*name].as_str());
        lines.push(format!(
            "The {clock} time ends at {}.",
            due.unwrap_or("an unknown time")
        ));
    }
    for (name, says) in [
        ("acknowledged_by", "Acknowledged by"),
        ("escalated_by", "Escalated by"),
        ("by", "Ended by"),
    ] {
        if let Some(by) = detail[name].as_str() {
            lines.push(format!("{says} {}.", one_line(by)));
        }
    }
    let alerts = match incident.alert_count {
        1 => "1 alert".to_owned(),
        count => format!("{count} alerts"),
    };
    lines.push(format!(
        "{} ({}), {alerts} since {}, incident {}",
        one_line(&message.company_name),
        message.company_id,
        incident.created_at,
        incident.incident_id
    ));
    lines.extend(incident.url.as_deref().map(one_line));
    lines
}

/// The headline and lines of a message, or of many in one.
pub(super) fn told(notices: &[Notice]) -> (String, Vec<String>) {
    match notices {
        [] => (String::new(), Vec::new()),
        [one] => (headline(&one.message), lines(&one.message)),
        [first, ..] => {
            let company = one_line(&first.message.company_name);
            let gravest = notices.iter().map(|notice| notice.message.incident.severity).max();
            let severity = gravest
                .unwrap_or(first.message.incident.severity)
                .as_str()
                .to_uppercase();
            let title = format!("[{severity}] {} notices of {company}", notices.len());
            let mut lines: Vec<String> = notices
                .iter()
                .take(NAMED)
                .map(|notice| {
                    format!(
                        "{} ({})",
                        headline(&notice.message),
                        notice.message.incident.incident_id
                    )
                })
                .collect();
            if notices.len() > NAMED {
                lines.push(format!("and {} more", notices.len() - NAMED));
            }
            (title, lines)
        }
    }
}

/// Without line breaks, control characters and what turns the direction of text around.
fn one_line(text: &str) -> String {
    let turns =
        |char: char| matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    text.chars()
        .filter(|char| !turns(*char))
        .map(|char| if char.is_control() { ' ' } else { char })
        .collect()
}
