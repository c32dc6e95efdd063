//! The stories of one act: a disk that fills, a switch that dies, a leak, a service that flaps, a
//! certificate that ends, and the noise around them.

use std::collections::BTreeMap;

use actors::domain::{Severity, Signal};

use super::{DemoAlert, Script};

const ACME: usize = 0;
const GLOBEX: usize = 1;
const INITECH: usize = 2;

/// Every story of an act; later acts happen to other assets.
pub(super) fn tell(script: &mut Script<'_>, act: u32) {
    noise(script);
    disk_fills(script, act);
    switch_dies(script, act);
    memory_leaks(script, act);
    service_flaps(script, act);
    certificate_ends(script, act);
}

fn alert(
    tool: &'static str,
    asset: impl Into<String>,
    signature: &'static str,
    severity: Severity,
    message: String,
) -> DemoAlert {
    DemoAlert {
        asset_name: asset.into(),
        signature,
        severity,
        message,
        tool_source: tool,
        status: Signal::Firing,
        labels: BTreeMap::new(),
    }
}

fn recovered(mut alert: DemoAlert) -> DemoAlert {
    alert.status = Signal::Resolved;
    alert.message = format!("Recovered: {}", alert.message);
    alert
}

/// What everybody has too much of: small things that come, come again, and sometimes go.
fn noise(script: &mut Script<'_>) {
    const KINDS: [(&str, &str, Severity, &str); 8] = [
        (
            "prometheus",
            "cpu-load-high",
            Severity::Medium,
            "Load average above 8 for 5 minutes",
        ),
        (
            "datadog",
            "http-5xx-rate",
            Severity::Medium,
            "More than 1 % of answers are 5xx",
        ),
        ("zabbix", "ntp-drift", Severity::Low, "Clock is 120 ms off"),
        (
            "cloudwatch",
            "burst-credits-low",
            Severity::Low,
            "CPU credit balance below 20",
        ),
        (
            "grafana",
            "queue-depth",
            Severity::Medium,
            "More than 10000 messages wait",
        ),
        (
            "nagios",
            "backup-late",
            Severity::Low,
            "Last backup is older than 26 hours",
        ),
        ("prometheus", "disk-io-wait", Severity::Low, "I/O wait above 20 %"),
        ("zabbix", "swap-used", Severity::Low, "Swap is more than half full"),
    ];
    const ASSETS: [&str; 6] = ["web-1", "web-2", "api-1", "db-2", "cache-1", "batch-1"];
    for company in [ACME, GLOBEX, INITECH] {
        let mut second = script.chance.between(0.3, 1.5);
        while second < 170.0 {
            let (tool, signature, severity, message) = *script.chance.pick(&KINDS);
            let asset = *script.chance.pick(&ASSETS);
            let firing = alert(tool, asset, signature, severity, message.to_owned());
            script.send(second, company, vec![firing.clone()]);
            if script.chance.fraction() < 0.2 {
                let later = second + script.chance.between(5.0, 20.0);
                script.send(later, company, vec![recovered(firing)]);
            }
            second += script.chance.between(0.6, 2.4);
        }
    }
}

/// A log volume fills over a minute and a half; two tools see it, and it is cleaned up.
fn disk_fills(script: &mut Script<'_>, act: u32) {
    let asset = format!("db-{}", act + 1);
    let mut used = 82.0_f64;
    let mut second = 0.5;
    let mut last = None;
    while second < 100.0 {
        let (signature, severity) = match used {
            used if used < 88.0 => ("disk-space-warning", Severity::Medium),
            used if used < 95.0 => ("disk-space-critical", Severity::High),
            _ => ("disk-space-critical", Severity::Critical),
        };
        let tool = if script.chance.fraction() < 0.7 {
            "zabbix"
        } else {
            "datadog"
        };
        let message = format!("Filesystem /var is {used:.0} % full");
        let firing = alert(tool, asset.as_str(), signature, severity, message);
        script.send(second, ACME, vec![firing.clone()]);
        last = Some(firing);
        used = (used + script.chance.between(0.4, 1.2)).min(99.0);
        second += script.chance.between(2.0, 5.0);
    }
    for signature in ["disk-space-warning", "disk-space-critical"] {
        if let Some(mut over) = last.clone() {
            over.signature = signature;
            script.send(112.0, ACME, vec![recovered(over)]);
        }
    }
}

/// A top-of-rack switch dies: everything behind it is seen as down, by three tools, again and again,
/// until it is back.
fn switch_dies(script: &mut Script<'_>, act: u32) {
    const SYMPTOMS: [(&str, &str, Severity, &str); 3] = [
        (
            "nagios",
            "host-unreachable",
            Severity::High,
            "PING CRITICAL - packet loss = 100 %",
        ),
        ("prometheus", "target-down", Severity::High, "up == 0 for 1 minute"),
        ("grafana", "no-data", Severity::Medium, "No data from the agent"),
    ];
    const HOSTS: usize = 36;
    const PER_REQUEST: usize = 12;
    let switch = format!("switch-{}", act + 7);
    let hosts: Vec<String> = (1..=HOSTS).map(|n| format!("rack{}-host{n:02}", act + 7)).collect();
    let down = alert(
        "zabbix",
        switch,
        "device-unreachable",
        Severity::Critical,
        "No SNMP answer for 30 s".to_owned(),
    );
    script.send(18.0, GLOBEX, vec![down.clone()]);
    for round in 0..4_u32 {
        for (tool, signature, severity, message) in SYMPTOMS {
            let wave = 20.0 + f64::from(round) * 18.0;
            for some in hosts.chunks(PER_REQUEST) {
                let second = wave + script.chance.between(0.0, 8.0);
                let told = some
                    .iter()
                    .map(|host| alert(tool, host.as_str(), signature, severity, message.to_owned()));
                script.send(second, GLOBEX, told.collect());
            }
        }
    }
    script.send(106.0, GLOBEX, vec![recovered(down)]);
    for (tool, signature, severity, message) in SYMPTOMS {
        for some in hosts.chunks(PER_REQUEST) {
            let second = script.chance.between(108.0, 120.0);
            let told = some
                .iter()
                .map(|host| recovered(alert(tool, host.as_str(), signature, severity, message.to_owned())));
            script.send(second, GLOBEX, told.collect());
        }
    }
}

/// A service leaks until the kernel ends it.
fn memory_leaks(script: &mut Script<'_>, act: u32) {
    let asset = format!("app-{}", act + 2);
    let mut used = 78.0_f64;
    let mut second = 1.0;
    while used < 99.0 {
        let severity = if used < 90.0 { Severity::Medium } else { Severity::High };
        let message = format!("Resident memory at {used:.0} % of its limit");
        let firing = alert("cloudwatch", asset.as_str(), "memory-usage-high", severity, message);
        script.send(second, INITECH, vec![firing]);
        used += script.chance.between(0.6, 1.6);
        second += script.chance.between(1.5, 4.0);
    }
    let killed = alert(
        "prometheus",
        asset.as_str(),
        "out-of-memory-kill",
        Severity::Critical,
        "The kernel ended billing-worker".to_owned(),
    );
    script.send(second, INITECH, vec![killed.clone()]);
    script.send(second + 12.0, INITECH, vec![recovered(killed)]);
    let calm = alert(
        "cloudwatch",
        asset,
        "memory-usage-high",
        Severity::High,
        "Resident memory at 31 % of its limit".to_owned(),
    );
    script.send(second + 15.0, INITECH, vec![recovered(calm)]);
}

/// A service that is down, up, down, up.
fn service_flaps(script: &mut Script<'_>, act: u32) {
    let asset = format!("payments-{}", act + 1);
    let mut second = 8.0;
    while second < 95.0 {
        let firing = alert(
            "datadog",
            asset.as_str(),
            "service-down",
            Severity::High,
            "Health check failed 3 times".to_owned(),
        );
        script.send(second, INITECH, vec![firing.clone()]);
        second += script.chance.between(2.0, 5.0);
        script.send(second, INITECH, vec![recovered(firing)]);
        second += script.chance.between(2.0, 5.0);
    }
}

/// A certificate ends at a round minute, and every client of it says so.
fn certificate_ends(script: &mut Script<'_>, act: u32) {
    let clients: Vec<String> = (1..=20).map(|n| format!("edge{}-{n:02}", act + 1)).collect();
    for round in 0..3_u32 {
        let told = |client: &String| {
            let message = "x509: certificate has expired".to_owned();
            alert(
                "prometheus",
                client.as_str(),
                "tls-handshake-errors",
                Severity::High,
                message,
            )
        };
        let begins = 120.0 + f64::from(round) * 12.0;
        for some in clients.chunks(5) {
            let second = begins + script.chance.between(0.0, 6.0);
            script.send(second, ACME, some.iter().map(told).collect());
        }
        if round == 2 {
            script.send(168.0, ACME, clients.iter().map(told).map(recovered).collect());
        }
    }
}
