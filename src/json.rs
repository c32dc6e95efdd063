//! Strict JSON (RFC 8259): bytes that two readers could read differently are refused.
//!
//! Duplicate keys, deep nesting, trailing bytes, a byte order mark and what is no UTF-8 are refused
//! before anything is believed. Errors name the field by its path.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Levels of arrays and objects, at most.
const DEPTH: usize = 32;

/// Keys of an object that are told apart by comparing each with all.
const COMPARED_KEYS: usize = 16;

/// A field that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct FieldError {
    /// Where, as `[3].severity`; empty for the whole body.
    pub field: String,
    /// What is wrong, and what would be right.
    pub detail: String,
}

impl FieldError {
    /// From a path and a sentence.
    pub fn new(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            detail: detail.into(),
        }
    }
}

/// The text of a body, if it is strict JSON.
///
/// # Errors
/// What is wrong with the body.
pub fn strict(body: &[u8]) -> Result<&str, FieldError> {
    let text = std::str::from_utf8(body).map_err(|_| FieldError::new("", "the body must be UTF-8"))?;
    if text.starts_with('\u{feff}') {
        return Err(FieldError::new("", "the body must not begin with a byte order mark"));
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let walked = Walk { depth: 0 }.deserialize(&mut reader).and_then(|()| reader.end());
    walked.map_err(|error| FieldError::new("", format!("the body must be strict JSON: {error}")))?;
    Ok(text)
}

/// Reads a value; where it fails, again with a record of the path, which costs more.
///
/// # Errors
/// The first field that is not as it should be.
pub fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, FieldError> {
    serde_json::from_str(text).or_else(|_| {
        let mut reader = serde_json::Deserializer::from_str(text);
        serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let said = error.inner().to_string();
            let said = said.split(" at line ").next().unwrap_or(&said).to_owned();
            let path = match error.path().to_string() {
                path if path == "." => String::new(),
                path => without_unknown_variant(path, &said),
            };
            // serde names a missing field in its words, not in the path.
            match said
                .strip_prefix("missing field `")
                .and_then(|rest| rest.strip_suffix('`'))
            {
                Some(missing) => {
                    let path = if path.is_empty() {
                        missing.to_owned()
                    } else {
                        format!("{path}.{missing}")
                    };
                    FieldError::new(path, format!("{missing} is missing"))
                }
                None => FieldError::new(path, said),
            }
        })
    })
}

/// A path without a variant that there is not, which serde may count to it: no such field exists.
fn without_unknown_variant(path: String, said: &str) -> String {
    let unknown = said
        .strip_prefix("unknown variant `")
        .and_then(|rest| rest.split('`').next());
    let shorter = unknown.and_then(|variant| path.strip_suffix(variant)?.strip_suffix('.'));
    shorter.map_or(path.clone(), str::to_owned)
}

/// Reads an object. serde's derived readers would also take an array of its fields, in their order.
///
/// # Errors
/// As [`read`].
pub fn object<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, FieldError> {
    read::<Object<T>>(text).map(|read| read.0)
}

/// What is read from an object, and from nothing else.
#[derive(Debug)]
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

/// A key, borrowed where it holds no escapes.
struct Key<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(KeyVisitor)
    }
}

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = Key<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Key<'de>, E> {
        Ok(Key(key.into()))
    }

    fn visit_str<E>(self, key: &str) -> Result<Key<'de>, E> {
        Ok(Key(key.to_owned().into()))
    }
}

/// Walks a JSON value without keeping it.
#[derive(Clone, Copy)]
struct Walk {
    depth: usize,
}

impl Walk {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.depth == DEPTH {
            return Err(E::custom(format!("it is nested more than {DEPTH} levels deep")));
        }
        Ok(Self { depth: self.depth + 1 })
    }
}

impl<'de> DeserializeSeed<'de> for Walk {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let deeper = self.deeper()?;
        while seq.next_element_seed(deeper)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let deeper = self.deeper()?;
        // Most objects have few keys: these are compared, and only more are hashed.
        let (mut first, mut more): (Vec<Cow<'de, str>>, HashSet<Cow<'de, str>>) = Default::default();
        while let Some(Key(key)) = map.next_key()? {
            if first.contains(&key) || more.contains(&key) {
                return Err(A::Error::custom(format!(
                    "the key \"{}\" stands twice",
                    key.escape_debug()
                )));
            }
            if first.len() < COMPARED_KEYS {
                first.push(key);
            } else {
                more.insert(key);
            }
            map.next_value_seed(deeper)?;
        }
        Ok(())
    }
}
