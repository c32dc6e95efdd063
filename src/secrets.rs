//! Secrets: the server's key, what is sealed under it, and the keys and secrets that companies get.
//!
//! The server's key never leaves this room; what is derived from it is used for one purpose each
//! (HKDF-SHA256, RFC 5869). Nothing here is ever logged.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

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

/// What is sealed, and so of no use as anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A company's webhook secret.
    WebhookSecret,
    /// The secret of a person's second factor.
    SecondFactor,
    /// Where a channel leads, and what messages to it are signed with.
    Channel,
}

/// The server's key: the one in force, and those before it that still open what they sealed.
pub struct ServerKey {
    texts: Vec<Zeroizing<String>>,
    sealing: Vec<Aes256Gcm>,
}

impl ServerKey {
    /// From the setting, or from the data directory, where one is made at the first start (mode 0600). The
    /// setting may hold several, separated by commas or white space: the first is in force.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn load(setting: Option<&SecretString>, directory: &Path) -> Result<Self, KeyError> {
        let text = match setting {
            Some(given) => Zeroizing::new(given.expose_secret().to_owned()),
            None => key_of(directory)?,
        };
        Self::of(&text)
    }

    /// As [`Self::load`], and none where there is none: nothing is made.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn find(setting: Option<&SecretString>, directory: &Path) -> Result<Option<Self>, KeyError> {
        let text = match setting {
            Some(given) => Some(Zeroizing::new(given.expose_secret().to_owned())),
            None => kept_in(directory)?,
        };
        text.map(|text| Self::of(&text)).transpose()
    }

    fn of(text: &str) -> Result<Self, KeyError> {
        let separate = |char: char| char == ',' || char.is_whitespace();
        let texts: Vec<_> = text
            .split(separate)
            .filter(|text| !text.is_empty())
            .map(|text| Zeroizing::new(text.to_owned()))
            .collect();
        if texts.is_empty() || texts.iter().any(|text| is_weak(text)) {
            return Err(KeyError::Weak);
        }
        let sealing: Option<Vec<_>> = texts.iter().map(|text| sealing_key(text)).collect();
        Ok(Self {
            sealing: sealing.ok_or(KeyError::Weak)?,
            texts,
        })
    }

    /// What it was made from, the one in force first: for other rooms to derive their own keys from.
    pub(crate) fn texts(&self) -> &[Zeroizing<String>] {
        &self.texts
    }

    /// Seals a secret for its owner: nonce and ciphertext in hex, of no use for another owner or purpose.
    ///
    /// # Errors
    /// The cipher refused; it has no reason to.
    pub fn seal(&self, purpose: Purpose, owner: &str, secret: &SecretString) -> Result<String, Unsealable> {
        let nonce = random::<NONCE_BYTES>();
        let aad = bound_to(purpose, owner);
        let payload = Payload {
            msg: secret.expose_secret().as_bytes(),
            aad: &aad,
        };
        let in_force = self.sealing.first().ok_or(Unsealable)?;
        let sealed = in_force.encrypt(&Nonce::from(nonce), payload).map_err(|_| Unsealable)?;
        Ok(hex::encode([nonce.as_slice(), &sealed].concat()))
    }

    /// Opens what [`Self::seal`] made.
    ///
    /// # Errors
    /// [`Unsealable`] under other server keys, for another owner or purpose, or when damaged.
    pub fn open(&self, purpose: Purpose, owner: &str, sealed: &str) -> Result<SecretString, Unsealable> {
        let sealed = hex::decode(sealed).map_err(|_| Unsealable)?;
        let (nonce, msg) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(Unsealable)?;
        let aad = bound_to(purpose, owner);
        let open = |key: &Aes256Gcm| key.decrypt(&Nonce::from(*nonce), Payload { msg, aad: &aad }).ok();
        let opened = self.sealing.iter().find_map(open).ok_or(Unsealable)?;
        String::from_utf8(opened)
            .map(SecretString::from)
            .map_err(|_| Unsealable)
    }
}

/// Too short, or of so few different characters that it was not left to chance.
fn is_weak(text: &str) -> bool {
    let mut different: Vec<char> = text.chars().collect();
    different.sort_unstable();
    different.dedup();
    text.len() < 32 || different.len() < 8
}

fn sealing_key(text: &str) -> Option<Aes256Gcm> {
    let mut derived = Zeroizing::new([0_u8; 32]);
    // 32 bytes are always within what HKDF can give.
    let expanded = Hkdf::<Sha256>::new(None, text.as_bytes()).expand(b"alert-whisperer/sealing/1", derived.as_mut());
    expanded.ok()?;
    Some(Aes256Gcm::new(&(*derived).into()))
}

/// It was not sealed for this owner and purpose under these keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stored secret does not open under this SECRET_KEY: start with the key that the store was made with")]
pub struct Unsealable;

/// What a sealed text is bound to.
fn bound_to(purpose: Purpose, owner: &str) -> Vec<u8> {
    let name = match purpose {
        Purpose::WebhookSecret => "webhook-secret",
        Purpose::SecondFactor => "second-factor",
        Purpose::Channel => "channel",
    };
    let mut aad = vec![SEAL_VERSION];
    aad.extend_from_slice(name.as_bytes());
    aad.push(b':');
    aad.extend_from_slice(owner.as_bytes());
    aad
}

/// The key file, where there is one.
fn kept_in(directory: &Path) -> Result<Option<Zeroizing<String>>, KeyError> {
    match fs::read_to_string(directory.join(KEY_FILE)) {
        Ok(text) => Ok(Some(Zeroizing::new(text.trim().to_owned()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn key_of(directory: &Path) -> Result<Zeroizing<String>, KeyError> {
    if let Some(text) = kept_in(directory)? {
        return Ok(text);
    }
    let path = directory.join(KEY_FILE);
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

/// How API keys begin.
pub(crate) const API_KEY_PREFIX: &str = "awk_";

/// A new API key: `awk_` and 32 random bytes.
pub fn new_api_key() -> SecretString {
    let chance = Zeroizing::new(random::<32>());
    SecretString::from(format!("{API_KEY_PREFIX}{}", URL_SAFE_NO_PAD.encode(*chance)))
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
    fn what_is_sealed_opens_for_its_owner_and_purpose_under_its_key_alone() {
        let (old, new) = ("0123456789abcdef".repeat(2), "fedcba9876543210".repeat(2));
        let (ours, theirs) = (key(&old), key(&new));
        let secret = new_webhook_secret();
        let sealed = ours.seal(Purpose::WebhookSecret, "comp-acme", &secret).unwrap();
        let opened = |key: &ServerKey, purpose, owner| {
            let opened = key.open(purpose, owner, &sealed).ok()?;
            Some(opened.expose_secret().to_owned())
        };
        let as_it_was = Some(secret.expose_secret().to_owned());
        assert_eq!(opened(&ours, Purpose::WebhookSecret, "comp-acme"), as_it_was);
        assert_eq!(opened(&ours, Purpose::WebhookSecret, "comp-globex"), None);
        assert_eq!(opened(&ours, Purpose::SecondFactor, "comp-acme"), None);
        assert_eq!(opened(&theirs, Purpose::WebhookSecret, "comp-acme"), None);
        assert!(ours.open(Purpose::WebhookSecret, "comp-acme", &sealed[..10]).is_err());
        let again = ours.seal(Purpose::WebhookSecret, "comp-acme", &secret).unwrap();
        assert_ne!(again, sealed, "a nonce is used once");

        let rotated = key(&format!("{new}, {old}"));
        assert_eq!(opened(&rotated, Purpose::WebhookSecret, "comp-acme"), as_it_was);
        let sealed_anew = rotated.seal(Purpose::WebhookSecret, "comp-acme", &secret).unwrap();
        assert!(theirs.open(Purpose::WebhookSecret, "comp-acme", &sealed_anew).is_ok());
    }

    #[test]
    fn weak_keys_are_refused_and_a_made_one_is_kept_to_ourselves() {
        let strong = "0123456789abcdef".repeat(2);
        for weak in [
            "",
            "short",
            &"a".repeat(64),
            &"ab".repeat(32),
            &format!("{strong},short"),
        ] {
            let loaded = ServerKey::load(Some(&SecretString::from(weak)), Path::new("/nowhere"));
            assert!(matches!(loaded, Err(KeyError::Weak)), "{weak}");
        }
        let directory = tempfile::tempdir().unwrap();
        let made = ServerKey::load(None, directory.path()).unwrap();
        let sealed = made
            .seal(Purpose::WebhookSecret, "comp-acme", &new_webhook_secret())
            .unwrap();
        assert!(
            ServerKey::load(None, directory.path())
                .unwrap()
                .open(Purpose::WebhookSecret, "comp-acme", &sealed)
                .is_ok()
        );
        let mode = std::os::unix::fs::PermissionsExt::mode(
            &fs::metadata(directory.path().join(KEY_FILE)).unwrap().permissions(),
        );
        assert_eq!(mode & 0o777, 0o600);
    }
}
