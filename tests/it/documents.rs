//! `supervision.md` says what the code does: its tables are compared with the constants.

mod security;

use std::fmt::Write;
use std::path::Path;

use actors::supervision::table::{Restart, TABLE};
use alert_whisperer::accounts::rights::{Reach, Right, Role, of_role, scope_for};
use strum::IntoEnumIterator;

use crate::support::moto;

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// A limits module as a table: each constant, its value, its first sentence.
fn limits_table(source: &str) -> String {
    let mut table = String::from("| Limit | Value | What it bounds |\n|---|---|---|\n");
    let mut said = String::new();
    let statements = source.replace("=\n", "= ").replace("    ", "");
    for line in statements.lines() {
        if let Some(text) = line.strip_prefix("/// ") {
            if !said.is_empty() {
                said.push(' ');
            }
            said.push_str(text);
        } else if let Some(constant) = line.strip_prefix("pub const ") {
            let (name, rest) = constant.split_once(": ").unwrap();
            let value = rest.split_once(" = ").unwrap().1.trim_end_matches(';');
            let value = value.replace("Duration::from_", "").replace(['(', ')'], " ");
            let sentence = said.trim_end_matches('.').to_owned();
            writeln!(table, "| `{name}` | {} | {sentence} |", value.trim()).unwrap();
            said.clear();
        } else {
            said.clear();
        }
    }
    table
}

#[test]
fn the_limits_table_is_that_of_the_code() {
    let table = limits_table(&read("actors/src/limits.rs"));
    let document = read("supervision.md");
    assert!(
        document.contains(&table),
        "supervision.md should hold this table:\n{table}"
    );
}

#[test]
fn the_restart_table_is_that_of_the_code() {
    let document = read("supervision.md");
    for rule in TABLE {
        let restart = match rule.restart {
            Restart::Permanent => "permanent",
            Restart::Transient => "transient",
            Restart::Temporary => "temporary",
        };
        let budget = rule.limit.map_or_else(
            || "never".to_owned(),
            |limit| format!("{} in {} s", limit.intensity, limit.period.as_secs()),
        );
        let row = format!("| {} | {} | {restart} | {budget} |", rule.parent, rule.child);
        assert!(document.contains(&row), "supervision.md should hold: {row}");
    }
}

/// How far a right reaches, as people write it.
fn reach(reach: Reach) -> &'static str {
    match reach {
        Reach::Nothing => "–",
        Reach::Oneself => "self",
        Reach::Own => "own",
        Reach::All => "all",
    }
}

#[test]
fn the_matrix_of_rights_is_that_of_the_code() {
    let document = read("README.md");
    for right in Right::iter() {
        let mut row = format!("| {} |", right.what());
        for role in Role::iter() {
            write!(row, " {} |", reach(of_role(role, right))).unwrap();
        }
        let key = scope_for(right).map_or_else(|| "–".to_owned(), |scope| format!("scope `{}`", scope.as_str()));
        write!(row, " {key} |").unwrap();
        assert!(document.contains(&row), "README.md should hold: {row}");
    }
}

/// Every command of the README that the shell can check is at least one that exists.
#[test]
fn the_readme_names_only_targets_that_exist() {
    let makefile = read("Makefile");
    for line in read("README.md").lines() {
        let Some(command) = line.trim().strip_prefix("make ") else {
            continue;
        };
        let target = command.split_whitespace().next().unwrap();
        assert!(
            makefile.lines().any(|line| line.starts_with(&format!("{target}:"))),
            "no target {target}"
        );
    }
}

/// AWS's own model of a service, as its SDK for Python checks what is asked of it.
const CHECKED: &str = "
import json, sys
import botocore.session, botocore.validate
model = botocore.session.get_session().get_service_model('bedrock-agentcore-control')
asked = model.operation_model('CreateAgentRuntime').input_shape
print(botocore.validate.ParamValidator().validate(json.load(sys.stdin), asked).generate_report())
for name in set(json.load(open(sys.argv[1]))) - set(asked.members):
    print('there is no', name)
";

#[test]
fn the_agentcore_runtime_is_described_as_its_service_wants_it() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/agentcore/create-agent-runtime.json");
    let asked = std::fs::File::open(&path).unwrap();
    let checked = moto::python()
        .args(["-c", CHECKED])
        .arg(&path)
        .stdin(asked)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&checked.stdout);
    assert!(
        checked.status.success() && said.trim().is_empty(),
        "{said}{}",
        String::from_utf8_lossy(&checked.stderr)
    );
    for policy in ["role-policy.json", "trust-policy.json"] {
        let document: serde_json::Value = serde_json::from_str(&read(&format!("deploy/agentcore/{policy}"))).unwrap();
        assert_eq!(document["Version"], "2012-10-17", "{policy}");
    }
}

/// Whoever copies the file has every setting before him.
#[tokio::test]
async fn the_example_has_every_setting() {
    let told = crate::support::process::binary()
        .args(["serve", "--help"])
        .output()
        .await
        .unwrap();
    let (help, example) = (String::from_utf8(told.stdout).unwrap(), read(".env.example"));
    let of_environment = help.split("[env: ").skip(1);
    let settings: Vec<&str> = of_environment
        .map(|rest| rest.split(['=', ']']).next().unwrap())
        .collect();
    assert!(settings.len() > 20, "{settings:?}");
    for setting in settings {
        let is_there = |line: &str| line.trim_start_matches('#').starts_with(&format!("{setting}="));
        assert!(example.lines().any(is_there), "{setting} is not in .env.example");
    }
}
