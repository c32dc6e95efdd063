//! What the runtime's headers say: which session, which request, and the incident that a session stands for.

use actors::domain::IncidentId;
use actors::domain::digest::Digest;
use axum::http::{HeaderMap, StatusCode};
use uuid::Uuid;

use super::answer::{Refusal, refusal};

/// The session that a request belongs to.
const SESSION: &str = "x-amzn-bedrock-agentcore-runtime-session-id";
/// The request's own name.
const REQUEST: &str = "x-amzn-bedrock-agentcore-runtime-request-id";
/// How long a session's id may be, in characters.
const SESSION_CHARS: std::ops::RangeInclusive<usize> = 33..=256;
/// The most that is kept of a request's name.
const REQUEST_CHARS: usize = 256;

/// The session that is named, if one is.
///
/// # Errors
/// 400 where it is shorter or longer than the runtime's are.
pub(super) fn session(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let Some(value) = headers.get(SESSION) else {
        return Ok(None);
    };
    let wrong = || {
        let rule = "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id must be 33 to 256 characters of ASCII";
        refusal(StatusCode::BAD_REQUEST, rule)
    };
    let text = value.to_str().map_err(|_| wrong())?;
    match SESSION_CHARS.contains(&text.chars().count()) {
        true => Ok(Some(text.to_owned())),
        false => Err(wrong()),
    }
}

/// The request's name, where it has one.
pub(super) fn request(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(REQUEST)?.to_str().ok()?;
    Some(text.chars().take(REQUEST_CHARS).collect())
}

/// The incident that a session stands for: the one that it is called, or else one that is made from its name.
pub(super) fn incident(session: &str) -> IncidentId {
    let made = || IncidentId::from_uuid(Uuid::from_bytes(Digest::of(&["agentcore", session]).0));
    session.parse().unwrap_or_else(|_| made())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_one_incident_whatever_it_is_called() {
        let uuid = "7c9e6679-7425-40de-944b-e07fc1f90ae7-0001";
        assert_eq!(incident(uuid).as_str(), uuid);
        let odd = "user@example.com/conversation 1234567890";
        assert_eq!(incident(odd), incident(odd));
        assert_ne!(incident(odd), incident(&odd.replace('1', "2")));
        assert!(incident(odd).as_str().starts_with("inc-"));
    }

    #[test]
    fn a_session_is_33_to_256_characters() {
        let of = |length: usize| {
            let mut headers = HeaderMap::new();
            headers.insert(SESSION, "s".repeat(length).parse().unwrap());
            session(&headers).map(|found| found.map(|text| text.len()))
        };
        assert_eq!(session(&HeaderMap::new()).unwrap(), None);
        for (length, taken) in [(0, false), (32, false), (33, true), (256, true), (257, false)] {
            match of(length) {
                Ok(found) => assert!(taken && found == Some(length), "{length}"),
                Err(refused) => assert!(!taken && refused.status == StatusCode::BAD_REQUEST, "{length}"),
            }
        }
    }
}
