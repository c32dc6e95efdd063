//! Silences: what is to be quiet from now on, and what no more.

use std::time::Duration;

use actors::domain::suppression::Mutes;
use actors::domain::{Company, Silence, SilenceId, Timestamp};

use super::{TenancyError, invalid};

/// How long one that is over is still shown.
const SHOWN: Duration = Duration::from_secs(7 * 86_400);

/// What is to be otherwise.
#[derive(Clone, Debug)]
pub enum SilenceChange {
    /// One more.
    Add(Silence),
    /// One ends now; one that has not begun goes.
    End(SilenceId),
}

impl SilenceChange {
    /// What it makes of a company's silences.
    ///
    /// # Errors
    /// [`TenancyError`].
    pub fn over(&self, company: &Company, now: Timestamp) -> Result<Vec<Silence>, TenancyError> {
        let is_shown = |silence: &&Silence| silence.ends_at.plus(SHOWN) > now;
        let mut silences: Vec<Silence> = company.silences.iter().filter(is_shown).cloned().collect();
        match self {
            Self::Add(new) => {
                let place = silences.len();
                silences.push(new.clone());
                Mutes::read(&company.suppression, &silences).map_err(|error| {
                    let path = format!("silences[{place}].");
                    let field = error.field.strip_prefix(&path).map(str::to_owned);
                    let field = field.unwrap_or_else(|| match error.field.as_str() {
                        "silences" => "silences".to_owned(),
                        _ => "match".to_owned(),
                    });
                    invalid(field, error.rule)
                })?;
            }
            Self::End(id) => {
                let found = silences.iter_mut().find(|silence| silence.silence_id == *id);
                let silence = found.ok_or(TenancyError::Unknown("silence"))?;
                if silence.starts_at >= now {
                    silences.retain(|silence| silence.silence_id != *id);
                } else if silence.ends_at > now {
                    silence.ends_at = now;
                }
            }
        }
        Ok(silences)
    }
}
