//! Jira Cloud's REST API v3 (developer.atlassian.com/cloud/jira/platform/rest/v3): issues, comments, transitions. An issue
//! bears its incident's id as a label.

use actors::domain::{IncidentId, Notice};
use actors::port::courier::Undelivered;
use async_trait::async_trait;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Desk, Remote, System, text, told};

/// Characters of a summary.
const SUMMARY: usize = 255;

pub(in crate::notify) struct Jira;

#[async_trait]
impl System for Jira {
    async fn find(&self, desk: &Desk<'_>, incident: &IncidentId) -> Result<Option<Remote>, Undelivered> {
        let jql = format!("project = \"{}\" AND labels = \"{incident}\"", desk.tickets.project);
        let asked = json!({"jql": jql, "maxResults": 1, "fields": ["key"]});
        let found = desk.ask(Method::POST, "/rest/api/3/search/jql", Some(&asked)).await?;
        match found.pointer("/issues/0") {
            Some(issue) => remote(desk, issue).map(Some),
            None => Ok(None),
        }
    }

    async fn create(&self, desk: &Desk<'_>, notice: &Notice) -> Result<Remote, Undelivered> {
        let (title, lines) = told(notice);
        let issue = json!({"fields": {
            "project": {"key": desk.tickets.project},
            "issuetype": {"name": desk.tickets.issue_type},
            "summary": title.chars().take(SUMMARY).collect::<String>(),
            "description": document(&lines),
            "labels": [notice.message.incident.incident_id, "alert-whisperer"],
        }});
        let made = desk.ask(Method::POST, "/rest/api/3/issue", Some(&issue)).await?;
        remote(desk, &made)
    }

    async fn say(&self, desk: &Desk<'_>, id: &str, notice: &Notice) -> Result<(), Undelivered> {
        let (title, mut lines) = told(notice);
        lines.insert(0, title);
        let path = format!("/rest/api/3/issue/{id}/comment");
        desk.ask(Method::POST, &path, Some(&json!({"body": document(&lines)})))
            .await?;
        Ok(())
    }

    async fn reopen(&self, desk: &Desk<'_>, id: &str) -> Result<Option<String>, Undelivered> {
        let path = format!("/rest/api/3/issue/{id}?fields=status");
        let issue = desk.ask(Method::GET, &path, None).await?;
        match text(&issue, "/fields/status/statusCategory/key")?.as_str() {
            "done" => go(desk, id, ["new", "indeterminate"]).await,
            _ => Ok(None),
        }
    }

    async fn close(&self, desk: &Desk<'_>, id: &str, _: &Notice) -> Result<Option<String>, Undelivered> {
        go(desk, id, ["done"]).await
    }
}

/// Takes an issue's first step into a status of one of these categories; a word where its workflow has none.
async fn go<const N: usize>(desk: &Desk<'_>, id: &str, to: [&str; N]) -> Result<Option<String>, Undelivered> {
    let path = format!("/rest/api/3/issue/{id}/transitions");
    let answer = desk.ask(Method::GET, &path, None).await?;
    let transitions = || answer["transitions"].as_array().into_iter().flatten();
    let leads_to = |category: &str| {
        transitions().find(|one| one.pointer("/to/statusCategory/key").and_then(Value::as_str) == Some(category))
    };
    let Some(step) = to.into_iter().find_map(leads_to) else {
        let why = format!(
            "its workflow has no step from where it is to a status of {}",
            to.join(" or ")
        );
        return Ok(Some(why));
    };
    let asked = json!({"transition": {"id": step["id"]}});
    desk.ask(Method::POST, &path, Some(&asked)).await?;
    Ok(None)
}

fn remote(desk: &Desk<'_>, issue: &Value) -> Result<Remote, Undelivered> {
    let key = text(issue, "/key")?;
    Ok(Remote {
        url: format!("{}/browse/{key}", desk.base),
        id: key.clone(),
        number: key,
    })
}

/// Paragraphs of plain text (Atlassian Document Format).
fn document(lines: &[String]) -> Value {
    let filled = lines.iter().filter(|line| !line.is_empty());
    let paragraphs: Vec<Value> = filled
        .map(|line| json!({"type": "paragraph", "content": [{"type": "text", "text": line}]}))
        .collect();
    json!({"type": "doc", "version": 1, "content": paragraphs})
}
