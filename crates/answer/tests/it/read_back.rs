//! What is written is read by the csv, serde_json and parquet crates and compared cell by cell.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    DurationNanosecondType, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType,
    TimestampNanosecondType,
};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, TimeUnit};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use proptest::prelude::*;
use serde_json::Value;
use weir_answer::{Answer, Cell, Format};
use weir_value::datetime::UNIX_EPOCH;
use weir_value::{Dynamic, datetime, timespan};

use super::{Values, answer, bytes, every_type, text};

/// What JSON holds for a cell.
fn json_of(cell: Cell<'_>) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Bool(value) => value.into(),
        Cell::Long(value) => value.into(),
        Cell::Real(value) if value.is_finite() => value.into(),
        Cell::Real(value) if value.is_nan() => "NaN".into(),
        Cell::Real(value) => if value > 0.0 { "Infinity" } else { "-Infinity" }.into(),
        // As text: JSON readers make reals of numbers.
        Cell::Decimal(_) => cell.text().into(),
        Cell::String(text) | Cell::Guid(text) => text.into(),
        Cell::Datetime(ticks) => datetime::format(ticks).into(),
        Cell::Timespan(ticks) => timespan::format(ticks).into(),
        Cell::Dynamic(view) => {
            let mut text = String::new();
            weir_value::dynamic::write_json(view, &mut text);
            serde_json::from_str(&text).unwrap()
        }
    }
}

fn check_json(answer: &Answer) {
    let whole: Vec<Value> = serde_json::from_str(&text(answer, Format::Json)).unwrap();
    let lines: Vec<Value> =
        text(answer, Format::Jsonl).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(whole, lines);
    assert_eq!(whole.len(), answer.row_count());
    for (object, cells) in whole.iter().zip(answer.rows()) {
        assert_eq!(object.as_object().unwrap().len(), answer.columns.len());
        for (column, cell) in answer.columns.iter().zip(cells) {
            assert_eq!(object[&column.name], json_of(cell), "{}", column.name);
        }
    }
    let v1: Value = serde_json::from_str(&text(answer, Format::KustoV1)).unwrap();
    let tables = v1["Tables"].as_array().unwrap();
    assert_eq!(tables.len(), 4);
    for (row, cells) in tables[0]["Rows"].as_array().unwrap().iter().zip(answer.rows()) {
        assert_eq!(row.as_array().unwrap(), &cells.into_iter().map(json_of).collect::<Vec<_>>());
    }
}

fn check_csv(answer: &Answer) {
    let csv = bytes(answer, Format::Csv);
    let mut reader = csv::Reader::from_reader(csv.as_slice());
    let names: Vec<&str> = answer.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(reader.headers().unwrap(), names);
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), answer.row_count());
    for (record, cells) in records.iter().zip(answer.rows()) {
        let texts: Vec<String> = cells
            .into_iter()
            .map(|cell| if let Cell::Bool(value) = cell { value.to_string() } else { cell.text() })
            .collect();
        assert_eq!(record, texts);
    }
}

/// A cell of a Parquet file, in the ticks and texts of an answer.
fn parquet_text(batch: &RecordBatch, column: usize, row: usize) -> Option<String> {
    let array = batch.column(column);
    if array.is_null(row) {
        return None;
    }
    Some(match array.data_type() {
        DataType::Boolean => array.as_boolean().value(row).to_string(),
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).to_string(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row).to_bits().to_string(),
        DataType::Utf8 => array.as_string::<i32>().value(row).to_owned(),
        DataType::Timestamp(TimeUnit::Microsecond, Some(zone)) => {
            assert_eq!(&**zone, "UTC");
            let micros = array.as_primitive::<TimestampMicrosecondType>().value(row);
            datetime::format(micros * 10 + UNIX_EPOCH)
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            let nanos = array.as_primitive::<TimestampNanosecondType>().value(row);
            datetime::format(nanos / 100 + UNIX_EPOCH)
        }
        DataType::Duration(TimeUnit::Nanosecond) => {
            timespan::format(array.as_primitive::<DurationNanosecondType>().value(row) / 100)
        }
        other => panic!("unexpected {other}"),
    })
}

fn check_parquet(answer: &Answer) -> Vec<DataType> {
    let file = bytes::Bytes::from(bytes(answer, Format::Parquet));
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let types = builder.schema().fields().iter().map(|field| field.data_type().clone()).collect();
    let batches: Vec<RecordBatch> = builder.build().unwrap().map(Result::unwrap).collect();
    let mut stored = batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |row| (batch, row)));
    for cells in answer.rows() {
        let (batch, row) = stored.next().unwrap();
        for (column, cell) in cells.into_iter().enumerate() {
            let expected = match cell {
                Cell::Null => None,
                Cell::Bool(value) => Some(value.to_string()),
                Cell::Real(value) => Some(value.to_bits().to_string()),
                Cell::Dynamic(view) => {
                    let mut json = String::new();
                    weir_value::dynamic::write_json(view, &mut json);
                    Some(json)
                }
                other => Some(other.text()),
            };
            assert_eq!(parquet_text(batch, column, row), expected);
        }
    }
    assert!(stored.next().is_none());
    types
}

#[test]
fn every_type_reads_back() {
    check_json(&every_type());
    check_csv(&every_type());
    check_parquet(&every_type());
}

#[test]
fn parquet_has_the_narrowest_type_that_loses_nothing() {
    let micros = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let nanos = DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()));
    let at = |texts: &[&str]| {
        let ticks = texts.iter().map(|text| datetime::parse(text)).collect();
        check_parquet(&answer(&[("t", Values::Datetimes(ticks))], 1)).remove(0)
    };
    assert_eq!(at(&["0001-01-01", "9999-12-31T23:59:59.999999Z"]), micros);
    assert_eq!(at(&["2024-11-18", "2024-11-18T00:00:00.0000001Z"]), nanos);
    assert_eq!(at(&["0001-01-01", "2024-11-18T00:00:00.0000001Z"]), DataType::Utf8);
    assert_eq!(at(&[]), micros);
    let span = |ticks| check_parquet(&answer(&[("d", Values::Timespans(vec![ticks]))], 1)).remove(0);
    assert_eq!(span(Some(-1)), DataType::Duration(TimeUnit::Nanosecond));
    assert_eq!(span(Some(i64::MIN)), DataType::Utf8);
    assert_eq!(span(None), DataType::Duration(TimeUnit::Nanosecond));
}

#[test]
fn an_answer_without_rows_reads_back() {
    let empty = answer(&[("App", Values::Strings(vec![])), ("Bytes", Values::Longs(vec![]))], 1);
    check_json(&empty);
    check_csv(&empty);
    assert_eq!(check_parquet(&empty), [DataType::Utf8, DataType::Int64]);
}

fn dynamics() -> impl Strategy<Value = Dynamic> {
    let leaf = prop_oneof![
        Just(Dynamic::Null),
        any::<bool>().prop_map(Dynamic::Bool),
        any::<i64>().prop_map(Dynamic::Long),
        any::<f64>().prop_map(Dynamic::Real),
        "\\PC{0,8}".prop_map(Dynamic::String),
        (datetime::MIN..=datetime::MAX).prop_map(Dynamic::Datetime),
        any::<i64>().prop_map(Dynamic::Timespan),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Dynamic::Array),
            prop::collection::btree_map(".{0,3}", inner, 0..4)
                .prop_map(|bag| Dynamic::Bag(bag.into_iter().collect())),
        ]
    })
}

/// An answer of up to twenty rows with a column of every type.
fn answers() -> impl Strategy<Value = Answer> {
    (0_usize..20, 1_usize..7).prop_flat_map(|(rows, batch_rows)| {
        fn some<S: Strategy>(rows: usize, of: S) -> impl Strategy<Value = Vec<Option<S::Value>>>
        where
            S::Value: Clone,
        {
            prop::collection::vec(prop::option::of(of), rows)
        }
        let guid = any::<u64>().prop_map(|n| format!("{n:08x}-0000-0000-0000-000000000000"));
        (
            some(rows, any::<bool>()),
            some(rows, any::<i32>()),
            some(rows, any::<i64>()),
            some(rows, any::<f64>()),
            prop::collection::vec(any::<String>(), rows),
            some(rows, guid),
            some(rows, datetime::MIN..=datetime::MAX),
            some(rows, any::<i64>()),
            some(rows, dynamics()),
        )
            .prop_map(move |(bools, ints, longs, reals, strings, guids, times, spans, dynamics)| {
                let columns = vec![
                    ("bool", Values::Bools(bools)),
                    ("int", Values::Ints(ints)),
                    ("long", Values::Longs(longs)),
                    ("real", Values::Reals(reals)),
                    ("string, \"quoted\"", Values::Strings(strings)),
                    ("guid", Values::Guids(guids)),
                    ("datetime", Values::Datetimes(times)),
                    ("timespan", Values::Timespans(spans)),
                    ("dynamic", Values::Dynamics(dynamics)),
                ];
                answer(&columns, batch_rows)
            })
    })
}

proptest! {
    #[test]
    fn any_answer_reads_back_from_json(answer in answers()) {
        check_json(&answer);
    }

    #[test]
    fn any_answer_reads_back_from_csv(answer in answers()) {
        check_csv(&answer);
    }

    #[test]
    fn any_answer_reads_back_from_parquet(answer in answers()) {
        check_parquet(&answer);
    }
}
