//! Secrets in what commands write: replaced before it is stored or shown.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex, RegexSet};

/// What stands in the place of a secret.
const REDACTED: &str = "[redacted]";

/// How often it is looked again: what is replaced may have kept something else from being seen.
const ROUNDS: usize = 8;

/// What looks like a secret; the group `secret` is replaced, or all of it where there is none. Those without come first:
/// the others then take what is left around them for one word with it.
const PATTERNS: [&str; 14] = [
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    r"\b(?:awk_|awh_|whsec_|gh[pousr]_|github_pat_|glpat-|sk-|(?:sk|rk|pk)_(?:live|test)_|xox[abprs]-)[A-Za-z0-9_+/=-]{8,}",
    r"\bAIza[A-Za-z0-9_-]{16,}",
    r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*",
    r"(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\z)",
    r"(?i)--?(?:password|passwd|pass|secret|token|api-?key)[ \t]+(?P<secret>[^\s-][^\s]*)",
    r"(?i:\bcurl\b[^\n]*?[ \t](?:-u|--user)[ \t=]*[^\s:]+:)(?P<secret>[^\s]+)",
    r"(?i:\b(?:mysql|mysqldump|mysqladmin|mariadb)\b[^\n]*?[ \t])-p(?P<secret>[^\s]+)",
    // An AWS secret key has nothing to be known by but its length: it is looked for soon after the word alone.
    r"(?i:\baws\b[^\n]{0,40}?[^A-Za-z0-9/+=])(?P<secret>[A-Za-z0-9/+]{40})\b",
    r"(?i:\b(?:password|passphrase|passwd|snmp community|community string)[ \t]+(?:is|was|:)?[ \t]*)(?P<secret>[^\s]*[0-9][^\s]*)",
    r"(?i:\b(?:set-)?cookie:[ \t]*[^=;\s]+=)(?P<secret>[^;\s]{4,})",
    r"(?i:bearer|basic)[ \t]+(?P<secret>[A-Za-z0-9._~+/=-]{8,})",
    r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@]+:(?P<secret>[^\s/@]+)@",
    r#"(?i:password|passwd|pass|pwd|secret|token|api[_-]?key|account[_-]?key|access[_-]?key|private[_-]?key|credential)[A-Za-z0-9_-]*["']?[ \t]*[=:][ \t]*["']?(?P<secret>[^\s"',;]{3,})"#,
];

static LIKELY: LazyLock<Option<RegexSet>> = LazyLock::new(|| RegexSet::new(PATTERNS).ok());
static EACH: LazyLock<Vec<Regex>> =
    LazyLock::new(|| PATTERNS.iter().filter_map(|text| Regex::new(text).ok()).collect());

/// A text without what looks like a secret: AWS keys, our own and others' keys that begin with a
/// word of their own, bearer and basic credentials, JSON web tokens, private keys,
/// what is assigned to a name such as `password`, and passwords in addresses.
pub fn redact(text: &str) -> Cow<'_, str> {
    if LIKELY.as_ref().is_some_and(|likely| !likely.is_match(text)) {
        return Cow::Borrowed(text);
    }
    let mut redacted = once(text);
    for _ in 1..ROUNDS {
        let again = once(&redacted);
        if again == redacted {
            break;
        }
        redacted = again;
    }
    Cow::Owned(redacted)
}

/// The same without a second look.
fn once(text: &str) -> String {
    let mut redacted = text.to_owned();
    for pattern in EACH.iter() {
        let replaced = pattern.replace_all(&redacted, |found: &Captures<'_>| without_secret(found));
        redacted = replaced.into_owned();
    }
    redacted
}

/// What was found, with its secret replaced where it stands: what reads the same elsewhere in it is none.
fn without_secret(found: &Captures<'_>) -> String {
    let whole = found.get_match();
    let secret = found.name("secret").unwrap_or(whole);
    let start = secret.start() - whole.start();
    let end = secret.end() - whole.start();
    let (text, mut shown) = (whole.as_str(), String::new());
    shown.extend([&text[..start], REDACTED, &text[end..]]);
    shown
}

/// The first characters of a text.
pub fn first(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_one() {
        assert_eq!(EACH.len(), PATTERNS.len());
        assert!(LIKELY.is_some());
    }

    #[test]
    fn secrets_are_replaced_and_the_rest_stays() {
        for (written, shown) in [
            ("key AKIAIOSFODNN7EXAMPLE used", "key [redacted] used"),
            ("Authorization: Bearer abcdefgh.ijk", "Authorization: Bearer [redacted]"),
            ("DB_PASSWORD=hunter2x next", "DB_PASSWORD=[redacted] next"),
            (
                r#"{"api_key": "s3cr3tvalue", "n": 1}"#,
                r#"{"api_key": "[redacted]", "n": 1}"#,
            ),
            ("postgres://ann:hunter2@db/x", "postgres://ann:[redacted]@db/x"),
            ("-----BEGIN RSA PRIVATE KEY-----\nabc\n", "[redacted]"),
            ("eyJhbGciOiJIUzI1.eyJzdWIiOiIx.c2ln", "[redacted]"),
            ("key awk_0123456789abcdef here", "key [redacted] here"),
            ("mysql --password hunter2x -u ann", "mysql --password [redacted] -u ann"),
            ("DB_PASS='topsecret1'", "DB_PASS='[redacted]'"),
            ("ghp_abcdefgh12345678 xoxb-123456789-abc", "[redacted] [redacted]"),
            (
                "key AIzaSyD-0123456789abcdefghijklmnopqrstu used",
                "key [redacted] used",
            ),
            (
                "whsec_C2FVsBQIhrscChlQIMV+b5sS sk_live_0123456789abcdef",
                "[redacted] [redacted]",
            ),
            (
                "AccountName=x;AccountKey=abc/def==;E",
                "AccountName=x;AccountKey=[redacted];E",
            ),
            (
                "curl -s -u admin:hunter2x https://x",
                "curl -s -u admin:[redacted] https://x",
            ),
            ("mysqldump -u root -pS3cret db", "mysqldump -u root -p[redacted] db"),
            ("the password is Winter2025!", "the password is [redacted]"),
            ("snmp community publ1c answers", "snmp community [redacted] answers"),
            (
                "Set-Cookie: session=abcd1234; Path=/",
                "Set-Cookie: session=[redacted]; Path=/",
            ),
            (
                "aws secret wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY seen",
                "aws secret [redacted] seen",
            ),
            ("password expired for ann", "password expired for ann"),
            ("mysql is down on port 3306", "mysql is down on port 3306"),
            ("freed 50 GB of /var/cache", "freed 50 GB of /var/cache"),
        ] {
            assert_eq!(redact(written), shown);
        }
    }

    #[test]
    fn a_secret_is_replaced_where_it_stands_and_nowhere_else() {
        for (written, shown) in [
            ("mysql --pass s", "mysql --pass [redacted]"),
            ("token=token", "token=[redacted]"),
            ("s3://s3:s3@s3", "s3://s3:[redacted]@s3"),
        ] {
            assert_eq!(redact(written), shown);
        }
    }

    #[test]
    fn what_is_redacted_is_not_changed_again() {
        for written in [
            "a://pass:b@",
            "--pass -----BEGIN PRIVATE KEY-----x-----END PRIVATE KEY-----tail",
            "bearer sk-abcdefgh+tail",
            "a://pass='b/c'd:e@",
        ] {
            let shown = redact(written);
            assert_eq!(redact(&shown), shown, "{written}");
        }
        assert!(!redact("a://pass='b/c'd:hunter2@").contains("hunter2"));
    }

    #[test]
    fn the_first_characters_are_whole_ones() {
        assert_eq!(first("a\u{e9}bc", 2), "a\u{e9}");
        assert_eq!(first("ab", 2), "ab");
    }
}
