//! Whether a model goes round in circles: the same call again, nearly the same, or two in turns. Pure.

use serde_json::Value;

use crate::domain::ToolCall;

/// A call, without what does not make it another one: case, spaces, signs, the order of fields, numbers and times. Digits
/// within a text do, because machines and alarms are told apart by them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gist(String);

impl Gist {
    /// Of a call.
    pub fn of(call: &ToolCall) -> Self {
        let mut text = call.tool_name.clone();
        let mut fields: Vec<_> = call.parameters.iter().collect();
        fields.sort_by_key(|(name, _)| name.as_str());
        for (name, value) in fields {
            text.push('|');
            text.push_str(name);
            text.push('=');
            write(value, &mut text);
        }
        Self(text)
    }
}

fn write(value: &Value, into: &mut String) {
    match value {
        Value::String(text) if text.parse::<jiff::Timestamp>().is_ok() => into.push('@'),
        Value::String(text) => blur(text, into),
        Value::Array(items) => items.iter().for_each(|item| {
            write(item, into);
            into.push(',');
        }),
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| name.as_str());
            for (name, value) in fields {
                into.push_str(name);
                into.push(':');
                write(value, into);
                into.push(',');
            }
        }
        Value::Number(_) => into.push('#'),
        Value::Bool(_) | Value::Null => into.push_str(&value.to_string()),
    }
}

/// Letters in lower case and digits, and nothing else.
fn blur(text: &str, into: &mut String) {
    let letters = text.chars().filter(|letter| letter.is_alphanumeric());
    into.extend(letters.flat_map(char::to_lowercase));
}

/// How often the same may be asked: what was looked at a moment ago may have changed once.
const SAME: usize = 2;

/// Whether one more call makes a circle of those before it.
pub fn is_circle(before: &[Gist], next: &Gist) -> bool {
    let same = before.iter().filter(|gist| *gist == next).count();
    let alternates = match before {
        [.., a, b, c] => a == c && b == next && a != b,
        _ => false,
    };
    same >= SAME || alternates || before.last() == Some(next)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn call(tool: &str, parameters: &Value) -> Gist {
        Gist::of(&ToolCall {
            tool_name: tool.into(),
            parameters: parameters.as_object().unwrap().clone(),
        })
    }

    #[test]
    fn the_same_again_nearly_the_same_and_two_in_turns_are_circles() {
        let alarm = |name: &str| call("cloudwatch.get_alarm", &json!({ "alarm_name": name }));
        let (cpu, disk, net) = (alarm("CPU high"), alarm("disk"), alarm("net"));
        let check = |before: &[&Gist], next: &Gist, circle: bool| {
            let before: Vec<Gist> = before.iter().map(|gist| (*gist).clone()).collect();
            assert_eq!(is_circle(&before, next), circle, "{before:?} then {next:?}");
        };
        check(&[], &cpu, false);
        check(&[&cpu], &cpu, true);
        check(&[&cpu], &alarm("cpu  HIGH"), true);
        check(&[&cpu], &disk, false);
        check(&[&alarm("cpu-1")], &alarm("cpu-2"), false);
        check(&[&cpu, &disk], &cpu, false);
        check(&[&cpu, &disk, &cpu], &disk, true);
        check(&[&cpu, &disk, &net], &cpu, false);
        check(&[&cpu, &disk, &cpu, &net], &cpu, true);
    }

    #[test]
    fn a_moment_later_is_the_same_question() {
        let metric = |end: &str| {
            call(
                "cloudwatch.query_metrics",
                &json!({"end_time": end, "metric_name": "CPU"}),
            )
        };
        assert_eq!(metric("2026-11-27T03:30:00Z"), metric("2026-11-27T03:31:00Z"));
        let other = call(
            "cloudwatch.query_metrics",
            &json!({"metric_name": "Memory", "end_time": "2026-11-27T03:30:00Z"}),
        );
        assert_ne!(metric("2026-11-27T03:30:00Z"), other);
    }
}
