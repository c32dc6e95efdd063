//! Codes of a second factor: by time (TOTP, RFC 6238: SHA-1, six digits, thirty seconds), and recovery codes for the
//! day that the authenticator is lost.

use actors::domain::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use totp_rs::{Builder, Secret, Totp};
use zeroize::Zeroizing;

use crate::clock::random;

/// How many recovery codes there are.
const RECOVERY_CODES: usize = 10;
/// Crockford's alphabet: no letter that looks like a figure.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a recovery code: 120 bits, so that a plain hash of it may be stored (OWASP ASVS 6.5.2 asks for 112).
const CODE_CHARS: usize = 24;
const ISSUER: &str = "Alert Whisperer";

/// A new secret of 160 bits, in base32 as authenticators take it.
pub fn new_secret() -> SecretString {
    let bytes = Zeroizing::new(random::<20>());
    SecretString::from(Secret::new(bytes.to_vec().into()).to_base32())
}

fn totp(secret: &SecretString, account: &str) -> Option<Totp> {
    Builder::new()
        .with_secret(Secret::try_from_base32(secret.expose_secret()).ok()?)
        .with_account_name(account)
        .with_issuer(Some(ISSUER))
        .build()
        .ok()
}

/// The link by which an authenticator takes a secret; the secret alone where an address does not fit one.
pub fn uri(secret: &SecretString, email: &str) -> SecretString {
    let link = totp(secret, email).and_then(|totp| totp.to_url().ok());
    link.map_or_else(|| secret.clone(), SecretString::from)
}

/// The step of time whose code this is, within one step of now. None of or before the last that was used: a code
/// is good once (RFC 6238, 5.2).
pub fn verify(secret: &SecretString, code: &str, now: Timestamp, last_step: Option<u64>) -> Option<u64> {
    let seconds = u64::try_from(now.as_millis() / 1_000).ok()?;
    let digits: String = code.chars().filter(|char| !char.is_whitespace()).take(7).collect();
    let step = totp(secret, "nobody")?.check(&digits, seconds)?;
    (last_step.is_none_or(|last| step > last)).then_some(step)
}

/// New recovery codes, such as `4F7K-92MX-QT0B-81WZ-KD3H-66PA`.
pub fn new_recovery_codes() -> Vec<SecretString> {
    let code = || {
        let chance = Zeroizing::new(random::<CODE_CHARS>());
        let chars: Vec<char> = chance
            .iter()
            .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
            .collect();
        let groups: Vec<String> = chars.chunks(4).map(|group| group.iter().collect()).collect();
        SecretString::from(groups.join("-"))
    };
    (0..RECOVERY_CODES).map(|_| code()).collect()
}

/// What is stored of a recovery code, in hex. Its 120 bits of chance need no slow hash.
pub fn recovery_hash(code: &SecretString) -> String {
    hashed(code.expose_secret())
}

fn hashed(code: &str) -> String {
    let plain: String = code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(CODE_CHARS + 1)
        .map(|char| char.to_ascii_uppercase())
        .collect();
    hex::encode(Sha256::digest(plain.as_bytes()))
}

/// The place of a recovery code among those that are left, whatever its case and dashes.
pub fn redeem(code: &str, left: &[String]) -> Option<usize> {
    let hash = hashed(code);
    let same = |other: &String| bool::from(hash.as_bytes().ct_eq(other.as_bytes()));
    left.iter().enumerate().fold(
        None,
        |found, (place, other)| if same(other) { Some(place) } else { found },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000)
    }

    /// The secret of RFC 6238, appendix B: the text "12345678901234567890".
    fn of_the_rfc() -> SecretString {
        SecretString::from("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
    }

    #[test]
    fn codes_are_those_of_the_rfc() {
        // The last six of the eight digits that the RFC gives.
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
        ] {
            let step = u64::try_from(seconds / 30).unwrap();
            assert_eq!(verify(&of_the_rfc(), code, at(seconds), None), Some(step), "{seconds}");
        }
    }

    #[test]
    fn a_code_is_good_once_and_within_a_step() {
        let (secret, code) = (of_the_rfc(), "081804");
        let step = 1_111_111_109 / 30;
        assert_eq!(verify(&secret, code, at(1_111_111_109 + 30), None), Some(step));
        assert_eq!(verify(&secret, code, at(1_111_111_109 - 30), None), Some(step));
        assert_eq!(verify(&secret, code, at(1_111_111_109 + 61), None), None);
        assert_eq!(verify(&secret, code, at(1_111_111_109), Some(step)), None);
        assert_eq!(verify(&secret, code, at(1_111_111_109), Some(step - 1)), Some(step));
        assert_eq!(verify(&secret, "081 804", at(1_111_111_109), None), Some(step));
        for odd in ["", "81804", "0818040", "08180x", "０８１８０４", "\u{0}"] {
            assert_eq!(verify(&secret, odd, at(1_111_111_109), None), None, "{odd:?}");
        }
    }

    #[test]
    fn a_new_secret_is_taken_by_an_authenticator() {
        let secret = new_secret();
        assert_eq!(secret.expose_secret().len(), 32);
        assert_ne!(secret.expose_secret(), new_secret().expose_secret());
        let uri = uri(&secret, "ann+ops@example.com");
        let uri = uri.expose_secret();
        assert!(
            uri.starts_with("otpauth://totp/Alert%20Whisperer:ann%2Bops%40example.com?"),
            "{uri}"
        );
        assert!(uri.contains(&format!("secret={}", secret.expose_secret())), "{uri}");
    }

    #[test]
    fn a_recovery_code_is_found_however_it_is_typed() {
        let codes = new_recovery_codes();
        let left: Vec<String> = codes.iter().map(recovery_hash).collect();
        assert_eq!(left.len(), RECOVERY_CODES);
        let third = codes[2].expose_secret();
        assert_eq!(redeem(third, &left), Some(2));
        assert_eq!(redeem(&third.to_lowercase().replace('-', " "), &left), Some(2));
        assert_eq!(redeem(&format!("{third}0"), &left), None);
        assert_eq!(redeem("", &left), None);
        let chars = third.chars().filter(char::is_ascii_alphanumeric);
        assert!(
            chars.count() * 5 >= 112,
            "bits of chance that may be stored under a plain hash"
        );
    }

    #[test]
    fn a_shorter_recovery_code_of_before_is_still_good() {
        let stored = hex::encode(Sha256::digest(b"4F7K92MXQT0B"));
        assert_eq!(redeem("4f7k-92mx-qt0b", &[stored]), Some(0));
    }
}
