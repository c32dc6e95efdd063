//! What grouping an alert costs on one core, without a store: among many open incidents, under the company's own rules;
//! and how fast recorded alerts are placed once more.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actors::correlator::index::Index;
use actors::correlator::plan::{Mint, Plan};
use actors::correlator::replay::Replay;
use actors::correlator::rules::Rules;
use actors::correlator::topology::Topology;
use actors::domain::ids::EntryId;
use actors::domain::{Alert, AlertId, CompanyId, Correlation, IncidentId, NewAlert, Rule, Severity, Signal, Timestamp};
use serde_json::json;
use uuid::Uuid;

use super::Result;
use super::bench::Bench;

const OPEN: u64 = 100_000;
const PLACED: u64 = 20_000;
const REPLAYED: u64 = 400_000;
const RULES: usize = 200;
const BATCH: usize = 64;
/// Of each rule, by its number, what it is for.
type Text<'a> = &'a dyn Fn(usize) -> String;

/// Microseconds.
const INDEXED: f64 = 20.0;
const EVALUATED: f64 = 200.0;
/// Microseconds an alert, which is 200,000 a second.
const REPLAY: f64 = 5.0;

/// Placing under rules that are found by what they write out, and under as many that all have to be worked out; in batches
/// as the correlator's, four of five alerts about what is known already, the fifth about something new.
pub fn grouping(bench: &mut Bench) -> Result<()> {
    let company: CompanyId = "comp-bench".parse()?;
    let written = |no: usize| format!("labels.team == 'team-{no}' && severity in ['high', 'critical']");
    let worked = |no: usize| match no % 2 {
        0 => format!("signature.contains('{no} of no kind')"),
        _ => format!("message.matches('^{no} nothing$')"),
    };
    let kinds: [(&str, Option<Text>, f64); 3] = [
        ("no rules", None, INDEXED),
        ("200 rules that write out a label", Some(&written), INDEXED),
        ("200 rules that are all worked out", Some(&worked), EVALUATED),
    ];
    for (what, text, most) in kinds {
        let rules = match text {
            Some(text) => rules(text)?,
            None => Rules::default(),
        };
        let (mut index, mut mint) = (
            Index::new(Correlation::default(), rules, Topology::default()),
            Numbers(0),
        );
        let open: Vec<Alert> = (1..=OPEN)
            .map(|no| alert(&company, no, 1, &format!("host-{no}"), 0))
            .collect();
        open.chunks(BATCH).for_each(|some| place(&mut index, &mut mint, some));
        let alerts: Vec<Alert> = (OPEN + 1..=OPEN + PLACED)
            .map(|no| {
                let kind = if no % 5 == 0 { no } else { 0 };
                alert(
                    &company,
                    no,
                    2 + no - OPEN,
                    &format!("host-{}", no * 7 % OPEN + 1),
                    kind,
                )
            })
            .collect();
        let began = Instant::now();
        alerts.chunks(BATCH).for_each(|some| place(&mut index, &mut mint, some));
        let each = began.elapsed().as_secs_f64() * 1e6 / PLACED as f64;
        let note = format!("{} incidents open, {BATCH} a batch", index.len());
        bench
            .table
            .add(format!("an alert placed, {what}"), each, "µs", Some(most), note);
    }
    let mut replay = Replay::new(
        company.clone(),
        Correlation::default(),
        Rules::default(),
        Topology::default(),
    );
    // A thousand hosts, each in one kind of trouble, told again and again, and in another after a while.
    let alerts: Vec<Alert> = (1..=REPLAYED)
        .map(|no| alert(&company, no, no * 50, &format!("host-{}", no % 1_000), no / 50_000))
        .collect();
    let began = Instant::now();
    alerts.iter().for_each(|alert| replay.place(alert));
    let each = began.elapsed().as_secs_f64() * 1e6 / REPLAYED as f64;
    let note = format!(
        "{:.0} alerts a second, {} incidents",
        1e6 / each,
        replay.incidents().len()
    );
    bench
        .table
        .add("an alert replayed, default rules", each, "µs", Some(REPLAY), note);
    Ok(())
}

fn place(index: &mut Index, mint: &mut Numbers, alerts: &[Alert]) {
    let now = alerts.last().map(|alert| alert.received_at).unwrap_or_default();
    let mut plan = Plan::new(index, mint, now);
    alerts.iter().for_each(|alert| plan.place(alert));
    std::hint::black_box(plan.finish(0));
}

struct Numbers(u128);

impl Mint for Numbers {
    fn incident(&mut self) -> IncidentId {
        self.0 += 1;
        IncidentId::from_uuid(Uuid::from_u128(self.0))
    }

    fn entry(&mut self) -> EntryId {
        self.0 += 1;
        EntryId::from_uuid(Uuid::from_u128(self.0))
    }
}

fn rules(text: Text) -> Result<Rules> {
    let rule = |no| {
        serde_json::from_value::<Rule>(json!({
            "name": format!("rule {no}"), "match": text(no), "group_by": ["asset", "labels.team"],
        }))
    };
    let all: std::result::Result<Vec<Rule>, _> = (0..RULES).map(rule).collect();
    Ok(Rules::compile(&all?)?)
}

fn alert(company: &CompanyId, no: u64, at: u64, host: &str, kind: u64) -> Alert {
    let sent = NewAlert {
        alert_id: AlertId(Uuid::from_u128(u128::from(no))),
        asset_name: host.to_owned(),
        signature: format!("disk {kind}"),
        severity: Severity::High,
        message: "the disk is nearly full".to_owned(),
        tool_source: Some("prometheus".to_owned()),
        status: Signal::Firing,
        fingerprint: None,
        starts_at: None,
        ends_at: None,
        labels: [
            ("team".to_owned(), format!("team-{}", no % (2 * RULES as u64))),
            ("env".to_owned(), "prod".to_owned()),
            ("job".to_owned(), "node".to_owned()),
        ]
        .into(),
        url: None,
        unsigned: false,
    };
    Alert {
        no,
        company_id: company.clone(),
        received_at: Timestamp::from_millis(1_790_000_000_000).plus(Duration::from_millis(at)),
        delivery_id: None,
        sent: Arc::new(sent),
    }
}
