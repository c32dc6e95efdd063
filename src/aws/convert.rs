//! The SDK's values as the port's, and back.

use actors::domain::Timestamp;
use aws_sdk_ssm::primitives::DateTime;

/// A moment of the SDK's; `None` outside of the years that we can write.
pub(super) fn moment(time: &DateTime) -> Option<Timestamp> {
    time.to_millis().ok().map(Timestamp::from_millis)
}

/// A moment for the SDK.
pub(super) fn date_time(time: Timestamp) -> DateTime {
    DateTime::from_millis(time.as_millis())
}

/// A moment as SSM's filters and invocations write it, to the second: `2026-01-31T08:00:00Z`.
pub(super) fn to_second(time: Timestamp) -> String {
    let text = time.to_string();
    match text.split_once('.') {
        Some((seconds, _)) => format!("{seconds}Z"),
        None => text,
    }
}

/// A moment as SSM's invocations write it; empty where it has not come.
pub(super) fn written(text: Option<&str>) -> Option<Timestamp> {
    text?.parse().ok()
}

/// The first characters of a text.
pub(super) fn cut(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((end, _)) => text[..end].to_owned(),
        None => text.to_owned(),
    }
}

/// A number of things; none where it is negative.
pub(super) fn count(number: i32) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_to_the_second_and_read_in_both_of_ssms_ways() {
        let at = Timestamp::from_millis(1_769_846_400_999);
        assert_eq!(to_second(at), "2026-01-31T08:00:00Z");
        assert_eq!(moment(&date_time(at)), Some(at));
        for text in ["2026-01-31T08:00:00.999Z", "2026-01-31T08:00:00.999+00:00"] {
            assert_eq!(written(Some(text)), Some(at));
        }
        assert_eq!((written(Some("")), written(None)), (None, None));
    }

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(cut("\u{e9}\u{e9}\u{e9}", 2), "\u{e9}\u{e9}");
        assert_eq!(cut("ab", 2), "ab");
        assert_eq!((count(-1), count(7)), (0, 7));
    }
}
