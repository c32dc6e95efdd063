//! Who has written for which company, as the database's own order of writes (a change stream) shows it from outside.
//!
//! Whoever acquires a company raises the epoch in its head and leaves there the session that it will commit on; the
//! server notes with each transaction on which session it was done. So each commit shows by whom it was made, whatever
//! its maker believes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use futures::TryStreamExt;
use mongodb::bson::{Bson, Document, doc};
use mongodb::change_stream::ChangeStream;
use mongodb::change_stream::event::{ChangeStreamEvent, OperationType, ResumeToken};
use mongodb::{Client, Collection};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::process::{PATIENCE, eventually};

/// A company's head, as far as it has been followed.
#[derive(Clone, Debug, Default)]
struct Head {
    epoch: i64,
    commit_no: i64,
    owner: Option<String>,
    session: Option<Bson>,
}

/// A company that was acquired.
#[derive(Clone, Debug)]
pub struct Acquired {
    pub at: Instant,
    pub company: String,
    pub by: String,
}

#[derive(Default)]
struct Seen {
    heads: BTreeMap<String, Head>,
    acquired: Vec<Acquired>,
    commits: usize,
    /// What must not be.
    wrong: Vec<String>,
}

/// The record; it is kept for as long as this lives.
pub struct Writes {
    heads: Collection<Document>,
    seen: Arc<Mutex<Seen>>,
    _following: JoinSet<()>,
}

impl Writes {
    /// Follows the heads of a database, from where they stand now.
    pub async fn follow(client: &Client, database: &str) -> Self {
        let heads = client.database(database).collection::<Document>("heads");
        let stream = heads.watch().await.unwrap();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let now: Vec<Document> = heads.find(doc! {}).await.unwrap().try_collect().await.unwrap();
        for head in &now {
            seen.lock().unwrap().begin(head);
        }
        let mut following = JoinSet::new();
        let (of, into) = (heads.clone(), seen.clone());
        following.spawn(async move {
            let mut stream = stream;
            loop {
                match stream.try_next().await {
                    Ok(Some(event)) => into.lock().unwrap().note(&event),
                    // The driver has tried once to go on by itself.
                    Ok(None) | Err(_) => stream = again(&of, stream.resume_token()).await,
                }
            }
        });
        Self {
            heads,
            seen,
            _following: following,
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap()
    }

    /// The companies that a node has.
    pub fn of(&self, node: &str) -> Vec<String> {
        let seen = self.seen();
        let owned = seen
            .heads
            .iter()
            .filter(|(_, head)| head.owner.as_deref() == Some(node));
        owned.map(|(company, _)| company.clone()).collect()
    }

    /// Everything that was acquired so far.
    pub fn acquired(&self) -> Vec<Acquired> {
        self.seen().acquired.clone()
    }

    /// Waits until all that is committed was seen; how many commits those were, each by the one who had the company.
    pub async fn judge(&self) -> usize {
        let now: Vec<Document> = self.heads.find(doc! {}).await.unwrap().try_collect().await.unwrap();
        eventually("the last of the writes", PATIENCE, async || {
            let seen = self.seen();
            let has = |head: &Document| {
                let known = seen.heads.get(head.get_str("_id").ok()?)?;
                (known.commit_no >= head.get_i64("commit_no").ok()?).then_some(())
            };
            now.iter().all(|head| has(head).is_some()).then_some(())
        })
        .await;
        let seen = self.seen();
        assert!(seen.wrong.is_empty(), "{:#?}", seen.wrong);
        seen.commits
    }
}

/// The stream from where it was, once there is a primary.
async fn again(heads: &Collection<Document>, from: Option<ResumeToken>) -> ChangeStream<ChangeStreamEvent<Document>> {
    loop {
        match heads.watch().resume_after(from.clone()).await {
            Ok(stream) => return stream,
            Err(_) => sleep(Duration::from_millis(50)).await,
        }
    }
}

impl Seen {
    fn begin(&mut self, head: &Document) {
        let begun = Head {
            epoch: head.get_i64("epoch").unwrap(),
            commit_no: head.get_i64("commit_no").unwrap(),
            owner: head.get_str("owner").ok().map(str::to_owned),
            session: head.get("session").cloned(),
        };
        self.heads.insert(head.get_str("_id").unwrap().to_owned(), begun);
    }

    fn note(&mut self, event: &ChangeStreamEvent<Document>) {
        match (&event.operation_type, &event.full_document, &event.update_description) {
            (OperationType::Insert, Some(head), _) => self.begin(head),
            (OperationType::Update, _, Some(change)) => {
                let company = event.document_key.as_ref().and_then(|key| key.get_str("_id").ok());
                let session = event.lsid.as_ref().and_then(|session| session.get("id"));
                let gone = change.removed_fields.iter().any(|field| field == "owner");
                self.update(company.unwrap(), &change.updated_fields, session, gone);
            }
            other => self.wrong.push(format!("{other:?}")),
        }
    }

    fn update(&mut self, company: &str, set: &Document, session: Option<&Bson>, is_given_up: bool) {
        let Some(head) = self.heads.get_mut(company) else {
            return self.wrong.push(format!("{company} was never founded"));
        };
        if let Ok(epoch) = set.get_i64("epoch") {
            if epoch != head.epoch + 1 {
                self.wrong
                    .push(format!("{company}: epoch {epoch} behind {}", head.epoch));
            }
            // What stays as it was is not told.
            let by = set.get_str("owner").ok().map(str::to_owned).or(head.owner.take());
            head.epoch = epoch;
            head.owner.clone_from(&by);
            head.session = set.get("session").cloned().or(head.session.take());
            self.acquired.push(Acquired {
                at: Instant::now(),
                company: company.to_owned(),
                by: by.unwrap_or_default(),
            });
        }
        if is_given_up {
            head.owner = None;
        }
        if let Ok(commit_no) = set.get_i64("commit_no") {
            if commit_no <= head.commit_no {
                let before = head.commit_no;
                self.wrong
                    .push(format!("{company}: commit {commit_no} behind {before}"));
            }
            if session.is_none() || session != head.session.as_ref() {
                self.wrong.push(format!(
                    "{company}: commit {commit_no} in epoch {} of {:?} was made by another ({session:?}, not {:?})",
                    head.epoch, head.owner, head.session
                ));
            }
            head.commit_no = commit_no;
            self.commits += 1;
        }
    }
}
