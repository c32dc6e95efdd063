//! What a command or an automation has written, for people: redacted, and no more than may be kept.

use crate::domain::redact::{first, redact};
use crate::limits::COMMAND_OUTPUT;
use crate::port::cloud::{AutomationSeen, Invocation, InvocationStatus};

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
    kept(&text)
}

/// What an automation says of itself: AWS's word for how it ended, why it failed, and its outputs by their names.
pub(super) fn of_automation(seen: &AutomationSeen) -> String {
    let mut text = format!("== {}\n", seen.status_details);
    let failure = seen.failure.iter().cloned();
    let outputs = seen.outputs.iter();
    let outputs = outputs.map(|(name, values)| format!("{name}: {}", values.join(", ")));
    for part in failure.chain(outputs) {
        text.push_str(&redact(&part));
        text.push('\n');
    }
    kept(&text)
}

/// No more than may be kept of it, without control characters.
fn kept(text: &str) -> String {
    let printable = text.replace(
        |char: char| char.is_control() && char != '\n' && char != '\t',
        "\u{fffd}",
    );
    first(&printable, COMMAND_OUTPUT).to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::port::cloud::AutomationStatus;

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
    fn an_automation_says_how_it_ended_and_why() {
        let seen = AutomationSeen {
            status: AutomationStatus::Failed,
            status_details: "Failed".into(),
            outputs: BTreeMap::from([
                (
                    "a.States".to_owned(),
                    vec!["running\u{1b}[2J".to_owned(), "stopped".to_owned()],
                ),
                ("b.password".to_owned(), vec!["hunter2x".to_owned()]),
            ]),
            failure: Some("step a failed; token=abcdefgh".into()),
            started_at: None,
            ended_at: None,
        };
        let text = of_automation(&seen);
        assert_eq!(
            text,
            "== Failed\nstep a failed; token=[redacted]\na.States: running\u{fffd}[2J, stopped\nb.password: [redacted]\n"
        );
        let long = AutomationSeen {
            failure: Some("\u{e9}".repeat(30_000)),
            ..seen
        };
        assert_eq!(of_automation(&long).chars().count(), COMMAND_OUTPUT);
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
