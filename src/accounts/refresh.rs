//! Refresh tokens: `awr_` and base64url of (family, generation, HMAC-SHA256 of both). Nothing of a token is stored
//! but its hash, and yet the one in force can be made again: who has lost the answer to a rotation asks again and
//! gets the same successor (RFC 9700, 4.14).

use std::time::Duration;

use actors::domain::Timestamp;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::derived::derived;

/// How long a token is good that is not used.
pub const IDLE_LIFE: Duration = Duration::from_secs(7 * 24 * 3600);
/// How long a login lasts, however often its token is used.
pub const FAMILY_LIFE: Duration = Duration::from_secs(30 * 24 * 3600);
/// How long the token before is answered with the one in force.
pub const GRACE: Duration = Duration::from_secs(10);

const PREFIX: &str = "awr_";
const PURPOSE: &str = "alert-whisperer/refresh-token/1";
const FAMILY_BYTES: usize = 16;
const SIGNED_BYTES: usize = FAMILY_BYTES + 4;
const TOKEN_BYTES: usize = SIGNED_BYTES + 32;
/// Characters of base64url for those bytes.
const TEXT_CHARS: usize = (TOKEN_BYTES * 4).div_ceil(3);

type TokenMac = Hmac<Sha256>;

/// Keys under which tokens are made; the first makes new ones.
pub struct RefreshKeys(Vec<TokenMac>);

/// A token that was made here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    /// Of which family.
    pub family: Uuid,
    /// Which of it, from 0.
    pub generation: u32,
    /// SHA-256 of its text, as it is stored.
    pub hash: [u8; 32],
}

/// What is stored of a family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginState {
    /// Which token is in force.
    pub generation: u32,
    /// SHA-256 of its text.
    pub token_hash: [u8; 32],
    /// Since when it is in force.
    pub rotated_at: Timestamp,
    /// Until when it is good.
    pub idle_at: Timestamp,
    /// Until when the family is.
    pub ends_at: Timestamp,
    /// Whether the family was ended.
    pub revoked: bool,
}

/// What becomes of a presented token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is in force: the next one takes its place.
    Rotate,
    /// It was in force a moment ago: the one in force is told again.
    Repeat,
    /// It is one of before: somebody else has it too. The family ends.
    Reuse,
    /// It is good no more.
    Over,
}

/// What becomes of a presented token.
pub fn judge(login: &LoginState, presented: &Presented, now: Timestamp) -> Verdict {
    if login.revoked || now >= login.ends_at || now >= login.idle_at {
        return Verdict::Over;
    }
    match login.generation.checked_sub(presented.generation) {
        Some(0) if bool::from(login.token_hash.ct_eq(&presented.hash)) => Verdict::Rotate,
        Some(1) if now.since(login.rotated_at) <= GRACE => Verdict::Repeat,
        // One of the future, or another of the same place, was not made by us for this family.
        None | Some(0) => Verdict::Over,
        Some(_) => Verdict::Reuse,
    }
}

fn signed(family: Uuid, generation: u32) -> [u8; SIGNED_BYTES] {
    let mut bytes = [0; SIGNED_BYTES];
    bytes[..FAMILY_BYTES].copy_from_slice(family.as_bytes());
    bytes[FAMILY_BYTES..].copy_from_slice(&generation.to_be_bytes());
    bytes
}

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

fn text(key: &TokenMac, family: Uuid, generation: u32) -> SecretString {
    let signed = signed(family, generation);
    let mut mac = key.clone();
    mac.update(&signed);
    let bytes = Zeroizing::new([signed.as_slice(), mac.finalize().into_bytes().as_slice()].concat());
    SecretString::from(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(&*bytes)))
}

impl RefreshKeys {
    /// From the server's secrets, the one in force first.
    pub fn derive(secrets: &[Zeroizing<String>]) -> Self {
        let keys = secrets.iter().filter_map(|secret| {
            // HMAC takes keys of any length.
            TokenMac::new_from_slice(derived(secret, PURPOSE).as_slice()).ok()
        });
        Self(keys.collect())
    }

    /// A token of a family.
    pub fn make(&self, family: Uuid, generation: u32) -> SecretString {
        self.0
            .first()
            .map_or_else(SecretString::default, |key| text(key, family, generation))
    }

    /// The token of a family that has this hash, whichever key made it.
    pub fn remake(&self, family: Uuid, generation: u32, token_hash: &[u8; 32]) -> Option<SecretString> {
        let made = self.0.iter().map(|key| text(key, family, generation));
        made.into_iter()
            .find(|made| bool::from(hash(made.expose_secret()).ct_eq(token_hash)))
    }

    /// What a token says, where it was made here; text from outside.
    pub fn read(&self, token: &str) -> Option<Presented> {
        let encoded = token.strip_prefix(PREFIX).filter(|text| text.len() == TEXT_CHARS)?;
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(encoded).ok()?);
        let (signed, tag) = bytes.split_at_checked(SIGNED_BYTES)?;
        let genuine = self.0.iter().fold(false, |genuine, key| {
            let mut mac = key.clone();
            mac.update(signed);
            mac.verify_slice(tag).is_ok() | genuine
        });
        let (family, generation) = signed.split_at(FAMILY_BYTES);
        genuine.then_some(Presented {
            family: Uuid::from_slice(family).ok()?,
            generation: u32::from_be_bytes(generation.try_into().ok()?),
            hash: hash(token),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys(secrets: &[&str]) -> RefreshKeys {
        let secrets: Vec<_> = secrets.iter().map(|text| Zeroizing::new((*text).to_owned())).collect();
        RefreshKeys::derive(&secrets)
    }

    fn family() -> Uuid {
        Uuid::from_u128(7)
    }

    #[test]
    fn a_token_is_read_under_the_keys_it_was_made_under() {
        let (old, new) = (keys(&["old"]), keys(&["new"]));
        let both = keys(&["new", "old"]);
        let token = old.make(family(), 3);
        let read = both.read(token.expose_secret()).unwrap();
        assert_eq!((read.family, read.generation), (family(), 3));
        assert_eq!(new.read(token.expose_secret()), None);
        assert_eq!(
            both.make(family(), 3).expose_secret(),
            new.make(family(), 3).expose_secret()
        );
        let again = both.remake(family(), 3, &read.hash).unwrap();
        assert_eq!(again.expose_secret(), token.expose_secret());
        assert!(both.remake(family(), 4, &read.hash).is_none());
    }

    #[test]
    fn a_token_is_judged_by_its_place_and_the_time() {
        let keys = keys(&["key"]);
        let at = |ms: i64| Timestamp::from_millis(ms);
        let presented = |generation| keys.read(keys.make(family(), generation).expose_secret()).unwrap();
        let login = LoginState {
            generation: 5,
            token_hash: presented(5).hash,
            rotated_at: at(100_000),
            idle_at: at(1_000_000),
            ends_at: at(2_000_000),
            revoked: false,
        };
        let of = |generation, now| judge(&login, &presented(generation), at(now));
        assert_eq!(of(5, 100_000), Verdict::Rotate);
        assert_eq!(of(5, 999_999), Verdict::Rotate);
        assert_eq!(of(5, 1_000_000), Verdict::Over, "idle for too long");
        assert_eq!(of(4, 110_000), Verdict::Repeat);
        assert_eq!(of(4, 110_001), Verdict::Reuse);
        assert_eq!(of(3, 100_000), Verdict::Reuse);
        assert_eq!(of(6, 100_000), Verdict::Over, "nobody has that one yet");
        let ended = LoginState {
            revoked: true,
            ..login.clone()
        };
        assert_eq!(judge(&ended, &presented(5), at(100_000)), Verdict::Over);
        let other = LoginState {
            token_hash: [0; 32],
            ..login
        };
        assert_eq!(judge(&other, &presented(5), at(100_000)), Verdict::Over);
    }

    proptest! {
        #[test]
        fn no_other_text_is_a_token(place in 0_usize..TEXT_CHARS + 4, char in "[A-Za-z0-9_.=+/ é-]", any in ".{0,100}") {
            let keys = keys(&["key"]);
            let token = keys.make(family(), 1);
            let token = token.expose_secret();
            let mut forged: Vec<char> = token.chars().collect();
            forged[place] = char.chars().next().unwrap();
            let forged: String = forged.into_iter().collect();
            prop_assert_eq!(keys.read(&forged).is_some(), forged == token);
            prop_assert!(keys.read(&any).is_none());
        }
    }
}
