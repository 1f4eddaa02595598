//! Answers in types that every reader knows: what Parquet files and Arrow streams hold.
//!
//! | Kusto | Arrow | |
//! |---|---|---|
//! | bool, int, long, real | the same | |
//! | string, guid | text | a string is never null |
//! | dynamic | text | its JSON |
//! | datetime | timestamp, UTC, µs | ns where one has a seventh fraction digit; text where that is out of range |
//! | timespan | duration, ns | text where one is longer than 292 years |
//!
//! A duration is a time delta to pandas and Arrow, and a 64-bit number of nanoseconds to readers that know none
//! (DuckDB: `to_microseconds(x // 1000)`), so its unit is the same in every file.

use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    DurationNanosecondType, Int64Type, TimestampMicrosecondType, TimestampNanosecondType,
};
use arrow_array::{Array, ArrayRef, Int64Array, RecordBatch, RecordBatchOptions, StringArray};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};
use weir_value::datetime::{TICKS_PER_MICROSECOND, UNIX_EPOCH};
use weir_value::{KustoType, dynamic};

use crate::{Answer, Cell, Column};

const NANOS_PER_TICK: i64 = 100;

/// How the columns of an answer are stored.
pub(super) struct OpenTypes<'a> {
    columns: &'a [Column],
    forms: Vec<Form>,
    /// The columns in those types.
    pub schema: SchemaRef,
}

impl<'a> OpenTypes<'a> {
    /// The types that hold every value of an answer.
    pub fn of(answer: &'a Answer) -> Self {
        let forms: Vec<Form> = (0..answer.columns.len()).map(|i| Form::of(answer, i)).collect();
        let fields = answer.columns.iter().zip(&forms);
        let fields: Vec<Field> =
            fields.map(|(column, form)| Field::new(&column.name, form.data_type(), true)).collect();
        OpenTypes { columns: &answer.columns, forms, schema: Arc::new(Schema::new(fields)) }
    }

    /// A batch of the answer in these types.
    pub fn convert(&self, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        let arrays: Result<Vec<ArrayRef>, ArrowError> = self
            .forms
            .iter()
            .enumerate()
            .map(|(i, form)| {
                let column = self.columns.get(i).zip(batch.columns().get(i));
                let (column, array) =
                    column.ok_or_else(|| invalid("a batch has fewer columns than the answer"))?;
                form.convert(array, column.kind)
            })
            .collect();
        let rows = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        RecordBatch::try_new_with_options(Arc::clone(&self.schema), arrays?, &rows)
    }
}

fn invalid(message: &str) -> ArrowError {
    ArrowError::InvalidArgumentError(message.to_owned())
}

/// How the values of a column are stored.
enum Form {
    AsIs(DataType),
    Text,
    TimestampMicros,
    TimestampNanos,
    DurationNanos,
}

impl Form {
    /// The form that holds every value of a column.
    fn of(answer: &Answer, index: usize) -> Form {
        let arrays = || answer.batches.iter().filter_map(|batch| batch.columns().get(index));
        let all = |holds: fn(i64) -> bool| {
            arrays().all(|array| match array.as_primitive_opt::<Int64Type>() {
                Some(ticks) => ticks.iter().flatten().all(holds),
                None => false,
            })
        };
        match answer.columns.get(index).map(|column| column.kind) {
            Some(KustoType::Bool) => Form::AsIs(DataType::Boolean),
            Some(KustoType::Int) => Form::AsIs(DataType::Int32),
            Some(KustoType::Long) => Form::AsIs(DataType::Int64),
            Some(KustoType::Real) => Form::AsIs(DataType::Float64),
            Some(KustoType::Datetime) if all(|ticks| ticks % TICKS_PER_MICROSECOND == 0) => {
                Form::TimestampMicros
            }
            Some(KustoType::Datetime) if all(|ticks| nanos(ticks - UNIX_EPOCH).is_some()) => {
                Form::TimestampNanos
            }
            Some(KustoType::Timespan) if all(|ticks| nanos(ticks).is_some()) => Form::DurationNanos,
            _ => Form::Text,
        }
    }

    fn data_type(&self) -> DataType {
        match self {
            Form::AsIs(data_type) => data_type.clone(),
            Form::Text => DataType::Utf8,
            Form::TimestampMicros => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Form::TimestampNanos => DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into())),
            Form::DurationNanos => DataType::Duration(TimeUnit::Nanosecond),
        }
    }

    fn convert(&self, array: &ArrayRef, kind: KustoType) -> Result<ArrayRef, ArrowError> {
        let ticks = || {
            let ticks = array.as_primitive_opt::<Int64Type>();
            ticks.ok_or_else(|| invalid("a datetime or timespan is not in ticks"))
        };
        let each = |of: fn(i64) -> Option<i64>| -> Result<Int64Array, ArrowError> {
            Ok(ticks()?.iter().map(|value| value.and_then(of)).collect())
        };
        Ok(match self {
            Form::AsIs(_) => Arc::clone(array),
            Form::Text => Arc::new(texts(array.as_ref(), kind)),
            Form::TimestampMicros => {
                let micros = each(|ticks| Some((ticks - UNIX_EPOCH) / TICKS_PER_MICROSECOND))?;
                Arc::new(micros.reinterpret_cast::<TimestampMicrosecondType>().with_timezone("UTC"))
            }
            Form::TimestampNanos => {
                let nanos = each(|ticks| nanos(ticks - UNIX_EPOCH))?;
                Arc::new(nanos.reinterpret_cast::<TimestampNanosecondType>().with_timezone("UTC"))
            }
            Form::DurationNanos => Arc::new(each(nanos)?.reinterpret_cast::<DurationNanosecondType>()),
        })
    }
}

fn nanos(ticks: i64) -> Option<i64> {
    ticks.checked_mul(NANOS_PER_TICK)
}

/// The texts of a column.
fn texts(array: &dyn Array, kind: KustoType) -> StringArray {
    let mut texts = StringBuilder::with_capacity(array.len(), 0);
    let mut json = String::new();
    for row in 0..array.len() {
        match Cell::of(array, kind, row) {
            Cell::Null => texts.append_null(),
            Cell::String(text) | Cell::Guid(text) => texts.append_value(text),
            Cell::Dynamic(view) => {
                json.clear();
                dynamic::write_json(view, &mut json);
                texts.append_value(&json);
            }
            other => texts.append_value(other.text()),
        }
    }
    texts.finish()
}
