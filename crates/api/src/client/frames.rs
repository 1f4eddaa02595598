//! Answers of Kusto's protocol, read back.

use std::sync::Arc;
use std::time::Duration;

use arrow_array::builder::{BinaryViewBuilder, FixedSizeBinaryBuilder, StringViewBuilder};
use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int32Array, Int64Array, RecordBatch, RecordBatchOptions,
};
use arrow_schema::{Field, Schema};
use serde_json::Value;
use weir_answer::{Answer, Column, Render};
use weir_value::{Decimal, KustoType, datetime, dynamic, timespan};

use super::Reply;

/// Rows of a batch.
const BATCH_ROWS: usize = 8192;

/// The answer of a query: frames of version 2, whole or in fragments.
pub fn of_query(value: Value) -> Result<Reply, String> {
    let Value::Array(frames) = value else { return Err("it is no list of frames".to_owned()) };
    let mut tables: Vec<(i64, Table)> = Vec::new();
    let mut renders: Vec<(i64, Render)> = Vec::new();
    let (mut failure, mut took) = (None, Duration::ZERO);
    for mut frame in frames {
        if !frame.is_object() {
            return Err("a frame is no object".to_owned());
        }
        let id = frame["TableId"].as_i64().unwrap_or(-1);
        let kind = (frame["FrameType"].as_str().unwrap_or_default(), frame["TableKind"].as_str());
        match kind {
            ("DataTable", Some("QueryProperties")) => renders.extend(visualizations(&frame["Rows"])),
            ("DataTable", Some("QueryCompletionInformation")) => {
                took = execution_time(&frame["Rows"]).unwrap_or_default();
            }
            ("DataTable" | "TableHeader", Some("PrimaryResult")) => {
                let mut table = Table { columns: columns(&frame["Columns"])?, rows: Vec::new() };
                failure = table.add(frame["Rows"].take()).or(failure);
                tables.push((id, table));
            }
            ("TableFragment", _) => {
                if let Some((_, table)) = tables.iter_mut().find(|(known, _)| *known == id) {
                    if frame["TableFragmentType"] == "DataReplace" {
                        table.rows.clear();
                    }
                    failure = table.add(frame["Rows"].take()).or(failure);
                }
            }
            ("TableCompletion" | "DataSetCompletion", _) => {
                failure = failure.or_else(|| error_text(&frame["OneApiErrors"]));
            }
            _ => {}
        }
    }
    let answers = tables.into_iter().map(|(id, table)| {
        let render = renders.iter().find(|(known, _)| *known == id).map(|(_, render)| render.clone());
        table.answer(render, took)
    });
    Ok(Reply { answers: answers.collect::<Result<_, _>>()?, failure })
}

/// The answer of a command: the first table of version 1.
pub fn of_command(mut value: Value) -> Result<Reply, String> {
    let table = value.pointer_mut("/Tables/0").ok_or("it has no table")?;
    let mut read = Table { columns: columns(&table["Columns"])?, rows: Vec::new() };
    let rows = table.get_mut("Rows").map(Value::take).unwrap_or_default();
    let failure = read.add(rows);
    Ok(Reply { answers: vec![read.answer(None, Duration::ZERO)?], failure })
}

/// A table as it arrives.
struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Value>>,
}

fn columns(value: &Value) -> Result<Vec<Column>, String> {
    let columns = value.as_array().ok_or("a table has no columns")?;
    columns
        .iter()
        .map(|column| {
            let name = column["ColumnName"].as_str().ok_or("a column has no name")?;
            let kind = column["ColumnType"].as_str().ok_or("a column has no type")?;
            let kind =
                kind.parse().map_err(|()| format!("a column has the type '{kind}', which is unknown"))?;
            Ok(Column { name: name.to_owned(), kind })
        })
        .collect()
}

impl Table {
    /// Adds rows; the error that may be among them.
    fn add(&mut self, rows: Value) -> Option<String> {
        let Value::Array(rows) = rows else { return None };
        let mut failure = None;
        for row in rows {
            match row {
                Value::Array(cells) => self.rows.push(cells),
                other => {
                    let text = error_text(&other["OneApiErrors"]);
                    failure = text.or_else(|| other["Exceptions"][0].as_str().map(str::to_owned)).or(failure);
                }
            }
        }
        failure
    }

    fn answer(self, render: Option<Render>, took: Duration) -> Result<Answer, String> {
        let mut batches = Vec::new();
        for rows in self.rows.chunks(BATCH_ROWS) {
            let arrays: Result<Vec<ArrayRef>, String> = self
                .columns
                .iter()
                .enumerate()
                .map(|(place, column)| {
                    let cells: Vec<&Value> =
                        rows.iter().map(|row| row.get(place).unwrap_or(&Value::Null)).collect();
                    array(&cells, column.kind)
                        .map_err(|text| format!("'{}' has the value {text}", column.name))
                })
                .collect();
            let arrays = arrays?;
            let fields: Vec<Field> = self
                .columns
                .iter()
                .zip(&arrays)
                .map(|(column, array)| Field::new(&column.name, array.data_type().clone(), true))
                .collect();
            let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
            let batch = RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options);
            batches.push(batch.map_err(|error| error.to_string())?);
        }
        Ok(Answer { columns: self.columns, batches, render, took })
    }
}

/// The values of a column in the physical form of their type; the first that is none, otherwise.
fn array(cells: &[&Value], kind: KustoType) -> Result<ArrayRef, String> {
    fn each<T>(cells: &[&Value], of: impl Fn(&Value) -> Option<T>) -> Result<Vec<Option<T>>, String> {
        let one = |cell: &&Value| match cell {
            Value::Null => Ok(None),
            cell => of(cell).map(Some).ok_or_else(|| cell.to_string().chars().take(100).collect::<String>()),
        };
        cells.iter().map(one).collect()
    }
    Ok(match kind {
        KustoType::Bool => {
            let of = |cell: &Value| cell.as_bool().or_else(|| cell.as_i64().map(|number| number != 0));
            Arc::new(BooleanArray::from(each(cells, of)?))
        }
        KustoType::Int => {
            let of = |cell: &Value| cell.as_i64().and_then(|number| i32::try_from(number).ok());
            Arc::new(Int32Array::from(each(cells, of)?))
        }
        KustoType::Long => Arc::new(Int64Array::from(each(cells, Value::as_i64)?)),
        KustoType::Real => Arc::new(Float64Array::from(each(cells, real)?)),
        KustoType::Datetime => {
            let of = |cell: &Value| cell.as_str().and_then(datetime::parse);
            Arc::new(Int64Array::from(each(cells, of)?))
        }
        KustoType::Timespan => {
            let of = |cell: &Value| cell.as_str().and_then(timespan::parse);
            Arc::new(Int64Array::from(each(cells, of)?))
        }
        KustoType::String => {
            let mut texts = StringViewBuilder::new();
            for cell in each(cells, |cell| cell.as_str().map(str::to_owned))? {
                texts.append_value(cell.unwrap_or_default());
            }
            Arc::new(texts.finish())
        }
        KustoType::Guid => {
            let mut texts = StringViewBuilder::new();
            for cell in each(cells, |cell| cell.as_str().map(str::to_ascii_lowercase))? {
                texts.append_option(cell);
            }
            Arc::new(texts.finish())
        }
        KustoType::Decimal => {
            let of = |cell: &Value| match cell {
                Value::String(text) => Decimal::parse(text),
                Value::Number(number) => Decimal::parse(&number.to_string()),
                _ => None,
            };
            let mut decimals = FixedSizeBinaryBuilder::new(16);
            for cell in each(cells, of)? {
                match cell {
                    Some(value) => {
                        decimals.append_value(value.to_bytes()).map_err(|error| error.to_string())?;
                    }
                    None => decimals.append_null(),
                }
            }
            Arc::new(decimals.finish())
        }
        KustoType::Dynamic => {
            let mut packed = BinaryViewBuilder::new();
            for cell in cells {
                match cell {
                    Value::Null => packed.append_null(),
                    cell => {
                        let mut bytes = Vec::new();
                        dynamic::pack_json(&cell.to_string(), &mut bytes)
                            .map_err(|error| error.to_string())?;
                        packed.append_value(bytes);
                    }
                }
            }
            Arc::new(packed.finish())
        }
    })
}

fn real(cell: &Value) -> Option<f64> {
    match cell.as_str() {
        Some("NaN") => Some(f64::NAN),
        Some("Infinity") => Some(f64::INFINITY),
        Some("-Infinity") => Some(f64::NEG_INFINITY),
        Some(_) => None,
        None => cell.as_f64(),
    }
}

/// The text of the first of some errors.
fn error_text(errors: &Value) -> Option<String> {
    let error = &errors.get(0)?["error"];
    let text = error["@message"].as_str().or_else(|| error["message"].as_str());
    Some(text.unwrap_or("the answer is not whole").to_owned())
}

/// What tables are to be drawn as, by their ids.
fn visualizations(rows: &Value) -> Vec<(i64, Render)> {
    let rows = rows.as_array().into_iter().flatten();
    let read = |row: &Value| {
        let id = row[0].as_i64()?;
        let properties: Value = match (row[1].as_str()?, &row[2]) {
            ("Visualization", Value::String(text)) => serde_json::from_str(text).ok()?,
            _ => return None,
        };
        let chart = properties["Visualization"].as_str()?.to_owned();
        let mut known = Vec::new();
        for (name, value) in properties.as_object()?.iter().filter(|(name, _)| *name != "Visualization") {
            let name = name.to_ascii_lowercase();
            match value {
                Value::String(text) if ["ycolumns", "series", "anomalycolumns"].contains(&name.as_str()) => {
                    known.extend(text.split(',').map(|one| (name.clone(), one.trim().to_owned())));
                }
                // A bound that is no number was not given.
                Value::String(text) if text != "NaN" => known.push((name, text.clone())),
                Value::Number(number) => known.push((name, number.to_string())),
                Value::Bool(true) => known.push((name, "true".to_owned())),
                _ => {}
            }
        }
        Some((id, Render { chart, properties: known }))
    };
    rows.filter_map(read).collect()
}

/// How long the server says that it took.
fn execution_time(rows: &Value) -> Option<Duration> {
    let statistics = rows.as_array()?.iter().find(|row| row[10] == "QueryResourceConsumption")?;
    let payload: Value = serde_json::from_str(statistics[11].as_str()?).ok()?;
    Duration::try_from_secs_f64(payload["ExecutionTime"].as_f64()?).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use weir_answer::encode::{self, kusto_v2};
    use weir_answer::{Format, Options};

    use super::*;

    fn csv(answer: &Answer) -> String {
        let mut text = Vec::new();
        weir_answer::write(answer, Format::Csv, &Options::default(), &mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    fn table() -> Value {
        let names = ["b", "i", "l", "r", "d", "s", "t", "n", "g", "y"];
        let kinds =
            ["bool", "int", "long", "real", "decimal", "string", "datetime", "timespan", "guid", "dynamic"];
        let columns: Vec<Value> = names
            .iter()
            .zip(kinds)
            .map(|(name, kind)| json!({ "ColumnName": name, "ColumnType": kind }))
            .collect();
        json!({ "FrameType": "DataTable", "TableId": 1, "TableKind": "PrimaryResult", "Columns": columns, "Rows": [
            [true, -7, 9223372036854775807_i64, "NaN", "1.50", "ä\n", "2020-03-04T14:05:01.3109965Z",
             "-2.00:00:02.0020002", "74be27de-1e4e-49d9-b579-fe0b331d3642", { "k": [1, null] }],
            [null, null, null, null, null, "", null, null, null, null],
        ]})
    }

    #[test]
    fn what_is_written_is_read_back() {
        let reply = of_query(json!([table()])).unwrap();
        for cut in [kusto_v2::Cut::Whole, kusto_v2::Cut::Fragments, kusto_v2::Cut::Progressive] {
            let frames = kusto_v2::Frames { cut, ..Default::default() };
            let mut text = Vec::new();
            let request = encode::Request::default();
            kusto_v2::write(&[&reply.answers[0]], &request, frames, None, &mut text).unwrap();
            let again = of_query(serde_json::from_slice(&text).unwrap()).unwrap();
            assert_eq!(again.failure, None);
            assert_eq!(again.answers[0].columns, reply.answers[0].columns);
            assert_eq!(csv(&again.answers[0]), csv(&reply.answers[0]));
        }
    }

    #[test]
    fn strange_answers_are_refused() {
        for strange in
            [json!(1), json!([1]), json!([{ "FrameType": "DataTable", "TableKind": "PrimaryResult" }])]
        {
            assert!(of_query(strange).is_err());
        }
        for strange in [json!({ "Tables": [] }), json!([]), json!({ "Tables": [1] }), json!(null)] {
            assert!(of_command(strange).is_err());
        }
        let mut wrong = table();
        wrong["Rows"][0][1] = json!("x");
        let told = of_query(json!([wrong])).unwrap_err();
        assert_eq!(told, "'i' has the value \"x\"");
    }

    #[test]
    fn failures_are_found_wherever_they_stand() {
        let error = json!([{ "error": { "@message": "too many" } }]);
        let mut in_data = table();
        in_data["Rows"][1] = json!({ "OneApiErrors": error });
        let reply = of_query(json!([in_data])).unwrap();
        assert_eq!((reply.failure.as_deref(), reply.answers[0].row_count()), (Some("too many"), 1));
        let at_end = json!([table(), { "FrameType": "DataSetCompletion", "OneApiErrors": error }]);
        assert_eq!(of_query(at_end).unwrap().failure.as_deref(), Some("too many"));
    }
}
