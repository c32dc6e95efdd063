//! Built-in runbooks, run by `sh` on a machine in a directory: what they do, and how they fail.

mod files;
mod services;
mod system;

use std::process::Output;

use serde_json::{Map, Value};

use super::built_in::{built_in, good_values};
use super::machine::Machine;
use crate::domain::runbook::RunbookPart;

/// Runs a script of a built-in runbook; what `values` leaves out is as usual.
fn run(machine: &Machine, slug: &str, part: RunbookPart, values: &[(&str, Value)]) -> Output {
    let runbook = built_in(slug);
    let mut all: Map<String, Value> = good_values(&runbook);
    all.extend(values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    machine.run_part(&runbook, part, all)
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The exit code and the first line of what a run that failed complains of.
fn complaint(output: &Output) -> (i32, String) {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    (
        output.status.code().unwrap(),
        text.lines().next().unwrap_or_default().to_owned(),
    )
}

fn text(value: &str) -> Value {
    Value::from(value)
}
