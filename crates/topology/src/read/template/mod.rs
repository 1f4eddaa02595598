//! Templates of Azure Resource Manager, as far as they tell without a deployment what they deploy.
//!
//! Source: <https://learn.microsoft.com/azure/azure-resource-manager/templates/syntax>

mod expression;

use serde_json::{Map, Value};

use super::finding::FindingKind;
use super::{Reader, value};
use expression::Scopes;

/// How deep resources are nested at most, and values within them.
const DEPTH_MAX: usize = 64;

pub(super) fn read(reader: &mut Reader, template: &Value) {
    let Some(scope) = reader.scope.clone() else {
        return reader.unknown(
            "a template does not tell where it is deployed to: say it with --scope SUBSCRIPTION/RESOURCE-GROUP",
        );
    };
    let scopes = Scopes::new(template, &scope);
    for (name, parameter) in template.get("parameters").and_then(Value::as_object).into_iter().flatten() {
        if parameter.get("defaultValue").is_none() {
            reader.note(FindingKind::Unresolved, "", format!("the parameter '{name}' has no default value"));
        }
    }
    resources(reader, &scopes, template, "", "", 0);
}

/// The resources of a template, or those that are written within another.
fn resources(reader: &mut Reader, scopes: &Scopes<'_>, of: &Value, kind: &str, name: &str, depth: usize) {
    if depth > DEPTH_MAX {
        return reader.note(FindingKind::Unresolved, name, "resources are nested too deep");
    }
    let list: Vec<&Value> = match of.get("resources") {
        Some(Value::Array(list)) => list.iter().collect(),
        // With symbolic names they are an object.
        Some(Value::Object(map)) => map.values().collect(),
        _ => return,
    };
    for resource in list {
        one(reader, scopes, resource, kind, name, depth);
    }
}

fn one(
    reader: &mut Reader,
    scopes: &Scopes<'_>,
    resource: &Value,
    parent_kind: &str,
    parent: &str,
    depth: usize,
) {
    let told = value::text(resource, "name");
    let mut unresolved = Vec::new();
    let mut part = |name: &str| {
        let value = resource.get(name)?;
        let text = value::as_text(&scopes.resolve(value, 0, &mut unresolved));
        (!text.is_empty()).then_some(text)
    };
    if part("condition").is_some_and(|condition| condition == "false") {
        return;
    }
    let (kind, name) = (part("type"), part("name"));
    let (Some(kind), Some(name)) = (kind, name) else {
        let why = unresolved.into_iter().next().unwrap_or_else(|| "it has no type or no name".to_owned());
        return reader.note(FindingKind::Unresolved, &told, why);
    };
    if resource.get("copy").is_some() {
        return reader.note(FindingKind::Unresolved, &name, "it is made by a copy loop");
    }
    // Within another, type and name may be relative to it.
    let kind =
        if kind.contains('.') || parent_kind.is_empty() { kind } else { format!("{parent_kind}/{kind}") };
    let names = if parent.is_empty() || name.contains('/') { name } else { format!("{parent}/{name}") };
    let Some(id) = scopes.id(&kind, &names) else {
        return reader.note(
            FindingKind::Unresolved,
            &names,
            format!("its name does not fit its type '{kind}'"),
        );
    };
    unresolved.clear();
    let mut body = Map::new();
    for (key, value) in resource.as_object().into_iter().flatten() {
        if !matches!(key.as_str(), "resources" | "dependsOn" | "condition" | "apiVersion" | "comments") {
            body.insert(key.clone(), scopes.resolve(value, 0, &mut unresolved));
        }
    }
    for why in unresolved {
        reader.note(FindingKind::Unresolved, &id.to_ascii_lowercase(), why);
    }
    body.insert("id".to_owned(), id.into());
    body.insert("name".to_owned(), names.rsplit('/').next().unwrap_or_default().into());
    body.insert("type".to_owned(), kind.clone().into());
    reader.entry(Value::Object(body));
    resources(reader, scopes, resource, &kind, &names, depth + 1);
}
