//! Lines of bounded length.

use std::io;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};

/// A line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Without its end.
    Whole(Vec<u8>),
    /// Longer than may be; it was left out.
    TooLong,
}

/// Lines of an input.
pub(super) struct Lines<R> {
    input: BufReader<R>,
    most: usize,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    /// Of at most so many bytes each.
    pub(super) fn new(input: R, most: usize) -> Self {
        Self {
            input: BufReader::new(input),
            most,
        }
    }

    /// The next one that is not blank; nothing at the end.
    ///
    /// # Errors
    /// The input cannot be read.
    pub(super) async fn next(&mut self) -> io::Result<Option<Line>> {
        loop {
            let mut line = Vec::new();
            let most = self.most as u64 + 1;
            if (&mut self.input).take(most).read_until(b'\n', &mut line).await? == 0 {
                return Ok(None);
            }
            if line.last() != Some(&b'\n') && line.len() > self.most {
                self.pass_over().await?;
                return Ok(Some(Line::TooLong));
            }
            if !line.iter().all(u8::is_ascii_whitespace) {
                line.truncate(line.trim_ascii_end().len());
                return Ok(Some(Line::Whole(line)));
            }
        }
    }

    /// Reads up to the line's end, and keeps nothing.
    async fn pass_over(&mut self) -> io::Result<()> {
        loop {
            let there = self.input.fill_buf().await?;
            let (taken, ended) = match there.iter().position(|byte| *byte == b'\n') {
                Some(place) => (place + 1, true),
                None => (there.len(), there.is_empty()),
            };
            self.input.consume(taken);
            if ended {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn long_lines_are_left_out_and_those_behind_them_are_read() {
        let mut lines = Lines::new("ab\r\n\n123456789\nabcd\nlast".as_bytes(), 4);
        let whole = |text: &str| Some(Line::Whole(text.as_bytes().to_vec()));
        assert_eq!(lines.next().await.unwrap(), whole("ab"));
        assert_eq!(lines.next().await.unwrap(), Some(Line::TooLong));
        assert_eq!(lines.next().await.unwrap(), whole("abcd"));
        assert_eq!(lines.next().await.unwrap(), whole("last"));
        assert_eq!(lines.next().await.unwrap(), None);
    }
}
