//! What the SDK's errors mean.
//!
//! | What happened | [`Fate`] | A read is | What begins something is |
//! |---|---|---|---|
//! | the request could not be built | `Unbuilt` | invalid | not opened |
//! | the name does not resolve, the connection is refused, not open in time, or TLS fails | `Unopened` | unavailable | not opened |
//! | answered with 400 to 499 and a code of [`REFUSALS`] that passes ([`Refusal::Throttled`]) | `Refused` | throttled | refused |
//! | answered with 400 to 499 and another code of [`REFUSALS`] | `Refused` | as the code says | denied |
//! | answered with 500 or above, with a code that is not known, or with what cannot be read | `Failed` | unavailable | unclear |
//! | no answer: reset, closed, not in time | `Lost` | unavailable | unclear |
//!
//! `Unopened` is proven by the HTTP client's own word: its error says that it stems from connecting, which ends
//! before the first byte of the request. Whatever is not known for certain is unclear.

use std::error::Error as StdError;

use actors::breaker::Health;
use actors::port::cloud::{CloudError, SendError};
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_ssm::config::http::HttpResponse;
use aws_sdk_ssm::error::{ProvideErrorMetadata, SdkError};

/// What a refusal is about. Only being throttled passes; the rest holds until somebody changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Denied,
    Throttled,
    Unknown,
    Invalid,
}

/// Codes by which a service says that it did nothing of what was asked.
pub(super) const REFUSALS: [(&str, Refusal); 63] = [
    ("AccessDenied", Refusal::Denied),
    ("AccessDeniedException", Refusal::Denied),
    ("ExpiredToken", Refusal::Denied),
    ("ExpiredTokenException", Refusal::Denied),
    ("IncompleteSignature", Refusal::Denied),
    ("IncompleteSignatureException", Refusal::Denied),
    ("InvalidClientTokenId", Refusal::Denied),
    ("InvalidSignatureException", Refusal::Denied),
    ("MissingAuthenticationToken", Refusal::Denied),
    ("MissingAuthenticationTokenException", Refusal::Denied),
    ("NotAuthorized", Refusal::Denied),
    ("OptInRequired", Refusal::Denied),
    ("RegionDisabledException", Refusal::Denied),
    ("RequestExpired", Refusal::Denied),
    ("SignatureDoesNotMatch", Refusal::Denied),
    ("UnauthorizedOperation", Refusal::Denied),
    ("UnrecognizedClientException", Refusal::Denied),
    ("DecryptionFailure", Refusal::Denied),
    ("RequestLimitExceeded", Refusal::Throttled),
    ("Throttling", Refusal::Throttled),
    ("ThrottlingException", Refusal::Throttled),
    ("ThrottledException", Refusal::Throttled),
    ("TooManyRequestsException", Refusal::Throttled),
    ("TooManyUpdates", Refusal::Throttled),
    ("AutomationExecutionLimitExceededException", Refusal::Throttled),
    ("LimitExceeded", Refusal::Throttled),
    ("LimitExceededException", Refusal::Throttled),
    ("AutomationDefinitionNotFoundException", Refusal::Unknown),
    ("AutomationDefinitionVersionNotFoundException", Refusal::Unknown),
    ("AutomationExecutionNotFoundException", Refusal::Unknown),
    ("InvalidCommandId", Refusal::Unknown),
    ("InvalidInstanceId", Refusal::Unknown),
    ("InvocationDoesNotExist", Refusal::Unknown),
    ("ResourceNotFound", Refusal::Unknown),
    ("ResourceNotFoundException", Refusal::Unknown),
    ("DuplicateInstanceId", Refusal::Invalid),
    ("IdempotentParameterMismatch", Refusal::Invalid),
    ("InvalidAction", Refusal::Invalid),
    ("InvalidAutomationExecutionParametersException", Refusal::Invalid),
    ("InvalidAutomationStatusUpdateException", Refusal::Invalid),
    ("InvalidDocument", Refusal::Invalid),
    ("InvalidDocumentVersion", Refusal::Invalid),
    ("InvalidFilterKey", Refusal::Invalid),
    ("InvalidInstanceInformationFilterValue", Refusal::Invalid),
    ("InvalidNextToken", Refusal::Invalid),
    ("InvalidNotificationConfig", Refusal::Invalid),
    ("InvalidOutputFolder", Refusal::Invalid),
    ("InvalidParameterCombination", Refusal::Invalid),
    ("InvalidParameterException", Refusal::Invalid),
    ("InvalidParameterValue", Refusal::Invalid),
    ("InvalidParameters", Refusal::Invalid),
    ("InvalidPluginName", Refusal::Invalid),
    ("InvalidRequestException", Refusal::Invalid),
    ("InvalidRole", Refusal::Invalid),
    ("InvalidTarget", Refusal::Invalid),
    ("MaxDocumentSizeExceeded", Refusal::Invalid),
    ("MissingAction", Refusal::Invalid),
    ("MissingParameter", Refusal::Invalid),
    ("SerializationException", Refusal::Invalid),
    ("UnknownOperationException", Refusal::Invalid),
    ("UnsupportedPlatformType", Refusal::Invalid),
    ("ValidationError", Refusal::Invalid),
    ("ValidationException", Refusal::Invalid),
];

/// What has become of a request that did not succeed, each with why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It could not be built.
    Unbuilt(String),
    /// The connection that it was to go over was never opened.
    Unopened(String),
    /// The service did nothing of it.
    Refused(Refusal, String),
    /// The service answered, and may have done it.
    Failed(String),
    /// Nothing was answered.
    Lost(String),
}

/// The most of a service's own words that is repeated, in characters.
const SHOWN: usize = 300;

/// A service's words on one line, cut.
fn shown(text: &str) -> String {
    let plain = |char: char| if char.is_control() { ' ' } else { char };
    text.chars().take(SHOWN).map(plain).collect()
}

fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// The innermost words of an error that are not repeated by the one around it.
fn words(error: &(dyn StdError + 'static)) -> String {
    let mut said: Vec<String> = Vec::new();
    for part in chain(error) {
        let part = part.to_string();
        if said.last().is_none_or(|last| !last.contains(&part)) {
            said.push(part);
        }
    }
    shown(&said.join(": "))
}

/// Whether an error stems from opening a connection, before anything was written to it.
fn is_unopened(error: &(dyn StdError + 'static)) -> bool {
    chain(error).any(|part| {
        let client = part.downcast_ref::<hyper_util::client::legacy::Error>();
        client.is_some_and(hyper_util::client::legacy::Error::is_connect)
    })
}

impl Fate {
    /// Of a request that ended with this error.
    pub(super) fn of<E>(error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + StdError + 'static,
    {
        match error {
            SdkError::ConstructionFailure(_) => Self::Unbuilt(words(error)),
            SdkError::DispatchFailure(_) if is_unopened(error) => Self::Unopened(words(error)),
            SdkError::ServiceError(answer) => Self::answered(answer.raw().status().as_u16(), answer.err()),
            SdkError::ResponseError(answer) => {
                let status = answer.raw().status().as_u16();
                Self::Failed(format!("an answer that cannot be read, with status {status}"))
            }
            SdkError::TimeoutError(_) => Self::Lost("no answer in time".to_owned()),
            _ => Self::Lost(words(error)),
        }
    }

    fn answered(status: u16, error: &impl ProvideErrorMetadata) -> Self {
        let code = error.code().unwrap_or("no code");
        let said = shown(&format!("{code}: {}", error.message().unwrap_or("without a word")));
        let refusal = REFUSALS.iter().find(|(known, _)| *known == code);
        match refusal {
            Some((_, refusal)) if (400..500).contains(&status) => Self::Refused(*refusal, said),
            _ => Self::Failed(format!("status {status}, {said}")),
        }
    }

    /// What it says of the service's health.
    pub(super) fn health(&self) -> Health {
        match self {
            Self::Unbuilt(_) | Self::Refused(Refusal::Denied | Refusal::Unknown | Refusal::Invalid, _) => Health::Well,
            Self::Refused(Refusal::Throttled, _) | Self::Unopened(_) | Self::Failed(_) | Self::Lost(_) => Health::Ill,
        }
    }
}

impl From<Fate> for CloudError {
    fn from(fate: Fate) -> Self {
        match fate {
            Fate::Unbuilt(why) | Fate::Refused(Refusal::Invalid, why) => Self::Invalid(why),
            Fate::Refused(Refusal::Denied, why) => Self::Denied(why),
            Fate::Refused(Refusal::Throttled, why) => Self::Throttled(why),
            Fate::Refused(Refusal::Unknown, why) => Self::Unknown(why),
            Fate::Unopened(why) | Fate::Failed(why) | Fate::Lost(why) => Self::Unavailable { why, until: None },
        }
    }
}

impl From<Fate> for SendError {
    fn from(fate: Fate) -> Self {
        match fate {
            Fate::Unbuilt(_) | Fate::Unopened(_) => Self::NotOpened(fate.into()),
            Fate::Refused(Refusal::Throttled, _) => Self::Refused(fate.into()),
            Fate::Refused(Refusal::Denied | Refusal::Unknown | Refusal::Invalid, _) => Self::Denied(fate.into()),
            Fate::Failed(why) | Fate::Lost(why) => Self::Unclear(why),
        }
    }
}

/// Whether we have no credentials of our own to ask with.
pub(super) fn is_without_credentials(error: &(dyn StdError + 'static)) -> bool {
    chain(error).any(|part| part.is::<CredentialsError>())
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use aws_sdk_ssm::error::ErrorMetadata;
    use aws_sdk_ssm::types::error::InvalidInstanceId;

    use super::*;

    fn answered(status: u16, code: &str) -> Fate {
        let meta = ErrorMetadata::builder().code(code).message("because\nof it").build();
        Fate::answered(status, &InvalidInstanceId::builder().meta(meta).build())
    }

    #[test]
    fn only_a_known_code_with_a_refusing_status_is_a_refusal() {
        let codes: HashSet<&str> = REFUSALS.iter().map(|(code, _)| *code).collect();
        assert_eq!(codes.len(), REFUSALS.len(), "each once");
        for (code, refusal) in REFUSALS {
            let said = format!("{code}: because of it");
            assert_eq!(answered(400, code), Fate::Refused(refusal, said));
            let sent = SendError::from(answered(400, code));
            let told = match refusal {
                Refusal::Throttled => matches!(sent, SendError::Refused(CloudError::Throttled(_))),
                Refusal::Denied => matches!(sent, SendError::Denied(CloudError::Denied(_))),
                Refusal::Unknown => matches!(sent, SendError::Denied(CloudError::Unknown(_))),
                Refusal::Invalid => matches!(sent, SendError::Denied(CloudError::Invalid(_))),
            };
            assert!(told, "{code}: {sent:?}");
            for status in [200, 500, 503] {
                assert!(
                    matches!(SendError::from(answered(status, code)), SendError::Unclear(_)),
                    "{code} {status}"
                );
            }
        }
        for code in [
            "InternalServerError",
            "RequestTimeout",
            "ServiceUnavailable",
            "",
            "Surprise",
            "throttlingexception",
        ] {
            assert!(
                matches!(SendError::from(answered(400, code)), SendError::Unclear(_)),
                "{code}"
            );
        }
    }

    #[test]
    fn what_passes_is_told_from_what_does_not() {
        let refusals: HashMap<&str, Refusal> = REFUSALS.into();
        for code in [
            "ThrottlingException",
            "RequestLimitExceeded",
            "TooManyUpdates",
            "LimitExceededException",
        ] {
            assert_eq!(refusals[code], Refusal::Throttled, "{code}");
        }
        // A limit that holds for what was asked, however often.
        assert_eq!(refusals["MaxDocumentSizeExceeded"], Refusal::Invalid);
    }

    #[test]
    fn what_never_left_is_told_from_what_was_refused() {
        for fate in [Fate::Unbuilt("x".into()), Fate::Unopened("x".into())] {
            assert!(matches!(SendError::from(fate), SendError::NotOpened(_)));
        }
        for fate in [Fate::Failed("x".into()), Fate::Lost("x".into())] {
            assert_eq!(SendError::from(fate), SendError::Unclear("x".into()));
        }
    }

    #[test]
    fn what_a_service_says_is_cut_and_stays_on_one_line() {
        let meta = ErrorMetadata::builder()
            .code("ValidationException")
            .message("x\n".repeat(10_000))
            .build();
        let fate = Fate::answered(400, &InvalidInstanceId::builder().meta(meta).build());
        let Fate::Refused(_, said) = fate else {
            panic!("{fate:?}")
        };
        assert_eq!((said.chars().count(), said.contains('\n')), (SHOWN, false));
    }
}
