//! A command is sent with the document that was meant, or not at all.

use actors::port::cloud::{CloudError, Commands, SendError};

use super::*;
use crate::support::ssm::{DOCUMENT, Fault, Op};

const COMMENT: &str = "aw:run-1";

fn pinned(hash: &str) -> Command {
    let mut command = counting(COMMENT);
    command.document_hash = Some(hash.to_owned());
    command
}

#[tokio::test]
async fn the_documents_hash_is_told_and_holds_a_command_to_it() {
    let house = House::new().await;
    let acme = company(ACME);
    let hash = house.aws.document_hash(&acme).await.unwrap().unwrap();
    assert_eq!(hash, DOCUMENT);
    house.aws.send(&acme, pinned(&hash)).await.unwrap();
    assert_eq!(house.ssm.executed(COMMENT)[0].document_hash, Some(hash));
    house.aws.send(&acme, counting("aw:run-2")).await.unwrap();
    assert_eq!(house.ssm.executed("aw:run-2")[0].document_hash, None);
}

#[tokio::test]
async fn a_document_that_has_changed_runs_nothing() {
    let house = House::new().await;
    let acme = company(ACME);
    let before = house.aws.document_hash(&acme).await.unwrap().unwrap();
    let changed = "0a".repeat(32);
    house.ssm.document(&changed, "Sha256");
    let sent = house.aws.send(&acme, pinned(&before)).await;
    assert!(
        matches!(&sent, Err(SendError::Denied(CloudError::Invalid(why))) if why.starts_with("InvalidDocument")),
        "{sent:?}"
    );
    assert_eq!(
        (house.ssm.executed(COMMENT), house.web.read("ran").as_str()),
        (vec![], "")
    );
    assert_eq!(house.ssm.asked(Op::SendCommand), 1, "it would be refused again");
    assert_eq!(house.aws.document_hash(&acme).await, Ok(Some(changed.clone())));
    house.aws.send(&acme, pinned(&changed)).await.unwrap();
    assert_eq!(house.ssm.executed(COMMENT).len(), 1);
}

#[tokio::test]
async fn who_may_not_ask_is_told_none_and_who_cannot_be_answered_an_error() {
    let house = House::new().await;
    let acme = company(ACME);
    let ask = || house.aws.document_hash(&acme);
    for code in ["AccessDeniedException", "AccessDenied"] {
        house.ssm.order(Op::DescribeDocument, Fault::Refuse(400, code));
        assert_eq!(ask().await, Ok(None), "{code}");
    }
    type Kind = fn(&CloudError) -> bool;
    let cases: [(&'static str, Kind); 3] = [
        ("ExpiredTokenException", |error| matches!(error, CloudError::Denied(_))),
        ("InvalidDocument", |error| matches!(error, CloudError::Invalid(_))),
        ("ThrottlingException", |error| matches!(error, CloudError::Throttled(_))),
    ];
    for (code, is_expected) in cases {
        house.ssm.order_always(Op::DescribeDocument, Some(code));
        let asked = ask().await;
        assert!(asked.as_ref().is_err_and(is_expected), "{code}: {asked:?}");
    }
    house.ssm.order_always(Op::DescribeDocument, None);
    house.ssm.document("0a0a", "Sha1");
    assert_eq!(ask().await, Ok(None), "another kind of hash");
    house.ssm.document("0a0a", "Sha256");
    assert!(matches!(ask().await, Err(CloudError::Unavailable { .. })));
    // A role that is not assumed is no answer about the document.
    house.known.put(ACME, settings(ROLE, "wrong", &house.ssm.url()));
    assert!(matches!(ask().await, Err(CloudError::Denied(_))));
}
