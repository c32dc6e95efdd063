//! Signatures under a webhook secret, each HMAC-SHA256: the guide's (`X-Signature: sha256=<hex>` over
//! `"{X-Timestamp}.{raw body}"`), and those of tools that can sign (`signature/others.rs`).
//!
//! The form of the headers is judged first and without a secret; its faults are named. Whether the
//! signature is right is judged in constant time against every live secret, and says nothing more.

mod others;

use actors::domain::Timestamp;
use actors::limits::SIGNATURE_WINDOW;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A prepared webhook secret.
pub type MacKey = Hmac<Sha256>;

/// A webhook secret as keys: schemes do not agree what of its text is the key.
#[derive(Clone)]
pub struct Secret {
    /// The text, as in the guide, and for Grafana.
    text: MacKey,
    /// What its base64 says, as in Standard Webhooks.
    decoded: Option<MacKey>,
}

/// A well-formed claim: not yet verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// What was signed before the body.
    before: String,
    /// When, where the scheme says so.
    pub signed_at: Option<Timestamp>,
    /// The MACs it claims, of which one has to hold.
    macs: Vec<[u8; 32]>,
    /// Whether they are under what the secret's base64 says.
    decoded: bool,
}

pub use others::{grafana, sentry, standard_webhooks};

/// What is wrong with the form of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// One of the two headers is missing.
    #[error("{0} is missing; sign as HMAC-SHA256 over \"{{X-Timestamp}}.{{body}}\"")]
    Missing(&'static str),
    /// A header stands more than once.
    #[error("{0} must stand once")]
    Repeated(&'static str),
    /// `X-Signature` is not `sha256=` and 64 lower-case hex digits.
    #[error("X-Signature must be sha256= and 64 lower-case hexadecimal digits")]
    Signature,
    /// `X-Timestamp` is no whole number of seconds.
    #[error("X-Timestamp must be the Unix time in whole seconds")]
    Timestamp,
    /// `X-Timestamp` is too far from our clock.
    #[error("X-Timestamp must be within 300 s of the server's clock; check the sender's clock")]
    OutsideWindow,
    /// `webhook-id` is no id.
    #[error("webhook-id must be 1 to 128 characters")]
    Id,
    /// `webhook-signature` holds none of version 1.
    #[error("webhook-signature must hold v1, and the base64 of 32 bytes")]
    Versioned,
    /// `X-Grafana-Alerting-Signature` is no SHA-256.
    #[error("X-Grafana-Alerting-Signature must be 64 hexadecimal digits")]
    Hex,
    /// `Sentry-Hook-Signature` is no SHA-256.
    #[error("Sentry-Hook-Signature must be 64 hexadecimal digits")]
    SentryHex,
    /// A scheme's own moment is no whole number of seconds.
    #[error("the signature's timestamp must be the Unix time in whole seconds")]
    Seconds,
    /// A scheme's own moment is too far from our clock.
    #[error("{0} must be within 300 s of the server's clock; check the sender's clock")]
    Window(&'static str),
}

impl Malformed {
    /// The header at fault.
    pub fn header(self) -> &'static str {
        match self {
            Self::Missing(name) | Self::Repeated(name) => name,
            Self::Signature => "X-Signature",
            Self::Timestamp | Self::OutsideWindow => "X-Timestamp",
            Self::Id => "webhook-id",
            Self::Versioned => "webhook-signature",
            Self::Hex => "X-Grafana-Alerting-Signature",
            Self::SentryHex => "Sentry-Hook-Signature",
            Self::Seconds => "webhook-timestamp",
            Self::Window(name) => name,
        }
    }
}

/// Reads a claim from the raw values of its two headers.
///
/// # Errors
/// [`Malformed`], in the order of its variants.
pub fn claim(timestamps: &[&[u8]], signatures: &[&[u8]], now: Timestamp) -> Result<Claim, Malformed> {
    let signature = only(signatures, "X-Signature")?;
    let timestamp = only(timestamps, "X-Timestamp")?;
    let mac = read_mac(signature).ok_or(Malformed::Signature)?;
    let (timestamp, signed_at) = read_timestamp(timestamp).ok_or(Malformed::Timestamp)?;
    if is_outside(signed_at, now) {
        return Err(Malformed::OutsideWindow);
    }
    Ok(Claim {
        before: format!("{timestamp}."),
        signed_at: Some(signed_at),
        macs: vec![mac],
        decoded: false,
    })
}

fn is_outside(signed_at: Timestamp, now: Timestamp) -> bool {
    now.since(signed_at).max(signed_at.since(now)) > SIGNATURE_WINDOW
}

fn only<'a>(values: &[&'a [u8]], name: &'static str) -> Result<&'a [u8], Malformed> {
    match values {
        [] => Err(Malformed::Missing(name)),
        [value] => Ok(value),
        _ => Err(Malformed::Repeated(name)),
    }
}

fn read_mac(value: &[u8]) -> Option<[u8; 32]> {
    let digits = value.strip_prefix(b"sha256=")?;
    if digits.iter().any(u8::is_ascii_uppercase) {
        return None;
    }
    let mut mac = [0; 32];
    hex::decode_to_slice(digits, &mut mac).ok()?;
    Some(mac)
}

fn read_timestamp(value: &[u8]) -> Option<(String, Timestamp)> {
    let text = std::str::from_utf8(value).ok()?;
    if text.is_empty() || text.len() > 12 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let seconds: i64 = text.parse().ok()?;
    Some((text.to_owned(), Timestamp::from_millis(seconds.checked_mul(1000)?)))
}

/// The MAC of a claim that was made with one of the secrets; in constant time for each of them.
pub fn verify<'a>(claim: &Claim, body: &[u8], secrets: impl IntoIterator<Item = &'a Secret>) -> Option<[u8; 32]> {
    let keys = secrets.into_iter().filter_map(|secret| match claim.decoded {
        true => secret.decoded.as_ref(),
        false => Some(&secret.text),
    });
    keys.fold(None, |verified, key| {
        let mut mac = key.clone();
        mac.update(claim.before.as_bytes());
        mac.update(body);
        let holds = |claimed: &&[u8; 32]| mac.clone().verify_slice(*claimed).is_ok();
        let all = claim.macs.iter().filter(holds).copied();
        all.last().or(verified)
    })
}

/// A webhook secret, prepared for every scheme.
pub fn prepare_all(secret: &str) -> Option<Secret> {
    Some(Secret {
        text: prepare(secret)?,
        decoded: others::decoded(secret),
    })
}

/// A secret, prepared: the HMAC key is the secret's text, as in the guide.
pub fn prepare(secret: &str) -> Option<MacKey> {
    MacKey::new_from_slice(secret.as_bytes()).ok()
}

/// Signs as a sender does: the value of `X-Signature`.
pub fn sign(secret: &MacKey, timestamp: &str, body: &[u8]) -> String {
    let mut mac = secret.clone();
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: i64 = 1_700_000_000;

    fn now() -> Timestamp {
        Timestamp::from_millis(NOW * 1000)
    }

    fn key(secret: &str) -> MacKey {
        prepare(secret).unwrap()
    }

    fn secret(text: &str) -> Secret {
        prepare_all(text).unwrap()
    }

    #[test]
    fn a_signature_holds_for_its_secret_time_and_body_alone() {
        let stamp = NOW.to_string();
        let signature = sign(&key("old"), &stamp, b"{}");
        let claim = claim(&[stamp.as_bytes()], &[signature.as_bytes()], now()).unwrap();
        assert!(
            verify(&claim, b"{}", &[secret("new"), secret("old")]).is_some(),
            "two secrets live while rotating"
        );
        assert_eq!(verify(&claim, b"{ }", &[secret("old")]), None);
        assert_eq!(verify(&claim, b"{}", &[secret("new")]), None);
        assert_eq!(verify(&claim, b"{}", &[]), None);
        let other = Claim {
            before: format!("{}.", NOW + 1),
            ..claim
        };
        assert_eq!(verify(&other, b"{}", &[secret("old")]), None);
    }

    #[test]
    fn the_guides_python_signs_the_same() {
        // hmac.new(b"s3cret", b"1700000000.{}", hashlib.sha256).hexdigest()
        assert_eq!(
            sign(&key("s3cret"), "1700000000", b"{}"),
            "sha256=97926816e98fbb41ccb1673225ff29a2f35369099990e1b1561651e7bd097ebf"
        );
    }

    #[test]
    fn every_malformed_header_is_named() {
        let stamp = NOW.to_string();
        let good = format!("sha256={}", "0".repeat(64));
        let check = |timestamps: &[&[u8]], signatures: &[&[u8]], expected: Malformed| {
            assert_eq!(
                claim(timestamps, signatures, now()),
                Err(expected),
                "{timestamps:?} {signatures:?}"
            );
        };
        let stamps: &[&[u8]] = &[stamp.as_bytes()];
        let signatures: &[&[u8]] = &[good.as_bytes()];
        check(stamps, &[], Malformed::Missing("X-Signature"));
        check(&[], signatures, Malformed::Missing("X-Timestamp"));
        check(
            stamps,
            &[good.as_bytes(), good.as_bytes()],
            Malformed::Repeated("X-Signature"),
        );
        check(&[stamps[0], stamps[0]], signatures, Malformed::Repeated("X-Timestamp"));
        let upper = format!("sha256={}", "A".repeat(64));
        let bad = [
            "",
            "sha256=",
            &good[7..],
            &good[..70],
            &format!("{good}0"),
            &upper,
            &good.replace('0', "g"),
            "sha256=ä",
        ];
        for bad in bad {
            check(stamps, &[bad.as_bytes()], Malformed::Signature);
        }
        for bad in [
            "",
            "+1700000000",
            " 1700000000",
            "17e8",
            "-1",
            "99999999999999999999",
            "1700000000.0",
            "\u{0661}",
        ] {
            check(&[bad.as_bytes()], signatures, Malformed::Timestamp);
        }
        for (away, inside) in [(300, true), (-300, true), (301, false), (-301, false)] {
            let stamp = (NOW + away).to_string();
            assert_eq!(claim(&[stamp.as_bytes()], signatures, now()).is_ok(), inside, "{away}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(stamp in prop::collection::vec(any::<u8>(), 0..40), signature in prop::collection::vec(any::<u8>(), 0..90)) {
            drop(claim(&[&stamp], &[&signature], now()));
        }
    }
}
