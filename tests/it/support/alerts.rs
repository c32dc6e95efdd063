//! Companies, alerts and deliveries.

use std::collections::BTreeMap;
use std::sync::Arc;

use actors::domain::{
    AlertId, Company, CompanyId, Correlation, DeliveryId, Fact, Intake, NewAlert, Policy, RateLimit, Retention,
    Severity, Signal, Timestamp,
};
use actors::port::inbox::{Delivery, Signature};
use actors::port::{Entropy, NewCompany, Put};
use alert_whisperer::accounts::api_key::{ApiKey, Scope};
use alert_whisperer::accounts::webhook_secret::WebhookSecret;
use serde_json::json;

use super::clock::SeededEntropy;

/// A company with its first key and secret.
pub fn new_company(id: &CompanyId, now: Timestamp) -> NewCompany {
    let name = id.as_str();
    let key = first_key(name, now);
    let secret = WebhookSecret {
        secret_id: format!("whs-{name}").parse().unwrap(),
        sealed: "6e6f6e6365".to_owned(),
        created_at: now,
        expires_at: None,
    };
    NewCompany {
        company: Company {
            company_id: id.clone(),
            name: format!("The {name}"),
            created_at: now,
            version: 1,
            archived_at: None,
            erase_requested_at: None,
            erased_at: None,
            correlation: Correlation::default(),
            rate_limit: RateLimit::default(),
            retention: Retention::default(),
            policy: Policy::default(),
            aws: None,
            intake: Intake::default(),
            rules: Vec::new(),
            suppression: Default::default(),
            silences: Vec::new(),
            notifications: Default::default(),
        },
        puts: vec![Put::new(&key).unwrap(), Put::new(&secret).unwrap()],
        fact: fact("company.created", name, now),
    }
}

/// The first key of a company of this name.
pub fn first_key(name: &str, now: Timestamp) -> ApiKey {
    ApiKey {
        key_id: format!("key-{name}").parse().unwrap(),
        name: "first key".to_owned(),
        key_hash: format!("{name:0<64}"),
        scopes: vec![Scope::Ingest, Scope::Decide, Scope::Read],
        unsigned: false,
        created_at: now,
        expires_at: None,
        revoked_at: None,
        used_at: None,
    }
}

/// A fact with a little data.
pub fn fact(kind: &'static str, subject: &str, at: Timestamp) -> Fact {
    let id = format!("jrn-{kind}-{subject}").parse().unwrap();
    Fact::new(id, at, kind, subject, "test", &json!({"of": subject}))
}

/// A firing disk alert.
pub fn alert(entropy: &SeededEntropy, now: Timestamp) -> NewAlert {
    NewAlert {
        alert_id: AlertId(entropy.uuid(now)),
        asset_name: "web-1".to_owned(),
        signature: "disk_full".to_owned(),
        severity: Severity::High,
        message: "disk is 97% full".to_owned(),
        tool_source: Some("zabbix".to_owned()),
        status: Signal::Firing,
        fingerprint: None,
        starts_at: Some(now),
        ends_at: None,
        labels: BTreeMap::from([("mount".to_owned(), "/var".to_owned())]),
        url: Some("https://zabbix.example/1".to_owned()),
        unsigned: false,
    }
}

/// An unsigned delivery without an id, which is never a duplicate.
pub fn delivery(company: &CompanyId, alerts: Vec<NewAlert>, now: Timestamp) -> Delivery {
    Delivery {
        company_id: company.clone(),
        delivery_id: None,
        signature: None,
        body_hash: [7; 32],
        received_at: now,
        alerts: alerts.into_iter().map(Arc::new).collect(),
    }
}

/// A delivery id.
pub fn delivery_id(text: &str) -> Option<DeliveryId> {
    Some(text.parse().unwrap())
}

/// A signature.
pub fn signature(mac: u8, signed_at: Timestamp) -> Option<Signature> {
    Some(Signature {
        mac: [mac; 32],
        signed_at,
    })
}
