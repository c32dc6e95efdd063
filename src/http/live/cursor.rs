//! A place in the order of commits, as clients keep it: opaque, 22 characters of base64url.

use actors::port::events::Position;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Reads a cursor; bytes from outside.
pub fn read(text: &str) -> Option<Position> {
    let bytes: [u8; 16] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
    let (commit, rest) = bytes.split_first_chunk::<8>()?;
    let (entry, mark) = rest.split_first_chunk::<4>()?;
    Some(Position {
        commit: u64::from_be_bytes(*commit),
        entry: u32::from_be_bytes(*entry),
        mark: u32::from_be_bytes(mark.try_into().ok()?),
    })
}

/// Writes it.
pub fn write(position: Position) -> String {
    let (commit, entry) = (position.commit.to_be_bytes(), position.entry.to_be_bytes());
    URL_SAFE_NO_PAD.encode([&commit[..], &entry, &position.mark.to_be_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn cursors_come_back_as_they_went(commit: u64, entry: u32, mark: u32) {
            let position = Position { commit, entry, mark };
            prop_assert_eq!(read(&write(position)), Some(position));
        }

        #[test]
        fn no_text_panics(text in ".{0,40}") {
            let _ = read(&text);
        }
    }
}
