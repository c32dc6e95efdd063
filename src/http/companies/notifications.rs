//! `/api/companies/{id}/notifications`, `channels` and `deliveries`: who hears of its incidents, where, and whether it was
//! told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use actors::domain::channel::Disabled;
use actors::domain::notice::{Delivery, Fate, IncidentTold, Message, Try};
use actors::domain::{
    Channel, ChannelKind, DeliveryNoteId, IncidentId, IncidentStatus, News, Notice, Notifications, Severity, Timestamp,
};
use actors::port::reader::PageRequest;
use actors::port::{Amendment, Put, Reader, RecordKind};
use actors::runtime::CallError;
use axum::Json;
use axum::extract::{Path, State};
use secrecy::ExposeSecret;
use serde::Serialize;
use utoipa::openapi::path::Parameter;
use utoipa::{IntoParams, ToSchema};

use super::{Answer, TRIES, changed, commit, desk, records};
use crate::http::Edge;
use crate::http::body::Sent;
use crate::http::newest::newest;
use crate::http::page::{Ask, Asked, Items, Paged, Query};
use crate::http::problem::{Code, Problem};
use crate::http::rights::{AdministerCompany, May, Read};
use crate::notify::Body;
use crate::tenancy::Change;
use crate::tenancy::channel::WantedChannel;

/// Who hears of its incidents, and how soon somebody has to take them up.
pub(in crate::http) async fn settings(may: May<Read>, State(edge): State<Arc<Edge>>) -> Answer<Notifications> {
    Ok(Json(edge.company(may.company())?.notifications.clone()))
}

/// `PUT {routes?, escalation?, service_levels?, warn_percent?}`: what is left out is as for a new company.
pub(in crate::http) async fn set(
    may: May<AdministerCompany>,
    State(edge): State<Arc<Edge>>,
    Sent(asked): Sent<Notifications>,
) -> Answer<Notifications> {
    let change = Change {
        notifications: Some((asked, channel_names(&edge, &may).await?)),
        ..Change::default()
    };
    Ok(Json(changed(&edge, &may, &change).await?.notifications))
}

/// The names of a company's channels.
pub(super) async fn channel_names<R>(edge: &Edge, may: &May<R>) -> Result<BTreeSet<String>, Problem> {
    let all = records::<Channel, R>(edge, may).await?;
    Ok(all.into_iter().map(|(channel, _)| channel.name).collect())
}

/// A channel, as it is shown.
#[derive(Serialize, ToSchema)]
#[schema(as = Channel)]
pub(in crate::http) struct ShownChannel {
    name: String,
    kind: ChannelKind,
    /// Where it leads, without what is secret.
    leads_to: String,
    created_at: Timestamp,
    /// Since when, and why, it is used no more; `null` where it is.
    disabled: Option<Disabled>,
    /// What messages are signed with per Standard Webhooks. Shown once, when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    secret: Option<String>,
}

impl From<Channel> for ShownChannel {
    fn from(channel: Channel) -> Self {
        Self {
            name: channel.name,
            kind: channel.kind,
            leads_to: channel.shown,
            created_at: channel.created_at,
            disabled: channel.disabled,
            secret: None,
        }
    }
}

/// Its channels, by name.
pub(in crate::http) async fn channels(may: May<Read>, State(edge): State<Arc<Edge>>) -> Answer<Items<ShownChannel>> {
    let all = records::<Channel, _>(&edge, &may).await?;
    Ok(Json(all.into_iter().map(|(channel, _)| channel.into()).collect()))
}

/// `PUT {kind, url? or to?, new_secret?}`: makes a channel, or makes it otherwise; one that was disabled is used again.
pub(in crate::http) async fn set_channel(
    may: May<AdministerCompany>,
    State(edge): State<Arc<Edge>>,
    Path((_, name)): Path<(String, String)>,
    Sent(wanted): Sent<WantedChannel>,
) -> Answer<ShownChannel> {
    edge.takes_work(may.company())?;
    let has_mail = edge.settings.mail.is_some();
    for _ in 0..TRIES {
        let all = records::<Channel, _>(&edge, &may).await?;
        let origin = may.origin();
        let desk = desk(&edge, &may, &origin);
        let (channel, secret, amendment) = desk.set_channel(&all, &name, &wanted, &edge.gate, has_mail)?;
        if commit(&edge, &may, amendment).await? {
            return Ok(Json(ShownChannel {
                secret: secret.map(|secret| secret.expose_secret().to_owned()),
                ..channel.into()
            }));
        }
    }
    Err(CallError::Overloaded.into())
}

/// A channel that there is no more.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct RemovedChannel {
    message: &'static str,
    name: String,
}

/// `DELETE`: refused where a route or step still names it.
pub(in crate::http) async fn remove_channel(
    may: May<AdministerCompany>,
    State(edge): State<Arc<Edge>>,
    Path((_, name)): Path<(String, String)>,
) -> Answer<RemovedChannel> {
    for _ in 0..TRIES {
        let reader = edge.store.reader(may.company());
        let record = reader.record(RecordKind::Channels, &name).await?;
        let record = record.ok_or_else(|| Problem::not_found("channel"))?;
        let company = reader.company().await?;
        let origin = may.origin();
        let amendment = desk(&edge, &may, &origin).remove_channel(&company, &name, record.version)?;
        if commit(&edge, &may, amendment).await? {
            return Ok(Json(RemovedChannel {
                message: "Removed",
                name,
            }));
        }
    }
    Err(CallError::Overloaded.into())
}

/// What a receiver said to a trial.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ChannelTried {
    /// Whether it took the message.
    delivered: bool,
    /// What it answered, or why it could not be asked.
    answer: String,
}

/// `POST test`: a message that says that it is none goes there at once, and is not tried again.
pub(in crate::http) async fn test_channel(
    may: May<AdministerCompany>,
    State(edge): State<Arc<Edge>>,
    Path((_, name)): Path<(String, String)>,
) -> Answer<ChannelTried> {
    edge.takes_work(may.company())?;
    let reader = edge.store.reader(may.company());
    let record = reader.record(RecordKind::Channels, &name).await?;
    let channel: Channel = record.ok_or_else(|| Problem::not_found("channel"))?.read()?;
    let notice = trial(&edge, &may, &channel)?;
    if channel.kind.keeps_tickets() {
        let detail = "a test would leave a ticket behind: the first incident that is told there shows whether it works";
        return Err(Problem::new(Code::Conflict, detail));
    }
    let tried = edge.courier.deliver(may.company(), &channel, &[notice], None).await;
    let (delivered, answer) = match tried {
        Ok(delivered) => (true, delivered.answer),
        Err(undelivered) => (false, undelivered.why),
    };
    Ok(Json(ChannelTried { delivered, answer }))
}

fn trial<R>(edge: &Edge, may: &May<R>, channel: &Channel) -> Result<Notice, Problem> {
    let now = edge.clock.now();
    let id = edge.entropy.uuid(now);
    Ok(Notice {
        delivery_id: DeliveryNoteId::from_uuid(id),
        channel: channel.name.clone(),
        because: "test".to_owned(),
        created_at: now,
        life_version: 0,
        next_at: now,
        tried: 0,
        put_off: 0,
        tries: Vec::new(),
        message: Message {
            news: News::Opened,
            timestamp: now,
            company_id: may.company().clone(),
            company_name: edge.company(may.company())?.name.clone(),
            incident: IncidentTold {
                incident_id: IncidentId::from_uuid(id),
                status: IncidentStatus::New,
                severity: Severity::Low,
                signature: "test".to_owned(),
                asset_name: "nothing".to_owned(),
                alert_count: 1,
                created_at: now,
                assigned_to: None,
                message: Some(format!(
                    "This is a test of the channel {}; there is no such incident.",
                    channel.name
                )),
                labels: BTreeMap::new(),
                url: None,
            },
            detail: serde_json::json!({"test": true}),
        },
    })
}

/// A message to a channel, as it is shown.
#[derive(Serialize, ToSchema)]
#[schema(as = Delivery)]
pub(in crate::http) struct ShownDelivery {
    delivery_id: DeliveryNoteId,
    status: Fate,
    /// Why it was given up, where that was not for what its last try came to.
    why: Option<String>,
    channel: String,
    /// The route or step that leads there.
    because: String,
    incident_id: IncidentId,
    #[serde(rename = "type")]
    news: News,
    created_at: Timestamp,
    /// When it is tried next; `null` where it is not.
    next_at: Option<Timestamp>,
    /// When it was delivered, or given up.
    ended_at: Option<Timestamp>,
    /// How often it was tried.
    tried: usize,
    /// The last tries.
    tries: Vec<Try>,
    /// What is told: the body of a webhook.
    message: Body,
}

impl ShownDelivery {
    fn pending(notice: Notice) -> Self {
        Self {
            message: Body::of(&notice),
            delivery_id: notice.delivery_id,
            status: Fate::Pending,
            why: None,
            channel: notice.channel,
            because: notice.because,
            incident_id: notice.message.incident.incident_id,
            news: notice.message.news,
            created_at: notice.created_at,
            next_at: Some(notice.next_at),
            ended_at: None,
            tried: notice.tried,
            tries: notice.tries,
        }
    }

    fn of(delivery: Delivery) -> Self {
        Self {
            status: delivery.fate,
            why: delivery.why,
            next_at: None,
            ended_at: Some(delivery.ended_at),
            ..Self::pending(delivery.notice)
        }
    }
}

/// Which deliveries.
#[derive(IntoParams)]
pub(in crate::http) struct Filter {
    /// Only those on their way, instead of those that are over.
    #[param(value_type = Option<bool>)]
    pending: bool,
    /// Only those of this channel.
    #[param(value_type = Option<String>)]
    channel: Option<String>,
    /// Only those of this incident.
    #[param(value_type = Option<IncidentId>)]
    incident_id: Option<IncidentId>,
}

impl Ask for Filter {
    fn parameters() -> Vec<Parameter> {
        Self::into_params(|| None)
    }

    fn read(query: &mut Query, _: &Edge) -> Result<Self, Problem> {
        Ok(Self {
            pending: query.flag("pending")?.unwrap_or(false),
            channel: query.text("channel"),
            incident_id: query.word("incident_id")?,
        })
    }
}

impl Filter {
    fn wants(&self, delivery: &ShownDelivery) -> bool {
        let is_channel = self.channel.as_ref().is_none_or(|channel| delivery.channel == *channel);
        is_channel && self.incident_id.as_ref().is_none_or(|id| *id == delivery.incident_id)
    }
}

/// What its channels were told in the last 30 days, newest first, or are still to be told. A page may hold fewer than it was
/// asked for.
pub(in crate::http) async fn deliveries(
    may: May<Read>,
    State(edge): State<Arc<Edge>>,
    Asked { asked, .. }: Asked<(Filter, PageRequest)>,
) -> Answer<Paged<ShownDelivery>> {
    let (filter, request) = asked;
    let reader = edge.store.reader(may.company());
    let kind = match filter.pending {
        true => RecordKind::Notices,
        false => RecordKind::Notified,
    };
    let found = newest(&*reader, (kind, DeliveryNoteId::PREFIX), request, |record| {
        let delivery = match filter.pending {
            true => ShownDelivery::pending(record.read()?),
            false => ShownDelivery::of(record.read()?),
        };
        Ok(Some(delivery).filter(|delivery| filter.wants(delivery)))
    });
    Ok(Json(found.await?))
}

/// `POST redeliver`: on its way once more, under the same id; one that still is, is tried now.
pub(in crate::http) async fn redeliver(
    may: May<AdministerCompany>,
    State(edge): State<Arc<Edge>>,
    Path((_, id)): Path<(String, String)>,
) -> Answer<ShownDelivery> {
    edge.takes_work(may.company())?;
    let reader = edge.store.reader(may.company());
    for _ in 0..TRIES {
        let now = edge.clock.now();
        let amendment = match reader.record(RecordKind::Notified, &id).await? {
            Some(record) => {
                let origin = may.origin();
                desk(&edge, &may, &origin).redeliver(record.read()?, record.version)?
            }
            None => {
                let record = reader.record(RecordKind::Notices, &id).await?;
                let record = record.ok_or_else(|| Problem::not_found("delivery"))?;
                let notice = Notice {
                    next_at: now,
                    ..record.read()?
                };
                Amendment {
                    puts: vec![Put::change(&notice, record.version)?],
                    ..Amendment::default()
                }
            }
        };
        if commit(&edge, &may, amendment).await? {
            return Ok(Json(delivery(&*reader, &id).await?));
        }
    }
    Err(CallError::Overloaded.into())
}

/// A message on its way, or what has become of it.
async fn delivery(reader: &dyn Reader, id: &str) -> Result<ShownDelivery, Problem> {
    if let Some(record) = reader.record(RecordKind::Notices, id).await? {
        return Ok(ShownDelivery::pending(record.read()?));
    }
    let record = reader.record(RecordKind::Notified, id).await?;
    let record = record.ok_or_else(|| Problem::not_found("delivery"))?;
    Ok(ShownDelivery::of(record.read()?))
}
