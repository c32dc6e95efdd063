//! Places where a test may end the process, as a power cut would, between two steps.
//!
//! They exist only under the feature `failpoints`; elsewhere the macro is nothing.

/// Ends the process here where the failpoint of this name is set to `return`.
macro_rules! failpoint {
    ($name:expr) => {
        fail::fail_point!($name, |_| std::process::abort())
    };
}

pub(crate) use failpoint;
