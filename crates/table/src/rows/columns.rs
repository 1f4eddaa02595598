//! Columns put together by name.

use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, DictionaryArray, Int32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow_schema::{Field, Schema};
use weir_schema::Table;

use crate::Error;
use crate::delta::DAY;

/// Puts the columns of a table's files in order, `Day` left out; `column` gives each by its name.
///
/// A column that `column` does not give is left out; it is blank in the file.
pub(super) fn batch(
    table: &Table,
    mut column: impl FnMut(&str) -> Option<ArrayRef>,
) -> Result<RecordBatch, Error> {
    let (mut fields, mut arrays) = (Vec::new(), Vec::new());
    for declared in table.columns.iter().chain(table.hidden).filter(|column| column.name != DAY) {
        let Some(array) = column(declared.name) else { continue };
        fields.push(Field::new(declared.name, array.data_type().clone(), true));
        arrays.push(array);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
        .map_err(|source| Error::BadRows { table: table.name.to_owned(), source })
}

/// A text column of one value.
pub(crate) fn constant(value: &str, rows: usize) -> ArrayRef {
    words(vec![0; rows], [value])
}

/// A text column of numbered words; every number must have its word.
pub(super) fn words<'a>(numbers: Vec<i32>, words: impl IntoIterator<Item = &'a str>) -> ArrayRef {
    let words = StringArray::from_iter_values(words);
    Arc::new(DictionaryArray::<Int32Type>::new(Int32Array::from(numbers), Arc::new(words)))
}

/// A plain text column.
pub(super) fn texts<'a>(values: impl Iterator<Item = &'a str>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values))
}

/// A column of whole numbers.
pub(super) fn longs(values: impl Iterator<Item = i64>) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(values))
}

/// A column of whole numbers, some of them absent.
pub(super) fn optional_longs(values: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(values.collect::<Int64Array>())
}

/// A column of times in microseconds since the Unix epoch.
pub(super) fn times(values: impl Iterator<Item = i64>) -> ArrayRef {
    Arc::new(TimestampMicrosecondArray::from_iter_values(values).with_timezone("UTC"))
}

/// A column of times, some of them absent.
pub(super) fn optional_times(values: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(values.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
}
