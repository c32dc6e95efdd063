//! What was signed of journals: a file of checkpoints, read from its first line to its last. A checkpoint that is
//! trusted takes 48 bytes of memory; what is wrong with a file is named for its first lines, and counted.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use actors::domain::{ChainHash, CompanyId};
use tokio::fs::File;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::task::yield_now;

use super::checkpoint::{BadCheckpoint, Checkpoint, Trusted};

/// The longest line that may be a checkpoint, in bytes.
const LINE_BYTES: u64 = 64 << 10;
/// Read at once, in bytes.
const BLOCK: usize = 64 << 10;
/// Lines between which others have their turn: a signature costs more than all else of a line.
const LINES_AT_ONCE: u64 = 16;
/// Faults that are named.
const NAMED: usize = 100;

/// What was signed of a journal once: where it stood then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// The entry.
    pub seq: u64,
    /// Its chain hash.
    pub hash: ChainHash,
    /// The line of the file that says so, from 1.
    pub line: u64,
}

/// A line of the file that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which, from 1.
    pub line: u64,
    /// The journal and the entry that it speaks of, where it can be read.
    pub about: Option<(CompanyId, u64)>,
    /// What is wrong.
    pub why: BadLine,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLine {
    /// It begins and ends as a checkpoint does, and is none.
    #[error("is no checkpoint as it was written")]
    Unreadable,
    /// It says nothing, for this reason.
    #[error("says nothing: {0}")]
    Checkpoint(BadCheckpoint),
    /// A key that is not trusted has signed it.
    #[error("was signed by {0}, a key that is not trusted")]
    Foreign(String),
    /// A journal does not shrink.
    #[error("goes back behind entry {0}, which was signed before it")]
    Falling(u64),
}

/// What a file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signed {
    points: BTreeMap<CompanyId, Vec<Point>>,
    /// What is wrong with it, in the order of its lines: the first hundred.
    pub faults: Vec<Fault>,
    /// How much is wrong with it in all.
    pub wrong: u64,
    /// Lines that are no checkpoints, but may be what the end of a process has cut, or what others write there.
    pub passed_over: u64,
}

impl Signed {
    /// Reads a file, of every journal or of one; nothing where there is no file.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn read(path: &Path, by: &Trusted, only: Option<&CompanyId>) -> io::Result<Self> {
        let mut file = match File::open(path).await {
            Ok(file) => BufReader::with_capacity(BLOCK, file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(error),
        };
        let mut signed = Self::default();
        let mut bytes = Vec::new();
        for line in 1.. {
            bytes.clear();
            if (&mut file).take(LINE_BYTES).read_until(b'\n', &mut bytes).await? == 0 {
                break;
            }
            signed.line(line, bytes.trim_ascii_end(), by, only);
            if line % LINES_AT_ONCE == 0 {
                yield_now().await;
            }
        }
        Ok(signed)
    }

    /// What was signed of a journal, by entry.
    pub fn of(&self, company: &CompanyId) -> &[Point] {
        self.points.get(company).map_or(&[], Vec::as_slice)
    }

    /// The journals that something was signed of.
    pub fn companies(&self) -> impl Iterator<Item = &CompanyId> {
        self.points.keys()
    }

    /// The highest entry that was signed of each journal.
    pub fn highest(&self) -> impl Iterator<Item = (&CompanyId, u64)> {
        let highest = |points: &Vec<Point>| points.last().map_or(0, |point| point.seq);
        self.points
            .iter()
            .map(move |(company, points)| (company, highest(points)))
    }

    fn line(&mut self, line: u64, text: &[u8], by: &Trusted, only: Option<&CompanyId>) {
        let Ok(checkpoint) = serde_json::from_slice::<Checkpoint>(text) else {
            // It may be of any journal.
            if only.is_none() {
                self.unreadable(line, text);
            }
            return;
        };
        if only.is_some_and(|only| *only != checkpoint.company_id) {
            return;
        }
        let mut hash = ChainHash::default();
        let read = hex::decode_to_slice(&checkpoint.hash, &mut hash).map_err(|_| BadCheckpoint::Signature);
        let why = match checkpoint.verify(Some(by)).and(read) {
            Ok(()) => {
                let seq = checkpoint.seq;
                let points = self.points.entry(checkpoint.company_id.clone()).or_default();
                let place = points.partition_point(|before| before.seq <= seq);
                let behind = points.get(place).map(|_| points.last().map_or(0, |last| last.seq));
                points.insert(place, Point { seq, hash, line });
                let Some(last) = behind else { return };
                BadLine::Falling(last)
            }
            Err(BadCheckpoint::Key) => BadLine::Foreign(checkpoint.key),
            Err(bad) => BadLine::Checkpoint(bad),
        };
        self.fault(line, Some((checkpoint.company_id, checkpoint.seq)), why);
    }

    /// What was cut by the end of a process has no end, and is passed over.
    fn unreadable(&mut self, line: u64, text: &[u8]) {
        match text.starts_with(br#"{"company_id":"#) && text.ends_with(b"}") {
            true => self.fault(line, None, BadLine::Unreadable),
            false if text.is_empty() => {}
            false => self.passed_over += 1,
        }
    }

    fn fault(&mut self, line: u64, about: Option<(CompanyId, u64)>, why: BadLine) {
        self.wrong += 1;
        if self.faults.len() < NAMED {
            self.faults.push(Fault { line, about, why });
        }
    }
}

#[cfg(test)]
mod tests {
    use actors::domain::Timestamp;
    use secrecy::SecretString;

    use super::*;
    use crate::audit::checkpoint::Signer;
    use crate::secrets::ServerKey;

    fn signer(secret: &str) -> Signer {
        let key = ServerKey::load(Some(&SecretString::from(secret.repeat(2))), Path::new("/nowhere")).unwrap();
        Signer::of(&key).unwrap()
    }

    fn line(signer: &Signer, company: &str, seq: u64) -> String {
        let hash = [u8::try_from(seq).unwrap(); 32];
        let checkpoint = signer.sign(&company.parse().unwrap(), seq, &hash, Timestamp::from_millis(1));
        serde_json::to_string(&checkpoint).unwrap()
    }

    async fn read(lines: &[String], only: Option<&str>) -> Signed {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("checkpoints.jsonl");
        std::fs::write(&file, lines.join("\n")).unwrap();
        let only = only.map(|only| only.parse().unwrap());
        let by = signer("0123456789abcdef");
        Signed::read(&file, by.trusted(), only.as_ref()).await.unwrap()
    }

    fn seqs(signed: &Signed, company: &str) -> Vec<(u64, u64)> {
        let points = signed.of(&company.parse().unwrap()).iter();
        points.map(|point| (point.seq, point.line)).collect()
    }

    #[tokio::test]
    async fn every_line_is_read_and_the_wrong_ones_are_named() {
        let (ours, theirs) = (signer("0123456789abcdef"), signer("fedcba9876543210"));
        let lines = [
            line(&ours, "comp-acme", 3),
            line(&ours, "comp-globex", 9),
            // The end of a process has cut this one.
            line(&ours, "comp-acme", 4)[..90].to_owned(),
            String::new(),
            line(&ours, "comp-acme", 7),
            line(&ours, "comp-acme", 5),
            line(&theirs, "comp-acme", 8),
            line(&ours, "comp-acme", 9).replace("\"seq\":9", "\"seq\":8"),
            line(&ours, "comp-acme", 9).replace("\"seq\":9", "\"seq\":x"),
            line(&ours, "comp-acme", 9),
        ];
        let signed = read(&lines, None).await;
        assert_eq!(seqs(&signed, "comp-acme"), [(3, 1), (5, 6), (7, 5), (9, 10)]);
        assert_eq!(seqs(&signed, "comp-globex"), [(9, 2)]);
        assert_eq!(signed.passed_over, 1);
        let faults: Vec<_> = signed
            .faults
            .iter()
            .map(|fault| (fault.line, fault.why.clone()))
            .collect();
        let expected = [
            (6, BadLine::Falling(7)),
            (7, BadLine::Foreign(theirs.public_key().to_owned())),
            (8, BadLine::Checkpoint(BadCheckpoint::Signature)),
            (9, BadLine::Unreadable),
        ];
        assert_eq!(faults, expected);
        let highest: Vec<_> = signed.highest().map(|(company, seq)| (company.as_str(), seq)).collect();
        assert_eq!(highest, [("comp-acme", 9), ("comp-globex", 9)]);

        let of_one = read(&lines, Some("comp-globex")).await;
        assert_eq!((seqs(&of_one, "comp-globex"), of_one.wrong), (vec![(9, 2)], 0));
        assert_eq!(seqs(&of_one, "comp-acme"), []);
    }

    #[tokio::test]
    async fn the_first_line_of_a_long_file_counts_as_its_last_does() {
        let ours = signer("0123456789abcdef");
        // Others write there too, and longer lines than a checkpoint has.
        let filler = "x".repeat(20 << 20);
        let lines = [line(&ours, "comp-acme", 3), filler, line(&ours, "comp-acme", 4)];
        let seqs_of = |signed: &Signed| signed.of(&"comp-acme".parse().unwrap()).len();
        let signed = read(&lines, None).await;
        assert_eq!((seqs_of(&signed), signed.wrong), (2, 0));
        let many: Vec<String> = std::iter::repeat_n(line(&signer("fedcba9876543210"), "comp-acme", 1), 150).collect();
        let signed = read(&many, None).await;
        assert_eq!((signed.faults.len(), signed.wrong), (NAMED, 150));
    }
}
