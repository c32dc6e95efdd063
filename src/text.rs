//! Texts that people see: what must not stand in them.

/// Whether a character ends a line, or is not seen, or changes the order of what is (Unicode, UAX 9): a name with such
/// a one can look like another's.
pub(crate) fn is_deceptive(char: char) -> bool {
    let unseen = matches!(char, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    char.is_control() || unseen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_or_turns_the_order_is_deceptive() {
        for char in "\n\u{0}\u{200b}\u{202e}\u{2066}\u{feff}\u{ad}".chars() {
            assert!(is_deceptive(char), "{char:?}");
        }
        for char in "aÄ漢 -'.é😀".chars() {
            assert!(!is_deceptive(char), "{char:?}");
        }
    }
}
