//! Keys derived from the server's, one for each purpose (HKDF-SHA256, RFC 5869).

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// A key for one purpose.
pub(crate) fn derived(secret: &str, purpose: &str) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0_u8; 32]);
    // 32 bytes are always within what HKDF can give.
    let expanded = Hkdf::<Sha256>::new(None, secret.as_bytes()).expand(purpose.as_bytes(), key.as_mut());
    debug_assert!(expanded.is_ok());
    key
}
