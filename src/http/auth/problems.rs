//! Why somebody is not let in, or an account is not changed so, as problems.

use std::time::Duration;

use axum::http::StatusCode;

use crate::accounts::sign_in::SignInError;
use crate::accounts::staff::StaffError;
use crate::http::problem::{Code, Problem};

/// A wrong password is the field's fault here, not the caller's.
pub(super) fn of_password(error: SignInError, field: &'static str) -> Problem {
    match error {
        SignInError::Wrong => Problem::new(Code::WrongPassword, "this is not your password").of_field(field),
        other => other.into(),
    }
}

impl From<SignInError> for Problem {
    fn from(error: SignInError) -> Self {
        let said = error.to_string();
        let unauthorized = |code| Self::new(code, said.clone());
        match error {
            SignInError::Wrong => unauthorized(Code::WrongCredentials),
            SignInError::CodeNeeded => unauthorized(Code::SecondFactorNeeded).of_field("totp"),
            SignInError::WrongCode => unauthorized(Code::WrongCode).of_field("totp"),
            SignInError::NotInForce => unauthorized(Code::Unauthorized),
            SignInError::Throttled(wait) => {
                let mut problem = Self::new(Code::TooManyAttempts, said);
                problem.retry_after = Some(wait);
                problem
            }
            SignInError::Busy => Self {
                counted: true,
                ..Self::unavailable(Code::Overloaded, said, Duration::from_secs(2))
            },
            SignInError::Call(error) => error.into(),
        }
    }
}

impl From<StaffError> for Problem {
    fn from(error: StaffError) -> Self {
        let said = error.to_string();
        match error {
            StaffError::Invalid { field, detail } => Self::invalid(field, detail),
            StaffError::Taken => Self::new(Code::Conflict, said).of_field("email"),
            StaffError::Unknown => Self::not_found("user"),
            StaffError::LastAdmin => Self::new(Code::LastAdmin, said),
            StaffError::HasSecondFactor | StaffError::NoOffer => Self::new(Code::Conflict, said),
            // Who asks is known already.
            StaffError::WrongCode => Self {
                status: StatusCode::FORBIDDEN,
                ..Self::new(Code::WrongCode, said).of_field("code")
            },
            StaffError::Throttled(wait) => SignInError::Throttled(wait).into(),
            StaffError::Busy => SignInError::Busy.into(),
            StaffError::Call(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_stranger_can_bring_about_at_will_is_no_line_in_the_log() {
        let busy = Problem::from(SignInError::Busy);
        assert_eq!((busy.status.as_u16(), busy.counted), (503, true));
        assert!(busy.detail.contains("at once") && !busy.detail.contains("failed"));
        let fault = Problem::from(SignInError::Call(actors::runtime::CallError::TimedOut));
        assert!(!fault.counted);
    }
}
