//! A company's whole configuration as one document, to be kept in git: what is in force, what another would change,
//! and the one commit that changes it.

use std::collections::{BTreeMap, BTreeSet};

use actors::domain::asset::{self, Asset, Assets, Traits};
use actors::domain::{
    AwsSettings, Company, CompanyId, Correlation, Intake, Notifications, Policy, RateLimit, Retention, Rule,
    Suppression,
};
use actors::limits::ASSET_CHANGES;
use actors::port::{Amendment, Put, RecordKind};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Value, json};

use super::{Change, Desk, TenancyError, invalid, wake};

/// The document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Whose it is. May be left out; another company's document is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub company_id: Option<CompanyId>,
    /// What people call the company.
    pub name: String,
    /// How its alerts are grouped. Its `version` is ours, and no part of the document.
    #[serde(default, serialize_with = "without_version")]
    pub correlation: Correlation,
    /// How many alerts it may send.
    #[serde(default)]
    pub rate_limit: RateLimit,
    /// How long what there is of it is kept. Left out, it stays as it is: what was archived does not come back.
    #[serde(default)]
    pub retention: Option<Retention>,
    /// What may run for it, and who must agree. Left out, it stays as it is.
    #[serde(default)]
    pub policy: Option<Policy>,
    /// Its AWS account. Left out, it stays as it is. Not every field is for everybody to change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aws: Option<AwsSettings>,
    /// What it takes from monitoring tools. Left out, it stays as it is.
    #[serde(default)]
    pub intake: Option<Intake>,
    /// Its own rules of grouping. Left out, they stay as they are.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub rules: Option<Vec<Rule>>,
    /// What keeps its incidents quiet, but for silences, which come and go. Left out, it stays as it is.
    #[serde(default)]
    pub suppression: Option<Suppression>,
    /// Who hears of its incidents; the channels have to be there. Left out, it stays as it is.
    #[serde(default)]
    pub notifications: Option<Notifications>,
    /// What it has.
    #[serde(default)]
    pub assets: Assets,
}

fn without_version<S: Serializer>(correlation: &Correlation, serializer: S) -> Result<S::Ok, S::Error> {
    let mut fields = json!(correlation);
    if let Some(fields) = fields.as_object_mut() {
        fields.remove("version");
    }
    fields.serialize(serializer)
}

/// Assets as they are stored, each with its version.
pub type StoredAssets = BTreeMap<String, (Traits, u64)>;

impl Config {
    /// What is in force.
    pub fn of(company: &Company, assets: &StoredAssets) -> Self {
        let plain = |(name, (traits, _)): (&String, &(Traits, u64))| (name.clone(), traits.clone());
        Self {
            company_id: Some(company.company_id.clone()),
            name: company.name.clone(),
            correlation: company.correlation,
            rate_limit: company.rate_limit,
            retention: Some(company.retention),
            policy: Some(company.policy),
            aws: company.aws.clone(),
            intake: Some(company.intake.clone()),
            rules: Some(company.rules.clone()),
            suppression: Some(company.suppression.clone()),
            notifications: Some(company.notifications.clone()),
            assets: assets.iter().map(plain).collect(),
        }
    }

    /// With what it leaves out as it is in another.
    #[must_use]
    pub fn over(self, before: &Self) -> Self {
        Self {
            retention: self.retention.or(before.retention),
            policy: self.policy.or(before.policy),
            aws: self.aws.or_else(|| before.aws.clone()),
            intake: self.intake.or_else(|| before.intake.clone()),
            rules: self.rules.or_else(|| before.rules.clone()),
            suppression: self.suppression.or_else(|| before.suppression.clone()),
            notifications: self.notifications.or_else(|| before.notifications.clone()),
            ..self
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
            ("retention", json!(self.retention)),
            ("policy", json!(self.policy)),
            ("aws", json!(self.aws)),
            ("intake", json!(self.intake)),
            ("suppression", json!(self.suppression)),
            ("notifications", json!(self.notifications)),
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
        let rules = self.rules.iter().flatten();
        flat.extend(rules.map(|rule| (format!("rules.{}", rule.name), json!(rule))));
        let order: Vec<&str> = self.rules.iter().flatten().map(|rule| &*rule.name).collect();
        flat.insert("rules".to_owned(), json!(order));
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
        (stored, channels): (&StoredAssets, &BTreeSet<String>),
        wanted: &Config,
    ) -> Result<Option<Amendment>, TenancyError> {
        if let Some(other) = wanted.company_id.as_ref().filter(|id| *id != self.company_id) {
            let detail = format!("this is the document of {other}; leave company_id out to use it as a pattern");
            return Err(invalid("company_id", detail));
        }
        asset::check(&wanted.assets).map_err(|detail| invalid("assets", detail))?;
        let change = Change {
            name: Some(wanted.name.clone()),
            correlation: Some(wanted.correlation),
            rate_limit: Some(wanted.rate_limit),
            retention: wanted.retention,
            policy: wanted.policy,
            aws: wanted.aws.clone().map(Some),
            intake: wanted.intake.clone().map(Into::into),
            rules: wanted.rules.clone(),
            maintenance_windows: wanted.suppression.clone().map(|quiet| quiet.maintenance_windows),
            inhibitions: wanted
                .suppression
                .clone()
                .map(|quiet| (quiet.inhibitions, quiet.silence_dependents)),
            notifications: wanted.notifications.clone().map(|told| (told, channels.clone())),
            ..Change::default()
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
        let after = match self.change(company, &change)? {
            Some((after, _)) => after,
            None if puts.is_empty() => return Ok(None),
            // What it has is a part of its configuration: whoever has seen it before has seen another one.
            None => Company {
                version: company.version + 1,
                ..company.clone()
            },
        };
        let now = self.clock.now();
        let differs = Config::of(company, stored).difference(wanted);
        let fact = self.fact(
            now,
            "company.configured",
            self.company_id.as_str(),
            json!({"changes": differs}),
        );
        Ok(Some(Amendment {
            wake: wake(company, &after, now),
            company: Some(after),
            puts,
            facts: vec![fact],
            ..Amendment::default()
        }))
    }
}
