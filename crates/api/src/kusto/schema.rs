//! Schemas as the JSON that editors read.
//!
//! Source: the namespace `showSchema` of `@kusto/monaco-kusto`,
//! <https://github.com/Azure/monaco-kusto/blob/master/package/src/languageServiceManager/schema.ts>

use serde_json::{Map, Value, json};
use weir_kql::ast::{ExprKind, ParameterType, StatementKind};
use weir_schema::{Table, tables};

use crate::catalogue::Database;
use crate::library::{Library, StoredFunction};

/// The schemas of some databases.
pub fn cluster(databases: &[&Database], library: &Library) -> Value {
    let databases: Map<String, Value> = databases
        .iter()
        .map(|database| (database.name.clone(), database_schema(database, library)))
        .collect();
    json!({ "Plugins": [], "Databases": databases })
}

fn database_schema(database: &Database, library: &Library) -> Value {
    let tables: Map<String, Value> =
        tables::ALL.iter().map(|known| (known.name.to_owned(), table(known))).collect();
    let functions: Map<String, Value> =
        library.functions.iter().map(|(name, about)| (name.clone(), function(name, about))).collect();
    json!({
        "Name": database.name,
        "PrettyName": null,
        "Tables": tables,
        "ExternalTables": {},
        "MaterializedViews": {},
        "EntityGroups": {},
        "MajorVersion": 1,
        "MinorVersion": 0,
        "Functions": functions,
        "DatabaseAccessMode": "ReadWrite",
        "ExternalTablesDetails": null,
        "Graphs": {},
    })
}

/// The schema of a table.
pub fn table(table: &Table) -> Value {
    let columns: Vec<Value> = table
        .columns
        .iter()
        .map(|column| {
            json!({
                "Name": column.name,
                "Type": column.kind.system_name(),
                "CslType": column.kind.name(),
                "DocString": column.doc,
            })
        })
        .collect();
    json!({ "Name": table.name, "Folder": "", "DocString": table.doc, "OrderedColumns": columns })
}

fn function(name: &str, function: &StoredFunction) -> Value {
    json!({
        "Name": name,
        "InputParameters": parameters(function),
        "Body": function.body,
        "Folder": function.folder,
        "DocString": function.docstring,
        "FunctionKind": "Unknown",
        "OutputColumns": [],
    })
}

fn parameters(function: &StoredFunction) -> Vec<Value> {
    let text = format!("let F = {} {}; print 1", function.parameters, function.body);
    let statements = weir_kql::parse(&text).query.statements;
    let Some(StatementKind::Let { value, .. }) = statements.into_iter().next().map(|first| first.kind) else {
        return Vec::new();
    };
    let ExprKind::Function(function) = value.kind else { return Vec::new() };
    let parameter = |parameter: &weir_kql::ast::Parameter| {
        let default =
            parameter.default.as_ref().and_then(|default| text.get(default.span.start..default.span.end));
        match &parameter.kind {
            ParameterType::Scalar(kind) => json!({
                "Name": parameter.name.text,
                "Type": kind.system_name(),
                "CslType": kind.name(),
                "CslDefaultValue": default,
            }),
            ParameterType::Table { columns, .. } => {
                let columns: Vec<Value> = columns
                    .iter()
                    .map(|column| {
                        json!({
                            "Name": column.name.text,
                            "Type": column.kind.system_name(),
                            "CslType": column.kind.name(),
                        })
                    })
                    .collect();
                json!({ "Name": parameter.name.text, "Columns": columns })
            }
        }
    };
    function.parameters.iter().map(parameter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_described() {
        let function = StoredFunction {
            parameters: "(T:(a:string), n:long = 5)".to_owned(),
            body: "{ T | take n }".to_owned(),
            docstring: String::new(),
            folder: String::new(),
        };
        assert_eq!(
            Value::Array(parameters(&function)),
            json!([
                { "Name": "T", "Columns": [{ "Name": "a", "Type": "System.String", "CslType": "string" }] },
                { "Name": "n", "Type": "System.Int64", "CslType": "long", "CslDefaultValue": "5" },
            ])
        );
    }
}
