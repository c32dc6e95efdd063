//! What holds for every runbook of the built-in library.

use std::collections::HashSet;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::machine::{Machine, sh};
use crate::domain::runbook::script::{variable, variables};
use crate::domain::runbook::{Parameter, ParameterType, RenderError, Risk, Runbook, RunbookPart, library};

pub(super) fn library() -> Vec<Runbook> {
    library::built_in().unwrap()
}

pub(super) fn built_in(slug: &str) -> Runbook {
    library().into_iter().find(|runbook| runbook.slug == slug).unwrap()
}

/// Values that a runbook takes: its defaults, and what a test's machine has for the rest.
pub(super) fn good_values(runbook: &Runbook) -> Map<String, Value> {
    let required = runbook
        .parameters
        .iter()
        .filter(|parameter| parameter.default.is_none());
    let value = |parameter: &Parameter| match &parameter.kind {
        ParameterType::Text { .. } => json!("nginx"),
        ParameterType::Choice { of } => json!(of[0]),
        ParameterType::Integer { min, .. } => json!(min),
    };
    required
        .map(|parameter| (parameter.name.clone(), value(parameter)))
        .collect()
}

#[test]
fn there_are_enough_each_once_and_all_render() {
    let library = library();
    assert!(library.len() >= 12);
    let slugs: HashSet<&str> = library.iter().map(|runbook| &*runbook.slug).collect();
    assert_eq!(slugs.len(), library.len());
    for runbook in &library {
        assert_eq!(runbook.runbook_id.as_str(), runbook.slug);
        assert!(!runbook.signatures.is_empty(), "{}", runbook.slug);
        for (part, _) in runbook.scripts() {
            let rendered = runbook.render(part, &good_values(runbook));
            assert!(rendered.is_ok(), "{} {}: {rendered:?}", runbook.slug, part.field());
        }
    }
}

#[test]
fn the_list_is_that_of_the_directory() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runbooks");
    let files = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let tomls = files.filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
    let named: HashSet<String> = tomls
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(named, library().into_iter().map(|runbook| runbook.slug).collect());
}

#[test]
fn the_rules_find_theirs_first() {
    let first = |signature: &str| {
        library()
            .into_iter()
            .find(|runbook| runbook.is_for(signature))
            .unwrap()
            .slug
    };
    for (signature, slug) in [
        ("disk-space-critical", "disk-cleanup"),
        ("High_Memory_Usage", "service-restart"),
        ("service-down", "service-restart"),
        ("tls-cert-expiring", "certificate-check"),
        ("NTP offset", "time-sync"),
        ("swap-full", "swap-reset"),
        ("dns-lookup-failed", "dns-cache-flush"),
        ("inodes-low", "tmp-cleanup"),
        ("oom-kill", "memory-relief"),
        ("mail-queue-long", "queue-backlog"),
        ("zombies", "zombie-report"),
        ("backup-stuck", "stuck-process"),
        ("log-size", "log-rotate"),
    ] {
        assert_eq!(first(signature), slug, "{signature}");
    }
}

#[test]
fn risks_are_honest() {
    let with = |risk: Risk| -> Vec<String> {
        let library = library().into_iter().filter(|runbook| runbook.risk == risk);
        library.map(|runbook| runbook.slug).collect()
    };
    assert_eq!(
        with(Risk::Low),
        ["certificate-check", "dns-cache-flush", "zombie-report"]
    );
    assert_eq!(with(Risk::High), ["stuck-process", "tmp-cleanup"]);
}

#[test]
fn scripts_are_plain_sh_with_rooted_paths() {
    for runbook in library() {
        for (part, script) in runbook.scripts() {
            let name = format!("{} {}", runbook.slug, part.field());
            assert!(script.starts_with("set -eu\n"), "{name}");
            assert!(sh(&["-n", "-c", script]).status.success(), "{name}");
            for bashism in ["[[", "function ", "local ", "<<<", "<(", "pipefail", "&>", "\nsource "] {
                assert!(!script.contains(bashism), "{name}: {bashism}");
            }
            for directory in ["/dev/", "/etc", "/proc", "/run", "/sys/", "/tmp", "/usr", "/var"] {
                let text = script.replace("/dev/null", "");
                for (at, _) in text.match_indices(directory) {
                    let before = &text[..at];
                    let begins = !before.ends_with(|letter: char| letter.is_ascii_alphanumeric());
                    assert!(!begins || before.ends_with("\"${AW_ROOT:-}"), "{name}: {}", &text[at..]);
                }
            }
        }
    }
}

#[test]
fn every_parameter_is_used_and_always_in_quotes() {
    for runbook in library() {
        let used: HashSet<&str> = runbook.scripts().flat_map(|(_, script)| variables(script)).collect();
        for parameter in &runbook.parameters {
            assert!(
                used.contains(&*variable(&parameter.name)),
                "{} {}",
                runbook.slug,
                parameter.name
            );
        }
        for (_, script) in runbook.scripts() {
            for line in script.lines() {
                for (at, _) in line
                    .match_indices("$AW_PARAM_")
                    .chain(line.match_indices("${AW_PARAM_"))
                {
                    let open = line[..at].matches('"').count() % 2 == 1;
                    assert!(open, "{}: {line}", runbook.slug);
                }
            }
        }
    }
}

#[test]
fn a_dry_run_changes_nothing_and_a_health_check_neither() {
    for runbook in library() {
        for part in [RunbookPart::DryRun, RunbookPart::HealthCheck] {
            if runbook.script_of(part).is_none() {
                continue;
            }
            let machine = Machine::new();
            let before = machine.listing();
            let output = machine.run_part(&runbook, part, good_values(&runbook));
            let code = output.status.code().unwrap();
            assert!(
                code == 0 || part == RunbookPart::HealthCheck && code == 1,
                "{} {output:?}",
                runbook.slug
            );
            assert_eq!(machine.listing(), before, "{} {}", runbook.slug, part.field());
        }
    }
}

#[test]
fn what_is_idempotent_does_no_harm_twice() {
    for runbook in library().into_iter().filter(|runbook| runbook.idempotent) {
        let machine = Machine::new();
        let mut files = Vec::new();
        for _ in 0..2 {
            let output = machine.run_part(&runbook, RunbookPart::Run, good_values(&runbook));
            assert!(output.status.success(), "{} {output:?}", runbook.slug);
            files.push(machine.listing_without_calls());
        }
        assert_eq!(files[0], files[1], "{}", runbook.slug);
    }
}

/// What nobody may get into a command line.
fn injections() -> Vec<Value> {
    let texts = [
        "; id",
        "nginx; id",
        "nginx;id",
        "$(id)",
        "nginx$(id)",
        "`id`",
        "${IFS}id",
        "$HOME",
        "nginx && id",
        "nginx || id",
        "nginx | id",
        "nginx & id",
        "nginx > x",
        "nginx\nid",
        "nginx\n",
        "nginx\r",
        "nginx\0",
        "nginx\t",
        "nginx\u{1b}[2J",
        "nginx\u{7f}",
        "nginx\u{2028}id",
        "{{ssm:password}}",
        "{{ ssm-secure:password }}",
        "{{global:DATE}}",
        "nginx}}",
        "-rf",
        "--force",
        "-oProxyCommand=id",
        "\u{2010}rf",
        "\u{ff0d}rf",
        "ngin\u{445}",
        "\u{ff1b}id",
        "\u{37e}id",
        "nginx\u{200b}",
        "\u{202e}xnign",
        "'",
        "''; id; '",
        "nginx'",
        "\"",
        "nginx\\",
        "'\\''",
        "../../etc/passwd",
        "/etc/ssl/../shadow",
        "/etc/shadow",
        "/etc/ssl/..",
        "*",
        "nginx*",
        "?",
        "[a]",
        "~root",
        "#",
        "!!",
        "%0aid",
        "%s%n",
        " nginx",
        "nginx ",
        " ",
        "7; id",
        "TERM; id",
        "yes\n",
    ];
    let mut values: Vec<Value> = texts.into_iter().map(Value::from).collect();
    values.push(Value::from("x".repeat(102_400)));
    values.push(Value::from("1".repeat(102_400)));
    values.extend([json!(null), json!(true), json!(["nginx"]), json!({"a": "nginx"})]);
    values.extend([json!(-1), json!(1.5), json!(4_294_967_296_u64), json!(1e300)]);
    values
}

#[test]
fn no_injection_is_rendered_by_any_parameter() {
    let injections = injections();
    let mut tried = 0;
    for runbook in library() {
        for parameter in &runbook.parameters {
            for injection in &injections {
                let mut values = good_values(&runbook);
                values.insert(parameter.name.clone(), injection.clone());
                for (part, _) in runbook.scripts() {
                    let error = runbook.render(part, &values).unwrap_err();
                    let RenderError::Refused { name, .. } = &error else {
                        panic!("{} {injection}: {error}", runbook.slug);
                    };
                    assert_eq!(name, &parameter.name);
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 4_000, "{tried}");
}

#[test]
fn an_unknown_parameter_is_refused_by_all() {
    for runbook in library() {
        let mut values = good_values(&runbook);
        values.insert("commands".to_owned(), json!(["id"]));
        let error = runbook.render(RunbookPart::Run, &values).unwrap_err();
        assert_eq!(error, RenderError::Unknown("commands".to_owned()), "{}", runbook.slug);
    }
}
