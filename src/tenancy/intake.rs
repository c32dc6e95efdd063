//! What a company takes from monitoring tools: what of it is to be otherwise, and whether it may be.

use std::collections::BTreeSet;

use actors::domain::Intake;
use actors::domain::intake::Mapping;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::{TenancyError, invalid};
use crate::ingest::formats::custom;

/// What is to be otherwise; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IntakeChange {
    /// The topics of SNS that it listens to.
    #[serde(default)]
    #[schema(nullable = false, max_items = 32)]
    pub sns_topics: Option<BTreeSet<String>>,
    /// Its mapping; `null` takes it away.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<Mapping>)]
    pub custom: Option<Option<Mapping>>,
    /// Whether the alarms of its AWS account are asked for.
    #[serde(default)]
    #[schema(nullable = false)]
    pub poll_cloudwatch: Option<bool>,
}

/// What is said, even where it is `null`.
fn said<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

impl From<Intake> for IntakeChange {
    fn from(intake: Intake) -> Self {
        Self {
            sns_topics: Some(intake.sns_topics),
            custom: Some(intake.custom),
            poll_cloudwatch: Some(intake.poll_cloudwatch),
        }
    }
}

impl IntakeChange {
    /// What it makes of what was.
    pub fn over(&self, before: &Intake) -> Intake {
        Intake {
            sns_topics: self.sns_topics.clone().unwrap_or_else(|| before.sns_topics.clone()),
            custom: self.custom.clone().unwrap_or_else(|| before.custom.clone()),
            poll_cloudwatch: self.poll_cloudwatch.unwrap_or(before.poll_cloudwatch),
        }
    }
}

/// Whether a company may take this: its expressions are read too.
///
/// # Errors
/// [`TenancyError::Invalid`], naming the first field that is not as it must be.
pub fn check(intake: &Intake) -> Result<(), TenancyError> {
    let named = |field: &str| format!("intake.{field}");
    intake.check().map_err(|error| invalid(named(&error.field), error))?;
    match intake.custom.as_ref().map(custom::compile) {
        Some(Err(error)) => Err(invalid(named(&error.field), error)),
        _ => Ok(()),
    }
}
