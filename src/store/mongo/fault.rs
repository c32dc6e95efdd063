//! What can go wrong with a server, and what it means for whom.

use actors::port::Error;
use mongodb::error::{
    Error as Failure, ErrorKind, TRANSIENT_TRANSACTION_ERROR, UNKNOWN_TRANSACTION_COMMIT_RESULT, WriteFailure,
};

/// A unique index has the value already.
pub(super) const DUPLICATE_KEY: i32 = 11000;
/// A user may not do this.
const UNAUTHORIZED: i32 = 13;
/// Codes of a server that cannot take commands now and may later: it is away, steps down, has no room, was
/// too slow, or does not let us (`HostUnreachable`, `HostNotFound`, `AuthenticationFailed`,
/// `CursorNotFound`, `MaxTimeMSExpired`, `WriteConcernFailed`, `NetworkTimeout`, `ShutdownInProgress`,
/// `FailedToSatisfyReadPreference`, `ReadConcernMajorityNotAvailableYet`, `PrimarySteppedDown`, `CursorKilled`,
/// `ExceededTimeLimit`, `TemporarilyUnavailable`, `SocketException`, `NotWritablePrimary`, `InterruptedAtShutdown`,
/// `Interrupted`, `InterruptedDueToReplStateChange`, `NotPrimaryNoSecondaryOk`, `NotPrimaryOrSecondary`,
/// `OutOfDiskSpace`).
const AWAY: [i32; 22] = [
    6, 7, 18, 43, 50, 64, 89, 91, 133, 134, 189, 237, 262, 365, 9001, 10107, 11600, 11601, 11602, 13435, 13436, 14031,
];
/// Codes of a transaction that met another or has taken too long (`LockTimeout`, `WriteConflict`,
/// `TransactionTooOld`, `SnapshotTooOld`, `SnapshotUnavailable`, `NoSuchTransaction`,
/// `PreparedTransactionInProgress`, `TransactionExceededLifetimeLimitSeconds`).
const CONFLICT: [i32; 8] = [24, 112, 225, 239, 246, 251, 267, 290];

/// Why a command or a transaction did not succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// An answer for the one who asked.
    Answer(Error),
    /// The transaction met another and was not done; at once it may be.
    Conflict(String),
    /// The server is away and nothing was done; later it may be.
    Away(String),
    /// The server does not let us, and nothing was done; later it may.
    Denied(String),
    /// The server does not let us, as it was told; nothing was done, and nothing is tried again.
    Refused(String),
    /// A unique index has the value already; nothing was done.
    Duplicate(String),
    /// The commit may or may not have been done.
    Unknown(String),
    /// It cannot be done, however often.
    Poison(String),
}

impl Fault {
    /// A stored or handed-in value that makes no sense.
    pub(super) fn corrupt(what: impl Into<String>) -> Self {
        Self::Answer(Error::Corrupt(what.into()))
    }

    /// A command's own failure, by its code.
    pub(super) fn of_code(code: i32, message: &str) -> Self {
        let message = message.to_owned();
        match code {
            DUPLICATE_KEY => Self::Duplicate(message),
            UNAUTHORIZED => Self::Denied(message),
            code if CONFLICT.contains(&code) => Self::Conflict(message),
            code if AWAY.contains(&code) => Self::Away(message),
            _ => Self::Poison(message),
        }
    }

    /// What a failure to commit means. Only what the server says of it is known.
    pub(super) fn of_commit(failure: &Failure) -> Self {
        if failure.contains_label(UNKNOWN_TRANSACTION_COMMIT_RESULT) {
            return Self::Unknown(failure.to_string());
        }
        match Self::from(failure) {
            fault @ Self::Conflict(_) => fault,
            _ if failure.contains_label(TRANSIENT_TRANSACTION_ERROR) => Self::Conflict(failure.to_string()),
            _ => Self::Unknown(failure.to_string()),
        }
    }

    pub(super) fn is_duplicate(&self) -> bool {
        matches!(self, Self::Duplicate(_))
    }

    /// As the port says it.
    pub(super) fn into_error(self) -> Error {
        match self {
            Self::Answer(error) => error,
            Self::Conflict(why) | Self::Away(why) | Self::Denied(why) | Self::Refused(why) => Error::Unavailable(why),
            Self::Unknown(_) => Error::Unknown,
            Self::Duplicate(why) | Self::Poison(why) => Error::Corrupt(why),
        }
    }
}

impl From<&Failure> for Fault {
    fn from(failure: &Failure) -> Self {
        let text = || failure.kind.to_string();
        match &*failure.kind {
            ErrorKind::Command(error) => match Self::of_code(error.code, &error.message) {
                // Whatever it is, the server says that it will pass.
                Self::Poison(why) if failure.contains_label(TRANSIENT_TRANSACTION_ERROR) => Self::Conflict(why),
                fault => fault,
            },
            ErrorKind::Write(WriteFailure::WriteError(error)) => Self::of_code(error.code, &error.message),
            ErrorKind::Write(WriteFailure::WriteConcernError(error)) => Self::of_code(error.code, &error.message),
            ErrorKind::InsertMany(error) => {
                let first = error.write_errors.iter().flatten().next();
                first.map_or_else(|| Self::Away(text()), |first| Self::of_code(first.code, &first.message))
            }
            ErrorKind::Bson(_) | ErrorKind::InvalidArgument { .. } | ErrorKind::InvalidResponse { .. } => {
                Self::Poison(text())
            }
            _ => Self::Away(text()),
        }
    }
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        Self::from(&failure)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Answer(error)
    }
}

impl From<mongodb::bson::error::Error> for Fault {
    fn from(error: mongodb::bson::error::Error) -> Self {
        Self::Poison(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_no_time_can_mend_is_given_up() {
        for (code, expected) in [
            (112, Fault::Conflict(String::new())),
            (10107, Fault::Away(String::new())),
            (14031, Fault::Away(String::new())),
            (11000, Fault::Duplicate(String::new())),
            (10334, Fault::Poison(String::new())),
        ] {
            assert_eq!(Fault::of_code(code, ""), expected, "{code}");
        }
        let all: std::collections::BTreeSet<i32> = AWAY.into_iter().chain(CONFLICT).collect();
        assert_eq!(all.len(), AWAY.len() + CONFLICT.len(), "a code stands in both");
    }
}
