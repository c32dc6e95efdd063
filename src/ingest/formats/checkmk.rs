//! Checkmk, Nagios and Icinga, by our notification script (`docs/integrations/checkmk.md`): the macros that all three have
//! had since NetSaint, with their names in lower case. A service of a host is one trouble.

use actors::domain::Signal;
use serde::Deserialize;

use super::lenient::Text;
use super::{Draft, Reading, missing};
use crate::ingest::native::Invalid;
use crate::json;

#[derive(Deserialize)]
struct Body {
    #[serde(default, alias = "hostname")]
    host: Text,
    #[serde(default, alias = "hostalias")]
    alias: Text,
    #[serde(default, alias = "hostaddress")]
    address: Text,
    #[serde(default, alias = "servicedesc")]
    service: Text,
    #[serde(default, alias = "servicestate", alias = "hoststate", alias = "state")]
    status: Text,
    #[serde(default, alias = "notificationtype")]
    notification_type: Text,
    #[serde(default, alias = "serviceoutput", alias = "hostoutput")]
    output: Text,
    #[serde(default, alias = "longserviceoutput", alias = "longhostoutput")]
    long_output: Text,
    #[serde(default)]
    summary: Text,
    #[serde(default)]
    check_command: Text,
    #[serde(default, alias = "omd_site")]
    site: Text,
    #[serde(default)]
    url: Text,
    #[serde(default, alias = "shortdatetime")]
    short_date_time: Text,
    #[serde(default, alias = "timet")]
    at: Text,
}

pub(super) fn read(body: &[u8]) -> Result<Reading, Invalid> {
    let body: Body = json::object(json::strict(body)?)?;
    let Some(host) = body.host.get() else {
        return Err(missing("host", "use the script of docs/integrations/checkmk.md").into());
    };
    let kind = body.notification_type.get().unwrap_or("PROBLEM").to_ascii_uppercase();
    // Acknowledgements, downtimes, flapping, comments: the trouble is as it was.
    if !["PROBLEM", "RECOVERY"].contains(&kind.as_str()) {
        return Ok(Reading::default());
    }
    let state = body.status.get().map(str::to_ascii_uppercase);
    let (is_over, word) = match state.as_deref() {
        Some("OK" | "UP") => (true, "ok"),
        Some("WARNING" | "WARN") => (false, "warning"),
        Some("CRITICAL" | "CRIT") => (false, "critical"),
        Some("DOWN") => (false, "critical"),
        Some("UNKNOWN" | "UNKN" | "UNREACHABLE" | "UNREACH") => (false, "high"),
        _ if kind == "RECOVERY" => (true, "ok"),
        _ => {
            return Err(missing(
                "status",
                "OK, WARNING, CRITICAL or UNKNOWN of a service; UP, DOWN or UNREACHABLE of a host",
            )
            .into());
        }
    };
    let signature = body.service.get().map_or("Host state", |service| service);
    let says: Vec<&str> = [&body.output, &body.long_output]
        .into_iter()
        .filter_map(Text::get)
        .collect();
    let moment = body.at.moment().or(body.short_date_time.moment());
    let draft = Draft {
        asset: host.to_owned(),
        signature: signature.to_owned(),
        message: if says.is_empty() {
            body.summary.get().unwrap_or_default().to_owned()
        } else {
            says.join("\n")
        },
        status: if is_over { Signal::Resolved } else { Signal::Firing },
        fingerprint: Some(format!(
            "{}/{host}/{}",
            body.site.get().unwrap_or_default(),
            body.service.get().unwrap_or_default()
        )),
        starts_at: moment.filter(|_| !is_over),
        ends_at: moment.filter(|_| is_over),
        url: body.url.get().map(str::to_owned),
        ..Draft::default()
    };
    let draft = draft
        .graded((!is_over).then_some(word))
        .label("state", state.as_deref())
        .label("alias", body.alias.get())
        .label("address", body.address.get())
        .label("check_command", body.check_command.get())
        .label("site", body.site.get());
    Ok(Reading::of(vec![draft]))
}
