//! A body of each format that fires, and one that ends it, as its tool sends them.

use actors::domain::Signal;

use super::Format;

/// The two bodies of a format.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Something is in trouble.
    pub firing: &'static str,
    /// It is over.
    pub resolved: &'static str,
    /// What has to be said in headers.
    pub headers: &'static [(&'static str, &'static str)],
}

impl Sample {
    /// The one that fires, or the one that ends it.
    pub fn of(&self, status: Signal) -> &'static str {
        match status {
            Signal::Firing => self.firing,
            Signal::Resolved => self.resolved,
        }
    }
}

macro_rules! sample {
    ($name:literal) => {
        sample!($name, &[])
    };
    ($name:literal, $headers:expr) => {
        Sample {
            firing: include_str!(concat!("samples/", $name, ".firing.json")),
            resolved: include_str!(concat!("samples/", $name, ".resolved.json")),
            headers: $headers,
        }
    };
}

impl Format {
    /// What its tool sends.
    pub fn sample(self) -> Sample {
        match self {
            Self::Alertmanager => sample!("alertmanager"),
            Self::Grafana => sample!("grafana"),
            Self::Cloudwatch => sample!("cloudwatch"),
            Self::Datadog => sample!("datadog"),
            Self::Pagerduty => sample!("pagerduty"),
            Self::AzureMonitor => sample!("azure-monitor"),
            Self::GcpMonitoring => sample!("gcp-monitoring"),
            Self::Newrelic => sample!("newrelic"),
            Self::Sentry => sample!("sentry", &[("sentry-hook-resource", "issue")]),
            Self::Zabbix => sample!("zabbix"),
            Self::Checkmk => sample!("checkmk"),
            Self::Pingdom => sample!("pingdom"),
            Self::Cloudevents => sample!("cloudevents"),
        }
    }
}
