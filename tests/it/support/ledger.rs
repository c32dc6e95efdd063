//! What was sent and what was acknowledged, in a file of the test's own: the system never judges
//! itself. Each alert has a number here, which it carries in the label `ledger`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

/// One line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "lowercase")]
enum Line {
    /// Written before a request leaves, for each attempt.
    Sent { company: String, ledger_ids: Vec<String> },
    /// Written when a 2xx has been read.
    Acked {
        company: String,
        ledger_ids: Vec<String>,
        alert_ids: Vec<String>,
        duplicate: bool,
    },
}

/// The file.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    file: Mutex<File>,
}

/// What a ledger says of one company.
#[derive(Debug, Default)]
pub struct Account {
    /// Every alert that was ever sent.
    pub sent: BTreeSet<String>,
    /// Every acknowledged one, and the ids it was acknowledged under.
    pub acked: BTreeMap<String, BTreeSet<String>>,
    /// Acknowledged requests that were told they were repeats.
    pub duplicates: usize,
}

impl Ledger {
    /// A new file.
    pub fn create(path: &Path) -> Self {
        let file = OpenOptions::new().append(true).create_new(true).open(path).unwrap();
        Self {
            path: path.to_owned(),
            file: Mutex::new(file),
        }
    }

    /// A request is about to leave.
    pub fn sent(&self, company: &str, ledger_ids: &[String]) {
        self.append(&Line::Sent {
            company: company.to_owned(),
            ledger_ids: ledger_ids.to_vec(),
        });
    }

    /// A request was answered with a 2xx.
    pub fn acked(&self, company: &str, ledger_ids: &[String], alert_ids: Vec<String>, duplicate: bool) {
        self.append(&Line::Acked {
            company: company.to_owned(),
            ledger_ids: ledger_ids.to_vec(),
            alert_ids,
            duplicate,
        });
    }

    fn append(&self, line: &Line) {
        // One write a line, so that lines of several senders do not mix.
        let text = serde_json::to_string(line).unwrap() + "\n";
        self.file.lock().unwrap().write_all(text.as_bytes()).unwrap();
    }

    /// Adds up, by company.
    pub fn read(&self) -> BTreeMap<String, Account> {
        let mut accounts: BTreeMap<String, Account> = BTreeMap::new();
        for line in std::fs::read_to_string(&self.path).unwrap().lines() {
            match serde_json::from_str(line).unwrap() {
                Line::Sent { company, ledger_ids } => accounts.entry(company).or_default().sent.extend(ledger_ids),
                Line::Acked {
                    company,
                    ledger_ids,
                    alert_ids,
                    duplicate,
                } => {
                    assert_eq!(ledger_ids.len(), alert_ids.len(), "an answer names each of its alerts");
                    let account = accounts.entry(company).or_default();
                    account.duplicates += usize::from(duplicate);
                    for (ledger_id, alert_id) in ledger_ids.into_iter().zip(alert_ids) {
                        account.acked.entry(ledger_id).or_default().insert(alert_id);
                    }
                }
            }
        }
        accounts
    }

    /// How many alerts have been acknowledged so far.
    pub fn acknowledged(&self) -> usize {
        self.read().values().map(|account| account.acked.len()).sum()
    }
}
