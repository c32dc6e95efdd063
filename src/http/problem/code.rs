//! The kinds of problem: the word that programs read, its status, and what it means.

use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

/// A kind of problem. Its word is `code`, and the end of `type`: `urn:alert-whisperer:problem:{code}`.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    ToSchema,
    strum::EnumIter,
    strum::EnumMessage,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[schema(as = ProblemCode)]
pub enum Code {
    /// A field, parameter or header is not as it should be; `field` says which.
    Invalid,
    /// The body broke off before its announced end.
    Incomplete,
    /// The request cannot be met as it stands.
    Refused,
    /// The route speaks WebSocket, and no upgrade was asked for, or not as RFC 6455 says.
    NoWebsocket,
    /// No token, key or signature that is good.
    Unauthorized,
    /// The signature's headers are missing or not well-formed; `field` says which.
    SignatureMalformed,
    /// E-mail address and password do not belong together.
    WrongCredentials,
    /// The account has a second factor: send a code of it as `totp`, to log in or to agree to what is of high risk.
    SecondFactorNeeded,
    /// The code of the second factor is wrong or was used already.
    WrongCode,
    /// Known, and without this right.
    Forbidden,
    /// The page that asks is of an origin that is not allowed.
    ForbiddenOrigin,
    /// A request that uses the cookie has to send the header `X-CSRF: 1`.
    Csrf,
    /// The current password that was given is not the account's.
    WrongPassword,
    /// First choose a password of your own: `PUT /api/auth/password`.
    PasswordChangeRequired,
    /// First set up a second factor: `POST /api/auth/totp`.
    SecondFactorRequired,
    /// There is none, or it belongs to a company that is not yours, which is the same.
    NotFound,
    /// The route does not take this method; `Allow` says which it takes.
    MethodNotAllowed,
    /// The body was not sent in time.
    TooSlow,
    /// What is asked for does not fit the present state; the detail says why.
    Conflict,
    /// The company is not connected to AWS: `PUT /api/companies/{id}/aws`.
    NotConnected,
    /// Runs are stopped, for the company or for all.
    RunsStopped,
    /// What was seen has been changed since (`If-Match`): look again.
    Stale,
    /// The last MSP admin that can log in cannot be disabled or made something else.
    LastAdmin,
    /// The body is larger than the route takes.
    TooLarge,
    /// More alerts at once than a body, or the company's `burst_size`, may hold.
    TooManyAlerts,
    /// Faster than the limit; try again after `Retry-After` seconds.
    RateLimited,
    /// Too many logins that failed; try again after `Retry-After` seconds.
    TooManyAttempts,
    /// Something failed inside; the trace id finds it in the log.
    Internal,
    /// The server is going down; try again, at another where there is one.
    Draining,
    /// Too much is waiting; try again.
    Overloaded,
    /// The store does not answer; try again.
    StoreUnavailable,
    /// The run has begun, and AWS did not take its command; the detail says why, and which run it is.
    RunNotSent,
    /// The company's AWS account does not answer, or wants fewer calls; try again.
    CloudUnavailable,
    /// The company's actor failed too often and rests. Alerts are still accepted and kept.
    Quarantined,
    /// The incident's actor failed too often and rests; a person has to look.
    NeedsHuman,
    /// No answer in time; what had not begun by then will not be done.
    TimedOut,
    /// The work was interrupted; try again.
    Interrupted,
}

impl Code {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The status that it is answered with, where the place that answers knows no better.
    pub fn status(self) -> StatusCode {
        match self {
            Self::Invalid | Self::Incomplete | Self::Refused | Self::NoWebsocket => StatusCode::BAD_REQUEST,
            Self::Unauthorized
            | Self::SignatureMalformed
            | Self::WrongCredentials
            | Self::SecondFactorNeeded
            | Self::WrongCode => StatusCode::UNAUTHORIZED,
            Self::Forbidden
            | Self::ForbiddenOrigin
            | Self::Csrf
            | Self::WrongPassword
            | Self::PasswordChangeRequired
            | Self::SecondFactorRequired => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Conflict | Self::LastAdmin | Self::NotConnected | Self::RunsStopped => StatusCode::CONFLICT,
            Self::Stale => StatusCode::PRECONDITION_FAILED,
            Self::TooLarge | Self::TooManyAlerts => StatusCode::PAYLOAD_TOO_LARGE,
            Self::RateLimited | Self::TooManyAttempts => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::RunNotSent => StatusCode::BAD_GATEWAY,
            Self::Draining
            | Self::Overloaded
            | Self::StoreUnavailable
            | Self::CloudUnavailable
            | Self::Quarantined
            | Self::NeedsHuman
            | Self::TimedOut
            | Self::Interrupted => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}
