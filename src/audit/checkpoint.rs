//! Checkpoints: what a journal has come to, signed with Ed25519 (RFC 8032) under a key derived from the server's.

use actors::domain::{ChainHash, CompanyId, Timestamp};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use hkdf::Hkdf;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::secrets::ServerKey;

const PURPOSE: &[u8] = b"alert-whisperer/checkpoint/1";

/// What a journal has come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// Whose journal.
    pub company_id: CompanyId,
    /// Its last entry; 0 where there is none.
    pub seq: u64,
    /// That entry's chain hash, in hex.
    pub hash: String,
    /// When this was signed.
    pub at: Timestamp,
    /// The public key of who signed it, in hex.
    pub key: String,
    /// The signature over the rest, in hex.
    pub signature: String,
}

/// Why a checkpoint says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCheckpoint {
    /// It was not signed so by its key.
    #[error("its signature does not fit")]
    Signature,
    /// Somebody else signed it.
    #[error("it is signed by a key that is not trusted")]
    Key,
}

/// The public keys that somebody takes checkpoints from, in hex.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trusted(Vec<String>);

impl Trusted {
    /// The server's own: the one in force, and those before it that it still has.
    ///
    /// # Errors
    /// [`NoSigner`]; there is no reason for it.
    pub fn of(server_key: &ServerKey) -> Result<Self, NoSigner> {
        let secrets = server_key.texts().iter();
        let public = |pair: Ed25519KeyPair| hex::encode(pair.public_key().as_ref());
        secrets
            .map(|secret| pair_of(secret).map(public))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Those that were named.
    pub fn named(keys: &[String]) -> Self {
        Self(keys.to_vec())
    }

    fn has(&self, key: &str) -> bool {
        self.0.iter().any(|known| known.eq_ignore_ascii_case(key))
    }
}

/// Signs checkpoints.
pub struct Signer {
    pair: Ed25519KeyPair,
    key: String,
    trusted: Trusted,
}

/// The server's key gives no signing key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no signing key can be made from SECRET_KEY")]
pub struct NoSigner;

impl Signer {
    /// Under the server's key that is in force.
    ///
    /// # Errors
    /// [`NoSigner`]; there is no reason for it.
    pub fn of(server_key: &ServerKey) -> Result<Self, NoSigner> {
        let pair = pair_of(server_key.texts().first().ok_or(NoSigner)?)?;
        let key = hex::encode(pair.public_key().as_ref());
        let trusted = Trusted::of(server_key)?;
        Ok(Self { pair, key, trusted })
    }

    /// The public key, in hex: to be kept by who verifies.
    pub fn public_key(&self) -> &str {
        &self.key
    }

    /// Its public key, and those of the server's keys before it.
    pub fn trusted(&self) -> &Trusted {
        &self.trusted
    }

    /// Signs what a journal has come to.
    pub fn sign(&self, company_id: &CompanyId, seq: u64, hash: &ChainHash, at: Timestamp) -> Checkpoint {
        let mut checkpoint = Checkpoint {
            company_id: company_id.clone(),
            seq,
            hash: hex::encode(hash),
            at,
            key: self.key.clone(),
            signature: String::new(),
        };
        checkpoint.signature = self.sign_text(&checkpoint.signed());
        checkpoint
    }

    /// The signature over a text, in hex.
    pub(crate) fn sign_text(&self, text: &str) -> String {
        hex::encode(self.pair.sign(text.as_bytes()))
    }
}

/// The signing key that is made from a secret.
fn pair_of(secret: &str) -> Result<Ed25519KeyPair, NoSigner> {
    let mut seed = Zeroizing::new([0_u8; 32]);
    Hkdf::<Sha256>::new(None, secret.as_bytes())
        .expand(PURPOSE, seed.as_mut())
        .map_err(|_| NoSigner)?;
    Ed25519KeyPair::from_seed_unchecked(seed.as_ref()).map_err(|_| NoSigner)
}

impl Checkpoint {
    /// The text that is signed. No field can hold the end of a line.
    fn signed(&self) -> String {
        format!(
            "alert-whisperer-checkpoint/1\n{}\n{}\n{}\n{}\n",
            self.company_id, self.seq, self.hash, self.at
        )
    }

    /// Whether it was signed so, and by one of those who are trusted, where somebody is named.
    ///
    /// # Errors
    /// [`BadCheckpoint`].
    pub fn verify(&self, by: Option<&Trusted>) -> Result<(), BadCheckpoint> {
        verify_text(&self.signed(), &self.key, &self.signature, by)
    }
}

/// Bytes from hex as we write it: in lower case, so that no digit of what was signed can be changed without being noticed.
fn canonical_hex(text: &str) -> Option<Vec<u8>> {
    let bytes = hex::decode(text).ok()?;
    (hex::encode(&bytes) == text).then_some(bytes)
}

/// Whether a text was signed so, and by one of those who are trusted, where somebody is named.
pub(crate) fn verify_text(text: &str, key: &str, signature: &str, by: Option<&Trusted>) -> Result<(), BadCheckpoint> {
    if by.is_some_and(|by| !by.has(key)) {
        return Err(BadCheckpoint::Key);
    }
    let decoded = canonical_hex(key).zip(canonical_hex(signature));
    let (key, signature) = decoded.ok_or(BadCheckpoint::Signature)?;
    UnparsedPublicKey::new(&ED25519, key)
        .verify(text.as_bytes(), &signature)
        .map_err(|_| BadCheckpoint::Signature)
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;
    use std::path::Path;

    use super::*;

    fn signer(secret: &str) -> Signer {
        let key = ServerKey::load(Some(&SecretString::from(secret.repeat(2))), Path::new("/nowhere")).unwrap();
        Signer::of(&key).unwrap()
    }

    #[test]
    fn a_checkpoint_holds_as_it_was_signed_and_for_its_key() {
        let ours = signer("0123456789abcdef");
        let theirs = signer("fedcba9876543210");
        let acme = "comp-acme".parse().unwrap();
        let signed = ours.sign(&acme, 7, &[9; 32], Timestamp::from_millis(1));
        assert_eq!(signed.verify(None), Ok(()));
        assert_eq!(signed.verify(Some(ours.trusted())), Ok(()));
        assert_eq!(signed.verify(Some(theirs.trusted())), Err(BadCheckpoint::Key));
        let rotated =
            SecretString::from("fedcba98765432100123456789abcdef,".to_owned() + &"0123456789abcdef".repeat(2));
        let rotated = Signer::of(&ServerKey::load(Some(&rotated), Path::new("/nowhere")).unwrap()).unwrap();
        assert_eq!(
            signed.verify(Some(rotated.trusted())),
            Ok(()),
            "an earlier key is still known"
        );
        let named = Trusted::named(&[theirs.public_key().to_owned(), ours.public_key().to_uppercase()]);
        assert_eq!(signed.verify(Some(&named)), Ok(()));
        let changed = [
            Checkpoint {
                seq: 6,
                ..signed.clone()
            },
            Checkpoint {
                company_id: "comp-globex".parse().unwrap(),
                ..signed.clone()
            },
            Checkpoint {
                hash: hex::encode([8; 32]),
                ..signed.clone()
            },
            Checkpoint {
                at: Timestamp::from_millis(2),
                ..signed.clone()
            },
            Checkpoint {
                key: theirs.public_key().to_owned(),
                ..signed.clone()
            },
            Checkpoint {
                signature: String::new(),
                ..signed.clone()
            },
            Checkpoint {
                signature: signed.signature.to_uppercase(),
                ..signed.clone()
            },
            Checkpoint {
                key: signed.key.to_uppercase(),
                ..signed.clone()
            },
        ];
        for other in changed {
            assert_eq!(other.verify(None), Err(BadCheckpoint::Signature), "{other:?}");
        }
    }
}
