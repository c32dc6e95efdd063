//! Which trouble a runbook is for: patterns over an alert's signature.
//!
//! A pattern without `*` is a text that the signature holds: `disk` is for `disk-space-critical`. One with
//! `*` is a glob over the whole signature, where `*` stands for any text, also none: `disk*full` is for
//! `Disk-C-full` and not for `disk-full-soon`. Upper and lower case are the same. There is nothing else, so a
//! match takes time that grows with the signature's length alone.

use super::{InvalidRunbook, require};
use crate::limits;

pub(super) fn check(patterns: &[String]) -> Result<(), InvalidRunbook> {
    let most = limits::RUNBOOK_SIGNATURES;
    let rule = format!("must be at most {most} patterns");
    require(patterns.len() <= most, "signatures", &rule)?;
    let longest = limits::SIGNATURE_PATTERN_BYTES;
    let rule = format!("must be 1 to {longest} printable ASCII characters, not all of them *");
    for (index, pattern) in patterns.iter().enumerate() {
        let holds = pattern.len() <= longest
            && pattern.bytes().all(|byte| matches!(byte, b' '..=b'~'))
            && pattern.bytes().any(|byte| byte != b'*');
        require(holds, &format!("signatures[{index}]"), &rule)?;
    }
    Ok(())
}

/// Whether one of the patterns is for a signature.
pub(super) fn any_matches(patterns: &[String], signature: &str) -> bool {
    let signature = signature.to_ascii_lowercase();
    patterns
        .iter()
        .any(|pattern| matches(&pattern.to_ascii_lowercase(), &signature))
}

fn matches(pattern: &str, signature: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return signature.contains(pattern);
    };
    let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
    let Some(mut left) = signature.strip_prefix(first).and_then(|left| left.strip_suffix(last)) else {
        return false;
    };
    for text in middle.split('*') {
        let Some(at) = left.find(text) else {
            return false;
        };
        left = &left[at + text.len()..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_for(pattern: &str, signature: &str) -> bool {
        any_matches(&[pattern.to_owned()], signature)
    }

    #[test]
    fn a_text_is_held_and_a_glob_is_over_all() {
        for (pattern, signature) in [
            ("disk", "Disk-space-critical"),
            ("DISK", "low-disk"),
            ("disk*full", "disk-C-full"),
            ("disk*full", "diskfull"),
            ("*full", "disk-full"),
            ("disk*", "disk"),
            ("a*b*c", "a-bb-b-c"),
            ("*b*", "abc"),
            ("a**c", "abc"),
            ("disk", "übervolle-disk"),
        ] {
            assert!(is_for(pattern, signature), "{pattern} {signature}");
        }
        for (pattern, signature) in [
            ("disk", "dis-k"),
            ("disk*full", "disk-full-soon"),
            ("disk*full", "my-disk-full"),
            ("aba*aba", "aba"),
            ("a*b*c", "a-c-b"),
            ("a*b*b", "ab"),
            ("disk", ""),
        ] {
            assert!(!is_for(pattern, signature), "{pattern} {signature}");
        }
    }

    #[test]
    fn a_pattern_for_everything_is_refused() {
        for bad in ["", "*", "***", "d\u{131}sk", "a\nb", &"x".repeat(129)] {
            let error = check(&["disk".to_owned(), bad.to_owned()]).unwrap_err();
            assert_eq!(error.field, "signatures[1]", "{bad:?}");
        }
        assert_eq!(check(&vec!["disk".to_owned(); 33]).unwrap_err().field, "signatures");
        assert_eq!(check(&vec!["disk".to_owned(); 32]), Ok(()));
    }

    #[test]
    fn what_would_make_others_slow_is_answered_at_once() {
        let pattern = "a*".repeat(63);
        assert!(!is_for(&format!("{pattern}b"), &"a".repeat(100_000)));
    }
}
