//! The JSON Schemas of the tools' arguments: what the OpenAPI document says of the route behind a tool, closed.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use crate::http::openapi::document;

/// Where the document keeps its schemas, and where a schema of its own does.
const THERE: &str = "#/components/schemas/";
const HERE: &str = "#/$defs/";

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| json!(document()));

/// What a route takes, in its path, its query and its body, as one closed object. `company_id` may always be left out:
/// who has one company means it.
pub(super) fn of_route(method: &str, path: &str) -> Map<String, Value> {
    let operation = &DOCUMENT["paths"][path][method];
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let (name, place) = (parameter["name"].as_str(), parameter["in"].as_str());
        let (Some(name), Some("path" | "query")) = (name, place) else {
            continue;
        };
        let mut schema = parameter["schema"].clone();
        if let Some(description) = parameter.get("description") {
            schema["description"] = description.clone();
        }
        if parameter["required"] == true {
            required.push(name.to_owned());
        }
        properties.insert(name.to_owned(), schema);
    }
    let body = resolved(&operation["requestBody"]["content"]["application/json"]["schema"]);
    for (name, schema) in body["properties"].as_object().into_iter().flatten() {
        properties.insert(name.clone(), schema.clone());
    }
    let needed = body["required"].as_array().into_iter().flatten();
    required.extend(needed.filter_map(Value::as_str).map(str::to_owned));
    required.retain(|name| name != "company_id");
    let mut schema = Map::new();
    schema.insert("type".to_owned(), "object".into());
    schema.insert("properties".to_owned(), Value::Object(properties));
    schema.insert("required".to_owned(), required.into());
    schema.insert("additionalProperties".to_owned(), false.into());
    with_definitions(schema)
}

/// A schema without a property.
pub(super) fn without(mut schema: Map<String, Value>, name: &str) -> Map<String, Value> {
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.remove(name);
    }
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|needed| needed != name);
    }
    schema
}

/// The arguments that a schema knows.
pub(super) fn properties(schema: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let properties = schema.get("properties").and_then(Value::as_object);
    properties
        .into_iter()
        .flat_map(|known| known.keys().map(String::as_str))
}

fn resolved(schema: &Value) -> &Value {
    let name = schema["$ref"].as_str().and_then(|name| name.strip_prefix(THERE));
    name.map_or(schema, |name| &DOCUMENT["components"]["schemas"][name])
}

/// With all that it refers to beside it.
fn with_definitions(mut schema: Map<String, Value>) -> Map<String, Value> {
    let mut definitions = Map::new();
    let mut found = BTreeSet::new();
    for value in schema.values_mut() {
        refer(value, &mut found);
    }
    while let Some(name) = found.pop_first() {
        if definitions.contains_key(&name) {
            continue;
        }
        let mut definition = DOCUMENT["components"]["schemas"][&name].clone();
        refer(&mut definition, &mut found);
        close(&mut definition);
        definitions.insert(name, definition);
    }
    if !definitions.is_empty() {
        schema.insert("$defs".to_owned(), Value::Object(definitions));
    }
    schema
}

/// Makes references lead into the schema itself; which they are.
fn refer(value: &mut Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(to)) = fields.get_mut("$ref")
                && let Some(name) = to.strip_prefix(THERE).map(str::to_owned)
            {
                *to = format!("{HERE}{name}");
                found.insert(name);
            }
            fields.values_mut().for_each(|value| refer(value, found));
        }
        Value::Array(items) => items.iter_mut().for_each(|value| refer(value, found)),
        _ => {}
    }
}

/// An object takes what it names and nothing else.
fn close(definition: &mut Value) {
    if definition["properties"].is_object() && definition.get("additionalProperties").is_none() {
        definition["additionalProperties"] = false.into();
    }
}
