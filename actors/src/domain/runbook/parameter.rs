//! What may be said to a runbook: typed parameters, and which values they take.

use std::fmt;

use regex::bytes::{Regex, RegexBuilder};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::{InvalidRunbook, prose, require};
use crate::limits;

/// A parameter of a runbook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Its name.
    #[schema(pattern = "^[a-z][a-z0-9_]{0,31}$")]
    pub name: String,
    /// What it means, for who fills it in.
    pub description: String,
    /// Which values it takes.
    #[serde(rename = "type", deserialize_with = "read_type")]
    pub kind: ParameterType,
    /// Its value where none is given; without it one has to be given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
}

/// Which values a parameter takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ParameterType {
    /// A text.
    Text {
        /// A regular expression from `^` to `$`, over bytes, which the whole text matches.
        pattern: String,
        /// The most bytes it may have: 1 to 256.
        #[schema(minimum = 1, maximum = 256)]
        max_length: u32,
    },
    /// One of a few texts.
    Choice {
        /// These.
        of: Vec<String>,
    },
    /// A whole number. None is below 0: what begins with a dash could be read as an option.
    Integer {
        /// The least it may be.
        min: u32,
        /// The most it may be.
        max: u32,
    },
}

/// Reads a type, from an object alone: serde's derived reader says nothing of what would be right where it is a bare
/// `"text"`.
fn read_type<'de, D: Deserializer<'de>>(written: D) -> Result<ParameterType, D::Error> {
    written.deserialize_any(TypeVisitor)
}

struct TypeVisitor;

impl<'de> Visitor<'de> for TypeVisitor {
    type Value = ParameterType;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            r#"one of {"text": {"pattern": "^[a-z]+$", "max_length": 64}}, {"choice": {"of": ["a", "b"]}}, {"integer": {"min": 0, "max": 9}}"#,
        )
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ParameterType, A::Error> {
        let kind = ParameterType::deserialize(MapAccessDeserializer::new(&mut map))?;
        match map.next_key::<IgnoredAny>()? {
            None => Ok(kind),
            Some(_) => Err(A::Error::custom("must have one key: text, choice or integer")),
        }
    }
}

/// Why a value is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is no text.
    #[error("must be a text")]
    NotText,
    /// It is no number of the range.
    #[error("must be a whole number from {min} to {max}")]
    NotInRange {
        /// The least it may be.
        min: u32,
        /// The most it may be.
        max: u32,
    },
    /// It is longer than the parameter takes.
    #[error("must be at most {0} bytes long")]
    TooLong(usize),
    /// It holds a character that a line of a script must not hold.
    #[error("must not hold control characters or line ends")]
    Control,
    /// It holds a character that may look like another one.
    #[error("must be plain ASCII")]
    NotAscii,
    /// It holds what SSM would replace.
    #[error("must not hold {{{{ or }}}}")]
    Braces,
    /// It could be read as an option.
    #[error("must not begin with -")]
    Dash,
    /// It is handed to a document, which takes no empty text.
    #[error("must not be empty")]
    Empty,
    /// It does not match the parameter's pattern.
    #[error("must match {0}")]
    Pattern(String),
    /// It is none of the choices.
    #[error("must be one of: {0}")]
    NotAChoice(String),
}

impl ParameterType {
    /// The text that a value is handed over as.
    ///
    /// # Errors
    /// Why it is refused.
    pub fn text_of(&self, value: &Value) -> Result<String, Refusal> {
        match self {
            Self::Integer { min, max } => whole(value, *min, *max).map(|number| number.to_string()),
            Self::Text { pattern, max_length } => {
                let text = plain(value, *max_length as usize)?;
                match whole_match(pattern) {
                    Ok(regex) if regex.is_match(text.as_bytes()) => Ok(text.to_owned()),
                    _ => Err(Refusal::Pattern(pattern.clone())),
                }
            }
            Self::Choice { of } => {
                let text = plain(value, limits::PARAMETER_VALUE_BYTES)?;
                if of.iter().any(|choice| choice == text) {
                    Ok(text.to_owned())
                } else {
                    Err(Refusal::NotAChoice(of.join(", ")))
                }
            }
        }
    }

    fn check(&self, field: &str) -> Result<(), InvalidRunbook> {
        match self {
            Self::Text { pattern, max_length } => check_text(field, pattern, *max_length),
            Self::Choice { of } => check_choices(field, of),
            Self::Integer { min, max } => require(min <= max, &format!("{field}.integer.min"), "must be at most max"),
        }
    }
}

fn whole(value: &Value, min: u32, max: u32) -> Result<u32, Refusal> {
    value
        .as_u64()
        .and_then(|number| u32::try_from(number).ok())
        .filter(|number| (min..=max).contains(number))
        .ok_or(Refusal::NotInRange { min, max })
}

/// A text that a script may be given, whatever its parameter's own rules are. Length comes first, so that
/// nothing else looks at a hundred kilobytes.
fn plain(value: &Value, most: usize) -> Result<&str, Refusal> {
    let text = value.as_str().ok_or(Refusal::NotText)?;
    if text.len() > most {
        Err(Refusal::TooLong(most))
    } else if text.chars().any(char::is_control) {
        Err(Refusal::Control)
    } else if !text.is_ascii() {
        Err(Refusal::NotAscii)
    } else if text.contains("{{") || text.contains("}}") {
        Err(Refusal::Braces)
    } else if text.starts_with('-') {
        Err(Refusal::Dash)
    } else {
        Ok(text)
    }
}

/// A pattern as a regular expression that only a whole text matches, compiled within limits.
fn whole_match(pattern: &str) -> Result<Regex, regex::Error> {
    let compile = |pattern: &str| {
        RegexBuilder::new(pattern)
            .unicode(false)
            .size_limit(limits::PARAMETER_PATTERN_COMPILED)
            .build()
    };
    // Alone first: `a)|(?:b` is no pattern, but would be one within the group.
    compile(pattern)?;
    compile(&format!(r"\A(?:{pattern})\z"))
}

fn check_text(field: &str, pattern: &str, max_length: u32) -> Result<(), InvalidRunbook> {
    let most = limits::PARAMETER_VALUE_BYTES;
    let holds = (1..=most).contains(&(max_length as usize));
    require(
        holds,
        &format!("{field}.text.max_length"),
        &format!("must be 1 to {most}"),
    )?;
    let field = format!("{field}.text.pattern");
    let longest = limits::PARAMETER_PATTERN_BYTES;
    let holds = pattern.len() <= longest && pattern.is_ascii();
    require(holds, &field, &format!("must be at most {longest} ASCII characters"))?;
    let anchored = pattern.len() > 1 && pattern.starts_with('^') && pattern.ends_with('$');
    require(anchored, &field, "must begin with ^ and end with $")?;
    let rule = "must be a regular expression of bounded size, as the crate regex reads it";
    require(whole_match(pattern).is_ok(), &field, rule)
}

fn check_choices(field: &str, of: &[String]) -> Result<(), InvalidRunbook> {
    let field = format!("{field}.choice.of");
    let most = limits::PARAMETER_CHOICES;
    let holds = (1..=most).contains(&of.len());
    require(holds, &field, &format!("must be 1 to {most} choices"))?;
    for (index, choice) in of.iter().enumerate() {
        let field = format!("{field}[{index}]");
        let refusal = plain(&Value::from(choice.as_str()), limits::PARAMETER_VALUE_BYTES).err();
        if let Some(refusal) = refusal {
            return Err(InvalidRunbook::new(field, refusal.to_string()));
        }
        require(!of[..index].contains(choice), &field, "must be there once")?;
    }
    Ok(())
}

fn is_name(text: &str) -> bool {
    let rest = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=32).contains(&text.len())
        && text.starts_with(|letter: char| letter.is_ascii_lowercase())
        && text.bytes().all(rest)
}

pub(super) fn check(parameters: &[Parameter]) -> Result<(), InvalidRunbook> {
    let most = limits::PARAMETERS;
    let rule = format!("must be at most {most}");
    require(parameters.len() <= most, "parameters", &rule)?;
    for (index, parameter) in parameters.iter().enumerate() {
        let path = format!("parameters[{index}]");
        let name = format!("{path}.name");
        let rule = "must be a letter of a-z and up to 31 of a-z 0-9 _";
        require(is_name(&parameter.name), &name, rule)?;
        let again = parameters[..index].iter().any(|other| other.name == parameter.name);
        require(!again, &name, "must be there once")?;
        let description = format!("{path}.description");
        prose(&description, &parameter.description, limits::DESCRIPTION_BYTES)?;
        parameter.kind.check(&format!("{path}.type"))?;
        let default = parameter.default.as_ref().map(|value| parameter.kind.text_of(value));
        if let Some(Err(refusal)) = default {
            return Err(InvalidRunbook::new(format!("{path}.default"), refusal.to_string()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
