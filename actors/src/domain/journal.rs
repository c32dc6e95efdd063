//! The journal: one hash-chained list of facts a company, written in the transaction they came from.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::ids::{CompanyId, EntryId};
use super::origin::Origin;
use super::time::Timestamp;

/// The version of the chain's bytes.
const CHAIN_VERSION: u8 = 1;

/// SHA-256 over an entry and its predecessor.
pub type ChainHash = [u8; 32];

/// What the first entry of a chain follows.
pub const GENESIS: ChainHash = [0; 32];

/// A fact to be journalled. The bytes that the chain covers are made here, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// When it happened.
    pub at: Timestamp,
    /// `incident.opened`, `decision.made`, ...
    pub kind: Cow<'static, str>,
    /// What it is about: an id.
    pub subject: String,
    /// RFC 8785 canonical JSON of `{id, at, kind, subject, actor, data}`.
    pub canonical: String,
}

impl Fact {
    /// A fact from its parts; `data` holds what the kind calls for, and in `from` where it came from, if
    /// that is known.
    pub fn from_outside(
        id: EntryId,
        at: Timestamp,
        kind: &'static str,
        subject: &str,
        origin: &Origin,
        mut data: Value,
    ) -> Self {
        if let (Value::Object(fields), Some(place)) = (&mut data, origin.place()) {
            fields.insert("from".into(), place);
        }
        Self::new(id, at, kind, subject, &origin.actor, &data)
    }

    /// A fact from its parts; `data` holds what the kind calls for.
    pub fn new(id: EntryId, at: Timestamp, kind: &'static str, subject: &str, actor: &str, data: &Value) -> Self {
        let body = json!({
            "id": id, "at": at, "kind": kind, "subject": subject, "actor": actor, "data": data,
        });
        // A `Value` has text keys and finite numbers, which is all that RFC 8785 asks.
        let canonical = serde_json_canonicalizer::to_string(&body).unwrap_or_else(|_| body.to_string());
        Self {
            at,
            kind: Cow::Borrowed(kind),
            subject: subject.to_owned(),
            canonical,
        }
    }
}

/// The hash of entry `seq`: SHA-256(version ‖ company's length and bytes ‖ seq ‖ previous ‖ canonical JSON),
/// numbers big-endian.
pub fn chain(company: &CompanyId, seq: u64, previous: &ChainHash, canonical: &str) -> ChainHash {
    let name = company.as_str().as_bytes();
    let mut hasher = Sha256::new();
    hasher.update([CHAIN_VERSION]);
    hasher.update((name.len() as u64).to_be_bytes());
    hasher.update(name);
    hasher.update(seq.to_be_bytes());
    hasher.update(previous);
    hasher.update(canonical.as_bytes());
    hasher.finalize().into()
}

/// A walk along a chain, from its first entry on, or from behind one that was cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainWalk {
    company: CompanyId,
    seq: u64,
    hash: ChainHash,
}

/// What is wrong with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainBreak {
    /// Another number stands here: an entry is missing, or stands elsewhere.
    #[error("is missing")]
    Missing,
    /// It is of another company's journal.
    #[error("is of another journal")]
    Foreign,
    /// Its text, or one before it, is not what was hashed.
    #[error("is not what its hash says")]
    Changed,
    /// It is kept under a subject that its text does not name, so that it shows in another timeline, or in none.
    #[error("is kept under another subject than its text names")]
    Subject,
}

impl ChainWalk {
    /// Before the first entry of a company's journal.
    pub fn of(company: CompanyId) -> Self {
        Self {
            company,
            seq: 0,
            hash: GENESIS,
        }
    }

    /// Behind an entry with a hash, from where on the journal is kept.
    pub fn behind(company: CompanyId, seq: u64, hash: ChainHash) -> Self {
        Self { company, seq, hash }
    }

    /// Takes the next entry.
    ///
    /// # Errors
    /// What is wrong with entry [`Self::seq`] + 1.
    pub fn step(&mut self, entry: &Entry) -> Result<(), ChainBreak> {
        if entry.company_id != self.company {
            return Err(ChainBreak::Foreign);
        }
        if entry.seq != self.seq + 1 {
            return Err(ChainBreak::Missing);
        }
        let hash = chain(&self.company, entry.seq, &self.hash, &entry.canonical);
        if entry.hash != hex(&hash) {
            return Err(ChainBreak::Changed);
        }
        if !entry.is_under_its_subject() {
            return Err(ChainBreak::Subject);
        }
        (self.seq, self.hash) = (entry.seq, hash);
        Ok(())
    }

    /// Whose journal.
    pub fn company(&self) -> &CompanyId {
        &self.company
    }

    /// The last entry that was taken; 0 before the first.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// Its hash.
    pub fn hash(&self) -> &ChainHash {
        &self.hash
    }
}

fn hex(hash: &ChainHash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A journalled fact.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// Its place in the company's journal, from 1, without gaps.
    pub seq: u64,
    /// Whose journal.
    pub company_id: CompanyId,
    /// What it is about: an id.
    #[serde(skip)]
    pub subject: String,
    /// The commit that wrote it.
    #[serde(skip)]
    pub commit_no: u64,
    /// `{id, at, kind, subject, actor, data}` as it was hashed.
    #[serde(skip)]
    pub canonical: String,
    /// Hex of its chain hash.
    pub hash: String,
}

/// Between which texts the canonical JSON of all entries of an actor lies, and of no other's: it begins with him, because
/// RFC 8785 sorts names. The second is the first that is none of them.
pub fn texts_of(actor: &str) -> (String, String) {
    let name = Value::from(actor);
    (format!(r#"{{"actor":{name},"#), format!(r#"{{"actor":{name}-"#))
}

impl Entry {
    /// What happened: `incident.opened`, `decision.made`, ...
    pub fn kind(&self) -> String {
        #[derive(Deserialize)]
        struct Kind {
            kind: String,
        }
        let read: Result<Kind, _> = serde_json::from_str(&self.canonical);
        read.map(|read| read.kind).unwrap_or_default()
    }

    /// Whether the subject that it is kept under is the one that was hashed.
    fn is_under_its_subject(&self) -> bool {
        #[derive(Deserialize)]
        struct Subject<'a> {
            #[serde(borrow)]
            subject: Cow<'a, str>,
        }
        let read: Result<Subject<'_>, _> = serde_json::from_str(&self.canonical);
        read.is_ok_and(|read| read.subject == self.subject)
    }

    /// When it happened; nothing where the canonical JSON does not say.
    pub fn at(&self) -> Option<Timestamp> {
        #[derive(Deserialize)]
        struct At {
            at: Timestamp,
        }
        let read: Result<At, _> = serde_json::from_str(&self.canonical);
        read.map(|read| read.at).ok()
    }

    /// The entry that [`Self::to_json_text`] has written; nothing where it has not written this text.
    pub fn from_json_text(text: &str) -> Option<Self> {
        let mut body: serde_json::Map<String, Value> = serde_json::from_str(text).ok()?;
        let seq = body.remove("seq")?.as_u64()?;
        let company_id = body.remove("company_id")?.as_str()?.parse().ok()?;
        let hash = body.remove("hash")?.as_str()?.to_owned();
        let subject = body.get("subject")?.as_str()?.to_owned();
        let canonical = serde_json_canonicalizer::to_string(&Value::Object(body)).ok()?;
        let entry = Self {
            seq,
            company_id,
            subject,
            commit_no: 0,
            canonical,
            hash,
        };
        (entry.to_json_text() == text).then_some(entry)
    }

    /// The text of [`Self::to_json`], put together without reading the canonical JSON again.
    pub fn to_json_text(&self) -> String {
        let company = Value::from(self.company_id.as_str());
        let fields = self.canonical.strip_prefix('{').unwrap_or("}");
        let comma = if fields.starts_with('}') { "" } else { "," };
        format!(
            r#"{{"seq":{},"company_id":{company},"hash":"{}"{comma}{fields}"#,
            self.seq, self.hash
        )
    }

    /// The entry as clients see it: `{id, seq, at, company_id, kind, subject, actor, data, hash}`.
    pub fn to_json(&self) -> Value {
        let mut body: Value = serde_json::from_str(&self.canonical).unwrap_or_else(|_| json!({}));
        if let Value::Object(fields) = &mut body {
            fields.insert("seq".into(), self.seq.into());
            fields.insert("company_id".into(), self.company_id.as_str().into());
            fields.insert("hash".into(), self.hash.clone().into());
        }
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actors_entries_lie_between_his_texts_and_no_others_do() {
        let of = |actor: &str| {
            let id = "evt-01a2098dd6d57bb5ad94498c2db57751".parse();
            Fact::new(
                id.unwrap_or_else(|_| panic!()),
                Timestamp::default(),
                "x.y",
                "s",
                actor,
                &json!({}),
            )
            .canonical
        };
        for actor in ["usr-1", "correlator", "a \"b\"", ""] {
            let (first, beyond) = texts_of(actor);
            for other in ["usr-1", "usr-10", "usr-", "correlator", "a \"b\"", "", "zz"] {
                let text = of(other);
                assert_eq!(first <= text && text < beyond, actor == other, "{actor} {other}");
            }
        }
    }

    #[test]
    fn the_chain_depends_on_every_part() {
        let a: CompanyId = "comp-a".parse().unwrap();
        let b: CompanyId = "comp-b".parse().unwrap();
        let base = chain(&a, 1, &GENESIS, "{}");
        assert_ne!(base, chain(&b, 1, &GENESIS, "{}"));
        assert_ne!(base, chain(&a, 2, &GENESIS, "{}"));
        assert_ne!(base, chain(&a, 1, &[1; 32], "{}"));
        assert_ne!(base, chain(&a, 1, &GENESIS, "{ }"));
    }

    #[test]
    fn an_entrys_text_is_its_json() {
        let fact = Fact::new(
            "jrn-1".parse().unwrap(),
            Timestamp::from_millis(0),
            "incident.opened",
            "inc-1",
            "correlator",
            &json!({"text": "a \"quote\"\nand a line"}),
        );
        let entry = Entry {
            seq: 7,
            company_id: "comp-a".parse().unwrap(),
            subject: fact.subject,
            commit_no: 3,
            canonical: fact.canonical,
            hash: "00ff".to_owned(),
        };
        let text = entry.to_json_text();
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), entry.to_json());
        assert!(!text.contains('\n'), "one line: {text}");
        assert_eq!(entry.kind(), "incident.opened");
    }

    #[test]
    fn an_entry_that_is_kept_under_another_subject_does_not_hold() {
        let company: CompanyId = "comp-a".parse().unwrap();
        for subject in ["inc-1", "inc \"1\"\nü"] {
            let id = "jrn-1".parse().unwrap();
            let at = Timestamp::from_millis(0);
            let fact = Fact::new(id, at, "incident.opened", subject, "correlator", &json!({}));
            let entry = Entry {
                seq: 1,
                company_id: company.clone(),
                subject: fact.subject,
                commit_no: 1,
                hash: hex(&chain(&company, 1, &GENESIS, &fact.canonical)),
                canonical: fact.canonical,
            };
            let elsewhere = Entry {
                subject: "inc-2".to_owned(),
                ..entry.clone()
            };
            let mut walk = ChainWalk::of(company.clone());
            assert_eq!(walk.step(&elsewhere), Err(ChainBreak::Subject));
            assert_eq!(walk.step(&entry), Ok(()));
        }
    }

    #[test]
    fn canonical_bytes_are_sorted_and_without_spaces() {
        let id = "jrn-1".parse().unwrap();
        let fact = Fact::new(
            id,
            Timestamp::from_millis(0),
            "incident.opened",
            "inc-1",
            "correlator",
            &json!({"b": 1, "a": 0.9}),
        );
        assert_eq!(
            fact.canonical,
            r#"{"actor":"correlator","at":"1970-01-01T00:00:00.000Z","data":{"a":0.9,"b":1},"id":"jrn-1","kind":"incident.opened","subject":"inc-1"}"#
        );
    }
}
