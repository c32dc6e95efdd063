//! A company's head as a document: where its commits and its journal stand.

use actors::domain::CompanyId;
use mongodb::bson::{Document, doc};

use super::fault::Fault;
use super::shape::{Fields, int};
use crate::store::commit;
use crate::store::migration::Head as Moved;

/// A head, with the numbers that incidents and decisions have got so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) place: commit::Head,
    pub(super) incident_no: u64,
    pub(super) decision_no: u64,
    /// The last commit, among all, whose entries were cut from the journal. A cut writes it.
    pub(super) cut_pos: Option<u64>,
}

impl Default for Head {
    fn default() -> Self {
        Self {
            place: commit::Head::NEW,
            incident_no: 0,
            decision_no: 0,
            cut_pos: None,
        }
    }
}

/// The fields that a commit sets.
pub(super) fn fields(head: &Head, commit_id: &str) -> Document {
    let place = &head.place;
    doc! {
        "commit_no": int(place.commit_no),
        "seq": int(place.seq),
        "hash": hex::encode(place.hash),
        "joinable_no": int(place.joinable_no),
        "incident_no": int(head.incident_no),
        "decision_no": int(head.decision_no),
        "last_commit_id": commit_id,
    }
}

/// A whole head.
pub(super) fn document(company: &CompanyId, head: &Head, commit_id: Option<&str>) -> Document {
    let mut document = doc! {
        "_id": company.as_str(),
        "company_id": company.as_str(),
        "epoch": int(head.place.epoch),
    };
    document.extend(fields(head, commit_id.unwrap_or_default()));
    if let Some(place) = head.cut_pos {
        document.insert("cut_pos", int(place));
    }
    document
}

/// A head as it is stored.
pub(super) fn read(document: &Document) -> Result<Head, Fault> {
    let mut hash = [0; 32];
    let text = document.text("hash")?;
    hex::decode_to_slice(text, &mut hash).map_err(|error| Fault::corrupt(format!("hash {text}: {error}")))?;
    Ok(Head {
        place: commit::Head {
            epoch: document.count("epoch")?,
            commit_no: document.count("commit_no")?,
            seq: document.count("seq")?,
            hash,
            joinable_no: document.count("joinable_no")?,
        },
        incident_no: document.count("incident_no")?,
        decision_no: document.count("decision_no")?,
        cut_pos: match document.contains_key("cut_pos") {
            true => Some(document.count("cut_pos")?),
            false => None,
        },
    })
}

/// A head that comes from another store.
pub(super) fn of(moved: Moved) -> (CompanyId, Head) {
    let head = Head {
        place: moved.place,
        incident_no: moved.incident_no,
        decision_no: moved.decision_no,
        cut_pos: moved.cut_pos,
    };
    (moved.company, head)
}

/// A head as another store would say it.
pub(super) fn moved(company: &CompanyId, head: &Head) -> Moved {
    Moved {
        company: company.clone(),
        place: head.place,
        incident_no: head.incident_no,
        decision_no: head.decision_no,
        cut_pos: head.cut_pos,
    }
}
