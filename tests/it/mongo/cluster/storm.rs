//! Which fault comes when, and what ends it again.

use std::fmt::Display;
use std::time::Duration;

use futures::future::join_all;
use tokio::time::{Instant, sleep_until};

use crate::support::chance::Chance;
use crate::support::fleet::{Fleet, Node};
use crate::support::writes::{Acquired, Writes};

/// What can befall them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// `kill -9` of a node; it comes back.
    Kill,
    /// A node sleeps through its lease.
    Stop,
    /// `kill -9` of the database's primary; it comes back.
    KillPrimary,
    /// A node is cut off from the database, not from its clients.
    CutFromStore,
    /// A node is cut off from its clients, not from the database.
    CutFromClients,
    /// All nodes at once.
    RestartAll,
    /// A node has another time of day.
    WrongClock,
}

const ALL: [Fault; 7] = [
    Fault::Kill,
    Fault::Stop,
    Fault::KillPrimary,
    Fault::CutFromStore,
    Fault::CutFromClients,
    Fault::RestartAll,
    Fault::WrongClock,
];

/// How much a clock may be wrong, in seconds.
const WRONG_BY: [i32; 2] = [-30, 30];

/// How quickly they come.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// From one fault to the next.
    pub every: Duration,
    /// How long a node may be away or cut off, at least and at most; longer than its lease.
    pub away: (Duration, Duration),
    /// How long it may sleep at most.
    pub asleep: Duration,
}

/// A node that has lost its companies to the others.
struct Lost {
    fault: Fault,
    node: &'static str,
    at: Instant,
    companies: Vec<String>,
}

/// The storm.
pub struct Storm<'a> {
    fleet: &'a mut Fleet,
    writes: &'a Writes,
    chance: Chance,
    pace: Pace,
    /// What is to be mended when, and of which node.
    broken: Vec<(Instant, Fault, usize)>,
    lost: Vec<Lost>,
}

impl<'a> Storm<'a> {
    pub fn new(fleet: &'a mut Fleet, writes: &'a Writes, seed: u64, pace: Pace) -> Self {
        Self {
            fleet,
            writes,
            chance: Chance::of(seed),
            pace,
            broken: Vec::new(),
            lost: Vec::new(),
        }
    }

    /// One fault after the other, every kind once before any comes again, each time in another order, for so long; in
    /// the end all is well.
    pub async fn rage(mut self, span: Duration) -> Vec<(Fault, Duration)> {
        let (until, mut left) = (Instant::now() + span, Vec::new());
        while Instant::now() < until {
            if left.is_empty() {
                left = ALL.to_vec();
                self.chance.shuffle(&mut left);
            }
            let next = Instant::now() + self.pace.every;
            self.begin(left.pop().expect("a fault")).await;
            self.mend_until(next).await;
            self.fleet.nodes.iter_mut().for_each(Node::check);
        }
        self.mend_all().await;
        moves(&self.lost, &self.writes.acquired())
    }

    /// A node that nothing has befallen; one at least is always well.
    async fn victim(&mut self) -> usize {
        let nodes = 0..self.fleet.nodes.len();
        loop {
            let well: Vec<usize> = nodes
                .clone()
                .filter(|node| self.broken.iter().all(|(_, _, broken)| broken != node))
                .collect();
            if well.len() > 1 {
                return self.chance.pick(&well);
            }
            self.mend_first().await;
        }
    }

    fn away(&mut self, fault: Fault) -> Duration {
        let (least, most) = match fault {
            Fault::Stop => (self.pace.away.0, self.pace.asleep),
            _ => self.pace.away,
        };
        let span = usize::try_from((most - least).as_millis()).unwrap();
        least + Duration::from_millis(self.chance.below(span + 1) as u64)
    }

    async fn begin(&mut self, fault: Fault) {
        match fault {
            Fault::KillPrimary => {
                let primary = self.fleet.set.primary().await;
                tell(fault, primary);
                self.fleet.set.kill(primary).await;
                self.fleet.set.restart(primary);
                return;
            }
            Fault::RestartAll => {
                self.mend_all().await;
                tell(fault, "");
                join_all(self.fleet.nodes.iter_mut().map(Node::kill)).await;
                self.fleet.start().await;
                return;
            }
            _ => {}
        }
        let number = self.victim().await;
        let (away, ahead) = (self.away(fault), self.chance.pick(&WRONG_BY));
        let node = &mut self.fleet.nodes[number];
        tell(fault, format_args!("{} for {away:?}", node.name));
        let lost = Lost {
            fault,
            node: node.name,
            at: Instant::now(),
            companies: self.writes.of(node.name),
        };
        match fault {
            Fault::Kill => node.kill().await,
            Fault::Stop => node.server().signal("STOP").await,
            Fault::CutFromStore => node.cut_from_store(),
            Fault::CutFromClients => node.cut_from_clients(),
            Fault::WrongClock => {
                node.kill().await;
                node.start_ahead(ahead).await;
                return;
            }
            Fault::KillPrimary | Fault::RestartAll => unreachable!("of no node"),
        }
        if fault != Fault::CutFromClients {
            self.lost.push(lost);
        }
        self.broken.push((Instant::now() + away, fault, number));
    }

    async fn mend_until(&mut self, until: Instant) {
        while self.broken.iter().any(|(due, ..)| *due <= until) {
            self.mend_first().await;
        }
        sleep_until(until).await;
    }

    async fn mend_all(&mut self) {
        while !self.broken.is_empty() {
            self.mend_first().await;
        }
    }

    /// Mends what is due first, when it is.
    async fn mend_first(&mut self) {
        let first = (0..self.broken.len()).min_by_key(|broken| self.broken[*broken].0);
        let Some(first) = first else { return };
        let (due, fault, number) = self.broken.swap_remove(first);
        sleep_until(due).await;
        let node = &mut self.fleet.nodes[number];
        match fault {
            Fault::Kill => node.start().await,
            Fault::Stop => node.server().signal("CONT").await,
            Fault::CutFromStore => node.join_store(),
            Fault::CutFromClients => node.join_clients(),
            Fault::KillPrimary | Fault::RestartAll | Fault::WrongClock => {}
        }
    }
}

fn tell(fault: Fault, of: impl Display) {
    println!("{fault:?} {of}");
}

/// How long it took until another node had a company that one had lost.
fn moves(lost: &[Lost], acquired: &[Acquired]) -> Vec<(Fault, Duration)> {
    let mut moves = Vec::new();
    for lost in lost {
        for company in &lost.companies {
            let after = acquired.iter().find(|one| one.company == *company && one.at > lost.at);
            if let Some(after) = after.filter(|after| after.by != lost.node) {
                moves.push((lost.fault, after.at - lost.at));
            }
        }
    }
    moves
}
