//! Automations in memory: once for each token, whatever is answered.

use std::collections::BTreeMap;

use actors::domain::{CompanyId, Timestamp};
use actors::port::cloud::{Automation, AutomationSeen, AutomationStatus, Automations, CloudError, SendError};
use async_trait::async_trait;

use super::{Estate, Mood, TAKES};

/// An automation that was started.
#[derive(Clone, Debug)]
pub struct Started {
    pub company: CompanyId,
    pub id: String,
    pub automation: Automation,
    pub at: Timestamp,
    pub stopped_at: Option<Timestamp>,
}

impl Started {
    fn is(&self, company: &CompanyId, id: &str) -> bool {
        self.company == *company && self.id == id
    }

    fn has_token(&self, company: &CompanyId, token: &str) -> bool {
        self.company == *company && self.automation.token.eq_ignore_ascii_case(token)
    }
}

fn means_the_same(one: &Automation, other: &Automation) -> bool {
    one.document == other.document && one.version == other.version && one.given() == other.given()
}

impl Estate {
    /// What was started, in that order; repeats are not among it.
    pub fn started(&self) -> Vec<Started> {
        self.state().started.clone()
    }
}

#[async_trait]
impl Automations for Estate {
    async fn start_automation(&self, company: &CompanyId, automation: Automation) -> Result<String, SendError> {
        assert_eq!(automation.check(), Ok(()), "{automation:?}");
        let mut state = self.state();
        let mood = state.moods.pop_front();
        if let Some(refusal) = mood.and_then(Mood::refusal) {
            return Err(refusal);
        }
        let mut known = state.started.iter();
        let id = match known.find(|known| known.has_token(company, &automation.token)) {
            Some(known) if means_the_same(&known.automation, &automation) => known.id.clone(),
            Some(_) => {
                let why = "IdempotentParameterMismatch: the token has started something else".to_owned();
                return Err(SendError::Denied(CloudError::Invalid(why)));
            }
            None => {
                let id = format!("00000000-0000-0000-0001-{:012x}", state.started.len());
                state.started.push(Started {
                    company: company.clone(),
                    id: id.clone(),
                    automation,
                    at: self.clock.now(),
                    stopped_at: None,
                });
                id
            }
        };
        match mood {
            Some(Mood::ReplyLost) => Err(SendError::Unclear("planned".to_owned())),
            _ => Ok(id),
        }
    }

    async fn automation(&self, company: &CompanyId, execution_id: &str) -> Result<Option<AutomationSeen>, CloudError> {
        self.answers()?;
        let state = self.state();
        let Some(known) = state.started.iter().find(|known| known.is(company, execution_id)) else {
            return Ok(None);
        };
        let ends_at = known.at.plus(TAKES + state.longer);
        let fails = || state.failing.iter().any(|end| known.automation.document.ends_with(end));
        let (status, word) = match known.stopped_at {
            Some(_) => (AutomationStatus::Cancelled, "Cancelled"),
            None if self.clock.now() < ends_at => (AutomationStatus::InProgress, "InProgress"),
            None if fails() => (AutomationStatus::Failed, "Failed"),
            None => (AutomationStatus::Success, "Success"),
        };
        Ok(Some(AutomationSeen {
            status,
            status_details: word.to_owned(),
            outputs: BTreeMap::new(),
            failure: (status == AutomationStatus::Failed).then(|| "planned".to_owned()),
            started_at: Some(known.at),
            ended_at: known.stopped_at.or(Some(ends_at)).filter(|_| status.is_over()),
        }))
    }

    /// Ends what still runs; what has ended stays as it was.
    async fn stop_automation(&self, company: &CompanyId, execution_id: &str) -> Result<(), CloudError> {
        self.answers()?;
        let now = self.clock.now();
        let mut state = self.state();
        let takes = TAKES + state.longer;
        let mut started = state.started.iter_mut();
        let Some(known) = started.find(|known| known.is(company, execution_id)) else {
            return Err(CloudError::Unknown(execution_id.to_owned()));
        };
        if now < known.at.plus(takes) {
            known.stopped_at.get_or_insert(now);
        }
        Ok(())
    }
}
