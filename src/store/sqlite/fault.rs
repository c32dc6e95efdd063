//! What can go wrong inside the store, and what it means for whom.

use actors::port::Error;
use rusqlite::ErrorCode;

/// Why an operation did not succeed.
#[derive(Debug)]
pub(super) enum Fault {
    /// An answer for the one who asked: its precondition failed before anything was written.
    Answer(Error),
    /// A statement failed; the transaction it was in is rolled back.
    Sql(rusqlite::Error),
}

/// What a failed transaction means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gravity {
    /// One operation cannot be done; the others can.
    Poison,
    /// Somebody else holds the file; nothing happened, later it may.
    Busy,
    /// The medium or the file is broken: nothing may be tried again on this handle.
    Fatal,
}

impl Fault {
    /// A stored or handed-in value that makes no sense.
    pub(super) fn corrupt(what: impl Into<String>) -> Self {
        Self::Answer(Error::Corrupt(what.into()))
    }

    pub(super) fn gravity(&self) -> Gravity {
        let Self::Sql(error) = self else { return Gravity::Poison };
        match error.sqlite_error_code() {
            None | Some(ErrorCode::ConstraintViolation | ErrorCode::TooBig | ErrorCode::TypeMismatch) => {
                Gravity::Poison
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Gravity::Busy,
            Some(_) => Gravity::Fatal,
        }
    }

    /// As the port says it.
    pub(super) fn into_error(self) -> Error {
        let gravity = self.gravity();
        match self {
            Self::Answer(error) => error,
            Self::Sql(error) if gravity == Gravity::Poison => Error::Corrupt(error.to_string()),
            Self::Sql(error) => Error::Unavailable(error.to_string()),
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Answer(error)
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::Error as E;
        match error {
            E::FromSqlConversionFailure(..) | E::InvalidColumnType(..) | E::IntegralValueOutOfRange(..) => {
                Self::corrupt(error.to_string())
            }
            other => Self::Sql(other),
        }
    }
}

/// A value that cannot be written. None of ours is such, so it is a poisoned operation, not an answer.
pub(super) fn unwritable(error: serde_json::Error) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(Box::new(error))
}
