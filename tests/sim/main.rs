//! The simulator: the whole tree on tokio's paused clock over the in-memory store, with senders,
//! people, engines and faults drawn from a seed.
//!
//! `world` is what a seed makes; `script` what happens in it, step by step; `history` what was seen
//! from outside; `invariants` what must hold of it in the end. One seed, one run; every run is made
//! twice, and both must leave the same trace.
//!
//! `SIM_SEEDS=n` runs so many seeds, `SIM_SEED=n` one of them and prints its trace. A seed that fails is
//! written to `seeds.txt`, whose seeds are run first for ever: commit it with what mends it.

mod dice;
mod engine;
mod history;
mod invariants;
mod remedies;
mod script;
mod world;

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::Once;

/// Tests that share the seeds, so that they run beside each other.
const SHARDS: u64 = 16;

macro_rules! shards {
    ($($name:ident $no:literal),*) => {
        $(#[test]
        fn $name() {
            shard($no);
        })*
    };
}

shards!(
    shard_0 0, shard_1 1, shard_2 2, shard_3 3, shard_4 4, shard_5 5, shard_6 6, shard_7 7,
    shard_8 8, shard_9 9, shard_10 10, shard_11 11, shard_12 12, shard_13 13, shard_14 14, shard_15 15
);

/// Where seeds are kept that once failed.
fn kept() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sim/seeds.txt")
}

fn keep(seed: u64) -> std::io::Result<()> {
    if std::fs::read_to_string(kept())?
        .lines()
        .any(|line| line == seed.to_string())
    {
        return Ok(());
    }
    let mut file = std::fs::OpenOptions::new().append(true).open(kept())?;
    file.write_all(format!("{seed}\n").as_bytes())
}

#[test]
fn seeds_that_once_failed() {
    let seeds = std::fs::read_to_string(kept()).unwrap();
    seeds.lines().for_each(|seed| judge(seed.parse().unwrap()));
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

fn shard(shard: u64) {
    if let Some(seed) = number("SIM_SEED") {
        if seed % SHARDS == shard {
            run(seed);
        }
        return;
    }
    let seeds = number("SIM_SEEDS").unwrap_or(200);
    (0..seeds).filter(|seed| seed % SHARDS == shard).for_each(judge);
}

/// Runs a seed twice.
fn judge(seed: u64) {
    let judged = catch_unwind(AssertUnwindSafe(|| {
        let (first, second) = (run(seed), run(seed));
        let parted = first.iter().zip(&second).position(|(a, b)| a != b);
        if let Some(at) = parted {
            panic!("the runs part at line {at}:\n  {}\n  {}", first[at], second[at]);
        }
        assert_eq!(first.len(), second.len(), "one run goes on");
    }));
    if let Err(failure) = judged {
        eprintln!("seed {seed} failed; again, with its trace: SIM_SEED={seed} make sim");
        if let Err(error) = keep(seed) {
            eprintln!("it could not be kept in {}: {error}", kept().display());
        }
        resume_unwind(failure);
    }
}

/// One run: its trace.
fn run(seed: u64) -> Vec<String> {
    quiet_planned_panics();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut world = world::World::from(seed).await;
        script::play(&mut world).await;
        invariants::check(&mut world).await;
        world.history.into_trace()
    })
}

/// What is planned need not be printed; everything else is.
fn quiet_planned_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let said = info.payload_as_str().unwrap_or_default();
            if !said.contains("planned fault") || std::env::var_os("SIM_SEED").is_some() {
                usual(info);
            }
        }));
    });
}
