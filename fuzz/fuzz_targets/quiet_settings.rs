//! A company's suppression on the first line, its notifications on the second, an alertmanager.yml behind them.
#![no_main]

use std::collections::BTreeSet;

use actors::domain::suppression::Mutes;
use actors::domain::{Notifications, Suppression, Timestamp};
use alert_whisperer::import::alertmanager;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let mut lines = text.splitn(3, '\n');
    let mut next = || lines.next().unwrap_or_default();
    if let Ok(suppression) = serde_json::from_str::<Suppression>(next())
        && let Ok(mutes) = Mutes::read(&suppression, &[])
    {
        drop(mutes.judge(&[], &[], &[], Timestamp::from_millis(1_800_000_000_000)));
        for window in &suppression.maintenance_windows {
            if let Some(Ok(hours)) = window.weekly.as_ref().map(|weekly| weekly.read()) {
                let _ = hours.next_change(Timestamp::from_millis(1_800_000_000_000));
            }
        }
    }
    if let Ok(notifications) = serde_json::from_str::<Notifications>(next()) {
        drop(notifications.check(&BTreeSet::from(["chat".to_owned()])));
    }
    drop(alertmanager::read(next(), None));
});
