//! What works on the system: clock, swap, name resolution, processes.

use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command};

use serde_json::Value;

use super::{Machine, RunbookPart, complaint, run, said, text};

#[test]
fn time_sync_uses_what_there_is() {
    let machine = Machine::new();
    assert!(run(&machine, "time-sync", RunbookPart::Run, &[]).status.success());
    assert_eq!(machine.done(), ["chronyc burst 4/4", "chronyc makestep"]);
    machine.write(".machine/offline", "");
    let output = run(&machine, "time-sync", RunbookPart::Run, &[]);
    assert_eq!(complaint(&output), (1, "no time source can be reached".to_owned()));
    assert_eq!(machine.done().len(), 3, "the clock is left alone");
    machine.without("chronyc");
    let output = run(&machine, "time-sync", RunbookPart::Run, &[]);
    let told = "neither chrony nor systemd-timesyncd is installed here".to_owned();
    assert_eq!(complaint(&output), (2, told));
    machine.write(".machine/units/systemd-timesyncd.service", "active");
    assert!(run(&machine, "time-sync", RunbookPart::Run, &[]).status.success());
    assert_eq!(machine.done()[3], "systemctl restart systemd-timesyncd.service");
    assert!(
        run(&machine, "time-sync", RunbookPart::HealthCheck, &[])
            .status
            .success()
    );
}

/// A process that ends only when somebody ends it, or with the test.
struct Stuck(Child);

impl Drop for Stuck {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Stuck {
    fn start() -> Self {
        Self(Command::new("sleep").arg("600").spawn().unwrap())
    }

    fn is_alive(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }
}

#[test]
fn stuck_process_ends_those_of_the_name_that_are_old_enough() {
    let machine = Machine::new();
    let (mut old, mut young, mut other) = (Stuck::start(), Stuck::start(), Stuck::start());
    let processes = format!(
        "1 999999 worker\n{} 99999 worker\n{} 60 worker\n{} 99999 workers\n",
        old.0.id(),
        young.0.id(),
        other.0.id()
    );
    machine.write(".machine/processes", &processes);
    let worker = [("name", text("worker"))];
    let dry = run(&machine, "stuck-process", RunbookPart::DryRun, &worker);
    assert_eq!(said(&dry), format!("would run: kill -s TERM {}\n", old.0.id()));
    assert!(old.is_alive());
    assert_eq!(
        run(&machine, "stuck-process", RunbookPart::HealthCheck, &worker)
            .status
            .code(),
        Some(1)
    );
    let output = run(&machine, "stuck-process", RunbookPart::Run, &worker);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(old.0.wait().unwrap().signal(), Some(15));
    assert!(young.is_alive() && other.is_alive());
}

#[test]
fn stuck_process_leaves_alone_what_is_too_much_or_not_its_own() {
    let machine = Machine::new();
    let mut child = Stuck::start();
    let line = format!("{} 99999 worker\n", child.0.id());
    machine.write(".machine/processes", &line.repeat(4));
    let output = run(&machine, "stuck-process", RunbookPart::Run, &[("name", text("worker"))]);
    let told = "refused: there are 4 such processes, more than 3".to_owned();
    assert_eq!(complaint(&output), (3, told));
    machine.write(".machine/processes", &line.replace("worker", "sshd"));
    let output = run(&machine, "stuck-process", RunbookPart::Run, &[("name", text("sshd"))]);
    assert_eq!(output.status.code(), Some(3));
    assert!(child.is_alive());
    let output = run(&machine, "stuck-process", RunbookPart::Run, &[("name", text("worker"))]);
    let told = "no process named worker has run for 60 minutes".to_owned();
    assert_eq!(complaint(&output), (2, told));
}

#[test]
fn swap_reset_takes_each_area_off_and_on_again() {
    let machine = Machine::new();
    assert!(run(&machine, "swap-reset", RunbookPart::Run, &[]).status.success());
    let cycle = [
        "swapoff /swapfile",
        "swapon /swapfile",
        "swapoff /dev/zram0",
        "swapon -p 100 /dev/zram0",
    ];
    assert_eq!(machine.done(), cycle);
    let again = run(&machine, "swap-reset", RunbookPart::Run, &[]);
    assert!(said(&again).ends_with("no swap is used: nothing to do\n"), "{again:?}");
    assert_eq!(machine.done(), cycle);
}

#[test]
fn swap_reset_refuses_what_would_not_fit() {
    let machine = Machine::new();
    let before = machine.listing();
    let output = run(
        &machine,
        "swap-reset",
        RunbookPart::Run,
        &[("margin_mb", Value::from(4_000))],
    );
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert_eq!(machine.listing(), before);
    machine.write(".machine/full", "");
    let output = run(&machine, "swap-reset", RunbookPart::Run, &[]);
    assert_ne!(output.status.code(), Some(0), "an area that stays is no success");
    assert!(machine.done().is_empty());
    let none = "MemTotal: 8 kB\nMemAvailable: 4 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n";
    machine.write("proc/meminfo", none);
    let output = run(&machine, "swap-reset", RunbookPart::Run, &[]);
    assert_eq!(complaint(&output), (2, "this machine has no swap".to_owned()));
}

#[test]
fn dns_cache_flush_empties_the_caches_that_run() {
    let machine = Machine::new();
    machine.write(".machine/units/nscd.service", "active");
    machine.write(".machine/units/dnsmasq.service", "failed");
    assert!(run(&machine, "dns-cache-flush", RunbookPart::Run, &[]).status.success());
    assert_eq!(machine.done(), ["resolvectl flush-caches", "nscd --invalidate=hosts"]);
    let none = Machine::new();
    none.write(".machine/units/systemd-resolved.service", "failed");
    for part in [RunbookPart::Run, RunbookPart::DryRun] {
        assert_eq!(run(&none, "dns-cache-flush", part, &[]).status.code(), Some(2));
    }
    let unknown = [("name", text("ghost.example"))];
    let health = run(&machine, "dns-cache-flush", RunbookPart::HealthCheck, &unknown);
    assert_eq!(complaint(&health), (1, "ghost.example is not found".to_owned()));
}

#[test]
fn zombie_report_names_parents() {
    let machine = Machine::new();
    machine.write(".machine/processes", "1 0 Ss systemd\n7 1 S worker\n8 7 Z child\n");
    let output = run(&machine, "zombie-report", RunbookPart::Run, &[]);
    assert_eq!(said(&output), "zombie 8 (child) of 7 (worker)\nzombies: 1\n");
    assert!(machine.done().is_empty());
}
