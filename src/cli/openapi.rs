//! `openapi`: prints the OpenAPI document, which a running server has at `/api/openapi.json`.

use anyhow::Result;

use super::out;
use crate::http::openapi::document;

/// Print the OpenAPI document of the HTTP interface.
#[derive(Debug, clap::Args)]
pub(super) struct OpenapiArgs {
    /// On one line.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &OpenapiArgs) -> Result<()> {
    let document = document();
    out::line(if args.json {
        document.to_json()?
    } else {
        document.to_pretty_json()?
    });
    Ok(())
}
