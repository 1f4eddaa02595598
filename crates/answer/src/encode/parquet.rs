//! A Parquet file in types that every reader knows.
//!
//! | Kusto | Parquet | |
//! |---|---|---|
//! | bool, int, long, real | the same | |
//! | string, guid | text | a string is never null |
//! | dynamic | text | its JSON |
//! | datetime | timestamp, UTC, µs | ns where one has a seventh fraction digit; text where that is out of range |
//! | timespan | duration, ns | text where one is longer than 292 years |
//!
//! A duration is a time delta to pandas and Arrow, and a 64-bit number of nanoseconds to readers that know none
//! (DuckDB: `to_microseconds(x // 1000)`), so its unit is the same in every file. Pages are compressed by zstd.

use std::io::Write;
use std::sync::Arc;

use ::parquet::arrow::ArrowWriter;
use ::parquet::basic::{Compression, ZstdLevel};
use ::parquet::errors::{ParquetError, Result as ParquetResult};
use ::parquet::file::properties::WriterProperties;
use arrow_array::builder::StringBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    DurationNanosecondType, Int64Type, TimestampMicrosecondType, TimestampNanosecondType,
};
use arrow_array::{Array, ArrayRef, Int64Array, RecordBatch, RecordBatchOptions, StringArray};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use weir_value::datetime::{TICKS_PER_MICROSECOND, UNIX_EPOCH};
use weir_value::{KustoType, dynamic};

use super::Error;
use crate::{Answer, Cell};

const NANOS_PER_TICK: i64 = 100;
/// What a reader takes into memory at a time.
const ROW_GROUP_ROWS_MAX: usize = 120_000;

/// Writes an answer as a Parquet file.
pub fn write(answer: &Answer, out: &mut dyn Write) -> Result<(), Error> {
    let forms: Vec<Form> = (0..answer.columns.len()).map(|i| Form::of(answer, i)).collect();
    let fields = answer.columns.iter().zip(&forms);
    let fields: Vec<Field> =
        fields.map(|(column, form)| Field::new(&column.name, form.data_type(), true)).collect();
    let schema = Arc::new(Schema::new(fields));

    // The writer wants an output that can go to another thread, which `out` need not; so it writes to memory,
    // which is emptied into `out` as it fills.
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_created_by(concat!("weir version ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS_MAX))
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), Arc::clone(&schema), Some(properties))?;
    for batch in &answer.batches {
        let arrays: ParquetResult<Vec<ArrayRef>> = forms
            .iter()
            .enumerate()
            .map(|(i, form)| {
                let column = answer.columns.get(i).zip(batch.columns().get(i));
                let (column, array) =
                    column.ok_or_else(|| general("a batch has fewer columns than the answer"))?;
                form.convert(array, column.kind)
            })
            .collect();
        let rows = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        let batch = RecordBatch::try_new_with_options(Arc::clone(&schema), arrays?, &rows);
        writer.write(&batch.map_err(|error| ParquetError::External(Box::new(error)))?)?;
        out.write_all(writer.inner())?;
        writer.inner_mut().clear();
    }
    out.write_all(&writer.into_inner()?)?;
    out.flush()?;
    Ok(())
}

fn general(message: &str) -> ParquetError {
    ParquetError::General(message.to_owned())
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

    fn convert(&self, array: &ArrayRef, kind: KustoType) -> ParquetResult<ArrayRef> {
        let ticks = || {
            let ticks = array.as_primitive_opt::<Int64Type>();
            ticks.ok_or_else(|| general("a datetime or timespan is not in ticks"))
        };
        let each = |of: fn(i64) -> Option<i64>| -> ParquetResult<Int64Array> {
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
