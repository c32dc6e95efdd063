//! Who is told what of an incident: notices, in the commit of what they tell of.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::IncidentState;
use crate::company_now::CompanyNow;
use crate::domain::notice::{IncidentTold, Message};
use crate::domain::{DeliveryNoteId, Incident, NewAlert, News, Notice, Signal, Timestamp};
use crate::port::reader::{AlertFilter, PageRequest};
use crate::port::writer::IncidentChange;
use crate::port::{Entropy, Error, Put, Reader};
use crate::tenant::TenantMsg;

/// Newest alerts among which one that fires is looked for.
const LOOKED_AT: usize = 20;
/// Labels of an alert that are told.
const LABELS: usize = 16;

/// Something to be told.
pub(crate) struct Tiding {
    pub(super) news: News,
    /// What else there is to say.
    pub(super) detail: Value,
    /// The channels of a step, beside those that routes lead to, and its number.
    pub(super) step: Option<usize>,
}

impl Tiding {
    pub(crate) fn new(news: News, detail: Value) -> Self {
        Self {
            news,
            detail,
            step: None,
        }
    }
}

impl IncidentState {
    /// Adds what is told to the commit of what it tells of.
    pub(super) async fn tell(&self, change: &mut IncidentChange, row: &Incident, tiding: Tiding) -> Result<(), Error> {
        let house = Telling {
            company: &self.args.company,
            reader: &*self.args.reader,
            entropy: &*self.args.ports.entropy,
        };
        change.puts.extend(house.notices(row, tiding, change.now).await?);
        Ok(())
    }

    /// Tells the tenant that there are notices to be delivered.
    pub(super) fn send_notices(&self) -> Result<(), Error> {
        self.args.tenant.cast(TenantMsg::Notices).map_err(|_| Error::Fenced)
    }
}

/// What it takes to tell of an incident.
pub(crate) struct Telling<'a> {
    pub(crate) company: &'a CompanyNow,
    pub(crate) reader: &'a dyn Reader,
    pub(crate) entropy: &'a dyn Entropy,
}

impl Telling<'_> {
    /// What is told of an incident, to be written in the commit of what it tells of. What was never told is not told of
    /// further, and what is suppressed or flapping is not either, but for its end: whoever was told of it waits for that.
    pub(crate) async fn notices(&self, row: &Incident, tiding: Tiding, now: Timestamp) -> Result<Vec<Put>, Error> {
        let company = self.company.now();
        let life = &row.life;
        let is_quiet = life.suppressed.is_some() || life.flapping_since.is_some();
        let is_held = is_quiet && tiding.news != News::Resolved;
        if life.told.is_none() || is_held || !company.notifications.are_on() {
            return Ok(Vec::new());
        }
        let alert = self.shown_by(row).await?;
        let mut shown = (*alert).clone();
        shown.severity = row.severity;
        let routed = self.company.outward().routes.of(tiding.news, &shown, now);
        let mut told: BTreeMap<String, String> = routed
            .into_iter()
            .map(|(channel, route)| (channel, format!("route {route}")))
            .collect();
        // What is told to nobody is told to nobody later, either.
        let is_dropped = || self.company.outward().routes.end_nowhere(tiding.news, &shown, now);
        if let Some(no) = tiding.step.filter(|_| !is_dropped()) {
            let step = company.notifications.escalation.get(no);
            for channel in step.into_iter().flat_map(|step| &step.channels) {
                told.insert(channel.clone(), format!("step {}", no + 1));
            }
        }
        let message = Message {
            news: tiding.news,
            timestamp: now,
            company_id: company.company_id.clone(),
            company_name: company.name.clone(),
            incident: incident_told(row, &shown),
            detail: tiding.detail,
        };
        let notice = |(channel, because)| {
            Put::new(&Notice {
                delivery_id: DeliveryNoteId::from_uuid(self.entropy.uuid(now)),
                channel,
                because,
                created_at: now,
                life_version: row.version,
                next_at: now,
                tried: 0,
                put_off: 0,
                tries: Vec::new(),
                message: message.clone(),
            })
        };
        told.into_iter().map(notice).collect()
    }

    /// The newest alert that fires, else the newest.
    async fn shown_by(&self, row: &Incident) -> Result<Arc<NewAlert>, Error> {
        let filter = AlertFilter {
            incident_id: Some(row.incident_id.clone()),
            ..AlertFilter::default()
        };
        let request = PageRequest {
            limit: LOOKED_AT,
            after: None,
        };
        let page = self.reader.alerts(&filter, request).await?;
        let newest = page.items.iter().map(|view| &view.alert.sent);
        let shown = newest
            .clone()
            .find(|alert| alert.status == Signal::Firing)
            .or_else(|| newest.clone().next());
        Ok(shown.cloned().unwrap_or_else(|| Arc::new(nothing_of(row))))
    }
}

fn incident_told(row: &Incident, alert: &NewAlert) -> IncidentTold {
    IncidentTold {
        incident_id: row.incident_id.clone(),
        status: row.life.status,
        severity: row.severity,
        signature: row.signature.clone(),
        asset_name: row.asset_name.clone(),
        alert_count: row.alert_count,
        created_at: row.created_at,
        assigned_to: row.life.assigned_to.clone(),
        message: Some(alert.message.clone()).filter(|message| !message.is_empty()),
        labels: alert.labels.clone().into_iter().take(LABELS).collect(),
        url: alert.url.clone(),
    }
}

/// What stands in where no alert of it is left.
fn nothing_of(row: &Incident) -> NewAlert {
    NewAlert {
        alert_id: crate::domain::AlertId(uuid::Uuid::nil()),
        asset_name: row.asset_name.clone(),
        signature: row.signature.clone(),
        severity: row.severity,
        message: String::new(),
        tool_source: row.tool_sources.first().cloned(),
        status: Signal::Firing,
        fingerprint: None,
        starts_at: None,
        ends_at: None,
        labels: BTreeMap::new(),
        url: None,
        unsigned: false,
    }
}
