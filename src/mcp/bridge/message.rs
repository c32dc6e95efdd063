//! Messages of JSON-RPC as far as a bridge looks at them.

use reqwest::header::{HeaderName, HeaderValue};
use serde_json::{Value, json};

const VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
const METHOD: HeaderName = HeaderName::from_static("mcp-method");
const NAME: HeaderName = HeaderName::from_static("mcp-name");
/// Where a message says under which version it was written.
const OWN_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
/// The most that is told of an answer that is not the protocol's.
const TOLD_CHARS: usize = 200;

/// What a client says.
pub(super) struct Said {
    /// As it was written.
    pub(super) text: Vec<u8>,
    /// By what it knows the answer; nothing where none is awaited.
    pub(super) id: Option<Value>,
    method: String,
    /// What is called or read.
    name: Option<String>,
    version: Option<String>,
}

impl Said {
    /// Reads a line; or what is to be answered to it.
    pub(super) fn read(text: &[u8]) -> Result<Self, Value> {
        let unread = json!({"jsonrpc": "2.0", "id": null, "error": {"code": -32700, "message": "not JSON"}});
        let read: Value = serde_json::from_slice(text).map_err(|_| unread)?;
        let params = &read["params"];
        let word = |value: &Value| value.as_str().map(str::to_owned);
        Ok(Self {
            text: text.to_vec(),
            id: read.get("id").filter(|_| read.get("method").is_some()).cloned(),
            method: word(&read["method"]).unwrap_or_default(),
            name: word(&params["name"]).or_else(|| word(&params["uri"])),
            version: word(&params["_meta"][OWN_VERSION]),
        })
    }

    /// Whether it begins a conversation: the version is agreed on by its answer.
    pub(super) fn opens(&self) -> bool {
        self.method == "initialize"
    }

    /// What is said of it beside it; `agreed` where it names no version of its own.
    pub(super) fn headers(&self, agreed: Option<HeaderValue>) -> Vec<(HeaderName, HeaderValue)> {
        let value = |text: &str| HeaderValue::from_str(text).ok();
        let version = self.version.as_deref().and_then(value).or(agreed);
        let named = [
            (VERSION, version),
            (METHOD, value(&self.method)),
            (NAME, self.name.as_deref().and_then(value)),
        ];
        let said = named.into_iter().filter_map(|(name, value)| Some((name, value?)));
        said.filter(|(_, value)| !value.is_empty()).collect()
    }
}

/// The answer to what could not be done.
pub(super) fn refused(id: Value, why: &str) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "error": {"code": -32603, "message": why}})
}

/// The messages of an event stream.
pub(super) fn of_events(body: &str) -> Vec<Value> {
    let body = body.replace("\r\n", "\n");
    let events = body.split("\n\n").map(|event| {
        let lines = event.lines().filter_map(|line| line.strip_prefix("data:"));
        lines
            .map(|line| line.strip_prefix(' ').unwrap_or(line))
            .collect::<Vec<_>>()
            .join("\n")
    });
    events.filter_map(|data| serde_json::from_str(&data).ok()).collect()
}

/// What an answer that is not the protocol's says.
pub(super) fn problem(status: u16, body: &str) -> String {
    let read: Value = serde_json::from_str(body).unwrap_or_default();
    let said = read["detail"].as_str().unwrap_or(body);
    let said: String = said.chars().take(TOLD_CHARS).collect();
    format!("the server answered {status}: {said}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(text: &str, agreed: &'static str) -> Vec<(String, String)> {
        let said = Said::read(text.as_bytes()).unwrap();
        let headers = said.headers(Some(HeaderValue::from_static(agreed)));
        let text = |(name, value): (HeaderName, HeaderValue)| (name.to_string(), value.to_str().unwrap().to_owned());
        headers.into_iter().map(text).collect()
    }

    #[test]
    fn a_message_is_told_of_beside_it() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let call = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"kpis"}}"#;
        let method = pair("mcp-method", "tools/call");
        assert_eq!(
            headers(call, "2025-11-25"),
            [
                pair("mcp-protocol-version", "2025-11-25"),
                method,
                pair("mcp-name", "kpis")
            ]
        );
        let own = r#"{"method":"ping","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}"#;
        assert_eq!(
            headers(own, "2025-11-25"),
            [pair("mcp-protocol-version", "2026-07-28"), pair("mcp-method", "ping")]
        );
    }

    #[test]
    fn messages_are_found_in_events() {
        let body = ": hello\n\nevent: message\ndata: {\"id\":1}\n\ndata: {\"id\":\ndata: 2}\n\nretry: 3000\n\n";
        assert_eq!(of_events(body), [json!({"id": 1}), json!({"id": 2})]);
    }
}
