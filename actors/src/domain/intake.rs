//! What a company takes from monitoring tools, beyond what its keys and secrets say.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::limits::{CEL_BYTES, SNS_TOPICS};

/// The longest ARN of a topic, in characters.
const ARN: usize = 512;
/// The longest name of a topic, in characters (`CreateTopic`).
const TOPIC: usize = 256;

/// What a company takes from monitoring tools.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Intake {
    /// ARNs of the SNS topics whose signed messages are taken as its own, and whose subscriptions are confirmed:
    /// `arn:aws:sns:eu-central-1:123456789012:alarms`. At most 32.
    #[schema(max_items = 32)]
    pub sns_topics: BTreeSet<String>,
    /// How bodies of `/api/webhooks/custom` are made alerts of; `null` where they are not taken.
    pub custom: Option<Mapping>,
    /// Whether the alarms of its AWS account are asked for each minute, for those that are not pushed.
    pub poll_cloudwatch: bool,
}

/// How a body is made alerts of, in CEL (the Common Expression Language, cel.dev). Every expression sees `body`, and all
/// but `alerts` see `alert` too: the one of its alerts that they are about. What an expression refers to and the body
/// has not counts as left out; at most 1024 bytes each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The list of what alerts are made of: `body.alerts`. Where it is left out it is the body, or, where that is a list,
    /// each thing in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alerts: Option<String>,
    /// What is in trouble: a text.
    pub asset_name: String,
    /// The kind of trouble: a text.
    pub signature: String,
    /// How grave it is: low, medium, high or critical, or what tools say besides (`P1`, `warning`); medium where it is left
    /// out or not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// The tool's words: a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Whether it is over: `true`; or a text that says so (`resolved`, `ok`, `closed`, `recovered`, `up`). Where it is left
    /// out nothing is ever over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved: Option<String>,
    /// By what the tool knows the trouble again: a text or a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// When it began: RFC 3339, or Unix time in seconds or milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<String>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<String>,
    /// Back to the tool: a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What else is said of it: a map of texts, numbers and truths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<String>,
    /// By what the tool knows the delivery, where it sends one again that it is not sure of: a text or a number. It sees
    /// `body` alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_id: Option<String>,
}

/// A setting that is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} {rule}")]
pub struct InvalidIntake {
    /// Its path.
    pub field: String,
    /// What it must be.
    pub rule: String,
}

fn refused(field: impl Into<String>, rule: impl Into<String>) -> InvalidIntake {
    InvalidIntake {
        field: field.into(),
        rule: rule.into(),
    }
}

impl Intake {
    /// Whether nothing is said.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Whether every field has the form that it must have. Whether expressions mean something is not known here.
    ///
    /// # Errors
    /// The first that is not as it must be.
    pub fn check(&self) -> Result<(), InvalidIntake> {
        if self.sns_topics.len() > SNS_TOPICS {
            return Err(refused("sns_topics", format!("must be at most {SNS_TOPICS}")));
        }
        if let Some(other) = self.sns_topics.iter().find(|topic| !is_topic(topic)) {
            let rule = "must be ARNs of topics, such as arn:aws:sns:eu-central-1:123456789012:alarms";
            return Err(refused("sns_topics", format!("{rule}; {other:?} is none")));
        }
        let expressions = self.custom.iter().flat_map(Mapping::expressions);
        for (name, text) in expressions {
            if text.trim().is_empty() || text.len() > CEL_BYTES {
                let rule = format!("must be 1 to {CEL_BYTES} bytes of CEL");
                return Err(refused(format!("custom.{name}"), rule));
            }
        }
        Ok(())
    }
}

impl Mapping {
    /// Its expressions, by their names.
    pub fn expressions(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let always = [("asset_name", &self.asset_name), ("signature", &self.signature)];
        let others = [
            ("alerts", &self.alerts),
            ("severity", &self.severity),
            ("message", &self.message),
            ("resolved", &self.resolved),
            ("fingerprint", &self.fingerprint),
            ("starts_at", &self.starts_at),
            ("ends_at", &self.ends_at),
            ("url", &self.url),
            ("labels", &self.labels),
            ("delivery_id", &self.delivery_id),
        ];
        let others = others
            .into_iter()
            .filter_map(|(name, text)| Some((name, text.as_deref()?)));
        always
            .into_iter()
            .map(|(name, text)| (name, text.as_str()))
            .chain(others)
    }
}

/// `arn:PARTITION:sns:REGION:ACCOUNT:NAME`.
fn is_topic(arn: &str) -> bool {
    let parts: Vec<&str> = arn.split(':').collect();
    let [head, partition, service, region, account, name] = parts[..] else {
        return false;
    };
    let plain = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    let named = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    arn.len() <= ARN
        && (head, service) == ("arn", "sns")
        && partition.starts_with("aws")
        && plain(partition)
        && !region.is_empty()
        && plain(region)
        && account.len() == 12
        && account.bytes().all(|byte| byte.is_ascii_digit())
        && (1..=TOPIC).contains(&name.len())
        && name.bytes().all(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_arns_and_few() {
        let of = |topics: &[&str]| Intake {
            sns_topics: topics.iter().map(|topic| (*topic).to_owned()).collect(),
            ..Intake::default()
        };
        for good in [
            "arn:aws:sns:eu-central-1:123456789012:alarms",
            "arn:aws-cn:sns:cn-north-1:123456789012:a_b-C",
        ] {
            assert_eq!(of(&[good]).check(), Ok(()), "{good}");
        }
        for bad in [
            "",
            "alarms",
            "arn:aws:sqs:eu-central-1:123456789012:alarms",
            "arn:aws:sns:eu-central-1:12345678901:alarms",
            "arn:aws:sns::123456789012:alarms",
            "arn:aws:sns:eu-central-1:123456789012:",
            "arn:aws:sns:eu-central-1:123456789012:a b",
            "arn:aws:sns:eu-central-1:123456789012:alarms.fifo",
            "arn:aws:sns:eu-central-1:123456789012:alarms:sub",
        ] {
            assert_eq!(of(&[bad]).check().unwrap_err().field, "sns_topics", "{bad}");
        }
        let many: Vec<String> = (0..33)
            .map(|no| format!("arn:aws:sns:eu-central-1:123456789012:t{no}"))
            .collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(of(&many).check().is_err());
    }

    #[test]
    fn expressions_have_a_length() {
        let of = |text: &str| Intake {
            custom: Some(Mapping {
                asset_name: "body.host".to_owned(),
                signature: "body.check".to_owned(),
                labels: Some(text.to_owned()),
                ..Mapping::default()
            }),
            ..Intake::default()
        };
        assert_eq!(of("body.labels").check(), Ok(()));
        assert_eq!(of(" ").check().unwrap_err().field, "custom.labels");
        assert!(of(&"b".repeat(CEL_BYTES + 1)).check().is_err());
    }
}
