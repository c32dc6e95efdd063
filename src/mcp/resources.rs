//! Resources: an incident, a company's runbooks, one runbook, by URIs of ours.

use rmcp::model::{ReadResourceResult, Resource, ResourceContents, ResourceTemplate};
use serde_json::{Map, Value};

use crate::accounts::rights::Right;
use crate::http::offered::Asking;
use crate::http::problem::Problem;

const JSON: &str = "application/json";
/// Companies whose runbooks are listed; those of others are read all the same.
const LISTED: usize = 50;

/// What is listed: the shelf of runbooks of each company that the caller reads.
pub(super) fn listed(asking: &Asking) -> Vec<Resource> {
    let companies = asking.companies(Right::Read).into_iter().take(LISTED);
    companies
        .map(|company| {
            Resource::new(format!("runbooks://{company}"), format!("runbooks of {company}"))
                .with_title(format!("Runbooks of {company}"))
                .with_description("The runbooks that there are for the company, and what each needs before it runs.")
                .with_mime_type(JSON)
        })
        .collect()
}

/// What may be read by a URI that one makes.
pub(super) fn templates() -> Vec<ResourceTemplate> {
    [
        (
            "incident://{company_id}/{incident_id}",
            "incident",
            "An incident with its last decision, its latest alerts with their receipts, and the end of its timeline.",
        ),
        (
            "runbooks://{company_id}",
            "runbooks",
            "The runbooks that there are for a company.",
        ),
        (
            "runbook://{company_id}/{runbook_id}",
            "runbook",
            "A runbook with its scripts and parameters.",
        ),
    ]
    .into_iter()
    .map(|(uri, name, description)| {
        ResourceTemplate::new(uri, name)
            .with_description(description)
            .with_mime_type(JSON)
    })
    .collect()
}

/// Reads one. What is none, or another company's, is not there.
pub(super) async fn read(asking: Asking, uri: &str) -> Result<ReadResourceResult, Problem> {
    let none = || Problem::not_found("resource");
    let (kind, rest) = uri.split_once("://").ok_or_else(none)?;
    let (company, id) = match rest.split_once('/') {
        Some((company, id)) => (company, Some(id)),
        None => (rest, None),
    };
    let mut arguments = Map::new();
    arguments.insert("company_id".to_owned(), company.into());
    let value = match (kind, id) {
        ("incident", Some(id)) => {
            arguments.insert("incident_id".to_owned(), id.into());
            asking.incident(arguments).await?
        }
        ("runbooks", None) => asking.runbooks(arguments).await?,
        ("runbook", Some(id)) => asking.runbook(arguments, id).await?,
        _ => return Err(none()),
    };
    Ok(ReadResourceResult::new(vec![contents(uri, &value)]))
}

fn contents(uri: &str, value: &Value) -> ResourceContents {
    ResourceContents::text(value.to_string(), uri).with_mime_type(JSON)
}
