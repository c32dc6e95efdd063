//! The double in memory keeps the port's promises as AWS does.

use actors::port::cloud::{Commands, SendError};

use super::*;
use crate::support::estate::{Estate, Mood};

const WEB_1: &str = "i-0000000a";

fn command(comment: &str) -> Command {
    Command {
        instance_ids: vec![instance(WEB_1)],
        ..counting(comment)
    }
}

fn estate() -> Arc<Estate> {
    Estate::new(Arc::new(ManualClock::default()))
}

#[tokio::test]
async fn its_moods_are_told_apart() {
    let estate = estate();
    estate.will(&[
        Mood::NotOpened,
        Mood::Denied,
        Mood::Refused,
        Mood::RequestLost,
        Mood::ReplyLost,
    ]);
    let mut told = Vec::new();
    for number in 0..5 {
        let sent = estate.send(&company(ACME), command(&format!("aw:{number}"))).await;
        told.push(match sent.unwrap_err() {
            SendError::NotOpened(_) => "not opened",
            SendError::Denied(_) => "denied",
            SendError::Refused(_) => "refused",
            SendError::Unclear(_) => "unclear",
            SendError::NotConnected => "not connected",
        });
    }
    assert_eq!(told, ["not opened", "denied", "refused", "unclear", "unclear"]);
    assert_eq!(estate.runs()[0].command.comment, "aw:4", "its answer was lost");
}
