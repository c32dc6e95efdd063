//! A machine in a temporary directory: files, and the tools of `runbooks/fakes` instead of real ones.

use std::collections::BTreeMap;
use std::fs::{self, File, FileTimes};
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, SystemTime};

use serde_json::{Map, Value};
use tempfile::TempDir;

use crate::domain::runbook::{Runbook, RunbookPart};

/// The real tools that scripts and fakes are given; there are no others.
const TOOLS: [&str; 10] = [
    "awk", "basename", "cat", "find", "grep", "head", "readlink", "sed", "sort", "tail",
];

pub(super) struct Machine {
    place: TempDir,
}

/// What is at a path: its mode, when it was changed, and what it holds.
type Listing = BTreeMap<PathBuf, (u32, i64, i64, Vec<u8>)>;

/// `sh` with these arguments and nothing else.
pub(super) fn sh(arguments: &[&str]) -> Output {
    Command::new("/bin/sh")
        .args(arguments)
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

impl Machine {
    /// A machine that has something to do for every runbook.
    pub(super) fn new() -> Self {
        let machine = Self {
            place: tempfile::tempdir().unwrap(),
        };
        machine.install();
        machine.write(".machine/units/nginx.service", "active");
        machine.write(".machine/units/sshd.service", "active");
        machine.write(".machine/units/systemd-resolved.service", "active");
        machine.write(".machine/used", "93");
        machine.write(
            ".machine/processes",
            "    1     0 999999 systemd\n4194304 9999999 nginx\n",
        );
        machine.write("proc/sys/vm/drop_caches", "0");
        machine.write(
            "proc/meminfo",
            "MemTotal: 8000000 kB\nMemAvailable: 4000000 kB\nSwapTotal: 2000000 kB\nSwapFree: 1500000 kB\n",
        );
        machine.write(
            "proc/swaps",
            "Filename Type Size Used Priority\n/swapfile file 1000000 400000 -2\n/dev/zram0 partition 1000000 100000 100\n",
        );
        machine.write("etc/logrotate.conf", "weekly\n");
        machine.write("etc/letsencrypt/renewal/nginx.conf", "");
        machine.certificate("etc/letsencrypt/live/nginx/cert.pem", 90);
        machine.write(
            "etc/letsencrypt/live/nginx/privkey.pem",
            "-----BEGIN PRIVATE KEY-----\n",
        );
        machine.write("var/log/syslog", "now");
        machine.write("tmp/fresh", "now");
        machine.write("var/tmp/fresh", "now");
        machine.old("var/log/syslog.1");
        machine.old("tmp/stale");
        machine
    }

    fn install(&self) {
        fs::create_dir(self.place.path().join("bin")).unwrap();
        fs::create_dir(self.place.path().join("root")).unwrap();
        let fakes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runbooks/fakes");
        for fake in fs::read_dir(fakes).unwrap() {
            let fake = fake.unwrap();
            symlink(fake.path(), self.place.path().join("bin").join(fake.file_name())).unwrap();
        }
        for tool in TOOLS {
            let places = ["/usr/bin", "/bin"].map(|directory| Path::new(directory).join(tool));
            let real = places.iter().find(|path| path.exists()).unwrap();
            symlink(real, self.place.path().join("bin").join(tool)).unwrap();
        }
    }

    /// Takes a tool away.
    pub(super) fn without(&self, tool: &str) {
        fs::remove_file(self.place.path().join("bin").join(tool)).unwrap();
    }

    fn root(&self) -> PathBuf {
        self.place.path().join("root")
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// A file that was last used in 2001.
    pub(super) fn old(&self, name: &str) {
        self.write(name, "old");
        self.used_at(name, SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000));
    }

    fn used_at(&self, name: &str, at: SystemTime) {
        let times = FileTimes::new().set_accessed(at).set_modified(at);
        File::options()
            .write(true)
            .open(self.path(name))
            .unwrap()
            .set_times(times)
            .unwrap();
    }

    /// A certificate that ends in so many days.
    pub(super) fn certificate(&self, name: &str, days: i64) {
        self.write(name, &format!("-----BEGIN CERTIFICATE-----\n{}\n", days * 86_400));
    }

    pub(super) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// The calls of tools that have changed something, in their order.
    pub(super) fn done(&self) -> Vec<String> {
        let text = fs::read_to_string(self.path(".machine/done")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// Runs a script of a runbook as SSM does: its lines, by `sh`.
    pub(super) fn run_part(&self, runbook: &Runbook, part: RunbookPart, values: Map<String, Value>) -> Output {
        let rendered = runbook.render(part, &values).unwrap();
        Command::new("/bin/sh")
            .args(["-c", &rendered.commands.join("\n")])
            .env_clear()
            .env("PATH", self.place.path().join("bin"))
            .env("AW_ROOT", self.root())
            .current_dir(self.place.path())
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// Everything on the machine.
    pub(super) fn listing(&self) -> Listing {
        let mut listing = Listing::new();
        list(&self.root(), &mut listing);
        listing
    }

    /// Everything but the record of calls.
    pub(super) fn listing_without_calls(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let calls = self.path(".machine/done");
        let files = self.listing().into_iter().filter(|(path, _)| *path != calls);
        files.map(|(path, (.., text))| (path, text)).collect()
    }
}

/// Lists what is beneath a directory, and leaves the times of reading as they were.
fn list(directory: &Path, listing: &mut Listing) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let about = path.symlink_metadata().unwrap();
        let mut text = Vec::new();
        if about.is_dir() {
            list(&path, listing);
        } else if about.is_symlink() {
            text = fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes();
        } else {
            text = fs::read(&path).unwrap();
            let times = FileTimes::new().set_accessed(about.accessed().unwrap());
            File::options()
                .write(true)
                .open(&path)
                .unwrap()
                .set_times(times)
                .unwrap();
        }
        listing.insert(path, (about.mode(), about.mtime(), about.mtime_nsec(), text));
    }
}
