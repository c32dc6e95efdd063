//! How quick the dashboard is: a real Chromium before the product, with ten thousand open incidents.

use std::process::Stdio;

use serde_json::{Value, json};
use tokio::process::Command;

use super::Result;
use super::admin::{Admin, EMAIL, PASSWORD, SETTINGS};
use super::bench::Bench;
use super::process::Server;

const TESTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser");
/// From a navigation with nothing kept to the first incident, in milliseconds.
const USABLE: f64 = 1000.0;
/// Of JavaScript, compressed, in KiB.
const SCRIPT: f64 = 250.0;
/// Between two frames, in milliseconds.
const FRAME: f64 = 100.0;
/// Of a core.
const SHARE: f64 = 0.5;

/// What the browser measures.
pub async fn dashboard(bench: &mut Bench) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let server = Server::product_with(directory.path(), &SETTINGS)?;
    let mut admin = Admin::log_in(&server.address).await?;
    let limit = json!({"requests_per_minute": 10_000_000, "burst_size": 10_000_000});
    let wanted = json!({"name": "Bench", "id": "comp-bench", "rate_limit": limit});
    let company = admin.post("/api/companies", &wanted).await?;
    let scene = json!({
        "name": "measure", "url": server.address, "companies": [company],
        "admin": {"email": EMAIL, "password": PASSWORD}, "pictures": directory.path().join("pictures"),
    });
    let home = Command::new(format!("{TESTS}/install.sh")).output().await?;
    let output = Command::new("node")
        .arg(format!("{TESTS}/measure.mjs"))
        .env("SCENE", scene.to_string())
        .env("BROWSER_HOME", String::from_utf8(home.stdout)?.trim())
        .stdin(Stdio::null())
        .output()
        .await?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let measured: Value = serde_json::from_slice(&output.stdout)?;
    let figure = |name: &str| measured[name].as_f64().ok_or_else(|| format!("no {name}"));
    let cold = format!("nothing kept; the slowest of five {:.0} ms", figure("slowest_ms")?);
    let at_rest = format!("10,000 open incidents; at rest {:.0} ms", figure("still_frame_ms")?);
    let busy = format!("{:.0} events a second of incidents", figure("events_per_second")?);
    let script = figure("js_bytes")? / 1024.0;
    let rows = [
        (
            "floor: the page of the interface",
            figure("floor_ms")?,
            "ms",
            None,
            "/api/docs/".to_owned(),
        ),
        (
            "the first incident is there",
            figure("usable_ms")?,
            "ms",
            Some(USABLE),
            cold,
        ),
        ("its JavaScript", script, "KiB", Some(SCRIPT), "compressed".to_owned()),
        (
            "longest frame, scrolling",
            figure("scroll_frame_ms")?,
            "ms",
            Some(FRAME),
            at_rest.clone(),
        ),
        (
            "longest frame, filtering",
            figure("filter_frame_ms")?,
            "ms",
            Some(FRAME),
            at_rest,
        ),
        ("a tab's share of a core", figure("share")?, "cores", Some(SHARE), busy),
    ];
    for (what, value, unit, bound, note) in rows {
        bench.table.add(what, value, unit, bound, note);
    }
    Ok(())
}
