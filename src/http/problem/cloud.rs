//! What a company's cloud answers instead of a result, as a problem.

use std::time::Duration;

use actors::port::cloud::CloudError;

use super::{Code, Problem};

impl From<CloudError> for Problem {
    fn from(error: CloudError) -> Self {
        let detail = error.to_string();
        match error {
            CloudError::Unavailable { until: Some(until), .. } => {
                let detail = format!("{detail}; nothing is sent there before {until}");
                Self {
                    retry_at: Some(until),
                    ..Self::new(Code::CloudUnavailable, detail)
                }
            }
            CloudError::Throttled(_) | CloudError::Unavailable { .. } => {
                Self::unavailable(Code::CloudUnavailable, detail, Duration::from_secs(10))
            }
            CloudError::NotConnected
            | CloudError::Denied(_)
            | CloudError::Unknown(_)
            | CloudError::Invalid(_)
            | CloudError::TooMuch(_) => Self::new(Code::Conflict, detail),
        }
    }
}
