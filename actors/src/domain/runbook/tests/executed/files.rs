//! What works on files: disks, temporary files, logs, certificates.

use std::os::unix::fs::symlink;
use std::process::Output;

use serde_json::Value;

use super::{Machine, RunbookPart, complaint, run, said, text};

#[test]
fn disk_cleanup_removes_what_is_rotated_and_old() {
    let machine = Machine::new();
    let going = [
        "var/log/syslog.1",
        "var/log/nginx/access.log.2.gz",
        "var/log/messages-20010909",
        "var/log/app.log.12",
        "var/cache/apt/archives/curl.deb",
        "var/cache/dnf/updates/packages/curl.rpm",
    ];
    let staying = [
        "var/log/old-but-not-rotated.log",
        "var/log/audit/audit.log.1",
        "var/cache/apt/archives/lock",
        "srv/backup.tar.gz",
        "tmp/stale.gz",
    ];
    for name in going.iter().chain(&staying) {
        machine.old(name);
    }
    machine.write("var/log/fresh.log.1", "rotated today");
    let before = machine.listing();
    let dry = run(&machine, "disk-cleanup", RunbookPart::DryRun, &[]);
    assert_eq!(machine.listing(), before);
    for name in going {
        assert!(said(&dry).contains(machine.path(name).to_str().unwrap()), "{name}");
    }

    let output = run(&machine, "disk-cleanup", RunbookPart::Run, &[]);
    assert!(output.status.success(), "{output:?}");
    assert!(going.iter().all(|name| !machine.has(name)));
    assert!(staying.iter().all(|name| machine.has(name)));
    assert!(machine.has("var/log/fresh.log.1") && machine.has("var/log/syslog"));
    assert_eq!(machine.done(), ["journalctl --vacuum-size=500M"]);
    assert!(
        said(&output).ends_with("free before: 7 KiB, now: 7 KiB\n"),
        "{output:?}"
    );
    let paths = |output: &Output| -> Vec<String> {
        let lines = said(output);
        lines
            .lines()
            .filter(|line| line.starts_with('/'))
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(paths(&dry), paths(&output), "the dry run has told what was done");
}

#[test]
fn disk_cleanup_does_without_a_journal_and_is_healthy_below_its_limit() {
    let machine = Machine::new();
    machine.without("journalctl");
    assert!(run(&machine, "disk-cleanup", RunbookPart::Run, &[]).status.success());
    assert!(machine.done().is_empty());
    assert_eq!(
        run(&machine, "disk-cleanup", RunbookPart::HealthCheck, &[])
            .status
            .code(),
        Some(1)
    );
    let limit = [("max_used_percent", Value::from(93))];
    assert!(
        run(&machine, "disk-cleanup", RunbookPart::HealthCheck, &limit)
            .status
            .success()
    );
}

#[test]
fn certificate_check_fails_for_one_that_ends_soon() {
    let machine = Machine::new();
    let output = run(&machine, "certificate-check", RunbookPart::Run, &[]);
    assert!(
        said(&output).ends_with("certificates: 1, unreadable or ending within 14 days: 0\n"),
        "{output:?}"
    );
    machine.certificate("etc/letsencrypt/live/a b/cert.pem", 3);
    let output = run(&machine, "certificate-check", RunbookPart::Run, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).starts_with("ends soon: "), "{output:?}");
    machine.write("etc/letsencrypt/live/a b/cert.pem", "-----BEGIN CERTIFICATE-----\n");
    let output = run(&machine, "certificate-check", RunbookPart::Run, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).starts_with("cannot be read: "), "{output:?}");
    let place = [("place", text("/etc/nginx"))];
    let output = run(&machine, "certificate-check", RunbookPart::Run, &place);
    assert_eq!(complaint(&output), (2, "no such directory: /etc/nginx".to_owned()));
    machine.write("etc/nginx/key.pem", "-----BEGIN PRIVATE KEY-----\n");
    let output = run(&machine, "certificate-check", RunbookPart::Run, &place);
    assert_eq!(complaint(&output), (2, "no certificate beneath /etc/nginx".to_owned()));
    assert!(machine.done().is_empty());
}

#[test]
fn certificate_renew_renews_what_certbot_knows() {
    let machine = Machine::new();
    let output = run(
        &machine,
        "certificate-renew",
        RunbookPart::Run,
        &[("service", text("nginx"))],
    );
    assert!(output.status.success(), "{output:?}");
    let renewed = "certbot renew --non-interactive --cert-name nginx";
    assert_eq!(machine.done(), [renewed, "systemctl reload nginx.service"]);
    let output = run(
        &machine,
        "certificate-renew",
        RunbookPart::Run,
        &[("name", text("example.com"))],
    );
    assert_eq!(
        complaint(&output),
        (2, "certbot knows no certificate named example.com".to_owned())
    );
    let output = run(
        &machine,
        "certificate-renew",
        RunbookPart::Run,
        &[("service", text("ghost"))],
    );
    assert_eq!(
        complaint(&output),
        (2, "no such service: ghost.service is not-found".to_owned())
    );
    assert_eq!(machine.done().len(), 2);
    machine.certificate("etc/letsencrypt/live/nginx/cert.pem", 13);
    let health = run(&machine, "certificate-renew", RunbookPart::HealthCheck, &[]);
    assert_eq!(health.status.code(), Some(1));
}

#[test]
fn log_rotate_rotates_by_the_whole_configuration() {
    let machine = Machine::new();
    assert!(
        run(&machine, "log-rotate", RunbookPart::Run, &[("force", text("no"))])
            .status
            .success()
    );
    assert!(
        run(&machine, "log-rotate", RunbookPart::Run, &[("force", text("yes"))])
            .status
            .success()
    );
    assert_eq!(
        machine.done(),
        [
            "logrotate --verbose /etc/logrotate.conf",
            "logrotate --verbose --force /etc/logrotate.conf",
        ]
    );
    machine.without("logrotate");
    let output = run(&machine, "log-rotate", RunbookPart::Run, &[]);
    assert_eq!(complaint(&output), (2, "logrotate is not installed here".to_owned()));
}

#[test]
fn tmp_cleanup_removes_what_nobody_uses() {
    let machine = Machine::new();
    let going = ["tmp/stale", "tmp/deep/er/stale", "var/tmp/session"];
    let staying = ["tmp/systemd-private-1/tmp/stale", "home/ann/tmp/stale", "var/lib/data"];
    for name in going.iter().chain(&staying) {
        machine.old(name);
    }
    symlink(machine.path("var/lib"), machine.path("tmp/link")).unwrap();
    let dry = run(&machine, "tmp-cleanup", RunbookPart::DryRun, &[]);
    assert!(run(&machine, "tmp-cleanup", RunbookPart::Run, &[]).status.success());
    for name in going {
        assert!(said(&dry).contains(machine.path(name).to_str().unwrap()), "{name}");
        assert!(!machine.has(name), "{name}");
    }
    assert!(staying.iter().all(|name| machine.has(name)));
    assert!(machine.has("tmp/fresh") && machine.has("var/tmp/fresh") && machine.has("tmp/link"));
}
