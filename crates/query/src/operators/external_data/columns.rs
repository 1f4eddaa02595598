//! Parquet files: columns by their names, in the form in which queries hold them.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringViewArray, new_null_array,
};
use datafusion::arrow::compute::{cast, concat_batches};
use datafusion::arrow::datatypes::{DataType, TimeUnit, TimestampMicrosecondType};
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use weir_value::{KustoType, datetime};

use crate::physical;
use crate::typed::Column;

/// The columns of a file; those that it lacks are null.
pub(super) fn of_parquet(columns: &[Column], path: &Path) -> Result<RecordBatch, String> {
    let failed = |error: &dyn std::fmt::Display| format!("the file is no readable Parquet: {error}");
    let file = File::open(path).map_err(|error| failed(&error))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| failed(&error))?;
    let schema = Arc::clone(builder.schema());
    let reader = builder.build().map_err(|error| failed(&error))?;
    let batches = reader.collect::<Result<Vec<_>, _>>().map_err(|error| failed(&error))?;
    let all = concat_batches(&schema, &batches).map_err(|error| failed(&error))?;
    let mut arrays = Vec::with_capacity(columns.len());
    for column in columns {
        arrays.push(match all.column_by_name(&column.name) {
            Some(array) => in_query(array, column)?,
            None if column.kind == KustoType::String => {
                Arc::new(StringViewArray::from_iter_values(std::iter::repeat_n("", all.num_rows())))
                    as ArrayRef
            }
            None => new_null_array(&physical::data_type(column.kind), all.num_rows()),
        });
    }
    let schema = physical::schema(columns.iter().map(|column| (column.name.as_str(), column.kind)));
    RecordBatch::try_new(schema, arrays).map_err(|error| error.to_string())
}

/// A column in the type in which queries hold what was declared.
fn in_query(array: &ArrayRef, column: &Column) -> Result<ArrayRef, String> {
    let wrong = |error: &dyn std::fmt::Display| format!("'{}' is no {}: {error}", column.name, column.kind);
    let as_type = |data_type: &DataType| cast(array, data_type).map_err(|error| wrong(&error));
    match column.kind {
        KustoType::Bool | KustoType::Int | KustoType::Long | KustoType::Real => {
            as_type(&physical::data_type(column.kind))
        }
        KustoType::String => {
            let texts = as_type(&DataType::Utf8View)?;
            let texts = texts.as_string_view();
            // A string is never null.
            let filled = (0..texts.len()).map(|row| if texts.is_null(row) { "" } else { texts.value(row) });
            Ok(Arc::new(StringViewArray::from_iter_values(filled)))
        }
        KustoType::Datetime => {
            let micros = as_type(&DataType::Timestamp(TimeUnit::Microsecond, None))?;
            let micros = micros.as_primitive::<TimestampMicrosecondType>();
            let ticks: Int64Array =
                micros.iter().map(|time| time.and_then(datetime::from_unix_micros)).collect();
            Ok(Arc::new(ticks))
        }
        kind => Err(format!("not supported yet: a column of type {kind} of a Parquet file")),
    }
}
