//! Who lives: one line an actor, entered when it is made and struck when its state is dropped.
//! `GET /api/system/actors` shows it; the limit of live incidents is counted here.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use dashmap::DashMap;
use serde::Serialize;
use tokio::time::Instant;
use tracing::Span;

use crate::domain::{CompanyId, IncidentId};
use crate::labour::{Labour, Working};
use crate::port::Clock;

/// What an actor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, strum::IntoStaticStr, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
#[schema(as = ActorKind)]
pub enum Kind {
    /// Only supervises.
    Root,
    /// Supervises tenants.
    Tenants,
    /// Looks for what is due.
    Sweeper,
    /// Keeps the node's lease.
    Leases,
    /// A company.
    Tenant,
    /// Places a company's alerts.
    Correlator,
    /// Delivers what a company's channels are to be told.
    Notifier,
    /// A delivery.
    Delivery,
    /// An incident.
    Incident,
    /// A decision.
    Decision,
    /// A tool at work.
    Tool,
}

const KINDS: usize = 11;

impl Kind {
    /// Every kind.
    pub const ALL: [Self; KINDS] = [
        Self::Root,
        Self::Tenants,
        Self::Sweeper,
        Self::Leases,
        Self::Tenant,
        Self::Correlator,
        Self::Notifier,
        Self::Delivery,
        Self::Incident,
        Self::Decision,
        Self::Tool,
    ];

    /// Its name, as it is shown.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// An actor's place in the tree.
#[derive(Clone, Debug)]
pub(crate) struct Post {
    pub(crate) kind: Kind,
    pub(crate) company_id: Option<CompanyId>,
    pub(crate) incident_id: Option<IncidentId>,
    pub(crate) restarts: u32,
}

impl Post {
    /// One of the process's own.
    pub(crate) fn of_process(kind: Kind, restarts: u32) -> Self {
        Self {
            kind,
            company_id: None,
            incident_id: None,
            restarts,
        }
    }

    /// One of a company's.
    pub(crate) fn of_company(kind: Kind, company: &CompanyId, restarts: u32) -> Self {
        Self {
            company_id: Some(company.clone()),
            ..Self::of_process(kind, restarts)
        }
    }

    /// One of an incident's.
    pub(crate) fn of_incident(kind: Kind, company: &CompanyId, incident: &IncidentId, restarts: u32) -> Self {
        Self {
            incident_id: Some(incident.clone()),
            ..Self::of_company(kind, company, restarts)
        }
    }
}

struct Line {
    post: Post,
    since: Instant,
    draining: AtomicBool,
    queue: AtomicUsize,
    handled: AtomicU64,
}

/// A living actor, as it is shown.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Resident {
    /// What it is.
    pub kind: Kind,
    /// The incident's id, the company's, or the kind.
    pub id: String,
    /// Whose it is.
    pub company_id: Option<CompanyId>,
    /// `running` or `draining`.
    pub state: &'static str,
    /// How often it has been started again since the process began.
    pub restarts: u32,
    /// What waits for it: of a correlator alerts in hand and callers, of an incident decisions under way.
    pub queue: usize,
    /// Messages it has handled.
    pub handled: u64,
    /// Seconds since it was made.
    pub age_s: u64,
    /// The node that it lives at; `null` where there is one process.
    pub node: Option<String>,
}

/// The census.
pub struct Census {
    /// The node's name; nothing where there is one process.
    node: Option<String>,
    labour: Arc<Labour>,
    lines: DashMap<u64, Arc<Line>>,
    next: AtomicU64,
    living: [AtomicUsize; KINDS],
    restarts: [AtomicU64; KINDS],
}

impl Census {
    /// Of nobody yet, at a node of this name.
    pub(crate) fn new(clock: Arc<dyn Clock>, node: Option<&str>) -> Self {
        Self {
            node: node.map(str::to_owned),
            labour: Arc::new(Labour::new(clock)),
            lines: DashMap::default(),
            next: AtomicU64::default(),
            living: Default::default(),
            restarts: Default::default(),
        }
    }

    /// Whether decisions or tools are at work, and since when.
    pub fn labour(&self) -> &Arc<Labour> {
        &self.labour
    }

    /// Enters an actor.
    pub(crate) fn enter(self: &Arc<Self>, post: Post) -> Alive {
        let kind = post.kind as usize;
        self.living[kind].fetch_add(1, Ordering::Relaxed);
        if post.restarts > 0 {
            self.restarts[kind].fetch_add(1, Ordering::Relaxed);
        }
        let line = Arc::new(Line {
            post,
            since: Instant::now(),
            draining: AtomicBool::new(false),
            queue: AtomicUsize::new(0),
            handled: AtomicU64::new(0),
        });
        let no = self.next.fetch_add(1, Ordering::Relaxed);
        self.lines.insert(no, line.clone());
        Alive {
            works: matches!(line.post.kind, Kind::Decision | Kind::Tool).then(|| self.labour.work()),
            census: self.clone(),
            no,
            line,
        }
    }

    /// How many of a kind live.
    pub fn living(&self, kind: Kind) -> usize {
        self.living[kind as usize].load(Ordering::Relaxed)
    }

    /// How many of a kind have been started again since the process began.
    pub fn restarts(&self, kind: Kind) -> u64 {
        self.restarts[kind as usize].load(Ordering::Relaxed)
    }

    /// How many live, of one company or of all, and who: by kind, company and age, at most `limit`.
    pub fn residents(&self, company: Option<&CompanyId>, limit: usize) -> (usize, Vec<Resident>) {
        let lines = self.lines.iter().map(|line| line.value().clone());
        let mut lines: Vec<Arc<Line>> = lines
            .filter(|line| company.is_none() || line.post.company_id.as_ref() == company)
            .collect();
        lines.sort_by(|a, b| {
            let key = |line: &Line| (line.post.kind, line.post.company_id.clone(), line.since);
            key(a).cmp(&key(b))
        });
        let total = lines.len();
        lines.truncate(limit);
        (
            total,
            lines.iter().map(|line| line.shown(self.node.as_deref())).collect(),
        )
    }
}

impl Line {
    fn shown(&self, node: Option<&str>) -> Resident {
        let post = &self.post;
        let incident = post.incident_id.as_ref().map(ToString::to_string);
        let company = post.company_id.as_ref().map(ToString::to_string);
        let draining = self.draining.load(Ordering::Relaxed);
        Resident {
            kind: post.kind,
            id: incident.or(company).unwrap_or_else(|| post.kind.name().to_owned()),
            company_id: post.company_id.clone(),
            state: if draining { "draining" } else { "running" },
            restarts: post.restarts,
            queue: self.queue.load(Ordering::Relaxed),
            handled: self.handled.load(Ordering::Relaxed),
            age_s: self.since.elapsed().as_secs(),
            node: node.map(str::to_owned),
        }
    }
}

/// An actor's own line, struck when this is dropped.
pub(crate) struct Alive {
    /// While it is there, something is under way.
    works: Option<Working>,
    census: Arc<Census>,
    no: u64,
    line: Arc<Line>,
}

impl Alive {
    /// Counts a message, and gives the span it is handled in.
    pub(crate) fn hears(&self, message: &'static str) -> Span {
        self.line.handled.fetch_add(1, Ordering::Relaxed);
        let post = &self.line.post;
        tracing::debug_span!(
            "message",
            actor = ?post.kind,
            message,
            company_id = post.company_id.as_ref().map(CompanyId::as_str),
            incident_id = post.incident_id.as_ref().map(IncidentId::as_str),
        )
    }

    /// What waits for it now.
    pub(crate) fn queue(&self, length: usize) {
        self.line.queue.store(length, Ordering::Relaxed);
    }

    /// Its work is done, and nothing of it is under way any more.
    pub(crate) fn rests(&mut self) {
        self.works = None;
    }

    /// It is on its way out.
    pub(crate) fn drains(&self) {
        self.line.draining.store(true, Ordering::Relaxed);
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.census.lines.remove(&self.no);
        self.census.living[self.line.post.kind as usize].fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    struct Still;

    impl Clock for Still {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(7_000)
        }
    }

    #[tokio::test]
    async fn decisions_and_tools_are_work_and_nothing_else_is() {
        let census = Arc::new(Census::new(Arc::new(Still), None));
        let idle = census.enter(Post::of_process(Kind::Root, 0));
        assert_eq!(census.labour().now(), (false, 7));
        let decision = census.enter(Post::of_process(Kind::Decision, 0));
        let tool = census.enter(Post::of_process(Kind::Tool, 0));
        drop(decision);
        assert!(census.labour().now().0, "a run goes on");
        drop((tool, idle));
        assert!(!census.labour().now().0);
    }

    #[tokio::test(start_paused = true)]
    async fn the_dead_are_struck_and_a_company_sees_its_own() {
        let census = Arc::new(Census::new(Arc::new(Still), None));
        let (a, b): (CompanyId, CompanyId) = ("comp-a".parse().unwrap(), "comp-b".parse().unwrap());
        let root = census.enter(Post::of_process(Kind::Root, 0));
        let tenant = census.enter(Post::of_company(Kind::Tenant, &a, 2));
        let incident = census.enter(Post::of_incident(Kind::Incident, &b, &"inc-1".parse().unwrap(), 0));
        incident.queue(3);
        drop(tenant.hears("news"));
        tokio::time::advance(std::time::Duration::from_secs(5)).await;
        let (_, all) = census.residents(None, 10);
        assert_eq!(
            all.iter().map(|resident| resident.id.as_str()).collect::<Vec<_>>(),
            ["root", "comp-a", "inc-1"]
        );
        assert_eq!(
            (all[1].restarts, all[1].handled, all[2].queue, all[2].age_s),
            (2, 1, 3, 5)
        );
        assert_eq!(census.residents(Some(&a), 10).0, 1);
        assert_eq!((census.living(Kind::Incident), census.restarts(Kind::Tenant)), (1, 1));
        drop((root, incident));
        assert_eq!(census.residents(None, 10).0, 1);
        assert_eq!(census.residents(None, 0), (1, vec![]));
        assert_eq!(census.living(Kind::Incident), 0);
    }
}
