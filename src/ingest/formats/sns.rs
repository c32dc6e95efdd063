//! Amazon SNS's envelope (HTTP and HTTPS delivery): what it carries, and what it is about. Its signature is not judged yet.

use serde::Deserialize;

use super::lenient::Text;

/// An envelope.
#[derive(Deserialize)]
pub(super) struct Envelope {
    #[serde(rename = "Type")]
    pub(super) kind: Text,
    #[serde(default, rename = "MessageId")]
    pub(super) message_id: Text,
    #[serde(default, rename = "Message")]
    pub(super) message: Text,
}
