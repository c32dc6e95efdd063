//! Texts that people see: what must not stand in them.

/// Whether a character ends a line, or is not seen, or changes the order of what is (Unicode, UAX 9): a name with such
/// a one can look like another's. These are the control and format characters (general categories Cc and Cf), and those
/// others that show nothing.
pub fn is_deceptive(char: char) -> bool {
    let is_format = matches!(
        char,
        '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}' | '\u{8e2}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
    );
    let shows_nothing = matches!(
        char,
        '\u{34f}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{2028}'..='\u{2029}' | '\u{3164}' | '\u{ffa0}'
    );
    char.is_control() || is_format || shows_nothing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_or_turns_the_order_is_deceptive() {
        for char in "\n\u{0}\u{7f}\u{9b}\u{ad}\u{200b}\u{200d}\u{202e}\u{2029}\u{2066}\u{3164}\u{feff}\u{e0041}".chars()
        {
            assert!(is_deceptive(char), "{char:?}");
        }
        for char in "aÄ漢 -'.é😀ا\u{fe0f}".chars() {
            assert!(!is_deceptive(char), "{char:?}");
        }
    }
}
