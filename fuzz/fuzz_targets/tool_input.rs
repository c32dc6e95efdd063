//! What a tool is called with: as JSON of any kind, and as the fields that the tool has, with anything in them.
#![no_main]

use actors::tool::registry::{ToolInput, check_input, tools};
use serde_json::{Map, Value};

/// Characters of what an error says, each of which may be shown escaped.
const SAID: usize = 200 * 10;

fn check(tool: &str, arguments: &Value) {
    match check_input(tool, arguments) {
        Ok(ToolInput::SsmExecute(execute)) => {
            let lines = execute.commands.unwrap_or_default();
            for line in &lines {
                let plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\t');
                assert!(line.bytes().all(plain) && !line.contains("{{"), "{line:?}");
            }
        }
        Ok(_) => {}
        Err(error) => assert!(error.field.len() <= SAID && error.rule.len() <= SAID, "{error}"),
    }
}

libfuzzer_sys::fuzz_target!(|text: &str| {
    let value = |piece: &str| serde_json::from_str(piece).unwrap_or_else(|_| Value::from(piece));
    let whole = value(text);
    check(text, &whole);
    for tool in tools() {
        check(tool.name, &whole);
        let mut pieces = text.split('\0');
        let mut arguments = Map::new();
        for name in tool.input_schema["properties"].as_object().expect("an object").keys() {
            match pieces.next() {
                None | Some("") => {}
                Some(piece) => drop(arguments.insert(name.clone(), value(piece))),
            }
        }
        check(tool.name, &Value::Object(arguments));
    }
});
