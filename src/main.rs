//! The `alert-whisperer` binary.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Failpoints are read from the environment, and only where the feature is on.
    let _scenario = fail::FailScenario::setup();
    alert_whisperer::cli::run()
}
