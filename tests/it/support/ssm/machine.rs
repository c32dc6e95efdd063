//! A machine in a directory: files, and the tools of `runbooks/fakes` instead of real ones.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use super::Ran;

/// The real tools that scripts and fakes are given; there are no others.
const TOOLS: [&str; 10] = [
    "awk", "basename", "cat", "find", "grep", "head", "readlink", "sed", "sort", "tail",
];

/// What SSM keeps of an output, and of complaints, in characters.
const KEPT: (usize, usize) = (24_000, 8_000);

/// A link to a tool; it may be there from an earlier start.
fn install(tool: &Path, place: &Path) {
    if !place.exists() {
        symlink(tool, place).unwrap();
    }
}

/// All that a script has started; none of it outlives this, unless the script has come to its end.
struct Group(Option<u32>);

impl Group {
    fn has_ended(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(id) = self.0 {
            let kill = format!("kill -KILL -{id}");
            let killed = std::process::Command::new("/bin/sh").args(["-c", &kill]).output();
            drop(killed.unwrap());
        }
    }
}

pub struct Machine {
    place: PathBuf,
}

impl Machine {
    pub(super) fn new(place: &Path) -> Self {
        let bin = place.join("bin");
        fs::create_dir_all(&bin).unwrap();
        fs::create_dir_all(place.join("root/.machine")).unwrap();
        let fakes = Path::new(env!("CARGO_MANIFEST_DIR")).join("runbooks/fakes");
        for fake in fs::read_dir(fakes).unwrap() {
            let fake = fake.unwrap();
            install(&fake.path(), &bin.join(fake.file_name()));
        }
        for tool in TOOLS {
            let places = ["/usr/bin", "/bin"].map(|directory| Path::new(directory).join(tool));
            let real = places.iter().find(|path| path.exists()).unwrap();
            install(real, &bin.join(tool));
        }
        Self {
            place: place.to_owned(),
        }
    }

    /// A file's place on it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.place.join("root").join(name)
    }

    /// Writes a file, with the directories that it needs.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// What is in a file; nothing where there is none.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// Runs lines by `sh`, as `AWS-RunShellScript` does. Whoever drops the future ends all that they have started.
    pub(super) async fn run(&self, commands: &[String], within: Duration) -> Ran {
        let child = Command::new("/bin/sh")
            .args(["-c", &commands.join("\n")])
            .env_clear()
            .env("PATH", self.place.join("bin"))
            .env("AW_ROOT", self.place.join("root"))
            .current_dir(&self.place)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let group = Group(child.id());
        let Ok(output) = timeout(within, child.wait_with_output()).await else {
            return Ran::without_output("TimedOut");
        };
        group.has_ended();
        let output = output.unwrap();
        let text = |bytes: &[u8], most| String::from_utf8_lossy(bytes).chars().take(most).collect();
        Ran {
            status: if output.status.success() { "Success" } else { "Failed" },
            code: output.status.code().unwrap_or(-1),
            stdout: text(&output.stdout, KEPT.0),
            stderr: text(&output.stderr, KEPT.1),
        }
    }
}
