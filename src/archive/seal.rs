//! An archive of alerts or incidents: JSON Lines. The first names it, `{"archive": "comp-acme", "of": "alerts",
//! "before": ...}`; then comes a document each, and in the end `{"seal": {...}}`: SHA-256 over everything before,
//! signed with Ed25519 (RFC 8032) under the key that signs checkpoints.

use std::io::{self, BufRead};

use actors::domain::{CompanyId, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::audit::checkpoint::{BadCheckpoint, Signer, Trusted, verify_text};

/// What the first line of an archive begins with.
pub const BEGINNING: &[u8] = b"{\"archive\":";
/// The longest line that is read, in bytes.
const LINE_BYTES: u64 = 16 << 20;

/// What an archive is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Of {
    /// Alerts, with what became of each.
    Alerts,
    /// Incidents, with their decisions.
    Incidents,
    /// Decisions about ids that the company had no incident of.
    Decisions,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Opening {
    archive: CompanyId,
    of: Of,
    before: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Closing {
    seal: Seal,
}

/// What closes an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    /// Whose.
    pub company_id: CompanyId,
    /// How many documents there are.
    pub documents: u64,
    /// SHA-256 of everything before this line, in hex.
    pub sha256: String,
    /// When this was signed.
    pub at: Timestamp,
    /// The public key of who signed it, in hex.
    pub key: String,
    /// The signature over the rest, in hex.
    pub signature: String,
}

impl Seal {
    /// The text that is signed. No field can hold the end of a line.
    fn signed(&self) -> String {
        format!(
            "alert-whisperer-archive/1\n{}\n{}\n{}\n{}\n",
            self.company_id, self.documents, self.sha256, self.at
        )
    }
}

/// The first line of an archive, without its end.
pub(super) fn opening(company: &CompanyId, of: Of, before: Timestamp) -> String {
    let opening = Opening {
        archive: company.clone(),
        of,
        before,
    };
    // It holds texts alone.
    serde_json::to_string(&opening).unwrap_or_default()
}

/// The last line of an archive whose lines so far have this hash, without its end.
pub(super) fn closing(signer: &Signer, company: &CompanyId, documents: u64, sha256: &[u8], at: Timestamp) -> String {
    let mut seal = Seal {
        company_id: company.clone(),
        documents,
        sha256: hex::encode(sha256),
        at,
        key: signer.public_key().to_owned(),
        signature: String::new(),
    };
    seal.signature = signer.sign_text(&seal.signed());
    written(seal)
}

/// A seal as the line that it is.
fn written(seal: Seal) -> String {
    // It holds texts and numbers alone.
    serde_json::to_string(&Closing { seal }).unwrap_or_default()
}

/// What an archive is found to be, where it is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// What it is of.
    pub of: Of,
    /// The seal that closes it.
    pub seal: Seal,
}

/// What is wrong with an archive.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// Its first line is not as it was written.
    #[error("line 1 opens no archive")]
    Opening,
    /// The seal is missing.
    #[error("the tail is cut: after {0} documents there is no seal that closes the archive")]
    Cut(u64),
    /// There is something behind the seal.
    #[error("something stands behind the seal that closes the archive")]
    Behind,
    /// The seal is none.
    #[error("the seal says nothing: {0}")]
    Seal(#[from] BadCheckpoint),
    /// The seal speaks of something else.
    #[error("it is not what was sealed: {0}")]
    Other(&'static str),
}

/// Verifies an archive; with `by`, that it was sealed by one of those keys.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify(mut archive: impl BufRead, by: Option<&Trusted>) -> Result<Verified, Broken> {
    let mut sha256 = Sha256::new();
    let mut opened: Option<Opening> = None;
    let mut documents = 0;
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        let read = io::Read::take(&mut archive, LINE_BYTES).read_until(b'\n', &mut bytes)?;
        let Some(opening) = &opened else {
            opened = Some(read_opening(&bytes).ok_or(Broken::Opening)?);
            sha256.update(&bytes);
            continue;
        };
        if read == 0 {
            return Err(Broken::Cut(documents));
        }
        let Some(seal) = read_closing(&bytes) else {
            documents += 1;
            sha256.update(&bytes);
            continue;
        };
        seal.verify(opening, documents, &sha256.finalize(), by)?;
        return match archive.fill_buf()?.is_empty() {
            true => Ok(Verified { of: opening.of, seal }),
            false => Err(Broken::Behind),
        };
    }
}

impl Seal {
    fn verify(&self, opening: &Opening, documents: u64, sha256: &[u8], by: Option<&Trusted>) -> Result<(), Broken> {
        verify_text(&self.signed(), &self.key, &self.signature, by)?;
        if self.company_id != opening.archive {
            return Err(Broken::Other("it is another company's"));
        }
        if self.documents != documents {
            return Err(Broken::Other("documents are missing, or there are more"));
        }
        match self.sha256 == hex::encode(sha256) {
            true => Ok(()),
            false => Err(Broken::Other("its text was changed")),
        }
    }
}

/// The opening line, where it is exactly one.
fn read_opening(line: &[u8]) -> Option<Opening> {
    let read: Opening = serde_json::from_slice(line).ok()?;
    (format!("{}\n", opening(&read.archive, read.of, read.before)).as_bytes() == line).then_some(read)
}

/// The closing line, where it is exactly one.
fn read_closing(line: &[u8]) -> Option<Seal> {
    let read: Closing = serde_json::from_slice(line).ok()?;
    (format!("{}\n", written(read.seal.clone())).as_bytes() == line).then_some(read.seal)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;
    use secrecy::SecretString;
    use serde_json::json;

    use super::*;
    use crate::secrets::ServerKey;

    const DOCUMENTS: u64 = 40;

    fn signer(secret: &str) -> Signer {
        let key = ServerKey::load(Some(&SecretString::from(secret.repeat(2))), Path::new("/nowhere")).unwrap();
        Signer::of(&key).unwrap()
    }

    fn ours() -> Signer {
        signer("0123456789abcdef")
    }

    /// An archive's lines, each with its end.
    fn archived(company: &str, signer: &Signer) -> Vec<Vec<u8>> {
        let company: CompanyId = company.parse().unwrap();
        let mut lines = vec![opening(&company, Of::Alerts, Timestamp::from_millis(7))];
        lines.extend((0..DOCUMENTS).map(|n| json!({"alert": {"message": format!("ä \"{n}\"")}}).to_string()));
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let hash = Sha256::digest(text);
        lines.push(closing(signer, &company, DOCUMENTS, &hash, Timestamp::from_millis(8)));
        lines.into_iter().map(|line| format!("{line}\n").into_bytes()).collect()
    }

    fn verified(lines: &[Vec<u8>]) -> Result<Verified, Broken> {
        verify(lines.concat().as_slice(), Some(ours().trusted()))
    }

    #[test]
    fn an_archive_is_whole_as_it_was_sealed_and_for_its_key() {
        let lines = archived("comp-acme", &ours());
        let whole = verified(&lines).unwrap();
        assert_eq!((whole.of, whole.seal.documents), (Of::Alerts, DOCUMENTS));
        assert!(lines[0].starts_with(BEGINNING));
        let theirs = archived("comp-acme", &signer("fedcba9876543210"));
        assert!(matches!(verified(&theirs), Err(Broken::Seal(BadCheckpoint::Key))));
        assert!(verify(theirs.concat().as_slice(), None).is_ok());
        assert!(matches!(verify(&b""[..], None), Err(Broken::Opening)));
        // Another company's lines under one's own seal.
        let mut other = archived("comp-globex", &ours());
        other[0].clone_from(&lines[0]);
        assert!(matches!(verified(&other), Err(Broken::Other(_))));
    }

    #[test]
    fn no_bit_of_a_seal_can_be_changed() {
        let lines = archived("comp-acme", &ours());
        let last = lines.len() - 1;
        for byte in 0..lines[last].len() {
            for bit in 0..8 {
                let mut changed = lines.clone();
                changed[last][byte] ^= 1 << bit;
                let found = verified(&changed);
                assert!(
                    found.is_err(),
                    "bit {bit} of byte {byte}: {}",
                    String::from_utf8_lossy(&changed[last])
                );
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn whatever_is_done_to_an_archive_is_noticed(
            how in 0_u8..5, line in 0..DOCUMENTS as usize + 2, at in any::<prop::sample::Index>(), bit in 0_u32..8,
        ) {
            let mut lines = archived("comp-acme", &ours());
            match how {
                0 => {
                    let byte = at.index(lines[line].len());
                    lines[line][byte] ^= 1 << bit;
                }
                1 => drop(lines.remove(line)),
                2 => lines.truncate(line),
                3 => {
                    let twice = lines[line].clone();
                    lines.insert(line, twice);
                }
                _ => {
                    let other = at.index(lines.len());
                    prop_assume!(lines[line] != lines[other]);
                    lines.swap(line, other);
                }
            }
            prop_assert!(verified(&lines).is_err());
        }
    }
}
