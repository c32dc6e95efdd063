//! What tools call severities, and where they say what is in trouble.

use actors::domain::Severity;

use super::lenient::Texts;

/// Where labels say what is in trouble, the nearest first.
const ASSETS: [&str; 14] = [
    "asset",
    "instance",
    "host",
    "hostname",
    "nodename",
    "node",
    "server",
    "device",
    "pod",
    "container",
    "service",
    "job",
    "cluster",
    "namespace",
];

/// A severity by its word; `None` where it is not known.
pub(super) fn severity(word: &str) -> Option<Severity> {
    let word = word.trim().to_ascii_lowercase();
    Some(match word.as_str() {
        "critical" | "crit" | "fatal" | "emergency" | "emerg" | "disaster" | "page" | "p1" | "sev0" | "1" => {
            Severity::Critical
        }
        "high" | "error" | "err" | "major" | "severe" | "alert" | "down" | "p2" | "sev1" | "2" => Severity::High,
        "medium" | "warning" | "warn" | "minor" | "moderate" | "average" | "normal" | "p3" | "sev2" | "3" => {
            Severity::Medium
        }
        "low" | "info" | "information" | "informational" | "notice" | "debug" | "verbose" | "none" | "p4" | "p5"
        | "sev3" | "sev4" | "4" | "5" | "not classified" => Severity::Low,
        _ => return None,
    })
}

/// What is in trouble, as labels name it; without the port of its exporter, which is not what is in trouble.
pub(super) fn asset(labels: &Texts) -> Option<&str> {
    labels.first(&ASSETS).map(without_port)
}

fn without_port(asset: &str) -> &str {
    match asset.rsplit_once(':') {
        Some((host, port)) if is_port(port) && !host.is_empty() && (!host.contains(':') || host.ends_with(']')) => host,
        _ => asset,
    }
}

fn is_port(text: &str) -> bool {
    !text.is_empty() && text.len() <= 5 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_no_part_of_an_asset() {
        for (written, meant) in [
            ("web-1:9100", "web-1"),
            ("10.0.0.1:9100", "10.0.0.1"),
            ("[fe80::1]:9100", "[fe80::1]"),
            ("fe80::1", "fe80::1"),
            ("https://x.example", "https://x.example"),
            (":9100", ":9100"),
        ] {
            assert_eq!(without_port(written), meant);
        }
    }

    #[test]
    fn words_are_known_however_they_are_written() {
        assert_eq!(severity(" CRITICAL "), Some(Severity::Critical));
        assert_eq!(severity("Sev3"), Some(Severity::Low));
        assert_eq!(severity("Average"), Some(Severity::Medium));
        assert_eq!(severity("purple"), None);
    }
}
