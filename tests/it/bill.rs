//! The software bill of materials (`make sbom`): valid by CycloneDX's own schema, and everything in the binary is in it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// What a command says; panics with what it complains of where it fails.
fn said(command: &mut Command, input: &[u8]) -> Vec<u8> {
    let mut child = command
        .current_dir(ROOT)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let done = std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input));
        child.wait_with_output().unwrap()
    });
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    done.stdout
}

/// The bill, as `make sbom` and the image make it.
fn bill() -> &'static Value {
    static BILL: OnceLock<Value> = OnceLock::new();
    BILL.get_or_init(|| {
        let crates = said(&mut Command::new("deploy/crates.sh"), b"");
        let mut node = Command::new("node");
        node.args(["deploy/sbom.mjs", "Cargo.lock", "web/package-lock.json"]);
        let bill = said(&mut node, &crates);
        assert_eq!(bill, said(&mut node, &crates), "the same every time");
        serde_json::from_slice(&bill).unwrap()
    })
}

/// What its schema says is wrong with a bill.
fn faults(bill: &Value) -> String {
    let install = |tool: &str| {
        let home = said(&mut Command::new(format!("tests/{tool}/install.sh")), b"");
        String::from_utf8(home).unwrap().trim().to_owned()
    };
    let mut python = Command::new("python3");
    python
        .env("PYTHONPATH", install("schemathesis"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .args(["tests/cyclonedx/validate.py", &install("cyclonedx")]);
    String::from_utf8(said(&mut python, bill.to_string().as_bytes())).unwrap()
}

/// A crate's package URL.
fn purl(name: &str, version: &str) -> String {
    format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"))
}

/// Its components by their package URLs, of one ecosystem.
fn components(ecosystem: &str) -> BTreeMap<&'static str, &'static Value> {
    let all = bill()["components"].as_array().unwrap().iter();
    all.map(|component| (component["purl"].as_str().unwrap(), component))
        .filter(|(purl, _)| purl.starts_with(&format!("pkg:{ecosystem}/")))
        .collect()
}

#[test]
fn it_is_valid_and_a_wrong_one_is_not() {
    assert_eq!(faults(bill()), "");
    let mut wrong = bill().clone();
    wrong["components"][0]["purl"] = Value::Null;
    assert!(faults(&wrong).contains("null"));
}

/// Where code may panic, the binary holds the path of its source, and with it the crate's name and version: so it says
/// itself what is in it, whatever cargo says.
#[test]
fn every_crate_whose_code_is_in_the_binary_is_in_it() {
    let mut grep = Command::new("grep");
    grep.args(["--text", "--only-matching", "--extended-regexp"])
        .arg(r"/index\.crates\.io-[0-9a-f]+/[A-Za-z0-9_-]+-[0-9]+\.[0-9]+\.[0-9][A-Za-z0-9.+-]*/")
        .arg(env!("CARGO_BIN_EXE_alert-whisperer"));
    let paths = String::from_utf8(said(&mut grep, b"")).unwrap();
    let found: BTreeSet<&str> = paths.lines().filter_map(|path| path.split('/').nth(2)).collect();
    assert!(found.len() > 100, "{found:?}");
    let listed = components("cargo");
    for folder in found {
        let at = folder.match_indices('-').map(|(at, _)| at);
        let at = at.filter(|at| folder[at + 1..].starts_with(|char: char| char.is_ascii_digit()));
        let mut purls = at.map(|at| purl(&folder[..at], &folder[at + 1..]));
        let is_shipped = purls.any(|purl| listed.get(&*purl).is_some_and(|found| found["scope"] == "required"));
        assert!(is_shipped, "{folder} is in the binary");
    }
}

#[test]
fn what_is_in_it_is_in_the_lock_files_with_its_hash_and_licence() {
    let lock: toml::Table = std::fs::read_to_string(Path::new(ROOT).join("Cargo.lock"))
        .unwrap()
        .parse()
        .unwrap();
    let locked: BTreeMap<String, &toml::Value> = lock["package"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| {
            let field = |name: &str| package[name].as_str().unwrap();
            (purl(field("name"), field("version")), package)
        })
        .collect();
    for (purl, component) in components("cargo") {
        let checksum = locked[purl].get("checksum").and_then(toml::Value::as_str);
        assert_eq!(component["hashes"][0]["content"].as_str(), checksum, "{purl}");
        assert!(component["licenses"][0]["expression"].is_string(), "{purl}");
    }
    let package = |path: &str| -> Value {
        serde_json::from_str(&std::fs::read_to_string(Path::new(ROOT).join(path)).unwrap()).unwrap()
    };
    let lock = package("web/package-lock.json");
    let of_the_page = components("npm");
    for name in package("web/package.json")["dependencies"].as_object().unwrap().keys() {
        let version = lock["packages"][format!("node_modules/{name}")]["version"]
            .as_str()
            .unwrap();
        let purl = format!("pkg:npm/{}@{version}", name.replace('@', "%40"));
        let component = of_the_page.get(&*purl).unwrap_or_else(|| panic!("{purl}"));
        assert_eq!(component["scope"], "required", "{purl}");
        assert_eq!(component["hashes"][0]["alg"], "SHA-512", "{purl}");
    }
}
