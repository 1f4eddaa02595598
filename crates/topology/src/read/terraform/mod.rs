//! Terraform: `terraform show -json` and state files of version 4, resources of azurerm and azapi.
//!
//! Source: <https://developer.hashicorp.com/terraform/internals/json-format#state-representation>

mod azurerm;

use serde_json::{Map, Value};

use super::{Reader, value};

/// How deep modules are nested at most.
const DEPTH_MAX: usize = 64;

pub(super) fn read(reader: &mut Reader, state: &Value) {
    for name in ["values", "planned_values"] {
        if let Some(root) = value::dig(state, &[name, "root_module"]) {
            return module(reader, root, 0);
        }
    }
    if value::whole(state, "version").is_some_and(|version| version != 4) {
        return reader.unknown("only version 4 of Terraform's state files is read: use terraform show -json");
    }
    for resource in value::list(state, "resources") {
        for instance in value::list(resource, "instances") {
            one(reader, resource, value::get(instance, "attributes").unwrap_or(&Value::Null));
        }
    }
}

fn module(reader: &mut Reader, module_of: &Value, depth: usize) {
    for resource in value::list(module_of, "resources") {
        one(reader, resource, value::get(resource, "values").unwrap_or(&Value::Null));
    }
    if depth < DEPTH_MAX {
        for child in value::list(module_of, "child_modules") {
            module(reader, child, depth + 1);
        }
    }
}

/// Brings a resource into the one form; `resource` tells its type, `attributes` the rest.
fn one(reader: &mut Reader, resource: &Value, attributes: &Value) {
    let kind = value::text(resource, "type");
    let told = value::as_id(attributes).unwrap_or_else(|| value::text(resource, "name"));
    if value::text(resource, "mode") == "data" {
        // What is only looked up belongs to another state, and has other attributes.
        let kind = format!("data.{kind}");
        reader.count(&kind);
        let file = reader.file_name().to_owned();
        return reader.findings.note_unknown_type(&file, &told, &kind);
    }
    if kind == "azapi_resource" {
        return reader.entry(azapi(attributes));
    }
    let flat = squeezed(attributes);
    if let Some(association) = azurerm::association(&kind, &flat) {
        reader.count(&kind);
        let file = reader.file();
        return reader.parts.associations.push(super::parts::From { what: association, file });
    }
    match azurerm::resource(&kind, &flat) {
        Some(mut body) => {
            for name in ["id", "name", "location", "tags", "zones"] {
                if let (Some(map), Some(value)) = (body.as_object_mut(), value::get(&flat, name)) {
                    map.entry(name).or_insert_with(|| value.clone());
                }
            }
            reader.resource(body);
        }
        None => {
            reader.count(&kind);
            let file = reader.file_name().to_owned();
            reader.findings.note_unknown_type(&file, &told, &kind);
        }
    }
}

/// Names without underscores are, in lower case, most of Azure's: `private_ip_address`, `privateIPAddress`.
fn squeezed(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(squeezed).collect(),
        Value::Object(map) => {
            let squeeze = |(name, value): (&String, &Value)| {
                let value = if name == "tags" { value.clone() } else { squeezed(value) };
                (name.replace('_', "").to_ascii_lowercase(), value)
            };
            Value::Object(map.iter().map(squeeze).collect())
        }
        other => other.clone(),
    }
}

/// A resource that is written as Azure has it; `body` is JSON text in old versions, a value in new ones.
fn azapi(attributes: &Value) -> Value {
    let mut all = Map::new();
    for name in ["output", "body"] {
        let told = value::get(attributes, name);
        let parsed = told.and_then(Value::as_str).and_then(|text| serde_json::from_str::<Value>(text).ok());
        let told = parsed.as_ref().or(told);
        // The type of a value is kept beside it in state files.
        let told =
            told.and_then(|told| told.get("value").filter(|_| told.get("type").is_some()).or(Some(told)));
        all.extend(told.and_then(Value::as_object).cloned().into_iter().flatten());
    }
    for name in ["id", "name", "location", "tags"] {
        if let Some(value) = value::get(attributes, name) {
            all.insert(name.to_owned(), value.clone());
        }
    }
    let kind = value::text(attributes, "type");
    let kind = kind.split('@').next().unwrap_or_default();
    all.insert("type".to_owned(), kind.into());
    Value::Object(all)
}
