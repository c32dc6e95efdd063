//! What a company remembers, made from a seed: memories of faults, each told several times in other words, and questions
//! about them of which it is known what they mean.
//!
//! A fault has a kind of trouble, three names that are its own together (each is in a dozen other faults besides) and
//! four plain words. Whoever tells of it uses two of the names, three of the words, and much that everybody says.
//! Whoever asks uses two of the names, two of the words, and some of that too; every second one knows the kind of
//! trouble, every fourth a tag.

use actors::domain::outcome::{AuthorRole, LongMemory, Source, Verdict};
use actors::domain::recall::RecallAsk;
use actors::domain::{CompanyId, Timestamp};

/// The seed of all figures.
pub const SEED: u64 = 20_261_127;
/// Times that a fault is told of, on average.
const TOLD: u64 = 5;
/// Over how long, in milliseconds: two years.
const SPAN: u64 = 2 * 365 * 24 * 3600 * 1000;
/// When the last is told of.
pub const END: i64 = 1_790_000_000_000;

const PARTS: [&str; 25] = [
    "postgres",
    "mysql",
    "redis",
    "kafka",
    "nginx",
    "haproxy",
    "disk",
    "memory",
    "cpu",
    "network",
    "dns",
    "ntp",
    "backup",
    "certificate",
    "queue",
    "mail",
    "vpn",
    "ldap",
    "storage",
    "kubelet",
    "docker",
    "etcd",
    "vault",
    "proxy",
    "switch",
];
const TROUBLES: [&str; 16] = [
    "full",
    "high",
    "slow",
    "down",
    "lag",
    "stuck",
    "expired",
    "flapping",
    "timeout",
    "corrupt",
    "unreachable",
    "leaking",
    "throttled",
    "degraded",
    "missing",
    "rejected",
];
const TAGS: [&str; 12] = [
    "linux", "windows", "web", "db", "edge", "core", "night", "manual", "urgent", "vendor", "change", "capacity",
];
const SAID: [&str; 60] = [
    "restarted",
    "service",
    "server",
    "after",
    "checked",
    "logs",
    "found",
    "cause",
    "fixed",
    "again",
    "customer",
    "reported",
    "during",
    "night",
    "team",
    "called",
    "changed",
    "setting",
    "config",
    "updated",
    "version",
    "removed",
    "old",
    "files",
    "space",
    "freed",
    "process",
    "killed",
    "waited",
    "minutes",
    "recovered",
    "alert",
    "closed",
    "ticket",
    "opened",
    "vendor",
    "support",
    "moved",
    "host",
    "node",
    "cluster",
    "failover",
    "primary",
    "replica",
    "connection",
    "pool",
    "limit",
    "raised",
    "lowered",
    "load",
    "traffic",
    "normal",
    "monitor",
    "watched",
    "until",
    "morning",
    "rollback",
    "deploy",
    "network",
    "power",
];

/// Numbers that are the same for the same seed (SplitMix64).
#[derive(Clone, Debug)]
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

    /// So many different ones of these.
    fn some<T: Clone>(&mut self, of: &[T], count: usize) -> Vec<T> {
        let mut left = of.to_vec();
        (0..count.min(of.len()))
            .map(|_| left.swap_remove(self.below(left.len() as u64) as usize))
            .collect()
    }
}

/// A made-up word of a vocabulary, always the same for the same number.
fn made_up(kind: u64, number: u64) -> String {
    let mut chance = Chance(kind << 32 | number);
    let syllable = |chance: &mut Chance| {
        let consonant = b"bdfgklmnprstvz"[chance.below(14) as usize] as char;
        let vowel = b"aeiou"[chance.below(5) as usize] as char;
        format!("{consonant}{vowel}")
    };
    let syllables: String = (0..3).map(|_| syllable(&mut chance)).collect();
    format!("{syllables}{}", b"lmnrstx"[chance.below(7) as usize] as char)
}

struct Fault {
    signature: String,
    names: Vec<String>,
    words: Vec<String>,
    tags: Vec<String>,
}

/// A corpus.
pub struct Corpus {
    faults: Vec<Fault>,
    /// The oldest first.
    pub memories: Vec<LongMemory>,
    /// Of which fault each is.
    of: Vec<usize>,
}

/// A question, and the memories that it means.
pub struct Question {
    pub ask: RecallAsk,
    pub meant: Vec<String>,
}

impl Corpus {
    /// So many memories of a company.
    pub fn new(company: &CompanyId, count: usize, seed: u64) -> Self {
        let mut chance = Chance(seed);
        let faults: Vec<Fault> = (0..(count as u64 / TOLD).max(1))
            .map(|_| fault(&mut chance, count as u64))
            .collect();
        let mut memories = Vec::with_capacity(count);
        let mut of = Vec::with_capacity(count);
        for no in 0..count {
            let fault = chance.below(faults.len() as u64) as usize;
            let at = END - (SPAN - SPAN * no as u64 / count as u64) as i64;
            memories.push(told(
                &mut chance,
                company,
                &faults[fault],
                no,
                Timestamp::from_millis(at),
            ));
            of.push(fault);
        }
        Self { faults, memories, of }
    }

    /// So many questions about faults that were told of.
    pub fn questions(&self, count: usize, seed: u64) -> Vec<Question> {
        let mut chance = Chance(seed);
        (0..count)
            .map(|no| {
                let fault = self.of[chance.below(self.of.len() as u64) as usize];
                let ask = asked(&mut chance, &self.faults[fault], no);
                let meant = self.memories.iter().zip(&self.of).filter(|(_, of)| **of == fault);
                let meant = meant.map(|(memory, _)| memory.memory_id.to_string()).collect();
                Question { ask, meant }
            })
            .collect()
    }
}

fn fault(chance: &mut Chance, memories: u64) -> Fault {
    // A few kinds of trouble are common, most are rare.
    let part = chance.below(PARTS.len() as u64).min(chance.below(PARTS.len() as u64)) as usize;
    let trouble = chance.below(TROUBLES.len() as u64) as usize;
    let names = (0..3).map(|_| made_up(1, chance.below(memories / 20 + 20))).collect();
    let words = (0..4).map(|_| made_up(2, chance.below(300))).collect();
    Fault {
        signature: format!("{}-{}", PARTS[part], TROUBLES[trouble]),
        names,
        words,
        tags: chance.some(&TAGS, 3).into_iter().map(str::to_owned).collect(),
    }
}

fn told(chance: &mut Chance, company: &CompanyId, fault: &Fault, no: usize, at: Timestamp) -> LongMemory {
    let mut text = chance.some(&fault.names, 2);
    text.extend(chance.some(&fault.words, 3));
    let said = 12 + chance.below(12) as usize;
    text.extend(chance.some(&SAID, said).into_iter().map(str::to_owned));
    let text = chance.some(&text, text.len());
    let is_from_a_run = chance.below(2) == 0;
    let role = [AuthorRole::Technician, AuthorRole::CompanyAdmin, AuthorRole::MspAdmin][chance.below(3) as usize];
    LongMemory {
        memory_id: format!("mem-{no:08}").parse().expect("an id"),
        company_id: company.clone(),
        signature: fault.signature.clone(),
        tags: chance.some(&fault.tags, 2),
        resolution: format!("{}.", text.join(" ")),
        outcome: if chance.below(5) == 0 {
            Verdict::Failure
        } else {
            Verdict::Success
        },
        runbook_used: is_from_a_run.then(|| "service-restart-v1".to_owned()),
        runbook_id: None,
        incident_id: Some(format!("inc-{no:08}").parse().expect("an id")),
        run_id: None,
        created_at: at,
        source: match is_from_a_run {
            true => Source::Run,
            false => Source::Person {
                author: "usr-1".to_owned(),
                role,
            },
        },
        quarantine: None,
    }
}

fn asked(chance: &mut Chance, fault: &Fault, no: usize) -> RecallAsk {
    let mut words = chance.some(&fault.names, 2);
    words.extend(chance.some(&fault.words, 2));
    words.extend(chance.some(&SAID, 2).into_iter().map(str::to_owned));
    RecallAsk {
        signature: no.is_multiple_of(2).then(|| fault.signature.clone()),
        tags: if no % 4 == 1 {
            chance.some(&fault.tags, 1)
        } else {
            Vec::new()
        },
        q: Some(chance.some(&words, words.len()).join(" ")),
        limit: 5,
        with_quarantined: false,
    }
}

/// How much of what was meant is among the first five, of one question.
pub fn recall_at_5(question: &Question, found: &[String]) -> f64 {
    let hits = found.iter().take(5).filter(|id| question.meant.contains(id)).count();
    hits as f64 / question.meant.len().clamp(1, 5) as f64
}
