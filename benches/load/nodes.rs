//! What sharing costs: the same load over one MongoDB with one node, two and three.
//!
//! Alerts come to all nodes alike, whosever company they are of. Nodes are started anew for each measurement, so that
//! what they have in memory is no matter of the order. All of them, the database and the generator share this machine's
//! cores: what is found out is what an alert costs more where nodes are added, not how much more they take together.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use alert_whisperer::clock::SystemClock;
use alert_whisperer::store::MongoStore;
use futures::TryStreamExt;
use mongodb::bson::{Document, doc};
use tempfile::TempDir;
use tokio::time::sleep;

use super::Result;
use super::bench::{Bench, MEASURED, requests};
use super::companies::found_in;
use super::load::{Latencies, Load, Pace, Seen};
use super::mongo::Database;
use super::process::{Server, busy, cpu_of};
use super::traffic::Traffic;

const COMPANIES: usize = 20;
const NAMES: [&str; 3] = ["one", "two", "three"];
/// Each number of nodes has so many turns, one after the other, so that what else the machine does befalls all alike.
const TURNS: usize = 3;
const WARM_UP: Duration = Duration::from_secs(3);
/// Of our processes' CPU for each alert: two nodes beside one.
const MOST: f64 = 1.15;
/// From a node's death until others have what it had, in seconds.
const MOVED_WITHIN: f64 = 8.0;
/// Alerts followed until they are placed, a second: so few that the looks at them are no load of their own.
const FOLLOWED: f64 = 5.0;
/// How long anything is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(20);

/// One node, two and three, at a rate that one sustains, and then at what they take.
pub async fn nodes(bench: &mut Bench) -> Result<()> {
    let cluster = Cluster::found().await?;
    let rate = match std::env::var("NODES_RATE") {
        Ok(rate) => rate.parse()?,
        Err(_) => cluster.half_rate().await?,
    };
    let mut all: [Figures; NAMES.len()] = Default::default();
    for turn in 0..TURNS {
        for (count, figures) in (1..).zip(&mut all) {
            let mut running = cluster.start(count).await?;
            cluster.sustain(&running, rate, figures).await?;
            cluster.follow(&running, rate, figures).await?;
            if turn + 1 == TURNS {
                figures.most = Some(cluster.saturate(&running).await?);
            }
            if count == NAMES.len() {
                let gone = running.remove(turn % count);
                let (name, moved) = cluster.kill(gone, &running, rate).await?;
                eprintln!("    {name} was killed, its companies had others after {moved:.1} s");
                figures.moved.push(moved);
            }
            running.into_iter().try_for_each(|node| node.server.stop())?;
        }
    }
    tell(bench, rate, &mut all);
    cluster.database.remove().await
}

/// A node that runs.
struct Node {
    name: &'static str,
    server: Server,
}

/// The companies, and a directory for each node.
struct Cluster {
    database: Database,
    traffic: Arc<Traffic>,
    directories: Vec<TempDir>,
}

/// What was measured with so many nodes.
#[derive(Default)]
struct Figures {
    /// Each turn's, for an alert, in microseconds.
    ours: Vec<f64>,
    mongod: Vec<f64>,
    /// Transactions for an alert.
    transactions: Vec<f64>,
    /// What the machine did for others, of all that it did.
    others: Vec<f64>,
    refused: u64,
    latencies: Latencies,
    settled: Latencies,
    most: Option<Most>,
    /// Seconds.
    moved: Vec<f64>,
}

/// What so many nodes take, and whose CPU it is, in cores.
struct Most {
    rate: f64,
    refused: u64,
    behind: Duration,
    spent: Spent,
}

/// CPU so far, or between two times.
#[derive(Clone, Debug)]
struct Spent {
    ours: f64,
    mongod: f64,
    generator: f64,
    /// Everybody's.
    all: f64,
    at: Instant,
    seconds: f64,
}

impl Spent {
    fn so_far(nodes: &[Node], database: &Database) -> Result<Self> {
        let ours = nodes.iter().map(|node| node.server.cpu());
        let ours = ours.sum::<Result<Duration>>()?;
        Ok(Self {
            ours: ours.as_secs_f64(),
            mongod: database.cpu()?.as_secs_f64(),
            generator: cpu_of(std::process::id())?.as_secs_f64(),
            all: busy()?.as_secs_f64(),
            at: Instant::now(),
            seconds: 0.0,
        })
    }

    /// Since then.
    fn since(nodes: &[Node], database: &Database, before: &Self) -> Result<Self> {
        let now = Self::so_far(nodes, database)?;
        Ok(Self {
            ours: now.ours - before.ours,
            mongod: now.mongod - before.mongod,
            generator: now.generator - before.generator,
            all: now.all - before.all,
            at: now.at,
            seconds: (now.at - before.at).as_secs_f64(),
        })
    }

    /// What was neither ours nor the database's nor the generator's, of all.
    fn others(&self) -> f64 {
        (self.all - self.ours - self.mongod - self.generator) / self.all
    }
}

impl Cluster {
    /// With every incident of the mix opened and decided by one node.
    async fn found() -> Result<Self> {
        let database = Database::new().await?;
        let mut directories = Vec::new();
        for name in NAMES {
            let directory = tempfile::tempdir()?;
            // So that which companies belong to it is no matter of luck.
            std::fs::write(directory.path().join("node"), name)?;
            directories.push(directory);
        }
        let store = MongoStore::open(&database.url, Arc::new(SystemClock)).await?;
        let first: &Path = directories[0].path();
        let companies = found_in(&*store, first, COMPANIES).await?;
        store.close().await;
        for other in &directories[1..] {
            std::fs::copy(first.join("secret.key"), other.path().join("secret.key"))?;
        }
        let mut traffic = Traffic::new(companies);
        if let Ok(rare) = std::env::var("NODES_RARE") {
            traffic.rare = rare.parse()?;
        }
        let cluster = Self {
            database,
            traffic: Arc::new(traffic),
            directories,
        };
        let one = cluster.start(1).await?;
        cluster.traffic.open_all(&one[0].server, usize::MAX).await?;
        one.into_iter().try_for_each(|node| node.server.stop())?;
        Ok(cluster)
    }

    /// So many nodes that know of each other, each with its share of the companies, and warm.
    async fn start(&self, count: usize) -> Result<Vec<Node>> {
        let mut nodes = Vec::new();
        for (name, directory) in NAMES.into_iter().zip(&self.directories).take(count) {
            let server = Server::node(directory.path(), &self.database.url)?;
            nodes.push(Node { name, server });
        }
        let load = self.load(&nodes, Pace::Open(200.0));
        // Each company has something to do, and so comes to where it belongs.
        let shared = async {
            load.run(WARM_UP).await?;
            let began = Instant::now();
            while began.elapsed() < PATIENCE {
                let shares = self.shares().await?;
                if nodes.iter().all(|node| shares.contains_key(node.name)) && shares.len() == count {
                    eprintln!("    {count} nodes: {shares:?}");
                    return Ok(());
                }
                load.run(Duration::from_secs(1)).await?;
            }
            Err::<(), super::BenchError>("nodes do not share the companies".into())
        };
        shared.await?;
        Ok(nodes)
    }

    /// How many companies each node has.
    async fn shares(&self) -> Result<BTreeMap<String, usize>> {
        let ids: Vec<&str> = self.traffic.companies.iter().map(|it| it.company_id.as_str()).collect();
        let heads = self.database.collection("heads");
        let found = heads
            .find(doc! { "_id": { "$in": ids } })
            .projection(doc! { "owner": 1 });
        let mut shares = BTreeMap::new();
        for head in found.await?.try_collect::<Vec<Document>>().await? {
            *shares
                .entry(head.get_str("owner").unwrap_or_default().to_owned())
                .or_default() += 1;
        }
        Ok(shares)
    }

    /// To all nodes alike.
    fn load(&self, nodes: &[Node], pace: Pace) -> Load {
        Load {
            addresses: nodes.iter().map(|node| node.server.address.clone()).collect(),
            next: requests(Arc::clone(&self.traffic), 1),
            pace,
            proof: "",
            follow: None,
        }
    }

    /// Waits until every alert is placed and every commit in order.
    async fn is_done(&self) -> Result<()> {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            let waiting = doc! { "state": "received" };
            let alert = self.database.collection("alerts").find_one(waiting).await?;
            let note = self.database.collection("outbox").find_one(doc! {}).await?;
            if alert.is_none() && note.is_none() {
                return Ok(());
            }
            sleep(LOOK).await;
        }
        Err("alerts were not placed".into())
    }

    /// Half of what one node takes.
    async fn half_rate(&self) -> Result<f64> {
        let one = self.start(1).await?;
        self.load(&one, Pace::Closed).run(WARM_UP).await?;
        let most = self.saturate(&one).await?;
        eprintln!("    one node takes {:.0}/s; {:?}", most.rate, most.spent);
        one.into_iter().try_for_each(|node| node.server.stop())?;
        Ok((most.rate / 2.0 / 50.0).floor() * 50.0)
    }

    /// Runs a load until all that it brought is worked off: what it cost.
    async fn cost(&self, nodes: &[Node], load: &Load) -> Result<(Seen, Spent, i64)> {
        load.run(WARM_UP).await?;
        self.is_done().await?;
        let (before, transactions) = (
            Spent::so_far(nodes, &self.database)?,
            self.database.transactions().await?,
        );
        let seen = load.run(MEASURED).await?;
        self.is_done().await?;
        let spent = Spent::since(nodes, &self.database, &before)?;
        Ok((seen, spent, self.database.transactions().await? - transactions))
    }

    /// At the rate that one node sustains.
    async fn sustain(&self, nodes: &[Node], rate: f64, figures: &mut Figures) -> Result<()> {
        let (seen, spent, transactions) = self.cost(nodes, &self.load(nodes, Pace::Open(rate))).await?;
        let alerts = seen.answered as f64;
        figures.ours.push(spent.ours * 1e6 / alerts);
        figures.mongod.push(spent.mongod * 1e6 / alerts);
        figures.transactions.push(transactions as f64 / alerts);
        figures.others.push(spent.others());
        figures.refused += seen.refused;
        figures.latencies.gather(seen.latencies);
        eprintln!(
            "    {} nodes: ours {:.0} µs, mongod {:.0} µs, {:.2} transactions an alert; others {:.0} %",
            nodes.len(),
            spent.ours * 1e6 / alerts,
            spent.mongod * 1e6 / alerts,
            transactions as f64 / alerts,
            spent.others() * 100.0
        );
        Ok(())
    }

    /// The same with some of the alerts followed until they are placed, which costs by itself.
    async fn follow(&self, nodes: &[Node], rate: f64, figures: &mut Figures) -> Result<()> {
        let mut load = self.load(nodes, Pace::Open(rate));
        load.follow = Some((rate / FOLLOWED).max(1.0) as u64);
        figures.settled.gather(load.run(MEASURED).await?.settled);
        self.is_done().await
    }

    /// As much as they take.
    async fn saturate(&self, nodes: &[Node]) -> Result<Most> {
        let before = Spent::so_far(nodes, &self.database)?;
        let seen = self.load(nodes, Pace::Closed).run(MEASURED).await?;
        let spent = Spent::since(nodes, &self.database, &before)?;
        let ended = Instant::now();
        self.is_done().await?;
        Ok(Most {
            rate: seen.answered as f64 / MEASURED.as_secs_f64(),
            refused: seen.refused,
            behind: ended.elapsed(),
            spent,
        })
    }

    /// Kills a node while alerts come to the others: how long it takes until all of its companies have another owner.
    async fn kill(&self, gone: Node, left: &[Node], rate: f64) -> Result<(&'static str, f64)> {
        let name = gone.name;
        let load = self.load(left, Pace::Open(rate / 2.0));
        let watched = async {
            sleep(Duration::from_secs(1)).await;
            // It is killed when dropped.
            drop(gone);
            let killed = Instant::now();
            while killed.elapsed() < PATIENCE {
                if !self.shares().await?.contains_key(name) {
                    return Ok(killed.elapsed().as_secs_f64());
                }
                sleep(LOOK).await;
            }
            Err::<f64, super::BenchError>("nobody has taken its companies".into())
        };
        let (seen, moved) = tokio::join!(load.run(Duration::from_secs(10)), watched);
        seen?;
        self.is_done().await?;
        Ok((name, moved?))
    }
}

fn middle(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

fn listed(figures: &[f64]) -> String {
    let figures: Vec<String> = figures.iter().map(|figure| format!("{figure:.0}")).collect();
    figures.join(", ")
}

/// Puts everything into the table.
fn tell(bench: &mut Bench, rate: f64, all: &mut [Figures; NAMES.len()]) {
    let alone = middle(&all[0].ours);
    for (count, figures) in (1..).zip(all) {
        let of = |what: &str| format!("nodes: {count}, {what}");
        let table = &mut bench.table;
        let ours = middle(&figures.ours);
        let others: Vec<f64> = figures.others.iter().map(|share| share * 100.0).collect();
        let note = format!(
            "{:.2} times one node's; turns {}; {:.2} transactions an alert; {} % of the machine's work was others'",
            ours / alone,
            listed(&figures.ours),
            middle(&figures.transactions),
            listed(&others)
        );
        let bound = (count == 2).then_some(MOST * alone);
        table.add(
            of(&format!("accept and place at {rate:.0}/s")),
            ours,
            "µs CPU",
            bound,
            note,
        );
        let note = format!("turns {}", listed(&figures.mongod));
        table.add(
            of("the database's share"),
            middle(&figures.mongod),
            "µs CPU",
            None,
            note,
        );
        let note = format!(
            "p50 {:.1} ms; {} alerts, {} refused",
            figures.latencies.millis(0.5),
            figures.latencies.len(),
            figures.refused
        );
        table.add(
            of("acknowledgement p99"),
            figures.latencies.millis(0.99),
            "ms",
            None,
            note,
        );
        let note = format!(
            "p50 {:.1} ms; {} alerts followed by looks 2 ms apart",
            figures.settled.millis(0.5),
            figures.settled.len()
        );
        table.add(
            of("accept to incident p99"),
            figures.settled.millis(0.99),
            "ms",
            None,
            note,
        );
        if let Some(Most {
            rate,
            refused,
            behind,
            spent,
        }) = &figures.most
        {
            let cores = |seconds: f64| seconds / spent.seconds;
            let note = format!(
                "{rate:.0} alerts/s, {refused} refused, all placed {:.1} s later; cores: ours {:.2}, the database {:.2}, the \
                 generator {:.2}, others {:.2}",
                behind.as_secs_f64(),
                cores(spent.ours),
                cores(spent.mongod),
                cores(spent.generator),
                cores(spent.all - spent.ours - spent.mongod - spent.generator)
            );
            table.add(of("as much as is taken"), 1e6 / rate, "µs each", None, note);
        }
        if !figures.moved.is_empty() {
            let longest = figures.moved.iter().copied().fold(0.0, f64::max);
            let times: Vec<String> = figures.moved.iter().map(|moved| format!("{moved:.1}")).collect();
            let note = format!("one of three killed, under alerts, three times: {}", times.join(", "));
            table.add(
                of("companies have another owner"),
                longest,
                "s",
                Some(MOVED_WITHIN),
                note,
            );
        }
    }
}
