//! Assets: what a company has and alerts speak of, how critical each is, and what it depends on.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::alert::Severity;
use crate::limits::{ASSETS, DEPENDENCIES};
use crate::port::{Kept, RecordKind};

/// What is said of an asset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Traits {
    /// How grave it is when it fails; a critical one makes its incidents more urgent.
    #[serde(default)]
    pub criticality: Option<Severity>,
    /// Names of the assets that it needs.
    #[serde(default)]
    pub depends_on: BTreeSet<String>,
}

/// An asset as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asset {
    /// Its name, as alerts give it (`asset_name`).
    pub name: String,
    /// What is said of it.
    #[serde(flatten)]
    pub traits: Traits,
}

/// Its traits and its name in one: a flattened type that lets nothing else in cannot be described as a part.
impl PartialSchema for Asset {
    fn schema() -> RefOr<Schema> {
        let mut schema = Traits::schema();
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            let name = ObjectBuilder::new()
                .schema_type(Type::String)
                .description(Some("As alerts give it."));
            object.properties.insert("name".to_owned(), name.into());
            object.required.push("name".to_owned());
        }
        schema
    }
}

impl ToSchema for Asset {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        Traits::schemas(schemas);
    }
}

impl Asset {
    /// Whether its incidents are more urgent.
    pub fn is_critical(&self) -> bool {
        self.traits.criticality == Some(Severity::Critical)
    }
}

impl Kept for Asset {
    const KIND: RecordKind = RecordKind::Assets;

    fn id(&self) -> String {
        self.name.clone()
    }
}

/// A company's assets by their names.
pub type Assets = BTreeMap<String, Traits>;

/// Whether a company may have these assets.
///
/// # Errors
/// What would be right.
pub fn check(assets: &Assets) -> Result<(), String> {
    if assets.len() > ASSETS {
        return Err(format!("must be at most {ASSETS} assets"));
    }
    let named = |name: &str| (1..=256).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    for (name, traits) in assets {
        if !named(name) {
            return Err("names must be 1 to 256 characters without control characters".to_owned());
        }
        if traits.depends_on.len() > DEPENDENCIES {
            return Err(format!("{name} must depend on at most {DEPENDENCIES} others"));
        }
        if let Some(unknown) = traits.depends_on.iter().find(|other| !assets.contains_key(*other)) {
            return Err(format!("{name} depends on {unknown}, which is no asset"));
        }
    }
    match circle(assets) {
        Some(name) => Err(format!("{name} depends on itself, by way of what it depends on")),
        None => Ok(()),
    }
}

/// An asset that depends on itself, by whatever way.
fn circle(assets: &Assets) -> Option<&str> {
    // Assets without dependencies that are left are taken away until there are none: what is left then is a circle,
    // or depends on one.
    let mut needs: BTreeMap<&str, usize> = BTreeMap::new();
    let mut needed_by: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, traits) in assets {
        needs.insert(name, traits.depends_on.len());
        for other in &traits.depends_on {
            needed_by.entry(other).or_default().push(name);
        }
    }
    let mut free: Vec<&str> = needs
        .iter()
        .filter(|(_, count)| **count == 0)
        .map(|(name, _)| *name)
        .collect();
    while let Some(name) = free.pop() {
        needs.remove(name);
        for other in needed_by.get(name).into_iter().flatten() {
            if let Some(count) = needs.get_mut(other) {
                *count -= 1;
                if *count == 0 {
                    free.push(other);
                }
            }
        }
    }
    needs.into_keys().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assets(all: &[(&str, &[&str])]) -> Assets {
        let traits = |depends_on: &[&str]| Traits {
            criticality: None,
            depends_on: depends_on.iter().map(|name| (*name).to_owned()).collect(),
        };
        all.iter()
            .map(|(name, depends_on)| ((*name).to_owned(), traits(depends_on)))
            .collect()
    }

    #[test]
    fn what_depends_on_itself_or_on_nothing_that_there_is_is_refused() {
        assert_eq!(
            check(&assets(&[
                ("web", &["db", "cache"]),
                ("db", &["disk"]),
                ("cache", &["disk"]),
                ("disk", &[])
            ])),
            Ok(())
        );
        assert!(check(&assets(&[("web", &["web"])])).unwrap_err().contains("itself"));
        assert!(
            check(&assets(&[("a", &["b"]), ("b", &["c"]), ("c", &["a"]), ("d", &[])]))
                .unwrap_err()
                .contains("itself")
        );
        assert!(check(&assets(&[("web", &["db"])])).unwrap_err().contains("db"));
        assert!(check(&assets(&[("", &[])])).is_err() && check(&assets(&[("a\n", &[])])).is_err());
    }
}
