//! Answers of the query API of Azure Monitor Log Analytics.
//!
//! A table for each result, all of one name; on demand what the query took and what it renders. A dynamic is text
//! that is JSON, as the clients of this API expect it; everything else is written as Kusto writes it.
//!
//! Source: <https://learn.microsoft.com/azure/azure-monitor/logs/api/response-format>

use std::io::{self, Write};

use serde_json::{Map, Value, json};
use weir_value::dynamic;

use super::json_text::JsonText;
use super::{rows, statistics};
use crate::{Answer, Cell, Render};

/// What is told beside the tables.
#[derive(Debug, Clone, Default)]
pub struct Extras {
    /// What the query took.
    pub statistics: bool,
    /// What the query renders.
    pub render: bool,
    /// Why the tables are not whole.
    pub error: Option<Value>,
}

/// Writes the answers of a query's statements, in their order.
pub fn write(answers: &[&Answer], extras: &Extras, out: &mut dyn Write) -> io::Result<()> {
    let mut json = JsonText::new(out);
    json.raw("{\"tables\":[")?;
    for (number, answer) in answers.iter().enumerate() {
        json.raw(if number == 0 { "" } else { "," })?;
        json.raw("{\"name\":\"PrimaryResult\",\"columns\":[")?;
        for (i, column) in answer.columns.iter().enumerate() {
            json.raw(if i == 0 { "{\"name\":" } else { ",{\"name\":" })?;
            json.string(&column.name)?;
            json.raw(&format!(",\"type\":\"{}\"}}", column.kind.name()))?;
        }
        json.raw("],\"rows\":[")?;
        let mut text = String::new();
        for (row, cells) in rows(answer).enumerate() {
            json.raw(if row == 0 { "[" } else { ",[" })?;
            for (i, cell) in cells.enumerate() {
                json.raw(if i == 0 { "" } else { "," })?;
                match cell {
                    Cell::Dynamic(view) => {
                        text.clear();
                        dynamic::write_json(view, &mut text);
                        json.string(&text)?;
                    }
                    other => json.cell(other)?,
                }
            }
            json.raw("]")?;
        }
        json.raw("]}")?;
    }
    json.raw("]")?;
    let mut member = |name: &str, value: &Value| {
        json.raw(&format!(",\"{name}\":"))?;
        json.value(value)
    };
    if extras.statistics {
        member("statistics", &json!({ "query": camel(&statistics(answers)) }))?;
    }
    if extras.render {
        let first = answers.iter().find_map(|answer| answer.render.as_ref());
        member("render", &rendering(first))?;
    }
    if let Some(error) = &extras.error {
        member("error", error)?;
    }
    json.raw("}")?;
    json.finish()
}

/// What the query renders, in the words of this API.
fn rendering(render: Option<&Render>) -> Value {
    let chart = render.map_or_else(|| "table".to_owned(), |render| render.chart.clone());
    let text = |name: &str| render.and_then(|render| render.property(name)).map(str::to_owned);
    let flag = |name: &str| text(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
    json!({
        "visualization": chart,
        "title": text("title"),
        "accumulate": flag("accumulate"),
        "isQuerySorted": false,
        "kind": text("kind").unwrap_or_else(|| "default".to_owned()),
        "annotation": "",
        "by": Value::Null,
        "xColumn": text("xcolumn"),
        "yColumns": render.map(|render| render.values("ycolumns").collect::<Vec<_>>()).unwrap_or_default(),
        "series": render.map(|render| render.values("series").collect::<Vec<_>>()).unwrap_or_default(),
        "xTitle": text("xtitle"),
        "yTitle": text("ytitle"),
        "legend": text("legend"),
    })
}

/// The same value with the names of its members in camel case.
fn camel(value: &Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members.iter().map(|(name, value)| (camel_name(name), camel(value))).collect::<Map<_, _>>(),
        ),
        Value::Array(values) => Value::Array(values.iter().map(camel).collect()),
        other => other.clone(),
    }
}

fn camel_name(name: &str) -> String {
    let mut camel = String::new();
    for (i, part) in name.split(['_', ' ']).enumerate() {
        let mut letters = part.chars();
        match letters.next() {
            Some(first) if i == 0 => camel.extend(first.to_lowercase()),
            Some(first) => camel.extend(first.to_uppercase()),
            None => {}
        }
        camel.push_str(letters.as_str());
    }
    camel
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_camel_case() {
        let statistics = json!({ "ExecutionTime": 1.5, "dataset_statistics": [{ "table_row_count": 1 }] });
        let expected = json!({ "executionTime": 1.5, "datasetStatistics": [{ "tableRowCount": 1 }] });
        assert_eq!(camel(&statistics), expected);
    }
}
