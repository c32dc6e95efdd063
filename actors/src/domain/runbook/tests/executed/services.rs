//! What restarts services.

use std::os::unix::fs::symlink;

use serde_json::Value;

use super::{Machine, RunbookPart, complaint, run, said, text};

#[test]
fn service_restart_restarts_the_one_that_is_named() {
    let machine = Machine::new();
    machine.write(".machine/units/app@1.service", "failed");
    for name in ["app@1", "app@1.service"] {
        let before = machine.listing();
        let dry = run(
            &machine,
            "service-restart",
            RunbookPart::DryRun,
            &[("service", text(name))],
        );
        assert!(
            said(&dry).starts_with("would run: systemctl restart app@1.service\n"),
            "{dry:?}"
        );
        assert_eq!(machine.listing(), before);
        let output = run(
            &machine,
            "service-restart",
            RunbookPart::Run,
            &[("service", text(name))],
        );
        assert_eq!(said(&output), "restarted: app@1.service\n");
        let health = run(
            &machine,
            "service-restart",
            RunbookPart::HealthCheck,
            &[("service", text(name))],
        );
        assert!(health.status.success(), "{health:?}");
    }
    assert_eq!(machine.done(), ["systemctl restart app@1.service"; 2]);
}

#[test]
fn a_service_that_is_not_there_or_does_not_start_is_told() {
    let machine = Machine::new();
    machine.write(".machine/units/app.service", "broken");
    let output = run(
        &machine,
        "service-restart",
        RunbookPart::Run,
        &[("service", text("ghost"))],
    );
    assert_eq!(
        complaint(&output),
        (2, "no such service: ghost.service is not-found".to_owned())
    );
    assert!(machine.done().is_empty());
    let output = run(
        &machine,
        "service-restart",
        RunbookPart::Run,
        &[("service", text("app"))],
    );
    let told = "app.service is not active after its restart".to_owned();
    assert_eq!(complaint(&output), (1, told));
    let health = run(
        &machine,
        "service-restart",
        RunbookPart::HealthCheck,
        &[("service", text("app"))],
    );
    assert_eq!(complaint(&health), (1, "app.service is not active".to_owned()));
}

#[test]
fn nobody_restarts_what_the_machine_is_reached_through() {
    let restarting = [
        ("service-restart", "service"),
        ("memory-relief", "service"),
        ("queue-backlog", "consumer"),
    ];
    let machine = Machine::new();
    symlink("sshd.service", machine.path(".machine/units/remote.service")).unwrap();
    for name in [
        "amazon-ssm-agent",
        "snap.amazon-ssm-agent.amazon-ssm-agent",
        "dbus",
        "user@1000",
    ] {
        machine.write(&format!(".machine/units/{name}.service"), "active");
    }
    let before = machine.listing();
    for (slug, parameter) in restarting {
        for name in [
            "sshd",
            "sshd.service",
            "remote",
            "amazon-ssm-agent",
            "snap.amazon-ssm-agent.amazon-ssm-agent",
            "dbus",
            "systemd-resolved",
            "user@1000",
        ] {
            for part in [RunbookPart::Run, RunbookPart::DryRun] {
                let output = run(&machine, slug, part, &[(parameter, text(name))]);
                assert_eq!(output.status.code(), Some(3), "{slug} {name} {output:?}");
            }
        }
    }
    assert_eq!(machine.listing(), before);
}

#[test]
fn memory_relief_drops_caches_and_restarts_only_what_is_named() {
    let machine = Machine::new();
    let output = run(&machine, "memory-relief", RunbookPart::Run, &[]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(machine.read("proc/sys/vm/drop_caches"), "1\n");
    assert_eq!(machine.done(), ["sync "]);
    assert!(said(&output).contains("MemAvailable: 4000000 KiB"));
    let output = run(
        &machine,
        "memory-relief",
        RunbookPart::Run,
        &[("service", text("nginx"))],
    );
    assert!(output.status.success(), "{output:?}");
    assert_eq!(machine.done(), ["sync ", "sync ", "systemctl restart nginx.service"]);
    let output = run(
        &machine,
        "memory-relief",
        RunbookPart::Run,
        &[("service", text("ghost"))],
    );
    assert_eq!(
        complaint(&output),
        (2, "no such service: ghost.service is not-found".to_owned())
    );
    assert_eq!(machine.done().len(), 3);
    assert!(
        run(&machine, "memory-relief", RunbookPart::HealthCheck, &[])
            .status
            .success()
    );
    let least = [("min_available_percent", Value::from(51))];
    assert_eq!(
        run(&machine, "memory-relief", RunbookPart::HealthCheck, &least)
            .status
            .code(),
        Some(1)
    );
}

#[test]
fn queue_backlog_flushes_postfix_and_restarts_a_consumer() {
    let machine = Machine::new();
    let rabbit = ("queue", text("rabbitmq"));
    assert!(run(&machine, "queue-backlog", RunbookPart::Run, &[]).status.success());
    let consumer = ("consumer", text("nginx"));
    let output = run(&machine, "queue-backlog", RunbookPart::Run, &[rabbit.clone(), consumer]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(machine.done(), ["postqueue -f", "systemctl restart nginx.service"]);
    let output = run(
        &machine,
        "queue-backlog",
        RunbookPart::Run,
        std::slice::from_ref(&rabbit),
    );
    let told = "a backlog in RabbitMQ needs the consumer's service to be named".to_owned();
    assert_eq!(complaint(&output), (2, told));
    assert!(
        run(&machine, "queue-backlog", RunbookPart::HealthCheck, &[])
            .status
            .success()
    );
    let health = run(&machine, "queue-backlog", RunbookPart::HealthCheck, &[rabbit]);
    assert_eq!(
        (health.status.code(), said(&health)),
        (Some(1), "waiting: 1200\n".to_owned())
    );
    machine.without("postqueue");
    let output = run(&machine, "queue-backlog", RunbookPart::Run, &[]);
    assert_eq!(complaint(&output), (2, "postfix is not installed here".to_owned()));
}
