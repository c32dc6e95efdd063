//! What an approval is bound to: everything that a run would do, as one hash.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::render::Rendered;
use super::target::Targets;
use crate::domain::run::Venue;

/// A run, before it is one: by what, what, where and for how long.
#[derive(Clone, Copy, Debug)]
pub struct PlannedRun<'a> {
    /// The tool: `ssm.execute`.
    pub tool: &'a str,
    /// Its version.
    pub tool_version: &'a str,
    /// The runbook and its command lines.
    pub rendered: &'a Rendered,
    /// The lines of its health check, which a run that ends well makes.
    pub check: Option<&'a [String]>,
    /// The machines.
    pub targets: &'a Targets,
    /// Where they are.
    pub venue: &'a Venue,
    /// How long it may take, in seconds.
    pub timeout_seconds: u32,
}

/// Hex of SHA-256 over a run.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(transparent)]
pub struct RunHash(String);

impl RunHash {
    /// Its 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl PlannedRun<'_> {
    /// RFC 8785 canonical JSON of `{tool, tool_version, runbook_id, runbook_version, commands, check, targets,
    /// timeout_seconds}`, `document_hash` and `account` where they are known, and `automation` where that is what is run: the bytes that
    /// are hashed.
    pub fn canonical(&self) -> String {
        let mut body = json!({
            "tool": self.tool,
            "tool_version": self.tool_version,
            "runbook_id": self.rendered.runbook_id,
            "runbook_version": self.rendered.version,
            "commands": self.rendered.commands,
            "check": self.check,
            "targets": self.targets,
            "timeout_seconds": self.timeout_seconds,
        });
        if let Some(hash) = &self.venue.document_hash {
            body["document_hash"] = hash.as_str().into();
        }
        if let Some(account) = &self.venue.account {
            body["account"] = account.as_str().into();
        }
        if let Some(automation) = &self.rendered.automation {
            body["automation"] = json!(automation);
        }
        // A `Value` has text keys and finite numbers, which is all that RFC 8785 asks.
        serde_json_canonicalizer::to_string(&body).unwrap_or_else(|_| body.to_string())
    }

    /// The hash that an approval of this run is bound to.
    pub fn hash(&self) -> RunHash {
        let digest = Sha256::digest(self.canonical());
        RunHash(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};

    use serde_json::Map;

    use super::*;
    use crate::domain::runbook::RenderedAutomation;
    use crate::domain::runbook::script::RunbookPart;
    use crate::domain::runbook::tests::example;

    /// Every text that differs from this one in one byte.
    fn altered(text: &str) -> impl Iterator<Item = String> + '_ {
        text.bytes().enumerate().map(move |(place, byte)| {
            let other = if byte == b'0' { "1" } else { "0" };
            format!("{}{other}{}", &text[..place], &text[place + 1..])
        })
    }

    fn rendered() -> Rendered {
        let mut values = Map::new();
        values.insert("word".to_owned(), json!("a"));
        example().render(RunbookPart::Run, &values).unwrap()
    }

    fn targets(ids: &[&str]) -> Targets {
        Targets::new(ids, 50).unwrap()
    }

    #[test]
    fn every_byte_of_every_field_changes_it() {
        let nowhere = Venue::default();
        let (rendered, places) = (rendered(), targets(&["i-0000000a", "i-0000000b"]));
        let run = PlannedRun {
            tool: "ssm.execute",
            tool_version: "1",
            rendered: &rendered,
            check: None,
            targets: &places,
            venue: &nowhere,
            timeout_seconds: 300,
        };
        let mut seen = HashSet::from([run.hash()]);
        let mut another = |run: PlannedRun<'_>| assert!(seen.insert(run.hash()), "{}", run.canonical());
        for tool in altered(run.tool) {
            another(PlannedRun { tool: &tool, ..run });
        }
        for tool_version in altered(run.tool_version) {
            let tool_version = &tool_version;
            another(PlannedRun { tool_version, ..run });
        }
        for timeout_seconds in [299, 301] {
            another(PlannedRun { timeout_seconds, ..run });
        }
        for id in altered(rendered.runbook_id.as_str()) {
            let mut rendered = rendered.clone();
            rendered.runbook_id = id.parse().unwrap();
            let rendered = &rendered;
            another(PlannedRun { rendered, ..run });
        }
        let mut rendered_again = rendered.clone();
        rendered_again.version += 1;
        another(PlannedRun {
            rendered: &rendered_again,
            ..run
        });
        for (line, text) in rendered.commands.iter().enumerate() {
            for text in altered(text) {
                let mut rendered = rendered.clone();
                rendered.commands[line] = text;
                let rendered = &rendered;
                another(PlannedRun { rendered, ..run });
            }
        }
        for check in [
            &[][..],
            &["".to_owned()],
            &["a".to_owned()],
            &["a".to_owned(), "b".to_owned()],
        ] {
            let check = Some(check);
            another(PlannedRun { check, ..run });
        }
        for document in ["", "ab", "ba"] {
            let known = Some(document.to_owned());
            let by_hash = Venue {
                document_hash: known.clone(),
                ..Venue::default()
            };
            another(PlannedRun { venue: &by_hash, ..run });
            let by_account = Venue {
                account: known,
                ..Venue::default()
            };
            another(PlannedRun {
                venue: &by_account,
                ..run
            });
        }
        for (document, version, name, value) in [
            ("AWS-X", "1", "P", "v"),
            ("AWS-Y", "1", "P", "v"),
            ("AWS-X", "2", "P", "v"),
            ("AWS-X", "1", "Q", "v"),
            ("AWS-X", "1", "P", "w"),
        ] {
            let mut rendered = rendered.clone();
            rendered.automation = Some(RenderedAutomation {
                document: document.to_owned(),
                version: version.to_owned(),
                parameters: BTreeMap::from([(name.to_owned(), vec![value.to_owned()])]),
            });
            let rendered = &rendered;
            another(PlannedRun { rendered, ..run });
        }
        for ids in [
            &["i-0000000a"][..],
            &["i-0000000b"],
            &["i-0000000a", "i-0000000c"],
            &["i-0000000a", "i-0000000b", "i-0000000c"],
            &["mi-0000000000000000a", "i-0000000b"],
        ] {
            let targets = &targets(ids);
            another(PlannedRun { targets, ..run });
        }
    }

    #[test]
    fn where_one_line_ends_is_part_of_it() {
        let nowhere = Venue::default();
        let places = targets(&["i-0000000a"]);
        let hash = |lines: &[&str]| {
            let mut rendered = rendered();
            rendered.commands = lines.iter().map(|&line| line.to_owned()).collect();
            let run = PlannedRun {
                tool: "ssm.execute",
                tool_version: "1",
                rendered: &rendered,
                check: None,
                targets: &places,
                venue: &nowhere,
                timeout_seconds: 300,
            };
            run.hash()
        };
        assert_ne!(hash(&["ab", "c"]), hash(&["a", "bc"]));
        assert_ne!(hash(&["a\",\"b"]), hash(&["a", "b"]));
        assert_ne!(hash(&["a"]), hash(&["a", ""]));
    }

    #[test]
    fn its_bytes_are_written_down() {
        let nowhere = Venue::default();
        let mut lines = rendered();
        lines.commands = vec!["id".to_owned()];
        let places = targets(&["i-0000000b", "i-0000000a"]);
        let check = ["uptime".to_owned()];
        let run = PlannedRun {
            tool: "ssm.execute",
            tool_version: "1",
            rendered: &lines,
            check: Some(&check),
            targets: &places,
            venue: &nowhere,
            timeout_seconds: 300,
        };
        assert_eq!(
            run.canonical(),
            r#"{"check":["uptime"],"commands":["id"],"runbook_id":"example","runbook_version":3,"targets":["i-0000000a","i-0000000b"],"timeout_seconds":300,"tool":"ssm.execute","tool_version":"1"}"#
        );
        assert_eq!(run.hash().as_str().len(), 64);
    }
}
