//! Words, as memories are searched by them: runs of letters and digits in lower case. Nothing else is ever part of a
//! search, so that no text can say anything to an index but which words it has.

use std::collections::HashSet;

use crate::domain::outcome::LongMemory;
use crate::limits::{RECALL_WORD_CHARS, RECALL_WORDS};

/// The shortest that is a word, in characters.
const SHORTEST: usize = 2;

/// A text's words, each once, in their order, at most so many.
pub fn words(text: &str, most: usize) -> Vec<String> {
    let mut seen = HashSet::new();
    text.split(|char: char| !char.is_alphanumeric())
        .map(word)
        .filter(|word| word.chars().nth(SHORTEST - 1).is_some())
        .filter(|word| seen.insert(word.clone()))
        .take(most)
        .collect()
}

/// In lower case, and no longer than a word is. What grows by that, or brings other characters with it, is cut.
fn word(text: &str) -> String {
    let lower = text.chars().flat_map(char::to_lowercase);
    lower
        .filter(|char| char.is_alphanumeric())
        .take(RECALL_WORD_CHARS)
        .collect()
}

/// The words that a memory is found by: those of its signature, its tags and its text.
pub fn of_memory(memory: &LongMemory) -> Vec<String> {
    let mut text = memory.signature.clone();
    for part in memory.tags.iter().chain([&memory.resolution]) {
        text.push(' ');
        text.push_str(part);
    }
    words(&text, RECALL_WORDS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_are_letters_and_digits_in_lower_case_each_once() {
        for (text, expected) in [
            (
                "Disk-Space critical, DISK 92 %",
                &["disk", "space", "critical", "92"][..],
            ),
            (
                "\"a\" OR b* NEAR(cd ef) -gh:ij",
                &["or", "near", "cd", "ef", "gh", "ij"],
            ),
            ("Straße ÄÖ 漢字 i\u{307}x", &["straße", "äö", "漢字"]),
            ("a b c - _ ", &[]),
        ] {
            assert_eq!(words(text, 9), expected, "{text}");
        }
        assert_eq!(words("one two three", 2), ["one", "two"]);
        assert_eq!(words(&"x".repeat(99), 9), ["x".repeat(RECALL_WORD_CHARS)]);
    }

    proptest! {
        #[test]
        fn a_word_holds_nothing_that_an_index_would_obey(text in "\\PC{0,60}") {
            for word in words(&text, 8) {
                prop_assert!(word.chars().all(char::is_alphanumeric), "{word:?}");
                let chars = word.chars().count();
                prop_assert!((SHORTEST..=RECALL_WORD_CHARS).contains(&chars));
            }
        }

        #[test]
        fn a_text_of_its_words_has_the_same_words(text in "\\PC{0,60}") {
            let found = words(&text, 99);
            prop_assert_eq!(words(&found.join(" "), 99), found);
        }
    }
}
