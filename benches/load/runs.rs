//! Runs: what as many as may be in flight at once cost whoever sends alerts.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::Result;
use super::admin::{Admin, SETTINGS};
use super::api::Api;
use super::bench::{Bench, load, requests};
use super::companies::{Company, found};
use super::load::{Load, Pace, Seen};
use super::process::Server;
use super::ssm::{MACHINES, Ssm, machine_of, role_of};
use super::traffic::{Traffic, signed};

const COMPANIES: usize = 4;
/// As many as the process has turns for.
const RUNS: usize = COMPANIES * MACHINES;
/// Signatures that the tenth alert comes from.
const RARE: u64 = 2_000;
/// Alerts a second, one a request.
const RATE: f64 = 1_000.0;
const WARM_UP: Duration = Duration::from_secs(2);
const LASTING: Duration = Duration::from_secs(20);
/// Of the quiet p99 how much, and how many milliseconds beyond.
const MOST: (f64, f64) = (1.25, 4.0);
/// How long runs may take to be seen to have ended: they are looked at every 30 s at last.
const ENDED_WITHIN: Duration = Duration::from_secs(60);

/// Where an incident's runs are shown.
type Shown = String;

/// Acknowledgements while nothing runs, and the same while sixteen machines are at it.
pub async fn runs(bench: &mut Bench) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let mut traffic = Traffic::new(found(directory.path(), COMPANIES).await?);
    traffic.rare = RARE;
    let traffic = Arc::new(traffic);
    let own = [("AWS_ACCESS_KEY_ID", "AKIABENCH"), ("AWS_SECRET_ACCESS_KEY", "secret")];
    let server = Server::product_with(directory.path(), &[&SETTINGS[..], &own].concat())?;
    traffic.open_all(&server, usize::MAX).await?;
    let ssm = Ssm::start()?;
    let mut admin = Admin::log_in(&server.address).await?;
    let mut incidents = Vec::new();
    for (account, company) in traffic.companies.iter().enumerate() {
        connect(&mut admin, company, account, &ssm).await?;
        for machine in 0..MACHINES {
            let incident = incident(&server, company, machine).await?;
            incidents.push((company.company_id.clone(), incident, machine_of(account, machine)));
        }
    }
    server.quiet().await?;

    let load = load(&server, requests(Arc::clone(&traffic), 1), Pace::Open(RATE));
    let mut quiet = acknowledged(&server, &load).await?;
    server.quiet().await?;
    let mut shown = Vec::new();
    for (company, incident, machine) in incidents {
        let path = |what: &str| format!("/api/incidents/{incident}/{what}?company_id={company}");
        let wanted = json!({"runbook_id": "bench-hold", "instance_ids": [machine]});
        admin.post(&path("execute-runbook-ssm"), &wanted).await?;
        shown.push(path("runs"));
    }
    let (began, looks) = (all_are(&mut admin, &shown, "sent").await?, ssm.looks());
    let mut busy = acknowledged(&server, &load).await?;
    let (still, looks) = (all_are(&mut admin, &shown, "sent").await?, ssm.looks() - looks);
    if began != still || looks == 0 {
        return Err(format!("they were not in flight all the time: {looks} looks, {began:?}, {still:?}").into());
    }
    ssm.end_all();
    until_ended(&mut admin, &shown).await?;

    let at = format!("acknowledgement p99 at {RATE:.0}/s");
    let most = MOST.0 * quiet.p99() + MOST.1;
    let (first, then) = (quiet.note(), format!("{}; looked at {looks} times", busy.note()));
    let (quiet, busy) = (quiet.p99(), busy.p99());
    bench.table.add(format!("{at}, nothing runs"), quiet, "ms", None, first);
    bench
        .table
        .add(format!("{at}, {RUNS} runs in flight"), busy, "ms", Some(most), then);
    Ok(())
}

/// What a load has seen, and what the server has spent meanwhile.
struct Acknowledged {
    seen: Seen,
    spent: Duration,
}

impl Acknowledged {
    fn p99(&mut self) -> f64 {
        self.seen.latencies.millis(0.99)
    }

    fn note(&mut self) -> String {
        let (p50, Seen { answered, refused, .. }) = (self.seen.latencies.millis(0.5), &self.seen);
        let micros = self.spent.as_secs_f64() * 1e6 / *answered as f64;
        format!("p50 {p50:.2} ms; {answered} answered, {refused} refused; {micros:.0} µs CPU each")
    }
}

/// What a load sees, once it is warm.
async fn acknowledged(server: &Server, load: &Load) -> Result<Acknowledged> {
    load.run(WARM_UP).await?;
    let before = server.cpu()?;
    let seen = load.run(LASTING).await?;
    let spent = server.cpu()? - before;
    Ok(Acknowledged { seen, spent })
}

/// Gives a company an account, and a runbook that nobody has to agree to.
async fn connect(admin: &mut Admin, company: &Company, account: usize, ssm: &Ssm) -> Result<()> {
    let id = &company.company_id;
    let settings = json!({
        "role_arn": role_of(account), "external_id": format!("bench:{account}"), "region": "eu-central-1",
        "endpoint_url": ssm.url,
    });
    admin.put(&format!("/api/companies/{id}/aws"), &settings).await?;
    let policy = json!({"low_risk_by_itself": true});
    admin.put(&format!("/api/companies/{id}/policy"), &policy).await?;
    let runbook = json!({
        "slug": "bench-hold", "title": "Hold", "description": "Takes its time.", "platform": "linux", "risk": "low",
        "script": "sleep 600\n", "dry_run": "echo 'would sleep'\n", "cool_down_seconds": 0, "blast_radius": 1,
        "timeout_seconds": 900, "idempotent": true,
    });
    admin.post(&format!("/api/runbooks?company_id={id}"), &runbook).await?;
    Ok(())
}

/// Opens an incident of its own for a machine's run.
async fn incident(server: &Server, company: &Company, machine: usize) -> Result<String> {
    let alert = json!({
        "asset_name": format!("host-{machine}"), "signature": format!("held-{machine}"), "severity": "low",
        "message": "it takes its time", "tool_source": "bench",
    });
    let mut api = Api::open(&server.address, company).await?;
    let sent = api.send(&signed(company, &alert.to_string())).await?.json()?;
    api.correlate().await?;
    let alert = sent["alert_id"].as_str().ok_or("no alert id")?;
    let shown = api.get(&format!("/api/alerts/{alert}")).await?;
    Ok(shown["incident_id"].as_str().ok_or("no incident")?.to_owned())
}

/// The one run of each incident, which has to have this status.
async fn all_are(admin: &mut Admin, shown: &[Shown], status: &str) -> Result<Vec<String>> {
    let mut runs = Vec::new();
    for path in shown {
        let items = admin.get(path).await?["items"].take();
        let [run] = items.as_array().map(Vec::as_slice).unwrap_or_default() else {
            return Err(format!("{path} does not show one run: {items}").into());
        };
        if run["status"] != status {
            return Err(format!("a run is not {status}: {run}").into());
        }
        runs.push(run["run_id"].as_str().unwrap_or_default().to_owned());
    }
    match runs.len() {
        RUNS => Ok(runs),
        other => Err(format!("{other} runs instead of {RUNS}").into()),
    }
}

/// Waits until every run has ended well.
async fn until_ended(admin: &mut Admin, shown: &[Shown]) -> Result<Vec<String>> {
    let began = std::time::Instant::now();
    loop {
        match all_are(admin, shown, "succeeded").await {
            Err(_) if began.elapsed() < ENDED_WITHIN => tokio::time::sleep(Duration::from_millis(500)).await,
            ended => return ended,
        }
    }
}
