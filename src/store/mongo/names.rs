//! The names of the collections, in the words of the guide where it has them. Records have one for each kind, which
//! bears the kind's own name.

pub(super) const ALERTS: &str = "alerts";
pub(super) const INCIDENTS: &str = "incidents";
/// Aggregation keys and fingerprints by which alerts find their incident.
pub(super) const INCIDENT_IDENTITIES: &str = "incident_identities";
pub(super) const COMPANIES: &str = "companies";
/// Deliveries and signatures that were seen.
pub(super) const DELIVERIES: &str = "deliveries";
/// The newest signed time of a company's signatures forgotten so far.
pub(super) const SIGNATURE_FLOORS: &str = "signature_floors";
pub(super) const DECISIONS: &str = "decisions";
pub(super) const JOURNAL: &str = "journal";
pub(super) const HEADS: &str = "heads";
/// Commits that are not yet in the order of commits.
pub(super) const OUTBOX: &str = "outbox";
/// The order of commits over all companies.
pub(super) const COMMIT_LOG: &str = "commit_log";
/// How many of a company's long memories have a signature, a tag, a word.
pub(super) const MEMORY_TERMS: &str = "memory_terms";
pub(super) const SHORT_MEMORY: &str = "short_memory";
/// What incidents came to, by company and hour.
pub(super) const ROLLUPS: &str = "rollups";
/// What is counted over all companies: the numbers of alerts, and how far the clock has come.
pub(super) const COUNTERS: &str = "counters";
/// The nodes that share the database, each with its lease.
pub(super) const NODES: &str = "nodes";
/// Sessions of processes, whose transactions are ended when the process is gone.
pub(super) const SESSIONS: &str = "sessions";
/// The version of all this, and the lock under which it is changed.
pub(super) const SCHEMA: &str = "schema";
