//! What a model says, as lines for people: gathered to whole ones, and an answer in JSON is not shown as words.

use std::sync::{Mutex, PoisonError};

use super::prompt::quoted;
use crate::limits::SPEECH_BYTES;
use crate::port::engine::{EngineEvent, Show};

/// Words that are not a line yet.
#[derive(Default)]
pub(super) struct Speech(Mutex<Said>);

#[derive(Default)]
struct Said {
    line: String,
    /// An object has begun: what follows is the answer, and told as such.
    is_answer: bool,
}

impl Speech {
    /// Says some words; shows the lines that are whole.
    pub(super) fn say(&self, words: &str, show: &Show<'_>) {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for part in words.split_inclusive('\n') {
            said.line.push_str(part);
            if part.ends_with('\n') || said.line.len() >= SPEECH_BYTES {
                said.flush(show);
            }
        }
    }

    /// Shows what is left.
    pub(super) fn finish(&self, show: &Show<'_>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).flush(show);
    }
}

impl Said {
    fn flush(&mut self, show: &Show<'_>) {
        let line = std::mem::take(&mut self.line);
        let words = line.trim();
        self.is_answer |= words.starts_with('{') || words.starts_with("```");
        if !self.is_answer && !words.is_empty() {
            show(EngineEvent::Text(quoted(words, SPEECH_BYTES)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_whole_lines_and_no_answer_in_json() {
        let shown = Mutex::new(Vec::new());
        let show = |event: EngineEvent| {
            if let EngineEvent::Text(line) = event {
                shown.lock().unwrap().push(line);
            }
        };
        let speech = Speech::default();
        for words in [
            "Loo",
            "king at ",
            "the disk.\nThe token",
            " is password=hunter22\n\n",
            "{\"recommen",
            "dation\": 1}",
        ] {
            speech.say(words, &show);
        }
        speech.say(&"x".repeat(5000), &show);
        speech.finish(&show);
        assert_eq!(
            *shown.lock().unwrap(),
            ["Looking at the disk.", "The token is password=[redacted]"]
        );
    }
}
