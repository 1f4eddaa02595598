//! The schema of a workspace, as this API tells it.
//!
//! Source: <https://learn.microsoft.com/rest/api/logsquery/metadata/post>

use serde_json::{Value, json};
use weir_schema::tables;

use crate::catalogue::Database;
use crate::library::Library;

/// The schema of a workspace.
pub fn of(workspace: &Database, library: &Library) -> Value {
    let tables: Vec<Value> = tables::ALL
        .iter()
        .map(|table| {
            let columns: Vec<Value> = table
                .columns
                .iter()
                .map(|column| {
                    json!({ "name": column.name, "type": column.kind.name(), "description": column.doc })
                })
                .collect();
            let timed = table.column("TimeGenerated").map(|column| column.name);
            json!({
                "id": format!("t/{}", table.name),
                "name": table.name,
                "description": table.doc,
                "timespanColumn": timed,
                "columns": columns,
                "labels": [],
                "related": {},
            })
        })
        .collect();
    let functions: Vec<Value> = library
        .functions
        .iter()
        .map(|(name, function)| {
            json!({
                "id": format!("f/{name}"),
                "name": name,
                "displayName": name,
                "description": function.docstring,
                "body": function.body.trim_start_matches('{').trim_end_matches('}').trim(),
                "parameters": function.parameters.trim_start_matches('(').trim_end_matches(')'),
                "related": {},
            })
        })
        .collect();
    json!({
        "tables": tables,
        "functions": functions,
        "workspaces": [{
            "id": workspace.id,
            "name": workspace.name,
            "region": "",
            "resourceId": format!("/workspaces/{}", workspace.name),
            "related": {},
        }],
        "solutions": [],
        "resourceTypes": [],
        "categories": [],
        "applications": [],
        "resources": [],
        "permissions": [],
    })
}
