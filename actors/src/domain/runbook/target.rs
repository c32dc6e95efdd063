//! On which machines a run goes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::limits;

/// A machine that SSM knows: an EC2 instance (`i-` and 8 or 17 of `0-9a-f`), or a managed node (`mi-` and 17).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = "^(i-([0-9a-f]{8}|[0-9a-f]{17})|mi-[0-9a-f]{17})$")]
pub struct InstanceId(String);

/// A text that is no instance id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be i- and 8 or 17 of 0-9 a-f, or mi- and 17")]
pub struct InvalidInstanceId;

impl InstanceId {
    /// The id as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_instance(text: &str) -> bool {
    let hex = |digits: &str| digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if let Some(digits) = text.strip_prefix("mi-") {
        digits.len() == 17 && hex(digits)
    } else if let Some(digits) = text.strip_prefix("i-") {
        matches!(digits.len(), 8 | 17) && hex(digits)
    } else {
        false
    }
}

impl FromStr for InstanceId {
    type Err = InvalidInstanceId;

    fn from_str(text: &str) -> Result<Self, InvalidInstanceId> {
        if is_instance(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidInstanceId)
        }
    }
}

impl TryFrom<String> for InstanceId {
    type Error = InvalidInstanceId;

    fn try_from(text: String) -> Result<Self, InvalidInstanceId> {
        text.parse()
    }
}

impl From<InstanceId> for String {
    fn from(id: InstanceId) -> Self {
        id.0
    }
}

impl fmt::Display for InstanceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The machines of one run: at least one, each once, in order.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "Vec<String>")]
pub struct Targets(Vec<InstanceId>);

/// Machines that no run goes to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTargets {
    /// None was named.
    #[error("at least one instance id is needed")]
    None,
    /// One is no instance id.
    #[error("{0:?}: {InvalidInstanceId}")]
    Id(String),
    /// There are more than one run may have.
    #[error("{given} instances are more than the {most} of one run")]
    TooMany {
        /// How many different ones were named.
        given: usize,
        /// How many may be.
        most: u32,
    },
}

/// The most of a wrong id that an error repeats.
const SHOWN: usize = 64;

impl Targets {
    /// From ids in any order, also repeated; `blast_radius` is the most there may be, and never more than
    /// [`limits::RUN_TARGETS`].
    ///
    /// # Errors
    /// The first that is no instance id, or that there are none or too many.
    pub fn new<T: AsRef<str>>(ids: &[T], blast_radius: u32) -> Result<Self, InvalidTargets> {
        let mut targets = Vec::new();
        for id in ids {
            let id = id.as_ref();
            let shown = || InvalidTargets::Id(id.chars().take(SHOWN).collect());
            targets.push(id.parse::<InstanceId>().map_err(|_| shown())?);
        }
        targets.sort_unstable();
        targets.dedup();
        let (given, most) = (targets.len(), blast_radius.min(limits::RUN_TARGETS));
        if targets.is_empty() {
            Err(InvalidTargets::None)
        } else if given > most as usize {
            Err(InvalidTargets::TooMany { given, most })
        } else {
            Ok(Self(targets))
        }
    }

    /// Each once, in order.
    pub fn ids(&self) -> &[InstanceId] {
        &self.0
    }
}

impl TryFrom<Vec<String>> for Targets {
    type Error = InvalidTargets;

    fn try_from(ids: Vec<String>) -> Result<Self, InvalidTargets> {
        Self::new(&ids, limits::RUN_TARGETS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ids_of_ssm_are_taken() {
        for good in ["i-0123abcd", "i-0123456789abcdef0", "mi-0123456789abcdef0"] {
            assert_eq!(good.parse::<InstanceId>().unwrap().as_str(), good);
        }
        for bad in [
            "",
            "i-",
            "i-0123abc",
            "i-0123abcde",
            "i-0123ABCD",
            "i-0123456789abcdef01",
            "mi-0123abcd",
            "mi-i-0123456789abcde",
            "I-0123abcd",
            " i-0123abcd",
            "i-0123abcd\n",
            "i-0123abc\u{430}",
            "i-0123abc;",
        ] {
            assert!(bad.parse::<InstanceId>().is_err(), "{bad:?}");
        }
        assert!(serde_json::from_str::<InstanceId>("\"i-0123abc;\"").is_err());
    }

    #[test]
    fn targets_are_sorted_and_each_once() {
        let targets = Targets::new(&["i-0000000b", "i-0000000a", "i-0000000b"], 2).unwrap();
        assert_eq!(
            serde_json::to_string(&targets).unwrap(),
            r#"["i-0000000a","i-0000000b"]"#
        );
        assert_eq!(targets.ids().len(), 2);
        let read: Targets = serde_json::from_str(r#"["i-0000000b","i-0000000a"]"#).unwrap();
        assert_eq!(read, targets);
        assert!(serde_json::from_str::<Targets>("[]").is_err());
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(Targets::new::<&str>(&[], 5), Err(InvalidTargets::None));
        let error = Targets::new(&["i-0000000a", "web-1"], 5).unwrap_err();
        assert!(error.to_string().starts_with("\"web-1\": must be i-"), "{error}");
        let long = Targets::new(&["\u{1b}".repeat(100_000)], 5).unwrap_err().to_string();
        assert!(long.len() < 1_000 && !long.contains('\u{1b}'), "{long}");
        let many: Vec<String> = (0..51).map(|n| format!("i-{n:08x}")).collect();
        assert_eq!(
            Targets::new(&many, 900),
            Err(InvalidTargets::TooMany { given: 51, most: 50 })
        );
        assert_eq!(
            Targets::new(&many[..3], 2),
            Err(InvalidTargets::TooMany { given: 3, most: 2 })
        );
        assert!(Targets::new(&many[..50], 50).is_ok());
    }
}
