//! What a command has written, for people: redacted, and no more than may be kept.

use crate::domain::redact::{first, redact};
use crate::limits::COMMAND_OUTPUT;
use crate::port::cloud::{Invocation, InvocationStatus};

/// Whether it ended with 0.
pub(super) fn went_well(invocation: &Invocation) -> bool {
    invocation.status == InvocationStatus::Success
}

/// What it has written on all machines: the first [`COMMAND_OUTPUT`] characters.
pub(super) fn of_all(ended: &[(String, Invocation)]) -> String {
    let mut text = String::new();
    for (instance, invocation) in ended {
        let code = invocation
            .exit_code
            .map_or_else(String::new, |code| format!(", exit code {code}"));
        text.push_str(&format!("== {instance}: {}{code}\n", invocation.status_details));
        for part in [&invocation.stdout, &invocation.stderr] {
            if !part.is_empty() {
                text.push_str(&redact(part));
                if !part.ends_with('\n') {
                    text.push('\n');
                }
            }
        }
    }
    let printable = text.replace(
        |char: char| char.is_control() && char != '\n' && char != '\t',
        "\u{fffd}",
    );
    first(&printable, COMMAND_OUTPUT).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(stdout: &str, stderr: &str) -> Invocation {
        Invocation {
            status: InvocationStatus::Failed,
            status_details: "Failed".into(),
            exit_code: Some(3),
            stdout: stdout.into(),
            stderr: stderr.into(),
            started_at: None,
            ended_at: None,
        }
    }

    #[test]
    fn it_is_whole_by_machine_without_secrets_and_without_control_characters() {
        let all = [
            (
                "i-0000000a".to_owned(),
                ended("freed 3 MB\u{1b}[2J", "password=hunter2x\n"),
            ),
            ("i-0000000b".to_owned(), ended("", "")),
        ];
        assert_eq!(
            of_all(&all),
            "== i-0000000a: Failed, exit code 3\nfreed 3 MB\u{fffd}[2J\npassword=[redacted]\n== i-0000000b: Failed, exit code 3\n"
        );
        let long = [("i-0000000a".to_owned(), ended(&"\u{e9}".repeat(30_000), ""))];
        assert_eq!(of_all(&long).chars().count(), COMMAND_OUTPUT);
    }
}
