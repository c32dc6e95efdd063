//! Secrets: the server's key, what is sealed under it, and the keys and secrets that companies get.
//!
//! The server's key never leaves this room; what is derived from it is used for one purpose each
//! (HKDF-SHA256, RFC 5869). Nothing here is ever logged.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use actors::domain::CompanyId;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::clock::random;

/// The version of what is sealed.
const SEAL_VERSION: u8 = 1;
const NONCE_BYTES: usize = 12;
const KEY_FILE: &str = "secret.key";

/// Why there is no server key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Too short, or no variety.
    #[error("SECRET_KEY is weak: use at least 32 random characters, for example from `openssl rand -hex 32`")]
    Weak,
    /// The key file could not be read or made.
    #[error("the key file {KEY_FILE} in the data directory cannot be used: {0}")]
    File(#[from] io::Error),
}

/// The server's key.
pub struct ServerKey {
    sealing: Aes256Gcm,
}

impl ServerKey {
    /// From the setting, or from the data directory, where one is made at the first start (mode 0600).
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn load(setting: Option<&SecretString>, directory: &Path) -> Result<Self, KeyError> {
        let text = match setting {
            Some(given) => Zeroizing::new(given.expose_secret().to_owned()),
            None => key_of(directory)?,
        };
        let first = text.bytes().next();
        if text.len() < 32 || text.bytes().all(|byte| Some(byte) == first) {
            return Err(KeyError::Weak);
        }
        let mut derived = Zeroizing::new([0_u8; 32]);
        // 32 bytes are always within what HKDF can give.
        let expanded =
            Hkdf::<Sha256>::new(None, text.as_bytes()).expand(b"alert-whisperer/sealing/1", derived.as_mut());
        expanded.map_err(|_| KeyError::Weak)?;
        Ok(Self {
            sealing: Aes256Gcm::new(&(*derived).into()),
        })
    }

    /// Seals a company's webhook secret: nonce and ciphertext in hex, of no use for another company.
    ///
    /// # Errors
    /// The cipher refused; it has no reason to.
    pub fn seal(&self, company: &CompanyId, secret: &SecretString) -> Result<String, Unsealable> {
        let nonce = random::<NONCE_BYTES>();
        let aad = purpose(company);
        let payload = Payload {
            msg: secret.expose_secret().as_bytes(),
            aad: &aad,
        };
        let sealed = self
            .sealing
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|_| Unsealable)?;
        Ok(hex::encode([nonce.as_slice(), &sealed].concat()))
    }

    /// Opens what [`Self::seal`] made.
    ///
    /// # Errors
    /// [`Unsealable`] under another server key, for another company, or when damaged.
    pub fn open(&self, company: &CompanyId, sealed: &str) -> Result<SecretString, Unsealable> {
        let sealed = hex::decode(sealed).map_err(|_| Unsealable)?;
        let (nonce, msg) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(Unsealable)?;
        let aad = purpose(company);
        let opened = self
            .sealing
            .decrypt(&Nonce::from(*nonce), Payload { msg, aad: &aad })
            .map_err(|_| Unsealable)?;
        String::from_utf8(opened)
            .map(SecretString::from)
            .map_err(|_| Unsealable)
    }
}

/// It was not sealed for this company under this key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stored secret does not open under this SECRET_KEY: start with the key that the store was made with")]
pub struct Unsealable;

/// What a sealed text is bound to.
fn purpose(company: &CompanyId) -> Vec<u8> {
    let mut aad = vec![SEAL_VERSION];
    aad.extend_from_slice(b"webhook-secret:");
    aad.extend_from_slice(company.as_str().as_bytes());
    aad
}

fn key_of(directory: &Path) -> Result<Zeroizing<String>, KeyError> {
    let path = directory.join(KEY_FILE);
    match fs::read_to_string(&path) {
        Ok(text) => return Ok(Zeroizing::new(text.trim().to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    let chance = Zeroizing::new(random::<32>());
    let text = Zeroizing::new(hex::encode(*chance));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)?;
    file.write_all(text.as_bytes())?;
    // Secrets sealed under a key that was lost with the power could never be opened again.
    file.sync_all()?;
    fs::File::open(directory)?.sync_all()?;
    Ok(text)
}

/// A new API key: `awk_` and 32 random bytes.
pub fn new_api_key() -> SecretString {
    let chance = Zeroizing::new(random::<32>());
    SecretString::from(format!("awk_{}", URL_SAFE_NO_PAD.encode(*chance)))
}

/// A new webhook secret: `whsec_` and 32 random bytes. The HMAC key is this text.
pub fn new_webhook_secret() -> SecretString {
    let chance = Zeroizing::new(random::<32>());
    SecretString::from(format!("whsec_{}", STANDARD.encode(*chance)))
}

/// What is stored of an API key, in hex. Its 256 bits of chance need no slow hash.
pub fn hash_api_key(key: &str) -> String {
    hex::encode(Sha256::digest(key.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> ServerKey {
        ServerKey::load(Some(&SecretString::from(text)), Path::new("/nowhere")).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_for_its_company_and_key_alone() {
        let (ours, theirs) = (key(&"0123456789abcdef".repeat(2)), key(&"fedcba9876543210".repeat(2)));
        let (acme, globex): (CompanyId, CompanyId) = ("comp-acme".parse().unwrap(), "comp-globex".parse().unwrap());
        let secret = new_webhook_secret();
        let sealed = ours.seal(&acme, &secret).unwrap();
        assert_eq!(
            ours.open(&acme, &sealed).unwrap().expose_secret(),
            secret.expose_secret()
        );
        assert!(ours.open(&globex, &sealed).is_err());
        assert!(theirs.open(&acme, &sealed).is_err());
        assert!(ours.open(&acme, &sealed[..10]).is_err());
        assert_ne!(ours.seal(&acme, &secret).unwrap(), sealed, "a nonce is used once");
    }

    #[test]
    fn weak_keys_are_refused_and_a_made_one_is_kept_to_ourselves() {
        for weak in ["", "short", &"a".repeat(64)] {
            let loaded = ServerKey::load(Some(&SecretString::from(weak)), Path::new("/nowhere"));
            assert!(matches!(loaded, Err(KeyError::Weak)), "{weak}");
        }
        let directory = tempfile::tempdir().unwrap();
        let made = ServerKey::load(None, directory.path()).unwrap();
        let acme: CompanyId = "comp-acme".parse().unwrap();
        let sealed = made.seal(&acme, &new_webhook_secret()).unwrap();
        assert!(
            ServerKey::load(None, directory.path())
                .unwrap()
                .open(&acme, &sealed)
                .is_ok()
        );
        let mode = std::os::unix::fs::PermissionsExt::mode(
            &fs::metadata(directory.path().join(KEY_FILE)).unwrap().permissions(),
        );
        assert_eq!(mode & 0o777, 0o600);
    }
}
