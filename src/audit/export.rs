//! An exported journal: JSON Lines. The first names it, `{"journal": "comp-acme"}`, and in `cut` where it was cut, if it
//! was; then comes an entry each as `/api/audit` shows it, and in the end `{"checkpoint": {...}}`.

use std::io::{self, BufRead};

use actors::domain::journal::{ChainBreak, ChainWalk};
use actors::domain::{CompanyId, Entry};
use serde::{Deserialize, Serialize};

use super::checkpoint::{BadCheckpoint, Checkpoint, Trusted};
use super::cut::{self, SignedCut};

/// The longest line that is read, in bytes.
const LINE_BYTES: u64 = 4 << 20;

/// The first line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Opening {
    journal: CompanyId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cut: Option<SignedCut>,
}

/// The last line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Closing {
    checkpoint: Checkpoint,
}

/// The first line of an export, without its end.
pub fn opening(company: &CompanyId, cut: Option<&SignedCut>) -> String {
    let opening = Opening {
        journal: company.clone(),
        cut: cut.cloned(),
    };
    // It holds texts and numbers alone.
    serde_json::to_string(&opening).unwrap_or_default()
}

/// The last line of an export, without its end.
pub fn closing(checkpoint: &Checkpoint) -> String {
    let closing = Closing {
        checkpoint: checkpoint.clone(),
    };
    // It holds texts and numbers alone.
    serde_json::to_string(&closing).unwrap_or_default()
}

/// What an export is found to be, where it is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The last entry before it: 0 where it begins with the journal's first.
    pub behind: u64,
    /// The checkpoint that closes it.
    pub checkpoint: Checkpoint,
}

/// What is wrong with an export, at its first wrong line.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// A line is neither an entry nor the checkpoint as they are written.
    #[error("line {0} is no entry as it was exported")]
    Line(u64),
    /// An entry is not what it was.
    #[error("entry {seq} (line {line}) {why}")]
    Entry {
        /// The entry that should stand here.
        seq: u64,
        /// Where.
        line: u64,
        /// What is wrong.
        why: ChainBreak,
    },
    /// There is something behind the checkpoint.
    #[error("line {0} stands behind the checkpoint that closes the export")]
    Behind(u64),
    /// The checkpoint is missing.
    #[error("the tail is cut: after entry {0} there is no checkpoint that closes the export")]
    Cut(u64),
    /// It begins behind an entry, and nobody whom one trusts says that it was cut there.
    #[error("it begins behind entry {behind}, and the cut there says nothing: {why}")]
    Beginning {
        /// The last entry before it.
        behind: u64,
        /// Why not.
        why: BadCheckpoint,
    },
    /// The checkpoint is none.
    #[error("the checkpoint says nothing: {0}")]
    Checkpoint(#[from] BadCheckpoint),
    /// The checkpoint speaks of something else.
    #[error(
        "the tail is cut or exchanged: the checkpoint speaks of entry {signed} of {company}, the export ends at {last}"
    )]
    Tail {
        /// Whose journal the checkpoint is of.
        company: String,
        /// The entry that was signed.
        signed: u64,
        /// The last that is there.
        last: u64,
    },
}

/// Verifies an export; with `by`, that the checkpoint was signed by one of those keys.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify(mut export: impl BufRead, by: Option<&Trusted>) -> Result<Verified, Broken> {
    let mut opened: Option<ChainWalk> = None;
    let mut behind = 0;
    let mut closed: Option<Checkpoint> = None;
    let mut text = String::new();
    for line in 1.. {
        text.clear();
        let read = io::Read::take(&mut export, LINE_BYTES).read_line(&mut text);
        match read {
            Ok(0) => break,
            Err(error) if error.kind() == io::ErrorKind::InvalidData => return Err(Broken::Line(line)),
            Err(error) => return Err(error.into()),
            Ok(_) => {}
        }
        if closed.is_some() {
            return Err(Broken::Behind(line));
        }
        let content = text.strip_suffix('\n').ok_or(Broken::Line(line))?;
        let Some(walk) = &mut opened else {
            let Opening { journal, cut } = read_opening(content).ok_or(Broken::Line(line))?;
            behind = cut.as_ref().map_or(0, |cut| cut.seq);
            let walk = cut::walk(&journal, cut.as_ref(), by);
            opened = Some(walk.map_err(|why| Broken::Beginning { behind, why })?);
            continue;
        };
        if let Some(checkpoint) = read_closing(content) {
            closed = Some(checkpoint);
            continue;
        }
        let entry = Entry::from_json_text(content).ok_or(Broken::Line(line))?;
        let seq = walk.seq() + 1;
        walk.step(&entry).map_err(|why| Broken::Entry { seq, line, why })?;
    }
    let walk = opened.ok_or(Broken::Cut(0))?;
    let checkpoint = closed.ok_or(Broken::Cut(walk.seq()))?;
    checkpoint.verify(by)?;
    let stands = *walk.company() == checkpoint.company_id
        && walk.seq() == checkpoint.seq
        && hex::encode(walk.hash()) == checkpoint.hash;
    match stands {
        true => Ok(Verified { behind, checkpoint }),
        false => Err(Broken::Tail {
            company: checkpoint.company_id.to_string(),
            signed: checkpoint.seq,
            last: walk.seq(),
        }),
    }
}

/// The opening line, where it is exactly one.
fn read_opening(text: &str) -> Option<Opening> {
    let read: Opening = serde_json::from_str(text).ok()?;
    (opening(&read.journal, read.cut.as_ref()) == text).then_some(read)
}

/// The closing line, where it is exactly one.
fn read_closing(text: &str) -> Option<Checkpoint> {
    let read: Closing = serde_json::from_str(text).ok()?;
    (closing(&read.checkpoint) == text).then_some(read.checkpoint)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use actors::domain::{Fact, Timestamp};
    use proptest::prelude::*;
    use secrecy::SecretString;
    use serde_json::json;

    use super::*;
    use crate::audit::checkpoint::Signer;
    use crate::secrets::ServerKey;

    const ENTRIES: usize = 60;

    fn signer(secret: &str) -> Signer {
        let key = ServerKey::load(Some(&SecretString::from(secret.repeat(2))), Path::new("/nowhere")).unwrap();
        Signer::of(&key).unwrap()
    }

    fn ours() -> Signer {
        signer("0123456789abcdef")
    }

    /// An export's lines, each with its end.
    fn exported(company: &str, signer: &Signer) -> Vec<Vec<u8>> {
        let company: CompanyId = company.parse().unwrap();
        let mut walk = ChainWalk::of(company.clone());
        let mut lines = vec![format!("{}\n", opening(&company, None)).into_bytes()];
        for seq in 1..=ENTRIES as u64 {
            let at = Timestamp::from_millis(1_800_000_000_000 + seq.cast_signed());
            let data =
                json!({"name": format!("ä \"{seq}\"\n"), "confidence": 0.9, "nested": {"list": [1, null, true]}});
            let id = format!("jrn-{company}-{seq}").parse().unwrap();
            let fact = Fact::new(id, at, "company.changed", company.as_str(), "usr-1", &data);
            let hash = actors::domain::journal::chain(&company, seq, walk.hash(), &fact.canonical);
            let entry = Entry {
                seq,
                company_id: company.clone(),
                subject: fact.subject,
                commit_no: seq,
                canonical: fact.canonical,
                hash: hex::encode(hash),
            };
            walk.step(&entry).unwrap();
            lines.push(format!("{}\n", entry.to_json_text()).into_bytes());
        }
        let checkpoint = signer.sign(&company, walk.seq(), walk.hash(), Timestamp::from_millis(0));
        lines.push(format!("{}\n", closing(&checkpoint)).into_bytes());
        lines
    }

    fn verified(lines: &[Vec<u8>]) -> Result<Verified, Broken> {
        verify(lines.concat().as_slice(), Some(ours().trusted()))
    }

    #[test]
    fn an_export_is_whole_as_it_was_made_and_for_its_key() {
        let lines = exported("comp-acme", &ours());
        assert_eq!(verified(&lines).unwrap().checkpoint.seq, ENTRIES as u64);
        let theirs = exported("comp-acme", &signer("fedcba9876543210"));
        assert!(matches!(verified(&theirs), Err(Broken::Checkpoint(BadCheckpoint::Key))));
        let bytes = lines.concat();
        assert!(
            verify(&bytes[..bytes.len() - 1], None).is_err(),
            "the last line has no end"
        );
        assert!(matches!(verify(&b""[..], None), Err(Broken::Cut(0))));
    }

    #[test]
    fn an_export_begins_later_only_where_one_who_is_trusted_has_cut_the_journal() {
        let whole = exported("comp-acme", &ours());
        let entry = Entry::from_json_text(std::str::from_utf8(&whole[20]).unwrap().trim_end()).unwrap();
        let mut hash = [0; 32];
        hex::decode_to_slice(&entry.hash, &mut hash).unwrap();
        let company = &entry.company_id;
        let at = Timestamp::from_millis(5);
        let behind = |cut: Option<&SignedCut>| {
            let first = format!("{}\n", opening(company, cut)).into_bytes();
            let lines = std::iter::once(first).chain(whole[21..].to_vec());
            verified(&lines.collect::<Vec<_>>())
        };
        let cut = ours().sign_cut(company, 20, &hash, at);
        let found = behind(Some(&cut)).unwrap();
        assert_eq!((found.behind, found.checkpoint.seq), (20, ENTRIES as u64));

        let theirs = signer("fedcba9876543210").sign_cut(company, 20, &hash, at);
        let checkpoint = ours().sign(company, 20, &hash, at);
        let shown_as_a_cut = SignedCut {
            signature: checkpoint.signature,
            ..cut.clone()
        };
        let of_another = ours().sign_cut(&"comp-globex".parse().unwrap(), 20, &hash, at);
        let changed = SignedCut { seq: 19, ..cut.clone() };
        for (cut, why) in [
            (theirs, BadCheckpoint::Key),
            (shown_as_a_cut, BadCheckpoint::Signature),
            (of_another, BadCheckpoint::Signature),
            (changed, BadCheckpoint::Signature),
        ] {
            let found = behind(Some(&cut));
            assert!(
                matches!(found, Err(Broken::Beginning { why: found, .. }) if found == why),
                "{found:?}"
            );
        }
        assert!(matches!(behind(None), Err(Broken::Entry { seq: 1, .. })));
        let elsewhere = ours().sign_cut(company, 19, &hash, at);
        assert!(matches!(behind(Some(&elsewhere)), Err(Broken::Entry { seq: 20, .. })));
    }

    #[test]
    fn no_bit_of_a_cut_or_a_checkpoint_can_be_changed() {
        let whole = exported("comp-acme", &ours());
        let company = "comp-acme".parse().unwrap();
        let cut = ours().sign_cut(&company, 0, &[0; 32], Timestamp::from_millis(5));
        let first = format!("{}\n", opening(&company, Some(&cut))).into_bytes();
        let lines: Vec<Vec<u8>> = std::iter::once(first).chain(whole[1..].to_vec()).collect();
        assert!(verified(&lines).is_ok());
        for line in [0, lines.len() - 1] {
            for place in 0..lines[line].len() * 8 {
                let mut changed = lines.clone();
                changed[line][place / 8] ^= 1 << (place % 8);
                assert!(
                    verified(&changed).is_err(),
                    "{}",
                    String::from_utf8_lossy(&changed[line])
                );
            }
        }
    }

    /// Where a fault says that it is, from 1.
    fn place(broken: &Broken) -> u64 {
        match broken {
            Broken::Line(line) | Broken::Entry { line, .. } | Broken::Behind(line) => *line,
            Broken::Cut(last) | Broken::Tail { last, .. } => last + 2,
            Broken::Checkpoint(_) => ENTRIES as u64 + 2,
            Broken::Beginning { .. } => 1,
            Broken::Io(error) => panic!("{error}"),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn whatever_is_done_to_an_export_is_named_where_it_was_done(
            how in 0_u8..7, line in 0..=ENTRIES, at in any::<prop::sample::Index>(), bit in 0_u32..8,
        ) {
            let mut lines = exported("comp-acme", &ours());
            // The opening line cannot be cut behind itself, and another journal's is told by its entries.
            prop_assume!(line > 0 || [0, 1, 2, 5].contains(&how));
            let here = line as u64 + 1;
            match how {
                0 => {
                    let place = at.index(lines[line].len());
                    lines[line][place] ^= 1 << bit;
                }
                1 => drop(lines.remove(line)),
                2 => lines.swap(line, line + 1),
                3 => lines[line] = exported("comp-globex", &ours())[line].clone(),
                4 => lines.truncate(line + 1),
                5 => lines.insert(line, lines[line].clone()),
                _ => {
                    // The tail is cut, and closed by a checkpoint of another moment.
                    let last = lines.pop().unwrap();
                    lines.truncate(line);
                    lines.push(last);
                }
            }
            let broken = verified(&lines);
            prop_assert!(broken.is_err(), "how {}", how);
            let named = place(&broken.unwrap_err());
            let expected = match how {
                // A copy stands behind its original; what is cut is missed behind the last that is there.
                4 | 5 => here + 1,
                // The checkpoint closes too early: what stands behind it is named.
                2 if line == ENTRIES => here + 1,
                _ => here,
            };
            prop_assert!(named == expected || (how == 0 && named == here + 1), "how {}: line {} for {}", how, named, expected);
        }
    }
}
