//! Version 1 of Kusto's answers, as `/v1/rest/query` gives it.
//!
//! A table for each result, then the extended properties (one JSON text for each result: what `render` asked
//! for), then the status of the query, then the table of contents. Every column has both `DataType` and
//! `ColumnType`, since each is read by some client alone.
//!
//! Source: <https://learn.microsoft.com/kusto/api/rest/response-http>

use std::io::{self, Write};

use serde_json::{Value, json};
use weir_value::{KustoType, datetime};

use super::json_text::JsonText;
use super::{PartialFailure, Request, ZERO_GUID, statistics};
use crate::{Answer, Column, Render};

/// Writes the answers of a query's statements, in their order.
///
/// Of a query that failed halfway, the rows that there are come first, then what went wrong, among the rows and at
/// the end.
pub fn write(
    answers: &[&Answer],
    request: &Request,
    failure: Option<&PartialFailure>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut json = JsonText::new(out);
    json.raw("{\"Tables\":[")?;
    for (number, answer) in answers.iter().enumerate() {
        begin_table(number, &answer.columns, &mut json)?;
        let any = json.rows(answer)?;
        if let Some(failure) = failure.filter(|failure| failure.answer == number) {
            json.raw(if any { "," } else { "" })?;
            json.value(&json!({ "Exceptions": [failure.text] }))?;
        }
        json.raw("]},")?;
    }
    let count = answers.len();
    let properties = answers.iter().map(|answer| json!([visualization(answer.render.as_ref()).to_string()]));
    small_table(count, &[("Value", KustoType::String)], &properties.collect::<Vec<_>>(), &mut json)?;
    json.raw(",")?;
    small_table(count + 1, &STATUS, &status(answers, request, failure), &mut json)?;
    json.raw(",")?;
    small_table(count + 2, &CONTENTS, &contents(count), &mut json)?;
    json.raw("]")?;
    if let Some(failure) = failure {
        json.raw(",\"Exceptions\":")?;
        json.value(&json!([failure.text]))?;
    }
    json.raw("}")?;
    json.finish()
}

/// Writes the one table of a management command's answer: no properties, no status, no contents.
pub fn write_command(answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    let mut json = JsonText::new(out);
    json.raw("{\"Tables\":[")?;
    begin_table(0, &answer.columns, &mut json)?;
    json.rows(answer)?;
    json.raw("]}]}")?;
    json.finish()
}

/// What `render` asked for, as the property `Visualization` of an answer carries it; all null without one.
///
/// Several columns of one property are joined by commas.
pub fn visualization(render: Option<&Render>) -> Value {
    let chart = render.map_or(Value::Null, |render| json!(render.chart));
    let text = |name: &str| {
        let values: Vec<&str> = render.into_iter().flat_map(|render| render.values(name)).collect();
        if values.is_empty() { Value::Null } else { json!(values.join(",")) }
    };
    // A bound that is not given is no number.
    let bound = |name: &str| {
        let value = render.and_then(|render| render.property(name)).and_then(|text| text.parse::<f64>().ok());
        value.filter(|value| value.is_finite()).map_or_else(|| json!("NaN"), |value| json!(value))
    };
    let accumulate = render.and_then(|render| render.property("accumulate"));
    json!({
        "Visualization": chart,
        "Title": text("title"),
        "XColumn": text("xcolumn"),
        "Series": text("series"),
        "YColumns": text("ycolumns"),
        "AnomalyColumns": text("anomalycolumns"),
        "XTitle": text("xtitle"),
        "YTitle": text("ytitle"),
        "XAxis": text("xaxis"),
        "YAxis": text("yaxis"),
        "Legend": text("legend"),
        "YSplit": text("ysplit"),
        "Accumulate": accumulate.is_some_and(|value| value.eq_ignore_ascii_case("true")),
        "IsQuerySorted": false,
        "Kind": text("kind"),
        "Ymin": bound("ymin"),
        "Ymax": bound("ymax"),
        "Xmin": text("xmin"),
        "Xmax": text("xmax"),
    })
}

const STATUS: [(&str, KustoType); 10] = [
    ("Timestamp", KustoType::Datetime),
    ("Severity", KustoType::Int),
    ("SeverityName", KustoType::String),
    ("StatusCode", KustoType::Int),
    ("StatusDescription", KustoType::String),
    ("Count", KustoType::Int),
    ("RequestId", KustoType::Guid),
    ("ActivityId", KustoType::Guid),
    ("SubActivityId", KustoType::Guid),
    ("ClientActivityId", KustoType::String),
];

/// How the query ended, and what it took.
fn status(answers: &[&Answer], request: &Request, failure: Option<&PartialFailure>) -> Vec<Value> {
    let time = request.time.map(datetime::format);
    let id = if request.activity_id.is_empty() { ZERO_GUID } else { &request.activity_id };
    let row = |severity: i32, name: &str, code: i32, description: &str| {
        json!([time, severity, name, code, description, 1, id, id, id, request.client_request_id])
    };
    let ended = match failure {
        Some(failure) => row(2, "Error", failure.status, &failure.text),
        None => row(4, "Info", 0, "Query completed successfully"),
    };
    vec![ended, row(6, "Stats", 0, &statistics(answers).to_string())]
}

const CONTENTS: [(&str, KustoType); 5] = [
    ("Ordinal", KustoType::Long),
    ("Kind", KustoType::String),
    ("Name", KustoType::String),
    ("Id", KustoType::String),
    ("PrettyName", KustoType::String),
];

fn contents(results: usize) -> Vec<Value> {
    // Clients match tables to rows by position; the ids only have to differ between results.
    let id = |number: usize| format!("00000000-0000-0000-0000-{:012x}", number + 1);
    let mut rows: Vec<Value> =
        (0..results).map(|i| json!([i, "QueryResult", "PrimaryResult", id(i), ""])).collect();
    rows.push(json!([results, "QueryProperties", "@ExtendedProperties", id(results), ""]));
    rows.push(json!([results + 1, "QueryStatus", "QueryStatus", ZERO_GUID, ""]));
    rows
}

fn begin_table(number: usize, columns: &[Column], json: &mut JsonText<'_>) -> io::Result<()> {
    json.raw(&format!("{{\"TableName\":\"Table_{number}\",\"Columns\":["))?;
    for (i, column) in columns.iter().enumerate() {
        json.raw(if i == 0 { "{\"ColumnName\":" } else { ",{\"ColumnName\":" })?;
        json.string(&column.name)?;
        let (data_type, column_type) = (column.kind.v1_data_type(), column.kind.name());
        json.raw(&format!(",\"DataType\":\"{data_type}\",\"ColumnType\":\"{column_type}\"}}"))?;
    }
    json.raw("],\"Rows\":[")
}

fn small_table(
    number: usize,
    columns: &[(&str, KustoType)],
    rows: &[Value],
    json: &mut JsonText<'_>,
) -> io::Result<()> {
    let columns: Vec<Column> =
        columns.iter().map(|(name, kind)| Column { name: (*name).to_owned(), kind: *kind }).collect();
    begin_table(number, &columns, json)?;
    for (i, row) in rows.iter().enumerate() {
        if i > 0 {
            json.raw(",")?;
        }
        json.value(row)?;
    }
    json.raw("]}")
}
