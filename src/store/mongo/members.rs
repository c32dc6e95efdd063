//! The nodes that share the database: a lease each, by the database's own clock (`$$NOW`), and the companies that they
//! have, in the companies' heads.

use std::sync::atomic::{AtomicBool, Ordering};

use actors::domain::CompanyId;
use actors::port::members::LEASE;
use actors::port::{Living, Node};
use futures::TryStreamExt;
use mongodb::bson::{Document, doc};
use mongodb::options::ReturnDocument;
use uuid::Uuid;

use super::fault::Fault;
use super::names::*;
use super::sessions;
use super::shape::{Fields, moment};
use super::shared::Shared;
use super::tx::in_time;

/// How two come by one name.
const COPIED: &str = "its DATA_DIR is a copy of this one; remove the file `node` from the copy and start it again";

/// Who a process is among those that share a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Its name, which is the same after a restart.
    pub name: String,
    /// Where the others reach it; nothing where it shares nothing with others.
    pub url: Option<String>,
}

impl Identity {
    /// Whether it is a node among others. One that is not takes what it needs from whoever has it.
    pub(super) fn shares(&self) -> bool {
        self.url.is_some()
    }
}

/// What a process has of its node's lease. Its name is its own alone while it lives: the last that has taken it has it.
#[derive(Debug)]
pub(super) struct Lease {
    process: String,
    is_taken: AtomicBool,
}

impl Default for Lease {
    fn default() -> Self {
        Self {
            process: Uuid::new_v4().to_string(),
            is_taken: AtomicBool::new(false),
        }
    }
}

impl Lease {
    /// Which it is. Taken at first from whoever has it, who will have been this node's earlier process; then only made longer.
    fn of(&self, name: &str) -> Document {
        let mut which = doc! { "_id": name };
        if self.is_taken.load(Ordering::Acquire) {
            which.insert("process", &self.process);
        }
        which
    }
}

/// Takes this node's lease or makes it longer: all that live now. What others have left open that do not is ended. Where
/// another process has taken it since, this one's store has failed.
pub(super) async fn renew(shared: &Shared, draining: bool) -> Result<Living, Fault> {
    let (nodes, me) = (shared.collection(NODES), &shared.identity);
    let until = doc! { "$add": ["$$NOW", LEASE.as_millis() as i64] };
    let has_lapsed = doc! { "$not": [{ "$gt": ["$until", "$$NOW"] }] };
    let set = doc! { "$set": {
        "until": until, "url": { "$literal": me.url.as_deref() }, "draining": draining, "had_lapsed": has_lapsed,
        "process": { "$literal": &shared.lease.process },
    } };
    // Where this is not answered, nobody knows what the others did meanwhile.
    let is_noted = shared.own_sessions.doubt();
    let renewed = in_time(async {
        let renewed = nodes.find_one_and_update(shared.lease.of(&me.name), vec![set]);
        renewed.upsert(true).return_document(ReturnDocument::After).await
    })
    .await
    .inspect_err(|fault| {
        if fault.is_duplicate() {
            shared.fail(format!(
                "another process goes by the name of this node, {}: {COPIED}",
                me.name
            ));
        }
    })?;
    shared.lease.is_taken.store(true, Ordering::Release);
    let had_lapsed = renewed.is_none_or(|renewed| renewed.get_bool("had_lapsed").unwrap_or(true));
    if had_lapsed || !is_noted {
        sessions::note(shared).await?;
    }
    shared.own_sessions.are_noted();
    let found = found(shared, alive()).await?;
    // This node's own is among them, or its lease has ended meanwhile.
    let now = found.first().and_then(|node| node.get_datetime("now").ok());
    let now = now.ok_or_else(|| Fault::Away("the lease ended before it was read".to_owned()))?;
    let nodes: Vec<Node> = found.iter().map(node).collect::<Result<_, _>>()?;
    shared.set_has_others(nodes.iter().any(|node| node.name != me.name));
    sessions::end_those_of_the_dead(shared).await?;
    Ok(Living {
        nodes,
        now: moment(*now),
    })
}

/// Ends this node's lease.
pub(super) async fn leave(shared: &Shared) -> Result<(), Fault> {
    let (nodes, mine) = (shared.collection(NODES), shared.lease.of(&shared.identity.name));
    in_time(async { nodes.delete_one(mine).await }).await?;
    Ok(())
}

/// A company is nobody's, where it was this node's.
pub(super) async fn give_up(shared: &Shared, company: &CompanyId) -> Result<(), Fault> {
    let heads = shared.collection(HEADS);
    let mine = doc! { "_id": company.as_str(), "company_id": company.as_str(), "owner": &shared.identity.name };
    let nobodys = doc! { "$unset": { "owner": "" } };
    in_time(async { heads.update_one(mine, nobodys).await }).await?;
    Ok(())
}

/// All that live now, in the order of their names.
pub(super) async fn living(shared: &Shared) -> Result<Vec<Node>, Fault> {
    found(shared, alive()).await?.iter().map(node).collect()
}

/// A node, where it lives.
pub(super) async fn one_living(shared: &Shared, name: &str) -> Result<Option<Node>, Fault> {
    let mut which = alive();
    which.insert("_id", name);
    found(shared, which).await?.first().map(node).transpose()
}

fn alive() -> Document {
    doc! { "$expr": { "$gt": ["$until", "$$NOW"] } }
}

/// Each with the database's clock, as `now`.
async fn found(shared: &Shared, which: Document) -> Result<Vec<Document>, Fault> {
    let nodes = shared.collection(NODES);
    let fields = doc! { "url": 1, "draining": 1, "now": "$$NOW" };
    let sorted = nodes.find(which).projection(fields).sort(doc! { "_id": 1 });
    in_time(async { sorted.await?.try_collect().await }).await
}

fn node(found: &Document) -> Result<Node, Fault> {
    Ok(Node {
        name: found.text("_id")?.to_owned(),
        url: found.text_or_none("url").map(str::to_owned),
        draining: found.get_bool("draining").unwrap_or(false),
    })
}
