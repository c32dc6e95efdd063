//! A company's mapping and a body: three expressions, each on a line, then the body.
#![no_main]

use actors::domain::intake::Mapping;
use alert_whisperer::ingest::formats::custom::compile;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let mut parts = text.splitn(4, '\n').map(str::to_owned);
    let (Some(asset_name), Some(message), Some(alerts), Some(body)) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return;
    };
    let mapping = Mapping {
        asset_name,
        signature: "'x'".to_owned(),
        message: Some(message),
        alerts: (!alerts.is_empty()).then_some(alerts),
        ..Mapping::default()
    };
    if let Ok(compiled) = compile(&mapping) {
        drop(compiled.read(body.as_bytes()));
    }
});
