//! A company's whole configuration as one document, to be kept in git: what is in force, what another would change,
//! and the one commit that changes it.

use std::collections::BTreeMap;

use actors::domain::{Company, Correlation, RateLimit};
use actors::limits::ASSET_CHANGES;
use actors::port::{Amendment, Put, RecordKind};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::asset::{self, Asset, Assets, Traits};
use super::{Change, Desk, TenancyError, invalid};

/// The document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// What people call the company.
    pub name: String,
    /// How its alerts are grouped. Its `version` is ours.
    #[serde(default)]
    pub correlation: Correlation,
    /// How many alerts it may send.
    #[serde(default)]
    pub rate_limit: RateLimit,
    /// What it has.
    #[serde(default)]
    pub assets: Assets,
}

/// Assets as they are stored, each with its version.
pub type StoredAssets = BTreeMap<String, (Traits, u64)>;

impl Config {
    /// What is in force.
    pub fn of(company: &Company, assets: &StoredAssets) -> Self {
        let plain = |(name, (traits, _)): (&String, &(Traits, u64))| (name.clone(), traits.clone());
        Self {
            name: company.name.clone(),
            correlation: company.correlation,
            rate_limit: company.rate_limit,
            assets: assets.iter().map(plain).collect(),
        }
    }

    /// What differs: `{path: {before, after}}`, `null` for what there is not.
    pub fn difference(&self, after: &Self) -> BTreeMap<String, Value> {
        let (before, after) = (self.flat(), after.flat());
        let names = before.keys().chain(after.keys());
        let differs = |name: &&String| before.get(*name) != after.get(*name);
        names
            .filter(differs)
            .map(|name| {
                (
                    name.clone(),
                    json!({"before": before.get(name), "after": after.get(name)}),
                )
            })
            .collect()
    }

    fn flat(&self) -> BTreeMap<String, Value> {
        let mut flat = BTreeMap::from([("name".to_owned(), json!(self.name))]);
        for (section, fields) in [
            ("correlation", json!(self.correlation)),
            ("rate_limit", json!(self.rate_limit)),
        ] {
            for (name, value) in fields
                .as_object()
                .into_iter()
                .flatten()
                .filter(|(name, _)| *name != "version")
            {
                flat.insert(format!("{section}.{name}"), value.clone());
            }
        }
        let assets = self.assets.iter();
        flat.extend(assets.map(|(name, traits)| (format!("assets.{name}"), json!(traits))));
        flat
    }
}

impl Desk<'_> {
    /// The one commit that makes a configuration the one in force; nothing where it is already.
    ///
    /// # Errors
    /// [`TenancyError`].
    pub fn configure(
        &self,
        company: &Company,
        stored: &StoredAssets,
        wanted: &Config,
    ) -> Result<Option<Amendment>, TenancyError> {
        asset::check(&wanted.assets).map_err(|detail| invalid("assets", detail))?;
        let change = Change {
            name: Some(wanted.name.clone()),
            correlation: Some(wanted.correlation),
            rate_limit: Some(wanted.rate_limit),
            archived: None,
        };
        let mut puts = Vec::new();
        for (name, traits) in &wanted.assets {
            let asset = Asset {
                name: name.clone(),
                traits: traits.clone(),
            };
            match stored.get(name) {
                None => puts.push(Put::new(&asset)?),
                Some((before, version)) if before != traits => puts.push(Put::change(&asset, *version)?),
                Some(_) => {}
            }
        }
        let gone = stored.iter().filter(|(name, _)| !wanted.assets.contains_key(*name));
        puts.extend(gone.map(|(name, (_, version))| Put::remove(RecordKind::Assets, name.clone(), *version)));
        if puts.len() > ASSET_CHANGES {
            let detail = format!("{} of them change: at most {ASSET_CHANGES} may at once", puts.len());
            return Err(invalid("assets", detail));
        }
        let settings = self.change(company, &change)?;
        if settings.is_none() && puts.is_empty() {
            return Ok(None);
        }
        let now = self.clock.now();
        let differs = Config::of(company, stored).difference(wanted);
        let fact = self.fact(
            now,
            "company.configured",
            self.company_id.as_str(),
            json!({"changes": differs}),
        );
        Ok(Some(Amendment {
            company: settings.map(|(after, _)| after),
            puts,
            facts: vec![fact],
        }))
    }
}
