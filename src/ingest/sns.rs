//! Amazon SNS's messages over HTTP: whether SNS has signed them, and confirming a subscription.
//!
//! A message names the certificate that it is signed with. It is fetched from SNS's own hosts and nowhere else (see
//! `outside`); so is the confirmation of a subscription. Signature version 2 alone is believed: version 1 is SHA-1.

mod outside;

use std::borrow::Cow;
use std::time::Duration;

use actors::domain::{Intake, Timestamp};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::CertificateDer;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use webpki::EndEntityCert;

pub use self::outside::{Outside, Unreached};

/// How old a message may be: no older than what is remembered of deliveries, so that a replay is known as one. SNS gives
/// up after an hour.
const OLDEST: Duration = Duration::from_secs(23 * 3600);
/// How far ahead SNS's clock may be.
const AHEAD: Duration = Duration::from_secs(300);

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Kind {
    /// Something that was published.
    Notification,
    /// Whether we want to be told of a topic.
    SubscriptionConfirmation,
    /// That we are not told any more; opening its link would subscribe us again.
    UnsubscribeConfirmation,
}

/// A message, as far as its signature covers it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Message<'a> {
    /// What it is.
    #[serde(rename = "Type")]
    pub kind: Kind,
    #[serde(rename = "MessageId", borrow)]
    message_id: Cow<'a, str>,
    /// The topic's ARN.
    #[serde(rename = "TopicArn", borrow)]
    pub topic: Cow<'a, str>,
    #[serde(rename = "Subject", borrow, default)]
    subject: Option<Cow<'a, str>>,
    #[serde(rename = "Message", borrow)]
    message: Cow<'a, str>,
    #[serde(rename = "Timestamp", borrow)]
    timestamp: Cow<'a, str>,
    #[serde(rename = "SignatureVersion", borrow)]
    version: Cow<'a, str>,
    #[serde(rename = "Signature", borrow)]
    signature: Cow<'a, str>,
    #[serde(rename = "SigningCertURL", borrow)]
    certificate: Cow<'a, str>,
    #[serde(rename = "Token", borrow, default)]
    token: Option<Cow<'a, str>>,
    #[serde(rename = "SubscribeURL", borrow, default)]
    subscribe: Option<Cow<'a, str>>,
}

/// Why a message is not taken for what SNS has signed.
#[derive(Debug, thiserror::Error)]
pub enum NotSigned {
    /// The company does not know the topic.
    #[error("{0} is none of the company's topics: add it to sns_topics of its intake")]
    Topic(String),
    /// Its signature is of another version.
    #[error(
        "is {0:?} and must be \"2\": aws sns set-topic-attributes --topic-arn TOPIC --attribute-name SignatureVersion \
         --attribute-value 2"
    )]
    Version(String),
    /// It is too old, or of the future.
    #[error("must be a moment of the last 23 hours; check the server's clock, or send again")]
    Timestamp,
    /// Its signature is none, or not of this message under this certificate.
    #[error("does not fit the message and the certificate of SigningCertURL")]
    Signature,
    /// Its certificate cannot be had.
    #[error(transparent)]
    Certificate(#[from] Unreached),
}

impl NotSigned {
    /// The field at fault.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Topic(_) => "TopicArn",
            Self::Version(_) => "SignatureVersion",
            Self::Timestamp => "Timestamp",
            Self::Signature => "Signature",
            Self::Certificate(_) => "SigningCertURL",
        }
    }
}

impl<'a> Message<'a> {
    /// The message of a body that is one; nothing of any other body.
    pub fn of(body: &'a [u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }

    /// What SNS signs: of each field its name and its value, each on a line.
    fn signed(&self) -> String {
        let kind = match self.kind {
            Kind::Notification => "Notification",
            Kind::SubscriptionConfirmation => "SubscriptionConfirmation",
            Kind::UnsubscribeConfirmation => "UnsubscribeConfirmation",
        };
        let (subject, subscribe, token) = match self.kind {
            Kind::Notification => (self.subject.as_deref(), None, None),
            _ => (None, self.subscribe.as_deref(), self.token.as_deref()),
        };
        let fields = [
            ("Message", Some(&*self.message)),
            ("MessageId", Some(&*self.message_id)),
            ("Subject", subject),
            ("SubscribeURL", subscribe),
            ("Timestamp", Some(&*self.timestamp)),
            ("Token", token),
            ("TopicArn", Some(&*self.topic)),
            ("Type", Some(kind)),
        ];
        let told = fields.into_iter().filter_map(|(name, value)| Some((name, value?)));
        told.map(|(name, value)| format!("{name}\n{value}\n")).collect()
    }

    /// Whether SNS has signed it a short while ago, for a topic of the company.
    ///
    /// # Errors
    /// [`NotSigned`], in the order of its variants: nothing is fetched for a topic that is not known.
    pub async fn verify(&self, intake: &Intake, now: Timestamp, outside: &Outside) -> Result<(), NotSigned> {
        if !intake.sns_topics.contains(&*self.topic) {
            return Err(NotSigned::Topic(self.topic.chars().take(256).collect()));
        }
        if self.version != "2" {
            return Err(NotSigned::Version(self.version.chars().take(16).collect()));
        }
        let sent: Timestamp = self.timestamp.parse().map_err(|_| NotSigned::Timestamp)?;
        if now.since(sent) > OLDEST || sent.since(now) > AHEAD {
            return Err(NotSigned::Timestamp);
        }
        let certificate = outside.certificate(&self.certificate).await?;
        match self.is_signed_with(&certificate) {
            true => Ok(()),
            false => Err(NotSigned::Signature),
        }
    }

    fn is_signed_with(&self, certificate: &CertificateDer) -> bool {
        let (Ok(signature), Ok(certificate)) =
            (STANDARD.decode(&*self.signature), EndEntityCert::try_from(certificate))
        else {
            return false;
        };
        let algorithm = webpki::aws_lc_rs::RSA_PKCS1_2048_8192_SHA256;
        certificate
            .verify_signature(algorithm, self.signed().as_bytes(), &signature)
            .is_ok()
    }

    /// Confirms the subscription that it asks for. It has to be verified before.
    ///
    /// # Errors
    /// [`Unreached`].
    pub async fn confirm(&self, outside: &Outside) -> Result<(), Unreached> {
        outside.confirm(self.subscribe.as_deref().unwrap_or_default()).await
    }

    /// By what a repeat of the signature would be known.
    pub fn mark(&self) -> [u8; 32] {
        Sha256::digest(self.signature.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests;
