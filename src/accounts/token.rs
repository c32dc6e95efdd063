//! Access tokens: JWTs (RFC 7519) in the profile of RFC 9068, signed with HS256 under a key of the server's.
//!
//! A token is believed only if it is exactly what [`TokenKeys::issue`] makes: this algorithm, this type, one of our
//! key ids, these claims and no others, each once. Nothing in it chooses how it is verified.

use std::time::Duration;

use actors::domain::Timestamp;
use actors::domain::ids::{LoginId, UserId};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::crypto;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use secrecy::SecretString;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::derived::derived;
use crate::json;

/// How long a token is good.
pub const ACCESS_LIFE: Duration = Duration::from_secs(30 * 60);

/// The longest that is looked at, in bytes.
const TOKEN_BYTES: usize = 2_048;
/// How far another clock of ours may be ahead, in seconds.
const AHEAD_SECONDS: i64 = 60;
const ALGORITHM: Algorithm = Algorithm::HS256;
const TYPE: &str = "at+jwt";
const ISSUER: &str = "alert-whisperer";
const AUDIENCE: &str = "alert-whisperer-api";

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// Who.
    pub sub: UserId,
    /// By which login.
    pub login: LoginId,
    /// The person's epoch when it was made.
    pub epoch: u64,
    /// When it was made, to the second.
    pub iat: Timestamp,
    /// From when on it is of no use, to the second.
    pub exp: Timestamp,
    /// Which token, for logs.
    pub jti: Uuid,
}

/// The header as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    typ: String,
    alg: String,
    kid: String,
}

/// The claims as they are written. Times in seconds since 1970.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    iss: String,
    aud: String,
    sub: UserId,
    sid: LoginId,
    epoch: u64,
    iat: i64,
    exp: i64,
    jti: Uuid,
}

/// Why a token is not believed: for a log, not for who sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an access token in force: {0}")]
pub struct BadToken(&'static str);

struct Key {
    kid: String,
    signing: EncodingKey,
    verifying: DecodingKey,
}

/// Keys under which tokens are made; the first makes new ones.
pub struct TokenKeys(Vec<Key>);

impl TokenKeys {
    /// From the server's secrets, the one in force first.
    pub fn derive(secrets: &[Zeroizing<String>]) -> Self {
        let key = |secret: &Zeroizing<String>| {
            let bytes = derived(secret, "alert-whisperer/access-token/1");
            let name = derived(secret, "alert-whisperer/access-token-name/1");
            Key {
                kid: hex::encode(&name[..8]),
                signing: EncodingKey::from_secret(bytes.as_slice()),
                verifying: DecodingKey::from_secret(bytes.as_slice()),
            }
        };
        Self(secrets.iter().map(key).collect())
    }

    /// A token that says this.
    pub fn issue(&self, claims: &Claims) -> SecretString {
        let written = Written {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: claims.sub.clone(),
            sid: claims.login.clone(),
            epoch: claims.epoch,
            iat: claims.iat.as_millis() / 1_000,
            exp: claims.exp.as_millis() / 1_000,
            jti: claims.jti,
        };
        // An empty text is no token: whoever gets it logs in again.
        self.sign(&written).map(SecretString::from).unwrap_or_default()
    }

    fn sign(&self, written: &Written) -> Option<String> {
        let key = self.0.first()?;
        let header = Header {
            typ: TYPE.to_owned(),
            alg: "HS256".to_owned(),
            kid: key.kid.clone(),
        };
        let part = |bytes: Vec<u8>| URL_SAFE_NO_PAD.encode(bytes);
        let signed = format!(
            "{}.{}",
            part(serde_json::to_vec(&header).ok()?),
            part(serde_json::to_vec(written).ok()?)
        );
        let signature = crypto::sign(signed.as_bytes(), &key.signing, ALGORITHM).ok()?;
        Some(format!("{signed}.{signature}"))
    }

    /// What a token says, where it was made here and is in force; text from outside.
    ///
    /// # Errors
    /// [`BadToken`].
    pub fn read(&self, token: &str, now: Timestamp) -> Result<Claims, BadToken> {
        if token.len() > TOKEN_BYTES {
            return Err(BadToken("too long"));
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(BadToken("no signature"))?;
        let (header, payload) = signed.split_once('.').ok_or(BadToken("no payload"))?;
        let header: Header = part(header)?;
        if header.typ != TYPE || header.alg != "HS256" {
            return Err(BadToken("another type or algorithm"));
        }
        let key = self.0.iter().find(|key| key.kid == header.kid);
        let key = key.ok_or(BadToken("another key"))?;
        match crypto::verify(signature, signed.as_bytes(), &key.verifying, ALGORITHM) {
            Ok(true) => {}
            _ => return Err(BadToken("the signature does not fit")),
        }
        let written: Written = part(payload)?;
        if written.iss != ISSUER || written.aud != AUDIENCE {
            return Err(BadToken("for somebody else"));
        }
        let seconds = now.as_millis() / 1_000;
        if written.exp <= seconds {
            return Err(BadToken("expired"));
        }
        let life = written.exp.checked_sub(written.iat);
        if written.iat > seconds + AHEAD_SECONDS || life.is_none_or(|life| !(0..=1_800).contains(&life)) {
            return Err(BadToken("times that we do not give"));
        }
        Ok(Claims {
            sub: written.sub,
            login: written.sid,
            epoch: written.epoch,
            iat: Timestamp::from_millis(written.iat * 1_000),
            exp: Timestamp::from_millis(written.exp * 1_000),
            jti: written.jti,
        })
    }
}

/// One part of a token, as strict JSON.
fn part<T: DeserializeOwned>(encoded: &str) -> Result<T, BadToken> {
    let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| BadToken("no base64url"))?;
    let text = json::strict(&bytes).map_err(|_| BadToken("no strict JSON"))?;
    serde_json::from_str(text).map_err(|_| BadToken("other fields than ours"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn keys(secrets: &[&str]) -> TokenKeys {
        let secrets: Vec<_> = secrets.iter().map(|text| Zeroizing::new((*text).to_owned())).collect();
        TokenKeys::derive(&secrets)
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000)
    }

    fn claims() -> Claims {
        Claims {
            sub: "usr-1".parse().unwrap(),
            login: "lgn-1".parse().unwrap(),
            epoch: 4,
            iat: at(NOW),
            exp: at(NOW).plus(ACCESS_LIFE),
            jti: Uuid::from_u128(9),
        }
    }

    fn issued(keys: &TokenKeys) -> String {
        use secrecy::ExposeSecret;
        keys.issue(&claims()).expose_secret().to_owned()
    }

    /// Signs any header and payload with a key of ours.
    fn signed(keys: &TokenKeys, header: &str, payload: &str) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let signature = crypto::sign(signed.as_bytes(), &keys.0[0].signing, ALGORITHM).unwrap();
        format!("{signed}.{signature}")
    }

    fn header(keys: &TokenKeys) -> Value {
        json!({"typ": "at+jwt", "alg": "HS256", "kid": keys.0[0].kid})
    }

    fn payload() -> Value {
        json!({"iss": ISSUER, "aud": AUDIENCE, "sub": "usr-1", "sid": "lgn-1", "epoch": 4, "iat": NOW,
               "exp": NOW + 1_800, "jti": Uuid::from_u128(9)})
    }

    #[test]
    fn a_token_says_what_it_was_made_with_until_it_expires() {
        let keys = keys(&["one"]);
        let token = issued(&keys);
        assert_eq!(keys.read(&token, at(NOW)).unwrap(), claims());
        assert_eq!(keys.read(&token, at(NOW + 1_799)).unwrap(), claims());
        assert_eq!(keys.read(&token, at(NOW + 1_800)), Err(BadToken("expired")));
        assert_eq!(
            keys.read(
                &signed(&keys, &header(&keys).to_string(), &payload().to_string()),
                at(NOW)
            )
            .unwrap(),
            claims()
        );
    }

    #[test]
    fn an_older_key_still_reads_and_a_strangers_does_not() {
        let token = issued(&keys(&["old"]));
        assert!(keys(&["new", "old"]).read(&token, at(NOW)).is_ok());
        assert_eq!(keys(&["new"]).read(&token, at(NOW)), Err(BadToken("another key")));
    }

    #[test]
    fn what_is_not_just_so_is_refused() {
        let keys = keys(&["one"]);
        let (good_header, good) = (header(&keys), payload());
        let with = |base: &Value, name: &str, value: Value| {
            let mut changed = base.clone();
            changed[name] = value;
            changed.to_string()
        };
        let without = |base: &Value, name: &str| {
            let mut changed = base.clone();
            changed.as_object_mut().unwrap().remove(name);
            changed.to_string()
        };
        let kid = keys.0[0].kid.clone();
        let headers = [
            with(&good_header, "alg", "none".into()),
            with(&good_header, "alg", "None".into()),
            with(&good_header, "alg", "HS512".into()),
            with(&good_header, "alg", "RS256".into()),
            with(&good_header, "typ", "JWT".into()),
            with(&good_header, "typ", "rt+jwt".into()),
            with(&good_header, "kid", "../../dev/null".into()),
            with(&good_header, "kid", json!({"$ne": null})),
            with(&good_header, "kid", "' OR 1=1 --".into()),
            with(&good_header, "jku", "https://evil.example/keys".into()),
            with(&good_header, "x5u", "https://evil.example/cert".into()),
            with(&good_header, "jwk", json!({"kty": "oct", "k": "AA"})),
            with(&good_header, "crit", json!(["exp"])),
            without(&good_header, "typ"),
            without(&good_header, "alg"),
            without(&good_header, "kid"),
            format!(r#"{{"typ":"at+jwt","alg":"none","alg":"HS256","kid":"{kid}"}}"#),
        ];
        for header in headers {
            let token = signed(&keys, &header, &good.to_string());
            assert!(keys.read(&token, at(NOW)).is_err(), "{header}");
        }
        let twice = good.to_string().replacen('{', r#"{"sub":"usr-2","#, 1);
        let payloads = [
            with(&good, "iss", "somebody".into()),
            with(&good, "aud", "another-api".into()),
            with(&good, "aud", json!([AUDIENCE, "another-api"])),
            with(&good, "aud", json!([AUDIENCE])),
            with(&good, "exp", json!("1800001800")),
            with(&good, "exp", json!(1_800_001_800.5)),
            with(&good, "exp", json!(-1)),
            with(&good, "exp", json!(u64::MAX)),
            with(&good, "exp", json!(i64::MAX)),
            with(&good, "exp", json!(NOW + 1_801)),
            with(&good, "exp", Value::Null),
            with(&good, "iat", json!(NOW + 61)),
            with(&good, "iat", json!(i64::MIN)),
            with(&good, "sub", json!({"$ne": null})),
            with(&good, "sub", "".into()),
            with(&good, "epoch", json!(-1)),
            with(&good, "role", "msp_admin".into()),
            without(&good, "exp"),
            without(&good, "aud"),
            without(&good, "sid"),
            twice,
            "[]".to_owned(),
            "".to_owned(),
        ];
        for payload in payloads {
            let token = signed(&keys, &good_header.to_string(), &payload);
            assert!(keys.read(&token, at(NOW)).is_err(), "{payload}");
        }
    }

    #[test]
    fn what_is_no_token_at_all_is_refused() {
        let keys = keys(&["one"]);
        let token = issued(&keys);
        let (signed, _) = token.rsplit_once('.').unwrap();
        for forged in [
            String::new(),
            "..".to_owned(),
            signed.to_owned(),
            format!("{signed}."),
            format!("{token}."),
            format!("{token}="),
            format!(".{token}"),
            format!(" {token}"),
            token.replace('.', ".."),
            "a".repeat(3_000),
        ] {
            assert!(keys.read(&forged, at(NOW)).is_err(), "{forged}");
        }
    }

    proptest! {
        #[test]
        fn no_changed_byte_is_overlooked(place in 0_usize..400, bit in 0_u32..7) {
            let keys = keys(&["one"]);
            let token = issued(&keys);
            let mut bytes = token.clone().into_bytes();
            let place = place % bytes.len();
            bytes[place] ^= 1 << bit;
            if let Ok(changed) = String::from_utf8(bytes) {
                prop_assert!(keys.read(&changed, at(NOW)).is_err(), "{}", changed);
            }
        }
    }
}
