//! The runtime on virtual time: an in-memory store with faults, a clock that follows tokio's paused
//! one, companies and alerts in one line each.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use actors::decision::chain::Chain;
use actors::domain::decision::Budget;
use actors::domain::runbook::library;
use actors::domain::{
    AlertId, AlertState, AwsSettings, Company, CompanyId, Correlation, Decision, DecisionRequest, Fact, Incident,
    IncidentFacts, IncidentId, Intake, NewAlert, Policy, RateLimit, Retention, Runbook, Severity, Signal, Timestamp,
};
use actors::haste::Haste;
use actors::port::cloud::nowhere::NotConnected;
use actors::port::notices::Unheard;
use actors::port::own_runbook::OwnRunbook;
use actors::port::peers::NoPeers;
use actors::port::reader::{AlertFilter, IncidentFilter, PageRequest};
use actors::port::{
    Accepted, Amended, Amendment, Clock, DecisionEngine, Delivery, Entropy, NewCompany, Put, Reader, RecordKind, Store,
};
use actors::runtime::{CallError, Ports, Runtime};
use alert_whisperer::store::MemoryStore;
use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use super::estate::Estate;
use super::faulty::FaultyStore;

/// The wall clock of a paused test: a fixed beginning plus tokio's own time.
pub struct VirtualClock {
    began: Instant,
    /// How far it has been set wrong, in milliseconds.
    off_by: AtomicI64,
}

const BEGINNING_MS: i64 = 1_760_000_000_000;

impl VirtualClock {
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            began: Instant::now(),
            off_by: AtomicI64::new(0),
        })
    }

    /// Sets it wrong by so many milliseconds, in either direction; 0 sets it right.
    pub fn set_off_by(&self, ms: i64) {
        self.off_by.store(ms, Ordering::SeqCst);
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        let off_by = self.off_by.load(Ordering::SeqCst);
        Timestamp::from_millis(BEGINNING_MS + off_by).plus(self.began.elapsed())
    }
}

/// Chance that counts.
#[derive(Default)]
pub struct Counting {
    next: AtomicU64,
    /// Panics at this count, once.
    pub panics_at: AtomicU64,
}

impl Entropy for Counting {
    fn uuid(&self, now: Timestamp) -> Uuid {
        let n = self.next.fetch_add(1, Ordering::SeqCst) + 1;
        assert_ne!(n, self.panics_at.load(Ordering::SeqCst), "planned fault in entropy");
        let ms = u64::try_from(now.as_millis()).unwrap();
        let mut bytes = [0; 16];
        bytes[..6].copy_from_slice(&ms.to_be_bytes()[2..]);
        bytes[8..].copy_from_slice(&n.to_be_bytes());
        uuid::Builder::from_bytes(bytes)
            .with_version(uuid::Version::SortRand)
            .into_uuid()
    }

    fn fraction(&self) -> f64 {
        0.5
    }
}

impl Counting {
    /// Plans a panic when the next id but `skip` is made.
    pub fn panic_after(&self, skip: u64) {
        self.panics_at
            .store(self.next.load(Ordering::SeqCst) + skip + 1, Ordering::SeqCst);
    }
}

/// A running tree.
pub struct Tree {
    pub store: Arc<FaultyStore>,
    pub clock: Arc<VirtualClock>,
    pub entropy: Arc<Counting>,
    pub runtime: Runtime,
    pub cloud: Arc<Estate>,
    budget: Budget,
    engine: Arc<dyn DecisionEngine>,
}

impl Tree {
    pub async fn grow() -> Self {
        Self::grow_with(Arc::new(Chain::of_rules())).await
    }

    pub async fn grow_with(engine: Arc<dyn DecisionEngine>) -> Self {
        let clock = VirtualClock::new();
        let entropy = Arc::new(Counting::default());
        let store = FaultyStore::around(MemoryStore::new(clock.clone()));
        let budget = Budget {
            max_tokens: 2000,
            max_time_seconds: 30,
        };
        let cloud = Estate::new(clock.clone());
        let runtime = start(&store, &clock, &entropy, &engine, budget, &cloud).await;
        Self {
            store,
            cloud,
            clock,
            entropy,
            runtime,
            budget,
            engine,
        }
    }

    /// Another tree over the same store, as after the end of a process.
    pub async fn regrow(&mut self) {
        self.runtime.abort();
        self.runtime.ended().await;
        self.runtime = start(
            &self.store,
            &self.clock,
            &self.entropy,
            &self.engine,
            self.budget,
            &self.cloud,
        )
        .await;
    }

    pub async fn company(&self, id: &str) -> CompanyId {
        self.company_with(id, Correlation::default()).await
    }

    pub async fn company_with(&self, id: &str, correlation: Correlation) -> CompanyId {
        let company = new_company(id, correlation, self.clock.now(), &*self.entropy);
        let founded = self.runtime.found(company, Duration::from_secs(5)).await;
        assert_eq!(founded, Ok(true));
        id.parse().unwrap()
    }

    /// Connects a company to its cloud, under this policy.
    pub async fn connect(&self, company: &CompanyId, policy: Policy) {
        self.connect_in(company, policy, "eu-central-1").await;
    }

    /// The same, in another region.
    pub async fn connect_in(&self, company: &CompanyId, policy: Policy, region: &str) {
        let mut settings = self.reader(company).company().await.unwrap();
        settings.version += 1;
        settings.policy = policy;
        settings.aws = Some(AwsSettings {
            role_arn: "arn:aws:iam::123456789012:role/alert-whisperer".into(),
            external_id: "aw-1".into(),
            region: region.into(),
            endpoint_url: None,
            timeouts: Default::default(),
        });
        let amendment = Amendment {
            company: Some(settings),
            ..Amendment::default()
        };
        let amended = self.runtime.amend(company, amendment, Duration::from_secs(5)).await;
        assert_eq!(amended, Ok(Amended::Done));
    }

    /// Makes a runbook one of a company's own, or another version of one.
    pub async fn shelve(&self, company: &CompanyId, runbook: &Runbook) {
        let own = OwnRunbook {
            company_id: company.clone(),
            runbook: runbook.clone(),
            changed_at: self.clock.now(),
            changed_by: "usr-ann".to_owned(),
        };
        let id = runbook.runbook_id.as_str();
        let known = self.reader(company).record(RecordKind::Runbooks, id).await.unwrap();
        let put = match known {
            None => Put::new(&own).unwrap(),
            Some(record) => Put::change(&own, record.version).unwrap(),
        };
        let amendment = Amendment {
            puts: vec![put],
            ..Amendment::default()
        };
        let amended = self.runtime.amend(company, amendment, Duration::from_secs(5)).await;
        assert_eq!(amended, Ok(Amended::Done));
    }

    pub fn reader(&self, company: &CompanyId) -> Arc<dyn Reader> {
        self.store.reader(company)
    }

    /// Accepts alerts without telling the tree.
    pub async fn accept(&self, company: &CompanyId, alerts: Vec<NewAlert>) {
        let delivery = Delivery {
            company_id: company.clone(),
            delivery_id: None,
            signature: None,
            body_hash: [0; 32],
            received_at: self.clock.now(),
            alerts: alerts.into_iter().map(Arc::new).collect(),
        };
        use actors::port::Inbox;
        assert_eq!(self.store.accept(delivery).await, Ok(Accepted::New));
    }

    /// Accepts one alert and tells the tree, as the edge does.
    pub async fn send(&self, company: &CompanyId, asset: &str, signature: &str, status: Signal) {
        self.send_as(company, asset, signature, status, Severity::High).await;
    }

    pub async fn send_as(&self, company: &CompanyId, asset: &str, signature: &str, status: Signal, severity: Severity) {
        let mut alert = self.alert(asset, signature);
        alert.status = status;
        alert.severity = severity;
        self.accept(company, vec![alert]).await;
        self.runtime.news(company);
    }

    pub fn alert(&self, asset: &str, signature: &str) -> NewAlert {
        self.alert_as(AlertId(self.entropy.uuid(self.clock.now())), asset, signature)
    }

    pub fn alert_as(&self, alert_id: AlertId, asset: &str, signature: &str) -> NewAlert {
        NewAlert {
            alert_id,
            asset_name: asset.into(),
            signature: signature.into(),
            severity: Severity::High,
            message: format!("{signature} on {asset}"),
            tool_source: None,
            status: Signal::Firing,
            fingerprint: None,
            starts_at: None,
            ends_at: None,
            labels: Default::default(),
            url: None,
            unsigned: false,
        }
    }

    pub async fn settle(&self, company: &CompanyId) {
        assert_eq!(self.runtime.settle(company, Duration::from_secs(30)).await, Ok(()));
    }

    pub async fn decide(&self, company: &CompanyId, incident: &str) -> Result<Decision, CallError> {
        let request = Box::new(DecisionRequest {
            incident_data: Some(IncidentFacts {
                severity: Severity::High,
                signature: "disk-space-critical".into(),
                alert_count: 3,
                affected_assets: vec!["server-01".into()],
            }),
            memory_context: Default::default(),
            requested_by: "key-1".into(),
        });
        let incident: IncidentId = incident.parse().unwrap();
        let place = self.runtime.place_to_decide(company)?;
        self.runtime
            .decide(company, (incident, request), None, place, Duration::from_secs(30))
            .await
    }

    pub async fn incidents(&self, company: &CompanyId) -> Vec<Incident> {
        let page = PageRequest {
            limit: 200,
            after: None,
        };
        let found = self
            .reader(company)
            .incidents(&IncidentFilter::default(), page)
            .await
            .unwrap();
        found.items.into_iter().map(|view| view.incident).collect()
    }

    /// The states of a company's alerts, oldest first.
    pub async fn states(&self, company: &CompanyId) -> Vec<AlertState> {
        let page = PageRequest {
            limit: 200,
            after: None,
        };
        let found = self
            .reader(company)
            .alerts(&AlertFilter::default(), page)
            .await
            .unwrap();
        found.items.into_iter().rev().map(|view| view.state).collect()
    }

    /// An incident's journal entries as clients see them, oldest first.
    pub async fn entries(&self, company: &CompanyId, incident: &IncidentId) -> Vec<Value> {
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let page = self
                .reader(company)
                .journal(PageRequest { limit: 200, after })
                .await
                .unwrap();
            let own = page.items.iter().filter(|entry| entry.subject == incident.as_str());
            found.extend(own.map(actors::domain::Entry::to_json));
            after = page.next;
            if after.is_none() {
                return found;
            }
        }
    }

    /// The kinds of an incident's journal entries, oldest first.
    pub async fn kinds(&self, company: &CompanyId, incident: &IncidentId) -> Vec<String> {
        let entries = self.entries(company, incident).await;
        entries
            .iter()
            .map(|entry| entry["kind"].as_str().unwrap().to_owned())
            .collect()
    }

    pub async fn decisions(&self, company: &CompanyId, incident: &IncidentId) -> Vec<Decision> {
        let page = PageRequest {
            limit: 200,
            after: None,
        };
        let found = self.reader(company).decisions(incident, page).await.unwrap();
        found.items.into_iter().map(|(_, decision)| decision).collect()
    }

    /// Waits, in virtual time, until something holds.
    pub async fn until<F: AsyncFn() -> bool>(&self, what: &str, within: Duration, holds: F) {
        let deadline = Instant::now() + within;
        // The longer it may take, the more seldom it is looked at: every look is work, though no time passes.
        let pause = (within / 3600).max(Duration::from_millis(10));
        while !holds().await {
            assert!(Instant::now() < deadline, "not within {within:?}: {what}");
            tokio::time::sleep(pause).await;
        }
    }

    /// Waits until the company's only incident has been decided by itself.
    pub async fn until_decided(&self, company: &CompanyId) -> Incident {
        self.until(
            "one decided incident",
            Duration::from_secs(20),
            async || matches!(&*self.incidents(company).await, [only] if only.decided.is_some()),
        )
        .await;
        self.incidents(company).await.remove(0)
    }
}

async fn start(
    store: &Arc<FaultyStore>,
    clock: &Arc<VirtualClock>,
    entropy: &Arc<Counting>,
    engine: &Arc<dyn DecisionEngine>,
    budget: Budget,
    cloud: &Arc<Estate>,
) -> Runtime {
    let ports = Ports {
        courier: Arc::new(actors::port::courier::Nowhere),
        store: store.clone(),
        clock: clock.clone(),
        notices: Arc::new(Unheard),
        entropy: entropy.clone(),
        engine: engine.clone(),
        budget,
        tokens_per_day: 100_000,
        peers: Arc::new(NoPeers),
        haste: Haste::default(),
        watch: Arc::new(NotConnected),
        library: Arc::new(library::built_in().unwrap()),
        reconcile_window: Duration::from_secs(120),
        commands: cloud.clone(),
        automations: cloud.clone(),
        inventory: cloud.clone(),
    };
    Runtime::start(ports).await.unwrap()
}

pub fn new_company(id: &str, correlation: Correlation, now: Timestamp, entropy: &dyn Entropy) -> NewCompany {
    let company_id: CompanyId = id.parse().unwrap();
    let fact_id = actors::domain::ids::EntryId::from_uuid(entropy.uuid(now));
    NewCompany {
        company: Company {
            company_id,
            name: id.to_owned(),
            created_at: now,
            version: 1,
            archived_at: None,
            erase_requested_at: None,
            erased_at: None,
            correlation,
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
        puts: Vec::new(),
        fact: Fact::new(fact_id, now, "company.created", id, "test", &json!({})),
    }
}
