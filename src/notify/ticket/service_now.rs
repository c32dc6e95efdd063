//! ServiceNow's Table API (`/api/now/table/incident`): a record bears its incident's id as `correlation_id`.

use actors::domain::{IncidentId, Notice, Severity};
use actors::port::courier::Undelivered;
use async_trait::async_trait;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Desk, Remote, System, text, told};

const TABLE: &str = "/api/now/table/incident";
/// Characters of a short description.
const SHORT: usize = 160;
/// The state of a record that is worked on.
const IN_PROGRESS: &str = "2";
/// The state of a record that is resolved.
const RESOLVED: &str = "6";
/// The state of a record that is closed, or cancelled, for good.
const FOR_GOOD: [&str; 2] = ["7", "8"];

pub(in crate::notify) struct ServiceNow;

#[async_trait]
impl System for ServiceNow {
    async fn find(&self, desk: &Desk<'_>, incident: &IncidentId) -> Result<Option<Remote>, Undelivered> {
        let path =
            format!("{TABLE}?sysparm_query=correlation_id={incident}&sysparm_limit=1&sysparm_fields=sys_id,number");
        let found = desk.ask(Method::GET, &path, None).await?;
        match found.pointer("/result/0") {
            Some(record) => remote(desk, record).map(Some),
            None => Ok(None),
        }
    }

    async fn create(&self, desk: &Desk<'_>, notice: &Notice) -> Result<Remote, Undelivered> {
        let (title, lines) = told(notice);
        let incident = &notice.message.incident;
        let grade = match incident.severity {
            Severity::Critical => "1",
            Severity::High => "2",
            Severity::Medium | Severity::Low => "3",
        };
        let record = json!({
            "short_description": title.chars().take(SHORT).collect::<String>(),
            "description": lines.join("\n"),
            "urgency": grade, "impact": grade,
            "correlation_id": incident.incident_id, "correlation_display": "Alert Whisperer",
        });
        let made = desk.ask(Method::POST, TABLE, Some(&record)).await?;
        remote(desk, &made["result"])
    }

    async fn say(&self, desk: &Desk<'_>, id: &str, notice: &Notice) -> Result<(), Undelivered> {
        let (title, lines) = told(notice);
        let note = json!({"work_notes": format!("{title}\n{}", lines.join("\n"))});
        desk.ask(Method::PATCH, &format!("{TABLE}/{id}"), Some(&note)).await?;
        Ok(())
    }

    async fn reopen(&self, desk: &Desk<'_>, id: &str) -> Result<Option<String>, Undelivered> {
        let path = format!("{TABLE}/{id}");
        let asked = format!("{path}?sysparm_fields=state");
        let record = desk.ask(Method::GET, &asked, None).await?;
        match text(&record, "/result/state")?.as_str() {
            RESOLVED => {
                let change = json!({"state": IN_PROGRESS});
                desk.ask(Method::PATCH, &path, Some(&change)).await?;
                Ok(None)
            }
            state if FOR_GOOD.contains(&state) => Ok(Some("it is closed for good there".to_owned())),
            _ => Ok(None),
        }
    }

    async fn close(&self, desk: &Desk<'_>, id: &str, notice: &Notice) -> Result<Option<String>, Undelivered> {
        let (title, _) = told(notice);
        let end = json!({"state": RESOLVED, "close_code": desk.tickets.close_code, "close_notes": title});
        desk.ask(Method::PATCH, &format!("{TABLE}/{id}"), Some(&end)).await?;
        Ok(None)
    }
}

fn remote(desk: &Desk<'_>, record: &Value) -> Result<Remote, Undelivered> {
    let (id, number) = (text(record, "/sys_id")?, text(record, "/number")?);
    Ok(Remote {
        url: format!("{}/nav_to.do?uri=incident.do?sys_id={id}", desk.base),
        id,
        number,
    })
}
