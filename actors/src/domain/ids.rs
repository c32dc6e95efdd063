//! Ids as types. Ours carry their kind as a prefix; those from outside are 1 to 128 of
//! `[A-Za-z0-9._:-]`. An id is never a secret.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

/// The longest id that is taken from outside, in bytes.
pub const MAX_ID_BYTES: usize = 128;

/// A text that is no id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 128 characters of A-Z a-z 0-9 . _ : -")]
pub struct InvalidId;

fn is_id(text: &str) -> bool {
    (1..=MAX_ID_BYTES).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._:-".contains(&b))
}

/// How an id is described to clients.
fn id_schema(example: &str) -> RefOr<Schema> {
    let text: Object = ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some("^[A-Za-z0-9._:-]{1,128}$"))
        .examples([example])
        .build();
    text.into()
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            /// What our own ids of this kind begin with.
            pub const PREFIX: &'static str = $prefix;

            /// A new id of ours from a UUIDv7.
            pub fn from_uuid(uuid: Uuid) -> Self {
                Self(format!(concat!($prefix, "{}"), uuid.simple()).into())
            }

            /// The id as it is written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                if is_id(text) { Ok(Self(text.into())) } else { Err(InvalidId) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                id_schema(concat!($prefix, "0193a1b2c3d47e5f8091a2b3c4d5e6f7"))
            }
        }

        impl ToSchema for $name {}

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    };
}

text_id! {
    /// A company: a tenant, a client of the managed service provider.
    CompanyId, "comp-"
}
text_id! {
    /// An incident: a group of alerts with one cause.
    IncidentId, "inc-"
}
text_id! {
    /// A decision about an incident.
    DecisionId, "dec-"
}
text_id! {
    /// One memory document.
    MemoryId, "mem-"
}
text_id! {
    /// A silence: quiet for a while, by a person's word.
    SilenceId, "sil-"
}
text_id! {
    /// Something that one receiver is to be told.
    DeliveryNoteId, "dlv-"
}
text_id! {
    /// An incident's time at work.
    SessionId, "ses-"
}
text_id! {
    /// A sender's own name for one delivery (`X-Delivery-ID`).
    DeliveryId, "dlv-"
}
text_id! {
    /// An API key's public name; the key itself is a secret.
    KeyId, "key-"
}
text_id! {
    /// A webhook secret's public name.
    SecretId, "whs-"
}
text_id! {
    /// A person.
    UserId, "usr-"
}
text_id! {
    /// A person's login.
    LoginId, "lgn-"
}
text_id! {
    /// A runbook; one of the built-in library has its slug as id.
    RunbookId, "rbk-"
}
text_id! {
    /// A run of a tool.
    RunId, "run-"
}
text_id! {
    /// An approval.
    ApprovalId, "apr-"
}
text_id! {
    /// A journal entry.
    EntryId, "jrn-"
}

impl CompanyId {
    /// The journal of what belongs to no company. No company may take this name.
    pub fn platform() -> Self {
        Self("platform".into())
    }

    /// Whether this is the platform's own journal.
    pub fn is_platform(&self) -> bool {
        &*self.0 == "platform"
    }
}

/// An alert. Always ours: `alr-` and a UUIDv7.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AlertId(pub Uuid);

impl fmt::Display for AlertId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "alr-{}", self.0.simple())
    }
}

impl fmt::Debug for AlertId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for AlertId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let hex = text
            .strip_prefix("alr-")
            .filter(|hex| hex.len() == 32)
            .ok_or(InvalidId)?;
        Uuid::try_parse(hex).map(Self).map_err(|_| InvalidId)
    }
}

impl Serialize for AlertId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AlertId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl PartialSchema for AlertId {
    fn schema() -> RefOr<Schema> {
        id_schema("alr-0193a1b2c3d47e5f8091a2b3c4d5e6f7")
    }
}

impl ToSchema for AlertId {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_ids_of_others_and_refuses_the_rest() {
        for good in ["test-123", "disk-cleanup-v1", "a", "A.b_c:d-e", &"x".repeat(128)] {
            assert!(good.parse::<IncidentId>().is_ok(), "{good}");
        }
        for bad in ["", " ", "a b", "a/b", "ä", "a\n", "$ne", &"x".repeat(129)] {
            assert!(bad.parse::<IncidentId>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn alert_ids_come_back_as_they_went() {
        let id = AlertId(Uuid::from_u128(7));
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!("alr-7".parse::<AlertId>().is_err());
        assert!("inc-00000000000000000000000000000007".parse::<AlertId>().is_err());
    }
}
