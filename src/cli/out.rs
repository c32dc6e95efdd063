//! The one place where commands write to standard output.

use std::fmt::Display;
use std::io::Write;

/// Writes a line. A reader that has gone (`| head`) is no error of ours.
pub(crate) fn line(text: impl Display) {
    let mut stdout = std::io::stdout().lock();
    drop(writeln!(stdout, "{text}").and_then(|()| stdout.flush()));
}
