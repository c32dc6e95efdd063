//! What an engine may look at and spend, for one incident of one company: everything is read by that company's reader,
//! and by its own role at AWS.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value, json};

use super::purse::{Empty, Grant};
use crate::company_now::CompanyNow;
use crate::domain::decision::{Limit, Spent};
use crate::domain::recall::{RecallAsk, Recalled};
use crate::domain::{Alert, Approval, IncidentId, Kpis, Timestamp};
use crate::limits::{INCIDENT_ROUNDS, INCIDENT_TOKENS, INCIDENT_TOOL_CALLS, KPI_SPAN, PAGE, QUOTED_ALERTS};
use crate::measures;
use crate::port::engine::Desk;
use crate::port::reader::{AlertFilter, PageRequest};
use crate::port::{Error, Reader, RecordKind, Writer};
use crate::runtime::Ports;
use crate::tool::input::{ApprovalSeen, KpisMeasured};
use crate::tool::memory::MemoriesFound;
use crate::tool::registry::ToolInput;

/// An incident's desk.
pub(crate) struct IncidentDesk {
    pub(crate) ports: Ports,
    pub(crate) company: CompanyNow,
    pub(crate) incident_id: IncidentId,
    pub(crate) reader: Arc<dyn Reader>,
    pub(crate) writer: Arc<dyn Writer>,
    /// Tokens that other decisions about the incident may be spending.
    pub(crate) under_way: u32,
}

impl IncidentDesk {
    /// What the incident's decisions have spent, as far back as one looks.
    async fn spent(&self) -> Result<Spent, Error> {
        let page = PageRequest {
            limit: PAGE,
            after: None,
        };
        let decisions = self.reader.decisions(&self.incident_id, page).await?;
        let full = decisions.next.is_some();
        let sum = decisions
            .items
            .iter()
            .fold(Spent::default(), |sum, (_, made)| sum.and(made.spent));
        // Who has decided more often than that about one incident has spent enough.
        Ok(if full {
            Spent {
                tokens: u32::MAX,
                ..sum
            }
        } else {
            sum
        })
    }

    async fn approval(&self, id: &str) -> Result<Value, String> {
        let record = self.reader.record(RecordKind::Approvals, id).await.map_err(away)?;
        let record = record.ok_or("approval_id: there is no such approval")?;
        let approval: Approval = record.read().map_err(away)?;
        let last = approval.decided_by.last();
        Ok(json!(ApprovalSeen {
            approval_id: approval.approval_id.clone(),
            status: approval.status,
            approved_by: last.map(|vote| vote.by.clone()),
            approved_at: last.map(|vote| vote.at),
        }))
    }

    async fn kpis(&self) -> Result<Value, String> {
        let now = self.now();
        let rollup = self.reader.rollups(now.minus(KPI_SPAN), now).await.map_err(away)?;
        let kpis = Kpis::from(&rollup);
        Ok(json!(KpisMeasured {
            timestamp: now,
            noise_reduction_pct: kpis.noise_reduction_pct,
            mtta_minutes: kpis.mtta_minutes,
            mttr_minutes: kpis.mttr_minutes,
            self_healed_pct: kpis.self_healed_pct,
            patch_compliance_pct: None,
        }))
    }
}

#[async_trait]
impl Desk for IncidentDesk {
    fn now(&self) -> Timestamp {
        self.ports.clock.now()
    }

    async fn alerts(&self) -> Result<Vec<Alert>, Error> {
        let filter = AlertFilter {
            incident_id: Some(self.incident_id.clone()),
            ..AlertFilter::default()
        };
        let page = PageRequest {
            limit: QUOTED_ALERTS,
            after: None,
        };
        let found = self.reader.alerts(&filter, page).await?;
        Ok(found.items.into_iter().map(|view| view.alert).collect())
    }

    async fn recall(&self, ask: &RecallAsk) -> Result<Vec<Recalled>, Error> {
        crate::recall::recall(&*self.reader, ask, self.now()).await
    }

    async fn look(&self, tool: &ToolInput) -> Result<Value, String> {
        let company = self.company.id();
        match tool {
            ToolInput::GetAlarm(asked) => {
                let seen = self.ports.watch.alarm(company, &asked.alarm_name).await;
                seen.map(|alarm| json!(alarm)).map_err(|why| why.to_string())
            }
            ToolInput::QueryMetrics(query) => {
                let seen = self.ports.watch.metrics(company, query).await;
                seen.map(|series| json!(series)).map_err(|why| why.to_string())
            }
            ToolInput::AskApproval(asked) => self.approval(asked.approval_id.as_str()).await,
            ToolInput::Kpis(_) => self.kpis().await,
            ToolInput::SearchMemory(asked) => {
                let found = self.recall(&asked.ask()).await.map_err(away)?;
                Ok(json!(MemoriesFound::of(&found)))
            }
            ToolInput::SsmExecute(_) | ToolInput::RequestApproval(_) | ToolInput::Note(_) | ToolInput::Escalate(_) => {
                Err("this tool acts; propose it in your answer".into())
            }
        }
    }

    async fn draw(&self, tokens: u32) -> Result<Grant, Empty> {
        let spent = self.spent().await?;
        let left = INCIDENT_TOKENS
            .saturating_sub(spent.tokens)
            .saturating_sub(self.under_way);
        let is_used_up = left == 0 || spent.rounds >= INCIDENT_ROUNDS || spent.tool_calls >= INCIDENT_TOOL_CALLS;
        if is_used_up {
            return Err(Empty::Spent(Limit::Incident));
        }
        let limit = self.company.now().policy.tokens_of(self.ports.tokens_per_day);
        let stores = (&*self.reader, &*self.writer);
        let grant = self
            .company
            .purse()
            .draw(tokens.min(left), limit, stores, self.now())
            .await?;
        Ok(if left < tokens {
            grant.short_of(Limit::Incident)
        } else {
            grant
        })
    }

    async fn hurried(&self) {
        self.ports.haste.over().await;
    }

    async fn settle(&self, grant: Grant, used: u32) {
        if used > 0 {
            let company = self.company.id().to_string();
            metrics::counter!(measures::COMPANY_TOKENS, "company_id" => company).increment(u64::from(used));
        }
        self.company.purse().settle(grant, used).await;
    }
}

/// An error of the store, for a model: what exactly is wrong with it is none of its business.
fn away(error: Error) -> String {
    tracing::warn!(%error, "a model's look at the store failed");
    "the store is not available".into()
}
