//! Answers written in every form: what it looks like, and that other programs read the same values back.

// Helpers of tests are outside the functions that clippy takes for tests.
#![allow(clippy::unwrap_used)]

mod hostile;
mod numbers;
mod read_back;
mod snapshots;

use std::sync::Arc;
use std::time::Duration;

use arrow_array::{
    ArrayRef, BinaryViewArray, BooleanArray, Float64Array, Int32Array, Int64Array, RecordBatch,
    RecordBatchOptions, StringViewArray,
};
use arrow_schema::{Field, Schema};
use weir_answer::{Answer, Column, Format, Options, write};
use weir_value::dynamic::{View, pack_json};
use weir_value::{Dynamic, KustoType, datetime, timespan};

/// The values of a column.
#[derive(Debug, Clone)]
enum Values {
    Bools(Vec<Option<bool>>),
    Ints(Vec<Option<i32>>),
    Longs(Vec<Option<i64>>),
    Reals(Vec<Option<f64>>),
    Strings(Vec<String>),
    Guids(Vec<Option<String>>),
    Datetimes(Vec<Option<i64>>),
    Timespans(Vec<Option<i64>>),
    Dynamics(Vec<Option<Dynamic>>),
}

impl Values {
    fn kind(&self) -> KustoType {
        match self {
            Values::Bools(_) => KustoType::Bool,
            Values::Ints(_) => KustoType::Int,
            Values::Longs(_) => KustoType::Long,
            Values::Reals(_) => KustoType::Real,
            Values::Strings(_) => KustoType::String,
            Values::Guids(_) => KustoType::Guid,
            Values::Datetimes(_) => KustoType::Datetime,
            Values::Timespans(_) => KustoType::Timespan,
            Values::Dynamics(_) => KustoType::Dynamic,
        }
    }

    fn array(&self) -> ArrayRef {
        match self {
            Values::Bools(values) => Arc::new(BooleanArray::from(values.clone())),
            Values::Ints(values) => Arc::new(Int32Array::from(values.clone())),
            Values::Longs(values) | Values::Datetimes(values) | Values::Timespans(values) => {
                Arc::new(Int64Array::from(values.clone()))
            }
            Values::Reals(values) => Arc::new(Float64Array::from(values.clone())),
            Values::Strings(values) => Arc::new(StringViewArray::from_iter_values(values)),
            Values::Guids(values) => Arc::new(StringViewArray::from_iter(values.clone())),
            Values::Dynamics(values) => {
                let packed = values.iter().map(|value| value.as_ref().map(Dynamic::pack));
                Arc::new(BinaryViewArray::from_iter(packed))
            }
        }
    }
}

/// An answer of the columns, cut into batches of at most `batch_rows` rows.
fn answer(columns: &[(&str, Values)], batch_rows: usize) -> Answer {
    let schema: Vec<Field> = columns
        .iter()
        .map(|(name, values)| Field::new(*name, values.array().data_type().clone(), true))
        .collect();
    let arrays: Vec<ArrayRef> = columns.iter().map(|(_, values)| values.array()).collect();
    let rows = arrays.first().map_or(0, |array| array.len());
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    let whole = RecordBatch::try_new_with_options(Arc::new(Schema::new(schema)), arrays, &options).unwrap();
    let starts = (0..rows).step_by(batch_rows);
    Answer {
        columns: columns
            .iter()
            .map(|(name, values)| Column { name: (*name).to_owned(), kind: values.kind() })
            .collect(),
        batches: starts.map(|start| whole.slice(start, batch_rows.min(rows - start))).collect(),
        render: None,
        took: Duration::from_millis(31),
    }
}

/// A column of every type: a plain value, a null, an awkward value; in two batches.
fn every_type() -> Answer {
    let ticks = |text| Some(datetime::parse(text).unwrap());
    let span = |text| Some(timespan::parse(text).unwrap());
    let json = |text: &str| {
        let mut packed = Vec::new();
        pack_json(text, &mut packed).unwrap();
        Some(View::new(&packed).to_tree())
    };
    answer(
        &[
            ("flag", Values::Bools(vec![Some(true), None, Some(false)])),
            ("port", Values::Ints(vec![Some(443), None, Some(i32::MIN)])),
            ("bytes", Values::Longs(vec![Some(1_204), None, Some(i64::MAX)])),
            ("share", Values::Reals(vec![Some(2.0), None, Some(f64::NEG_INFINITY)])),
            ("name", Values::Strings(vec!["10.1.1.8".into(), String::new(), "a|\"b\",\n<c>".into()])),
            (
                "id",
                Values::Guids(vec![
                    Some("74be27de-1e4e-49d9-b579-fe0b331d3642".into()),
                    None,
                    Some("00000000-0000-0000-0000-000000000000".into()),
                ]),
            ),
            (
                "start",
                Values::Datetimes(vec![ticks("2024-11-18"), None, ticks("2024-11-18T14:05:01.3109965Z")]),
            ),
            ("lasted", Values::Timespans(vec![span("1.02:00:00"), None, span("-00:00:00.5")])),
            (
                "extra",
                Values::Dynamics(vec![
                    json(r#"{"a":[1,2.0,null],"b":"x|y"}"#),
                    None,
                    Some(Dynamic::String("two\nlines".into())),
                ]),
            ),
        ],
        2,
    )
}

fn text(answer: &Answer, format: Format) -> String {
    text_with(answer, format, &Options::default())
}

fn text_with(answer: &Answer, format: Format, options: &Options) -> String {
    String::from_utf8(bytes_with(answer, format, options)).unwrap()
}

fn bytes(answer: &Answer, format: Format) -> Vec<u8> {
    bytes_with(answer, format, &Options::default())
}

fn bytes_with(answer: &Answer, format: Format, options: &Options) -> Vec<u8> {
    let mut out = Vec::new();
    write(answer, format, options, &mut out).unwrap();
    out
}
