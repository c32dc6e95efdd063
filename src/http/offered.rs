//! What MCP offers: the functions behind the routes, asked by fields instead of paths, queries and bodies. Rights,
//! refusals and what is journalled are the routes' own.

use std::collections::VecDeque;
use std::sync::Arc;

use actors::domain::{CompanyId, IncidentId};
use actors::limits::PAGE;
use actors::port::reader::{AlertFilter, IncidentFilter, PageRequest, TimelineItem};
use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::caller::Caller;
use super::page::{Asked, Query};
use super::problem::{Code, Problem};
use super::rights::{Decide, May, Needed, Reaches, Read, Run};
use super::runs::execute::{self, Answered};
use super::{Edge, agent, incidents, kpis, memory, question, runbooks, shape};
use crate::accounts::rights::Right;
use crate::http::body::Sent;
use crate::json;

/// Incidents of one search where nothing is said, and at most.
pub(crate) const SEARCH_DEFAULT: u32 = 20;
pub(crate) const SEARCH_MOST: u32 = 50;
/// Alerts that are read with their incident, the latest.
const ALERTS_READ: usize = 20;
/// Lines of a timeline that are read with its incident, the last.
const TIMELINE_READ: usize = 30;
/// Pages of a timeline that are turned to find its end.
const TIMELINE_PAGES: usize = 50;

/// Somebody who asks.
pub(crate) struct Asking {
    edge: Arc<Edge>,
    caller: Caller,
}

impl Asking {
    /// Of a caller who is known.
    pub(crate) fn of(edge: &Arc<Edge>, caller: &Caller) -> Self {
        Self {
            edge: edge.clone(),
            caller: caller.clone(),
        }
    }

    /// Whether he has a right anywhere. Nobody is refused by this, and nothing is noted.
    pub(crate) fn may(&self, right: Right) -> bool {
        self.caller.reach(right).is_ok()
    }

    /// The companies where he has a right, sorted.
    pub(crate) fn companies(&self, right: Right) -> Vec<CompanyId> {
        let Ok(his) = self.caller.reach(right) else {
            return Vec::new();
        };
        let all = self.edge.keyring.companies().into_iter();
        all.filter(|company| his.holds(company)).collect()
    }

    fn may_in<R: Needed>(&self, company: Option<CompanyId>) -> Result<May<R>, Problem> {
        Reaches::by(self.caller.clone(), &self.edge)?.choose(&self.edge, company)
    }

    /// The company that the fields name, taken out of them.
    fn chosen<R: Needed>(&self, fields: &mut Map<String, Value>) -> Result<May<R>, Problem> {
        // Who may not at all is told so, whatever he names.
        let reaches = Reaches::<R>::by(self.caller.clone(), &self.edge)?;
        let named = match fields.remove("company_id") {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => {
                let wrong = |error| Problem::invalid("company_id", format!("{error}"));
                Some(
                    text.parse()
                        .map_err(|error: actors::domain::ids::InvalidId| wrong(error))?,
                )
            }
            Some(_) => return Err(Problem::invalid("company_id", "must be a company's id")),
        };
        reaches.choose(&self.edge, named)
    }

    /// `GET /incidents`, of which less is read at once.
    pub(crate) async fn incidents(self, mut fields: Map<String, Value>) -> Result<Value, Problem> {
        let limit = fields.entry("limit").or_insert(SEARCH_DEFAULT.into());
        if limit
            .as_u64()
            .is_none_or(|limit| !(1..=u64::from(SEARCH_MOST)).contains(&limit))
        {
            return Err(Problem::invalid("limit", format!("must be 1 to {SEARCH_MOST}")));
        }
        let asked = Asked::<(IncidentFilter, PageRequest)>::of(Query::of_fields(fields)?, &self.edge)?;
        let may = self.may_in::<Read>(asked.company.clone())?;
        shown(incidents::list(may, State(self.edge), asked).await?)
    }

    /// `GET /incidents/{id}`, with its latest alerts and their receipts, and the end of its timeline.
    pub(crate) async fn incident(self, mut fields: Map<String, Value>) -> Result<Value, Problem> {
        let may = self.chosen::<Read>(&mut fields)?;
        let id = text(&mut fields, "incident_id")?;
        let company = may.company().clone();
        let Json(incident) = incidents::one(may, State(self.edge.clone()), Path(id.clone())).await?;
        let id: IncidentId = id.parse().map_err(|_| Problem::not_found("incident"))?;
        let reader = self.edge.store.reader(&company);
        let filter = AlertFilter {
            incident_id: Some(id.clone()),
            ..AlertFilter::default()
        };
        let page = PageRequest {
            limit: ALERTS_READ,
            after: None,
        };
        let found = reader.alerts(&filter, page).await?;
        let mut alerts = Vec::with_capacity(found.items.len());
        for view in found.items {
            let receipt = reader.alert(view.alert.id()).await?.and_then(|(_, receipt)| receipt);
            alerts.push(json!({"alert": shape::alert(&view), "receipt": receipt}));
        }
        let (timeline, timeline_goes_on) = self.end_of_timeline(&company, &id).await?;
        Ok(json!({
            "incident": incident,
            "alerts": alerts,
            "more_alerts": found.next.is_some(),
            "timeline": timeline,
            "timeline_goes_on": timeline_goes_on,
        }))
    }

    /// The last lines, and whether there are still later ones.
    async fn end_of_timeline(
        &self,
        company: &CompanyId,
        id: &IncidentId,
    ) -> Result<(Vec<shape::TimelineItem>, bool), Problem> {
        let reader = self.edge.store.reader(company);
        let mut last: VecDeque<TimelineItem> = VecDeque::with_capacity(TIMELINE_READ);
        let mut after = None;
        for _ in 0..TIMELINE_PAGES {
            let page = reader.timeline(id, PageRequest { limit: PAGE, after }).await?;
            for item in page.items {
                if last.len() == TIMELINE_READ {
                    last.pop_front();
                }
                last.push_back(item);
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        Ok((last.iter().map(shape::timeline_item).collect(), after.is_some()))
    }

    /// `POST /agent/decide`.
    pub(crate) async fn decide(self, mut fields: Map<String, Value>) -> Result<Value, Problem> {
        let may = self.chosen::<Decide>(&mut fields)?;
        fields.insert("company_id".to_owned(), may.company().as_str().into());
        let asked = question::read(Value::Object(fields).to_string().as_bytes())?;
        match agent::decided(&self.edge, may, asked, false).await? {
            agent::Decided::Whole(decision) => shown(Json(decision)),
            agent::Decided::Streamed(_) => Err(Problem::new(Code::Internal, "a stream was not asked for")),
        }
    }

    /// `POST /incidents/{id}/execute-runbook-ssm`.
    pub(crate) async fn propose(self, mut fields: Map<String, Value>) -> Result<Value, Problem> {
        let may = self.chosen::<Run>(&mut fields)?;
        let id = text(&mut fields, "incident_id")?;
        let asked = json::object(&Value::Object(fields).to_string())?;
        match execute::execute(may, State(self.edge), Path(id), Sent(asked)).await? {
            Answered::Sent(executing) => shown(Json(executing)),
            Answered::Open(open) => shown(Json(open)),
        }
    }

    /// `GET /kpis`.
    pub(crate) async fn kpis(self, fields: Map<String, Value>) -> Result<Value, Problem> {
        let asked = Asked::<kpis::Measured>::of(Query::of_fields(fields)?, &self.edge)?;
        let may = self.may_in::<Read>(asked.company.clone())?;
        shown(kpis::kpis(may, State(self.edge), asked).await?)
    }

    /// `GET /memory/search`.
    pub(crate) async fn memories(self, fields: Map<String, Value>) -> Result<Value, Problem> {
        let asked = Asked::of(Query::of_fields(fields)?, &self.edge)?;
        let may = self.may_in::<Read>(asked.company.clone())?;
        shown(memory::search(may, State(self.edge), asked).await?)
    }

    /// `GET /runbooks`.
    pub(crate) async fn runbooks(self, mut fields: Map<String, Value>) -> Result<Value, Problem> {
        let may = self.chosen::<Read>(&mut fields)?;
        shown(runbooks::list(may, State(self.edge)).await?)
    }

    /// `GET /runbooks/{id}`.
    pub(crate) async fn runbook(self, mut fields: Map<String, Value>, id: &str) -> Result<Value, Problem> {
        let may = self.chosen::<Read>(&mut fields)?;
        let asked = Asked::of(Query::of_fields(fields)?, &self.edge)?;
        let found = runbooks::one(may, State(self.edge), Path(id.to_owned()), asked).await?;
        shown(Json(found.body))
    }
}

/// A field that has to be there, taken out of its object.
fn text(fields: &mut Map<String, Value>, name: &str) -> Result<String, Problem> {
    match fields.remove(name) {
        Some(Value::String(text)) => Ok(text),
        None | Some(Value::Null) => Err(Problem::invalid(name, format!("{name} is missing"))),
        Some(_) => Err(Problem::invalid(name, "must be a text")),
    }
}

fn shown<T: Serialize>(Json(answer): Json<T>) -> Result<Value, Problem> {
    serde_json::to_value(answer).map_err(|error| {
        tracing::error!(%error, "an answer cannot be written as JSON");
        Problem::new(Code::Internal, "something failed inside")
    })
}
