//! What tools sign in their own way: Standard Webhooks (standardwebhooks.com, symmetric `v1`) and Grafana's webhook contact
//! point.

use actors::domain::Timestamp;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use super::{Claim, MacKey, Malformed, is_outside, only, read_timestamp};

/// Signatures in one header, of which each may be under another secret.
const SIGNATURES: usize = 16;
/// Characters of a message's id.
const ID: usize = 128;

/// `webhook-id`, `webhook-timestamp`, and `webhook-signature: v1,<base64> v1,<base64>` over
/// `"{id}.{timestamp}.{body}"`. Signatures of other versions are passed over.
///
/// # Errors
/// [`Malformed`], in the order of its variants.
pub fn standard_webhooks(
    ids: &[&[u8]],
    timestamps: &[&[u8]],
    signatures: &[&[u8]],
    now: Timestamp,
) -> Result<Claim, Malformed> {
    let signature = only(signatures, "webhook-signature")?;
    let id = only(ids, "webhook-id")?;
    let timestamp = only(timestamps, "webhook-timestamp")?;
    let id = std::str::from_utf8(id).ok().filter(|id| (1..=ID).contains(&id.len()));
    let id = id.ok_or(Malformed::Id)?;
    let signature = std::str::from_utf8(signature).map_err(|_| Malformed::Versioned)?;
    let macs: Vec<[u8; 32]> = signature
        .split(' ')
        .take(SIGNATURES)
        .filter_map(|one| one.strip_prefix("v1,"))
        .filter_map(|mac| STANDARD.decode(mac).ok()?.try_into().ok())
        .collect();
    if macs.is_empty() {
        return Err(Malformed::Versioned);
    }
    let (timestamp, signed_at) = read_timestamp(timestamp).ok_or(Malformed::Seconds)?;
    if is_outside(signed_at, now) {
        return Err(Malformed::Window("webhook-timestamp"));
    }
    Ok(Claim {
        before: format!("{id}.{timestamp}."),
        signed_at: Some(signed_at),
        macs,
        decoded: true,
    })
}

/// `X-Grafana-Alerting-Signature: <hex>` over the body, or over `"{timestamp}:{body}"` where a header for it is set:
/// `X-Grafana-Alerting-Timestamp`.
///
/// # Errors
/// [`Malformed`], in the order of its variants.
pub fn grafana(timestamps: &[&[u8]], signatures: &[&[u8]], now: Timestamp) -> Result<Claim, Malformed> {
    let signature = only(signatures, "X-Grafana-Alerting-Signature")?;
    let mut mac = [0; 32];
    hex::decode_to_slice(signature, &mut mac).map_err(|_| Malformed::Hex)?;
    let (before, signed_at) = match timestamps {
        [] => (String::new(), None),
        timestamps => {
            let timestamp = only(timestamps, "X-Grafana-Alerting-Timestamp")?;
            let (timestamp, signed_at) = read_timestamp(timestamp).ok_or(Malformed::Seconds)?;
            (format!("{timestamp}:"), Some(signed_at))
        }
    };
    if signed_at.is_some_and(|signed_at| is_outside(signed_at, now)) {
        return Err(Malformed::Window("X-Grafana-Alerting-Timestamp"));
    }
    Ok(Claim {
        before,
        signed_at,
        macs: vec![mac],
        decoded: false,
    })
}

/// Sentry's `Sentry-Hook-Signature: <hex>` over the body, under an integration's client secret. It tells no moment: the
/// header `Sentry-Hook-Timestamp` is not signed.
///
/// # Errors
/// [`Malformed`], in the order of its variants.
pub fn sentry(signatures: &[&[u8]]) -> Result<Claim, Malformed> {
    let signature = only(signatures, "Sentry-Hook-Signature")?;
    let mut mac = [0; 32];
    hex::decode_to_slice(signature, &mut mac).map_err(|_| Malformed::SentryHex)?;
    Ok(Claim {
        before: String::new(),
        signed_at: None,
        macs: vec![mac],
        decoded: false,
    })
}

/// The key of a secret in the form of Standard Webhooks: what its base64 says, padded or not.
pub(super) fn decoded(secret: &str) -> Option<MacKey> {
    use hmac::KeyInit;
    let text = secret.strip_prefix("whsec_")?.trim_end_matches('=');
    let key = STANDARD_NO_PAD.decode(text).ok()?;
    MacKey::new_from_slice(&key).ok()
}

#[cfg(test)]
mod tests {
    use super::super::{prepare_all, verify};
    use super::*;

    /// The vector of the specification's libraries.
    #[test]
    fn standard_webhooks_own_vector_holds() {
        let body = br#"{"email":"test@example.com","username":"test_user"}"#;
        let secret = prepare_all("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").unwrap();
        let at = Timestamp::from_millis(1_649_367_553_000);
        let claim = |signature: &str| {
            let id: &[u8] = b"msg_27UH4WbU6Z5A5EzD8u03UvzRbpk";
            standard_webhooks(&[id], &[b"1649367553"], &[signature.as_bytes()], at)
        };
        let good = "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=";
        assert!(verify(&claim(good).unwrap(), body, [&secret]).is_some());
        let several = format!("v1a,abc v1,{} {good}", STANDARD.encode([7; 32]));
        assert!(verify(&claim(&several).unwrap(), body, [&secret]).is_some());
        assert_eq!(verify(&claim(good).unwrap(), b"{}", [&secret]), None);
        assert_eq!(claim("v2,abc"), Err(Malformed::Versioned));
        let late = Timestamp::from_millis(1_649_367_553_000 + 301_000);
        assert_eq!(
            standard_webhooks(&[b"m"], &[b"1649367553"], &[good.as_bytes()], late),
            Err(Malformed::Window("webhook-timestamp"))
        );
    }

    #[test]
    fn grafana_signs_with_a_moment_and_without() {
        // hmac.new(b"s3cret", b"{}", hashlib.sha256), and of b"1700000000:{}".
        let secret = prepare_all("s3cret").unwrap();
        let now = Timestamp::from_millis(1_700_000_000_000);
        assert_eq!(grafana(&[], &[b"0c2d"], now), Err(Malformed::Hex), "too short");
        for (timestamps, mac) in [(vec![], BARE), (vec![&b"1700000000"[..]], TIMED)] {
            let claim = grafana(&timestamps, &[mac.as_bytes()], now).unwrap();
            assert!(verify(&claim, b"{}", [&secret]).is_some(), "{mac}");
            assert_eq!(verify(&claim, b"{ }", [&secret]), None);
        }
    }

    const BARE: &str = "adbde1ce40c89c14215687d5d762a47df6dfaefcfad61e2e86718ffc8498571b";
    const TIMED: &str = "60622de3014ee32d4d2aa963447209dd24d8c7d1b842ea441d6171b667750454";
}
