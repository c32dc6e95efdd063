//! A storm of a company whose assets depend on each other, made from a seed, of which it is known what has caused what:
//! faults that cascade along the topology, noise that has nothing to do with them, flapping, several tools that tell the
//! same in their own words, clocks that go wrong, recoveries that come late or never.
//!
//! Each site has a switch, hosts that hang on it, machines on the hosts, and services of three layers (web on app on
//! database) spread over the machines. A fault befalls one of them; what depends on it follows within minutes, most of
//! it, in symptoms of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use actors::domain::asset::{Asset, Traits};
use actors::domain::{Alert, AlertId, CompanyId, NewAlert, Severity, Signal, Timestamp};
use uuid::Uuid;

/// The seed of all figures.
pub const SEED: u64 = 20_261_127;
/// When it begins.
const BEGIN: i64 = 1_790_000_000_000;
/// How long it lasts, in seconds.
const LASTS: u64 = 12 * 3600;
const SITES: u64 = 6;
const HOSTS: u64 = 4;
const SERVICES: u64 = 6;
/// Faults that cascade, faults of one asset alone, assets that flap.
const CAUSES: u64 = 30;
const NOISE: u64 = 60;
const FLAPS: u64 = 6;
/// For how long after its end a trouble is not told of as another, in seconds.
const QUIET: u64 = 300;
/// How many of a hundred dependents show a symptom.
const FOLLOW: u64 = 85;

/// A storm.
pub struct Storm {
    /// What the company has.
    pub assets: Vec<Asset>,
    /// In the order in which they come.
    pub alerts: Vec<Alert>,
    /// What has caused each, by its `no`.
    pub cause: BTreeMap<u64, u64>,
}

/// Numbers that are the same for the same seed (SplitMix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len() as u64) as usize]
    }
}

/// What an asset is, and so what it complains of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Switch,
    Host,
    Machine,
    Database,
    App,
    Web,
}

impl Kind {
    /// As its own fault, by the tools that watch it.
    fn faults(self) -> &'static [&'static str] {
        match self {
            Self::Switch => &["link down", "fan failed"],
            Self::Host => &["host unreachable", "ipmi power"],
            Self::Machine => &["disk full", "out of memory"],
            Self::Database => &["too many connections", "replication stopped"],
            Self::App => &["crash loop", "queue full"],
            Self::Web => &["certificate expired", "config invalid"],
        }
    }

    /// As what it suffers from another's fault.
    fn symptoms(self) -> &'static [&'static str] {
        match self {
            Self::Switch => &["link down"],
            Self::Host => &["host unreachable", "heartbeat missing"],
            Self::Machine => &["ping failed", "agent silent"],
            Self::Database => &["database down", "slow queries"],
            Self::App => &["connection refused", "timeouts"],
            Self::Web => &["http 5xx", "latency high"],
        }
    }
}

/// One trouble of one asset, as all its tools tell it.
struct Trouble {
    asset: usize,
    signature: &'static str,
    cause: u64,
    /// Seconds from the storm's begin.
    from: u64,
    lasts: u64,
    severity: Severity,
}

struct World {
    assets: Vec<Asset>,
    kinds: Vec<Kind>,
    sites: Vec<u64>,
    needed_by: Vec<Vec<usize>>,
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            assets: Vec::new(),
            kinds: Vec::new(),
            sites: Vec::new(),
            needed_by: Vec::new(),
        };
        for site in 0..SITES {
            let switch = world.add(site, format!("s{site}-switch"), Kind::Switch, &[]);
            let hosts: Vec<usize> = (0..HOSTS)
                .map(|no| world.add(site, format!("s{site}-host-{no}"), Kind::Host, &[switch]))
                .collect();
            for service in 0..SERVICES {
                let machine = |world: &mut Self, layer: &str, no: u64| {
                    let host = hosts[((service * 3 + no) % HOSTS) as usize];
                    world.add(site, format!("s{site}-vm-{layer}-{service}"), Kind::Machine, &[host])
                };
                let (db, app, web) = (
                    machine(&mut world, "db", 0),
                    machine(&mut world, "app", 1),
                    machine(&mut world, "web", 2),
                );
                let database = world.add(site, format!("s{site}-db-{service}"), Kind::Database, &[db]);
                let app = world.add(site, format!("s{site}-app-{service}"), Kind::App, &[app, database]);
                world.add(site, format!("s{site}-web-{service}"), Kind::Web, &[web, app]);
            }
        }
        world
    }

    fn add(&mut self, site: u64, name: String, kind: Kind, needs: &[usize]) -> usize {
        let depends_on = needs.iter().map(|place| self.assets[*place].name.clone()).collect();
        let place = self.assets.len();
        self.assets.push(Asset {
            name,
            traits: Traits {
                criticality: None,
                depends_on,
            },
        });
        self.kinds.push(kind);
        self.sites.push(site);
        self.needed_by.push(Vec::new());
        needs.iter().for_each(|needed| self.needed_by[*needed].push(place));
        place
    }

    /// A fault, and what it does to those that depend on it.
    fn cascade(&self, chance: &mut Chance, cause: u64, follow: u64) -> Vec<Trouble> {
        let root = chance.below(self.assets.len() as u64) as usize;
        let (from, lasts) = (chance.below(LASTS - 3_600), 600 + chance.below(2_400));
        let faults = self.kinds[root].faults();
        let signature = faults[chance.below(faults.len() as u64) as usize];
        let mut troubles = vec![Trouble {
            asset: root,
            signature,
            cause,
            // A cause is often found out after what it does.
            from: from + chance.below(60),
            lasts,
            severity: Severity::Critical,
        }];
        let (mut waiting, mut seen) = (vec![root], vec![root]);
        while let Some(place) = waiting.pop() {
            for effect in &self.needed_by[place] {
                if seen.contains(effect) || chance.below(100) >= follow {
                    continue;
                }
                seen.push(*effect);
                waiting.push(*effect);
                for symptom in self.kinds[*effect].symptoms() {
                    if chance.below(3) > 0 {
                        troubles.push(Trouble {
                            asset: *effect,
                            signature: symptom,
                            cause,
                            from: from + 5 + chance.below(240),
                            lasts: lasts - chance.below(300),
                            severity: *chance.one(&[Severity::Medium, Severity::High]),
                        });
                    }
                }
            }
        }
        troubles
    }
}

impl Storm {
    /// The storm of a seed.
    pub fn new(company: &CompanyId, seed: u64) -> Self {
        let (world, mut chance) = (World::new(), Chance(seed));
        let mut sent: Vec<(u64, NewAlert, u64)> = Vec::new();
        // Whose alert fires already is not told of again: what two causes do alike is the first one's.
        let mut fires: BTreeMap<(usize, &str), u64> = BTreeMap::new();
        let mut all: Vec<Trouble> = Vec::new();
        for cause in 0..CAUSES + NOISE {
            let follow = if cause < CAUSES { FOLLOW } else { 0 };
            for trouble in world.cascade(&mut chance, cause, follow) {
                all.push(trouble);
            }
        }
        all.sort_by_key(|trouble| trouble.from);
        for trouble in all {
            let until = fires.entry((trouble.asset, trouble.signature)).or_default();
            if trouble.from >= *until {
                *until = trouble.from + trouble.lasts + QUIET;
                tell(&mut sent, &mut chance, &world, &trouble);
            }
        }
        for cause in CAUSES + NOISE..CAUSES + NOISE + FLAPS {
            let [trouble] = &world.cascade(&mut chance, cause, 0)[..] else {
                continue;
            };
            for turn in 0..12 {
                let short = Trouble {
                    from: trouble.from + turn * 90,
                    lasts: 45,
                    ..*trouble
                };
                tell_as(&mut sent, &mut chance, &world, &short, "prometheus");
            }
        }
        // The same moment in the order of their making, so that one seed is one storm.
        sent.sort_by_key(|(at, _, _)| *at);
        let mut cause = BTreeMap::new();
        let alerts = (1..).zip(sent).map(|(no, (at, mut alert, of))| {
            alert.alert_id = AlertId(Uuid::from_u128(u128::from(no)));
            cause.insert(no, of);
            Alert {
                no,
                company_id: company.clone(),
                received_at: Timestamp::from_millis(BEGIN + at as i64),
                delivery_id: None,
                sent: Arc::new(alert),
            }
        });
        Self {
            alerts: alerts.collect(),
            cause,
            assets: world.assets,
        }
    }
}

/// One trouble, by one tool or two.
fn tell(sent: &mut Vec<(u64, NewAlert, u64)>, chance: &mut Chance, world: &World, trouble: &Trouble) {
    tell_as(sent, chance, world, trouble, "prometheus");
    if chance.below(4) == 0 {
        tell_as(sent, chance, world, trouble, "zabbix");
    }
}

/// Firing, the same again every five minutes, and its end, which one in twenty never tells.
fn tell_as(
    sent: &mut Vec<(u64, NewAlert, u64)>,
    chance: &mut Chance,
    world: &World,
    trouble: &Trouble,
    tool: &'static str,
) {
    let name = &world.assets[trouble.asset].name;
    // A second tool has its own words.
    let signature = match tool {
        "zabbix" => format!("Problem: {}", trouble.signature),
        _ => trouble.signature.to_owned(),
    };
    let site = format!("s{}", world.sites[trouble.asset]);
    let skew = *chance.one(&[0, 0, 0, 2_000, -45_000_i64]);
    let moment = |seconds: u64| Some(Timestamp::from_millis(BEGIN + (seconds * 1_000) as i64 + skew));
    let alert = |status: Signal, ends: Option<Timestamp>| NewAlert {
        alert_id: AlertId(Uuid::nil()),
        asset_name: name.clone(),
        signature: signature.clone(),
        severity: trouble.severity,
        message: format!("{signature} on {name}"),
        tool_source: Some(tool.to_owned()),
        status,
        fingerprint: Some(format!("{tool}/{name}/{signature}")),
        starts_at: moment(trouble.from),
        ends_at: ends,
        labels: [("site".to_owned(), site.clone())].into(),
        url: None,
        unsigned: false,
    };
    let end = trouble.from + trouble.lasts;
    let mut at = trouble.from;
    while at < end {
        let on_its_way = chance.below(4_000);
        sent.push((at * 1_000 + on_its_way, alert(Signal::Firing, None), trouble.cause));
        at += 300;
    }
    if chance.below(20) > 0 {
        let late = *chance.one(&[0, 0, 0, 20_000]);
        sent.push((end * 1_000 + late, alert(Signal::Resolved, moment(end)), trouble.cause));
    }
}
