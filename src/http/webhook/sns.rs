//! Messages of Amazon SNS: their own signature stands for ours, and a subscription that a company wants is confirmed.

use std::time::Duration;

use actors::domain::ids::EntryId;
use actors::domain::{Fact, Timestamp};
use actors::port::Amendment;
use actors::port::inbox::Signature;
use serde_json::json;
use tokio::time::Instant;

use super::super::Edge;
use super::super::problem::{Code, Problem};
use super::{missing_signature, no_scope};
use crate::accounts::api_key::Scope;
use crate::ingest::keyring::Bearer;
use crate::ingest::sns::{Kind, Message, NotSigned, Unreached};

/// How long a commit may take.
const WITHIN: Duration = Duration::from_secs(5);
/// When SNS may come again where something could not be fetched.
const AGAIN_AFTER: Duration = Duration::from_secs(10);

/// What a body is to SNS.
pub(super) enum Judged {
    /// None of its messages, or one that the key alone has to stand for.
    Other,
    /// A message that SNS has signed.
    Signed(Signature),
    /// A word about a subscription, which is dealt with: what has become of it.
    Subscription(&'static str),
}

/// Judges a body that came without a signature of ours.
pub(super) async fn judge(edge: &Edge, bearer: &Bearer, body: &[u8], now: Timestamp) -> Result<Judged, Problem> {
    let Some(message) = Message::of(body) else {
        return match bearer.unsigned {
            true => Ok(Judged::Other),
            false => Err(missing_signature()),
        };
    };
    let company = edge.company(&bearer.company_id)?;
    let is_known = company.intake.sns_topics.contains(&*message.topic);
    if bearer.unsigned && !is_known && message.kind == Kind::Notification {
        return Ok(Judged::Other);
    }
    let verified = message.verify(&company.intake, now, &edge.outside).await;
    verified.map_err(|why| {
        edge.keyring
            .with_bucket(&bearer.company_id, |bucket| bucket.fine(Instant::now()));
        not_signed(&why)
    })?;
    if message.kind == Kind::Notification {
        let (mac, signed_at) = (message.mark(), now);
        return Ok(Judged::Signed(Signature { mac, signed_at }));
    }
    if !bearer.scopes.contains(&Scope::Ingest) {
        return Err(no_scope());
    }
    let (what, said) = if message.kind == Kind::SubscriptionConfirmation {
        let confirmed = message.confirm(&edge.outside).await;
        confirmed.map_err(|why| unreached(&why, "SubscribeURL"))?;
        ("source.subscribed", "The subscription is confirmed")
    } else {
        ("source.unsubscribed", "The end of the subscription is noted")
    };
    let id = EntryId::from_uuid(edge.entropy.uuid(now));
    let data = json!({"topic": message.topic, "format": "cloudwatch"});
    let fact = Fact::new(id, now, what, &message.topic, bearer.key_id.as_str(), &data);
    let amendment = Amendment {
        facts: vec![fact],
        ..Amendment::default()
    };
    edge.runtime.amend(&bearer.company_id, amendment, WITHIN).await?;
    Ok(Judged::Subscription(said))
}

fn not_signed(why: &NotSigned) -> Problem {
    let code = match why {
        NotSigned::Topic(_) => Code::Forbidden,
        NotSigned::Version(_) | NotSigned::Timestamp => Code::SignatureMalformed,
        NotSigned::Signature => Code::Unauthorized,
        NotSigned::Certificate(unreached) => return self::unreached(unreached, why.field()),
    };
    Problem::new(code, format!("{} {why}", why.field())).of_field(why.field())
}

/// SNS comes again after a 503.
fn unreached(why: &Unreached, field: &'static str) -> Problem {
    let detail = format!("{field} {why}");
    let problem = match why {
        Unreached::Failed(_) => Problem::unavailable(Code::CloudUnavailable, detail, AGAIN_AFTER),
        Unreached::NotTheirs | Unreached::NoCertificate => Problem::new(Code::Unauthorized, detail),
    };
    problem.of_field(field)
}
