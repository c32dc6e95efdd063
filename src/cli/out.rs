//! What commands print: results on standard output, faults on standard error.

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

/// One line on standard output. Where nobody reads any more, there is nobody to tell.
pub(crate) fn line(text: impl Display) {
    let mut out = io::stdout().lock();
    drop(writeln!(out, "{text}").and_then(|()| out.flush()));
}

/// One line on standard error, and the exit code.
pub(crate) fn fail(code: u8, why: &dyn Display) -> ExitCode {
    drop(writeln!(io::stderr().lock(), "alert-whisperer: {why}"));
    ExitCode::from(code)
}
