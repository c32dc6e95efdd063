//! The pages of the security review name what there is: every file, every test, every requirement.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::read;

const PAGES: [&str; 4] = [
    "docs/security/asvs.md",
    "docs/security/llm.md",
    "docs/security/inventory.md",
    "SECURITY.md",
];
/// What begins so is a path from the root; other files of tests are `tests/it/`'s.
const ROOMS: [&str; 10] = [
    "actors/",
    "deploy/",
    "docs/",
    "fuzz/",
    "prompts/",
    "runbooks/",
    "src/",
    "tests/",
    "web/",
    ".",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// What stands between backticks.
fn quoted(page: &str) -> Vec<&str> {
    page.lines()
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .collect()
}

/// A file and the tests of it that a page names: `file.rs: one_test, another`.
fn named_tests(quoted: &str) -> Option<(PathBuf, Vec<&str>)> {
    let (file, tests) = quoted.split_once(": ").filter(|(file, _)| file.ends_with(".rs"))?;
    let is_rooted = ROOMS.iter().any(|room| file.starts_with(room));
    let folder = if is_rooted { root() } else { root().join("tests/it") };
    Some((folder.join(file), tests.split(", ").collect()))
}

/// Whether a source file has a test of this name.
fn has_test(source: &str, name: &str) -> bool {
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let is_fn = |line: &str| {
        line.split_once("fn ")
            .is_some_and(|(_, rest)| rest.starts_with(&format!("{name}(")))
    };
    let is_marked = |at: usize| {
        let above = lines[..at]
            .iter()
            .rev()
            .take_while(|line| !line.ends_with('}') && !line.is_empty());
        above
            .into_iter()
            .any(|line| line.starts_with("#[") && line.contains("test"))
    };
    // The promises of stores become tests by the list in `conformance.rs`.
    let listed = || read("tests/it/conformance.rs").contains(&format!("{name},"));
    (0..lines.len()).any(|at| is_fn(lines[at]) && (is_marked(at) || listed()))
}

#[test]
fn every_file_and_test_that_the_review_names_exists() {
    let mut count = 0;
    for page in PAGES {
        for quoted in quoted(&read(page)) {
            if let Some((file, tests)) = named_tests(quoted) {
                let source = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{page}: {file:?}: {error}"));
                for test in tests {
                    assert!(has_test(&source, test), "{page}: {} has no test {test}", file.display());
                    count += 1;
                }
            } else if ROOMS[..9].iter().any(|room| quoted.starts_with(room)) && !quoted.contains(' ') {
                assert!(root().join(quoted).exists(), "{page}: there is no {quoted}");
            }
        }
    }
    assert!(count > 300, "{count} tests are named");
}

#[test]
fn a_test_that_is_none_is_found_out() {
    let source = "#[tokio::test]\nasync fn promised() {\n}\n\nfn helps() {\n}\n";
    assert!(has_test(source, "promised"));
    assert!(!has_test(source, "helps") && !has_test(source, "promise") && !has_test(source, "missing"));
}

/// A row of the review.
struct Row {
    number: Vec<u32>,
    level: u8,
    met: String,
    place: String,
    shown_by: String,
}

fn rows() -> Vec<Row> {
    let page = read("docs/security/asvs.md");
    let (review, _) = page.split_once("## Beyond level 2").unwrap();
    let cells = review
        .lines()
        .map(|line| line.split('|').map(str::trim).collect::<Vec<_>>())
        .filter(|cells| cells.len() == 8);
    cells
        .filter_map(|cells| {
            let number: Option<Vec<u32>> = cells[1].split('.').map(|part| part.parse().ok()).collect();
            Some(Row {
                number: number?,
                level: cells[2].parse().ok()?,
                met: cells[4].to_owned(),
                place: cells[5].to_owned(),
                shown_by: cells[6].to_owned(),
            })
        })
        .collect()
}

/// ASVS 5.0.0 has 70 requirements of level 1 and 183 of level 2.
#[test]
fn no_requirement_is_left_out() {
    let rows = rows();
    let of = |level: u8| rows.iter().filter(|row| row.level == level).count();
    assert_eq!((of(1), of(2), rows.len()), (70, 183, 253));
    for pair in rows.windows(2) {
        assert!(
            pair[0].number < pair[1].number,
            "{:?} {:?}",
            pair[0].number,
            pair[1].number
        );
    }
    for row in &rows {
        let number = &row.number;
        assert!(
            ["yes", "partly", "no", "n/a"].contains(&&*row.met),
            "{number:?}: {}",
            row.met
        );
        assert!(!row.place.is_empty(), "{number:?} says neither where nor why");
        let is_documented = row.place.contains("](inventory.md");
        assert!(
            row.met != "yes" || !row.shown_by.is_empty() || is_documented,
            "{number:?}"
        );
    }
}

/// Every key that is derived from the server's is named by what it is derived for.
#[test]
fn the_inventory_names_every_key_that_is_derived() {
    let mut purposes = BTreeSet::new();
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = std::fs::read_to_string(&path).unwrap_or_default();
            let texts = source.split('"').skip(1).step_by(2);
            let purpose = |text: &&str| text.starts_with("alert-whisperer/") && text.ends_with("/1");
            purposes.extend(texts.filter(purpose).map(str::to_owned));
        }
    }
    assert!(purposes.len() >= 7, "{purposes:?}");
    let inventory = read("docs/security/inventory.md");
    for purpose in purposes {
        assert!(inventory.contains(&format!("`{purpose}`")), "{purpose}");
    }
}
