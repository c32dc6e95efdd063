//! What a node says of a request that it hands on: that it comes from a node of this platform, to this one, as it was,
//! by whom and from where, and until when that holds.
//!
//! `X-Alert-Whisperer-Node: {until};{address};{told};{mac}`: milliseconds by the clock of the store, which all nodes share;
//! the client's address, or `-`; whether that is where it was sent (`1`) or a proxy's (`0`); HMAC-SHA256 (RFC 2104), in
//! hex, over these and over the receiving node's URL, method, path with query, and the SHA-256 of token or key and body.

use std::net::IpAddr;
use std::time::Duration;

use actors::domain::Timestamp;
use axum::http::HeaderValue;
use axum::http::request::Parts;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::accounts::derived::derived;
use crate::http::forwarded::Source;
use crate::secrets::ServerKey;

/// The header.
pub const HEADER: &str = "x-alert-whisperer-node";
/// How long a word holds.
const LIFE: Duration = Duration::from_secs(10);
/// How far what two nodes know of the store's clock may lie apart.
const APART: Duration = Duration::from_secs(1);
/// The most that a word may be long, in bytes.
const WORD_BYTES: usize = 256;
const PURPOSE: &str = "alert-whisperer/nodes/1";

/// A request on its way between two nodes.
#[derive(Clone, Copy, Debug)]
pub struct Handed<'a> {
    /// The receiving node's URL.
    pub to: &'a str,
    /// Its method.
    pub method: &'a str,
    /// Its path with its query.
    pub target: &'a str,
    /// The token or key that it presents.
    pub credential: Option<&'a str>,
    /// Its body.
    pub body: &'a [u8],
}

/// What is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// Where the request came from, if that is known.
    pub source: Option<Source>,
}

/// Why a word is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotBelieved {
    /// No node of this platform has said it of this request.
    #[error("is not a word of a node of this platform about this request")]
    NotOurs,
    /// It was a node's, and holds no more: the request was too long on its way.
    #[error("holds no more")]
    Late,
}

/// What a request says in its header, believed or not.
pub(super) fn said_in(parts: &Parts) -> &[u8] {
    parts.headers.get(HEADER).map(HeaderValue::as_bytes).unwrap_or_default()
}

type WordMac = Hmac<Sha256>;

/// Signs and reads words.
pub struct Words(Vec<WordMac>);

impl Words {
    /// Under the server's keys: signed under the one in force, read under any.
    pub fn under(server: &ServerKey) -> Self {
        let key = |text: &Zeroizing<String>| WordMac::new_from_slice(derived(text, PURPOSE).as_slice()).ok();
        Self(server.texts().iter().filter_map(key).collect())
    }

    /// A word about a request, by the store's clock.
    pub fn sign(&self, handed: &Handed<'_>, word: Word, now: Timestamp) -> HeaderValue {
        let said = said(word, now.plus(LIFE));
        let mac = self.0.first().map(|key| mac(key, handed, &said));
        let mac = mac
            .map(|mac| hex::encode(mac.finalize().into_bytes()))
            .unwrap_or_default();
        // Digits, an address and hex are all that a header may hold.
        HeaderValue::from_str(&format!("{said};{mac}")).unwrap_or_else(|_| HeaderValue::from_static(""))
    }

    /// What a node has said of a request.
    ///
    /// # Errors
    /// [`NotBelieved`].
    pub fn read(&self, word: &[u8], handed: &Handed<'_>, now: Timestamp) -> Result<Word, NotBelieved> {
        let text = std::str::from_utf8(word).map_err(|_| NotBelieved::NotOurs)?;
        let (said, signature) = text
            .rsplit_once(';')
            .filter(|_| text.len() <= WORD_BYTES)
            .ok_or(NotBelieved::NotOurs)?;
        let signature = hex::decode(signature).map_err(|_| NotBelieved::NotOurs)?;
        let fits = |key: &WordMac| mac(key, handed, said).verify_slice(&signature).is_ok();
        if !self.0.iter().any(fits) {
            return Err(NotBelieved::NotOurs);
        }
        let mut parts = said.split(';');
        let (Some(until), Some(address), Some(told), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(NotBelieved::NotOurs);
        };
        let until = Timestamp::from_millis(until.parse().map_err(|_| NotBelieved::NotOurs)?);
        if until > now.plus(LIFE + APART) {
            return Err(NotBelieved::NotOurs);
        }
        if until <= now {
            return Err(NotBelieved::Late);
        }
        let source = match address {
            "-" => None,
            address => Some(Source {
                address: address.parse::<IpAddr>().map_err(|_| NotBelieved::NotOurs)?,
                told: told == "1",
            }),
        };
        Ok(Word { source })
    }
}

fn said(word: Word, until: Timestamp) -> String {
    let until = until.as_millis();
    match word.source {
        Some(source) => format!("{until};{};{}", source.address, u8::from(source.told)),
        None => format!("{until};-;0"),
    }
}

fn mac(key: &WordMac, handed: &Handed<'_>, said: &str) -> WordMac {
    let mut mac = key.clone();
    let credential = handed
        .credential
        .map(|credential| Sha256::digest(credential.as_bytes()));
    let credential = credential.map(hex::encode).unwrap_or_default();
    let body = hex::encode(Sha256::digest(handed.body));
    // None of them holds the end of a line.
    for part in [handed.to, handed.method, handed.target, &credential, &body, said] {
        mac.update(part.as_bytes());
        mac.update(b"\n");
    }
    mac
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrecy::SecretString;

    use super::*;

    const KEY: &str = "0123456789abcdefghijklmnopqrstuv";
    const NOW_MILLIS: i64 = 1_700_000_000_000;
    const HANDED: Handed<'static> = Handed {
        to: "http://b.example",
        method: "POST",
        target: "/api/incidents/inc-1/resolve?company_id=comp-a",
        credential: Some("awk_1"),
        body: b"{}",
    };

    fn now() -> Timestamp {
        Timestamp::from_millis(NOW_MILLIS)
    }

    fn words(text: &str) -> Words {
        let key = ServerKey::load(Some(&SecretString::from(text)), std::path::Path::new(".")).unwrap();
        Words::under(&key)
    }

    fn word() -> Word {
        Word {
            source: Some(Source {
                address: "2001:db8::1".parse().unwrap(),
                told: true,
            }),
        }
    }

    #[test]
    fn a_word_holds_for_its_request_and_its_time_and_no_other() {
        let words = words(KEY);
        let signed = words.sign(&HANDED, word(), now());
        let read = |handed: &Handed<'_>, now| words.read(signed.as_bytes(), handed, now);
        assert_eq!(read(&HANDED, now()), Ok(word()));
        assert_eq!(read(&HANDED, now().plus(Duration::from_millis(9_999))), Ok(word()));
        assert_eq!(read(&HANDED, now().plus(LIFE)), Err(NotBelieved::Late));
        assert_eq!(
            read(&HANDED, Timestamp::from_millis(NOW_MILLIS - 1_001)),
            Err(NotBelieved::NotOurs)
        );
        let other = |change: fn(&mut Handed<'static>)| {
            let mut handed = HANDED;
            change(&mut handed);
            handed
        };
        for handed in [
            other(|it| it.to = "http://c.example"),
            other(|it| it.method = "PUT"),
            other(|it| it.target = "/api/incidents/inc-2/resolve?company_id=comp-a"),
            other(|it| it.credential = Some("awk_2")),
            other(|it| it.credential = None),
            other(|it| it.body = b"{ }"),
        ] {
            assert_eq!(read(&handed, now()), Err(NotBelieved::NotOurs), "{handed:?}");
        }
        let unknown = words.sign(&HANDED, Word { source: None }, now());
        assert_eq!(
            words.read(unknown.as_bytes(), &HANDED, now()),
            Ok(Word { source: None })
        );
    }

    #[test]
    fn only_who_has_the_servers_key_signs_and_an_older_key_is_still_read() {
        let older = "vutsrqponmlkjihgfedcba9876543210";
        let signed = words(older).sign(&HANDED, word(), now());
        assert_eq!(
            words(KEY).read(signed.as_bytes(), &HANDED, now()),
            Err(NotBelieved::NotOurs)
        );
        let both = words(&format!("{KEY} {older}"));
        assert_eq!(both.read(signed.as_bytes(), &HANDED, now()), Ok(word()));
        let forged = signed.to_str().unwrap().replace("2001:db8::1", "2001:db8::2");
        assert_eq!(both.read(forged.as_bytes(), &HANDED, now()), Err(NotBelieved::NotOurs));
    }

    proptest! {
        #[test]
        fn no_header_is_believed_or_panics(word in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert_eq!(words(KEY).read(&word, &HANDED, now()), Err(NotBelieved::NotOurs));
        }
    }
}
