//! Messages to chats. What an alert says is text there and nothing else: no links, no markup, nobody is mentioned.

use actors::domain::Notice;
use serde_json::{Value, json};

use super::words;

/// Characters of a header block.
const SLACK_HEADER: usize = 150;
/// Characters of a text block.
const SLACK_TEXT: usize = 2_900;

/// Slack's, of blocks of plain text (docs.slack.dev/reference/block-kit).
pub(super) fn slack(notices: &[Notice]) -> Value {
    let (title, lines) = words::told(notices);
    let block =
        |kind: &str, text: String| json!({"type": kind, "text": {"type": "plain_text", "text": text, "emoji": false}});
    let header = block("header", cut(&title, SLACK_HEADER));
    let text = block("section", cut(&lines.join("\n"), SLACK_TEXT));
    // What a phone shows of it: the three characters that would be read as markup are written out.
    let escaped = title.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    json!({"text": escaped, "blocks": [header, text], "unfurl_links": false, "unfurl_media": false})
}

/// Teams', an Adaptive Card of plain text runs (adaptivecards.io), as workflows take it.
pub(super) fn teams(notices: &[Notice]) -> Value {
    let (title, lines) = words::told(notices);
    let run = |text: &str, is_title: bool| {
        json!({"type": "RichTextBlock", "inlines": [{
            "type": "TextRun", "text": cut(text, SLACK_TEXT),
            "weight": if is_title { "Bolder" } else { "Default" },
            "size": if is_title { "Medium" } else { "Default" },
        }]})
    };
    let mut card = vec![run(&title, true)];
    card.extend(lines.iter().map(|line| run(line, false)));
    json!({"type": "message", "attachments": [{
        "contentType": "application/vnd.microsoft.card.adaptive",
        "content": {
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "type": "AdaptiveCard", "version": "1.4", "body": card,
        },
    }]})
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
