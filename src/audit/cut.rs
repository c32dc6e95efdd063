//! Where a journal was cut, because what lies before is past its time and stands in archives: signed, so that nobody
//! else can cut one and say that it was so. A checkpoint is signed otherwise, and cannot be shown as a cut.

use actors::domain::journal::ChainWalk;
use actors::domain::{ChainHash, CompanyId, Timestamp};
use actors::port::{Kept, RecordKind};
use serde::{Deserialize, Serialize};

use super::checkpoint::{BadCheckpoint, Signer, Trusted, verify_text};

/// A company has one record of this kind.
pub const RECORD: &str = "journal";

/// Where a journal begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedCut {
    /// Whose journal.
    pub company_id: CompanyId,
    /// The last entry that was cut.
    pub seq: u64,
    /// That entry's chain hash, in hex.
    pub hash: String,
    /// When.
    pub at: Timestamp,
    /// The public key of who signed it, in hex.
    pub key: String,
    /// The signature over the rest, in hex.
    pub signature: String,
}

impl Kept for SignedCut {
    const KIND: RecordKind = RecordKind::Cuts;

    fn id(&self) -> String {
        RECORD.to_owned()
    }
}

impl Signer {
    /// Signs that a journal is cut behind an entry.
    pub fn sign_cut(&self, company_id: &CompanyId, seq: u64, hash: &ChainHash, at: Timestamp) -> SignedCut {
        let mut cut = SignedCut {
            company_id: company_id.clone(),
            seq,
            hash: hex::encode(hash),
            at,
            key: self.public_key().to_owned(),
            signature: String::new(),
        };
        cut.signature = self.sign_text(&cut.signed());
        cut
    }
}

impl SignedCut {
    /// The text that is signed. No field can hold the end of a line.
    fn signed(&self) -> String {
        format!(
            "alert-whisperer-cut/1\n{}\n{}\n{}\n{}\n",
            self.company_id, self.seq, self.hash, self.at
        )
    }

    /// A walk along what was left of the journal, where the cut was signed so, and by one of those who are trusted,
    /// where somebody is named.
    ///
    /// # Errors
    /// [`BadCheckpoint`].
    pub fn walk(&self, by: Option<&Trusted>) -> Result<ChainWalk, BadCheckpoint> {
        verify_text(&self.signed(), &self.key, &self.signature, by)?;
        let mut hash = ChainHash::default();
        hex::decode_to_slice(&self.hash, &mut hash).map_err(|_| BadCheckpoint::Signature)?;
        Ok(ChainWalk::behind(self.company_id.clone(), self.seq, hash))
    }
}

/// A walk along a journal as it is kept: from its first entry on, or from where it was cut.
///
/// # Errors
/// [`BadCheckpoint`] where the cut says nothing.
pub fn walk(company: &CompanyId, cut: Option<&SignedCut>, by: Option<&Trusted>) -> Result<ChainWalk, BadCheckpoint> {
    match cut {
        None => Ok(ChainWalk::of(company.clone())),
        Some(cut) if cut.company_id != *company => Err(BadCheckpoint::Signature),
        Some(cut) => cut.walk(by),
    }
}
