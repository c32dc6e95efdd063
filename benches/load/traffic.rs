//! What is sent: bodies of about 1 KiB, each unique, signed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use alert_whisperer::ingest::signature;

use super::Result;
use super::client::{Connection, request};
use super::companies::Company;
use super::process::Server;

/// Signatures that make up nine alerts of ten.
pub const HOT: u64 = 200;
/// Signatures that the tenth comes from, unless it is said otherwise.
const RARE: u64 = 20_000;
pub const SEVERITIES: [&str; 4] = ["low", "medium", "high", "critical"];

/// Whose trouble an alert is, and which. Hot and rare ones are dealt out over the companies.
#[derive(Clone, Copy)]
pub enum Trouble {
    Hot(u64),
    Rare(u64),
    New(u64),
}

/// What an alert says, of which no other says the same.
fn words(serial: u64) -> String {
    let words = "something is wrong here, and it does not look as if it were going to end by itself soon; ".repeat(7);
    format!("{serial:020} {words}")
}

/// Troubles in the mix of the bounds, for whoever has a form of his own for them.
pub struct Troubles {
    rare: u64,
    serial: AtomicU64,
}

impl Troubles {
    /// The tenth of so many.
    pub fn new(rare: u64) -> Self {
        Self {
            rare,
            serial: AtomicU64::new(0),
        }
    }

    /// How many there have been.
    pub fn serial(&self) -> u64 {
        self.serial.load(Ordering::Relaxed)
    }

    /// The next: of which kind, which of them, and what is said of it.
    pub fn next(&self) -> (&'static str, u64, String) {
        let serial = self.serial.fetch_add(1, Ordering::Relaxed);
        let chance = mix(serial);
        match chance % 10 {
            0 => ("rare", (chance >> 8) % self.rare, words(serial)),
            _ => ("trouble", (chance >> 8) % HOT, words(serial)),
        }
    }
}

/// Where alerts come from.
pub struct Traffic {
    pub companies: Vec<Company>,
    /// Whether each alert is a trouble of its own, of any severity.
    pub unique: bool,
    /// Signatures that the tenth alert comes from.
    pub rare: u64,
    serial: AtomicU64,
}

impl Traffic {
    pub fn new(companies: Vec<Company>) -> Self {
        Self {
            companies,
            unique: false,
            rare: RARE,
            serial: AtomicU64::new(0),
        }
    }

    /// A request of so many alerts, in the mix of the bounds.
    pub fn next(&self, batch: usize) -> Vec<u8> {
        let first = self.trouble();
        let company = self.company_of(first);
        // With many companies a body's alerts are repeats of its first, because it has one sender.
        let others = (1..batch).map(|_| match self.companies.len() {
            1 => self.trouble(),
            _ => first,
        });
        let alerts: Vec<String> = std::iter::once(first).chain(others).map(|it| self.alert(it)).collect();
        signed(company, &body(&alerts))
    }

    /// A request with one alert of this trouble.
    pub fn about(&self, trouble: Trouble) -> Vec<u8> {
        signed(self.company_of(trouble), &body(&[self.alert(trouble)]))
    }

    fn trouble(&self) -> Trouble {
        let chance = mix(self.serial.fetch_add(1, Ordering::Relaxed));
        match chance % 10 {
            _ if self.unique => Trouble::New(chance),
            0 => Trouble::Rare((chance >> 8) % self.rare),
            _ => Trouble::Hot((chance >> 8) % HOT),
        }
    }

    fn company_of(&self, trouble: Trouble) -> &Company {
        let companies = self.companies.len() as u64;
        let place = match trouble {
            Trouble::Hot(n) if companies > HOT => n * (companies / HOT),
            Trouble::Hot(n) | Trouble::Rare(n) | Trouble::New(n) => n % companies,
        };
        &self.companies[place as usize]
    }

    fn alert(&self, trouble: Trouble) -> String {
        let serial = self.serial.fetch_add(1, Ordering::Relaxed);
        let (name, n, severity) = match trouble {
            Trouble::Hot(n) => ("trouble", n, "high"),
            Trouble::Rare(n) => ("rare", n, "high"),
            Trouble::New(n) => ("new", n, SEVERITIES[(n >> 60) as usize % 4]),
        };
        let words = words(serial);
        format!(
            r#"{{"asset_name":"web-{}","signature":"{name}-{n}","severity":"{severity}","message":"{words}","tool_source":"bench","labels":{{"datacenter":"eu-1","team":"platform","run":"{serial:032}"}}}}"#,
            n % 20,
        )
    }

    /// Opens an incident for every hot and every rare signature, and waits until all are decided: after
    /// each `at_once` of them, so that none has to wait for room among the live ones.
    pub async fn open_all(&self, server: &Server, at_once: usize) -> Result<()> {
        let mut connection = Connection::open(&server.address).await?;
        let mut sent = 0;
        let hot = (0..HOT).map(Trouble::Hot);
        let mut by_company: Vec<Vec<String>> = vec![Vec::new(); self.companies.len()];
        for trouble in hot.chain((0..self.rare).map(Trouble::Rare)) {
            let company = self.company_of(trouble);
            let place = self.companies.iter().position(|other| std::ptr::eq(other, company));
            by_company[place.unwrap_or_default()].push(self.alert(trouble));
        }
        for (company, alerts) in self.companies.iter().zip(by_company) {
            for alerts in alerts.chunks(100) {
                connection.send(&signed(company, &body(alerts))).await?.ok()?;
                sent += alerts.len();
                if sent >= at_once {
                    server.quiet().await?;
                    sent = 0;
                }
            }
        }
        server.quiet().await
    }
}

/// One alert is sent as itself, more as an array.
pub fn body(alerts: &[String]) -> String {
    match alerts {
        [alert] => alert.clone(),
        alerts => format!("[{}]", alerts.join(",")),
    }
}

/// A webhook request.
pub fn signed(company: &Company, body: &str) -> Vec<u8> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let timestamp = now.as_secs().to_string();
    let signature = signature::sign(&company.secret, &timestamp, body.as_bytes());
    let headers = [
        ("x-api-key", company.api_key.as_str()),
        ("x-timestamp", &timestamp),
        ("x-signature", &signature),
    ];
    request("POST", "/api/webhooks/alerts", &headers, body)
}

/// SplitMix64: the same troubles in every run.
pub fn mix(n: u64) -> u64 {
    let mut x = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
