//! Columns put together by name.

use std::collections::HashMap;
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
pub(super) fn words<'a>(
    numbers: impl Into<Int32Array>,
    words: impl IntoIterator<Item = &'a str>,
) -> ArrayRef {
    numbered_words(&numbers.into(), StringArray::from_iter_values(words))
}

/// The same, of arrays.
pub(super) fn numbered_words(numbers: &Int32Array, words: StringArray) -> ArrayRef {
    Arc::new(DictionaryArray::<Int32Type>::new(numbers.clone(), Arc::new(words)))
}

/// A plain text column.
pub(super) fn texts<'a>(values: impl Iterator<Item = &'a str>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values))
}

/// A column of whole numbers.
pub(super) fn longs(values: impl Iterator<Item = i64>) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(values))
}

/// A column of whole numbers of which a few are likely to come again and again.
pub(super) fn counts(values: impl ExactSizeIterator<Item = i64>) -> ArrayRef {
    /// Numbers below this are looked up in a list, others in a hash table.
    const SMALL: usize = 1024;
    const UNSEEN: i32 = -1;
    let (values, rows) = (values.collect::<Vec<i64>>(), 0..);
    let mut small = [UNSEEN; SMALL];
    let mut others: HashMap<i64, i32, foldhash::fast::RandomState> = HashMap::default();
    let mut distinct: Vec<i64> = Vec::new();
    let mut numbers: Vec<i32> = Vec::with_capacity(values.len());
    for (value, row) in values.iter().zip(rows) {
        let next = distinct.len() as i32;
        let number = match usize::try_from(*value) {
            Ok(value) if value < SMALL => &mut small[value],
            _ => others.entry(*value).or_insert(UNSEEN),
        };
        if *number == UNSEEN {
            *number = next;
            distinct.push(*value);
            // Where more than every fourth is a new one, a dictionary saves nothing.
            if distinct.len() > SMALL + row / 4 {
                return Arc::new(Int64Array::from(values));
            }
        }
        numbers.push(*number);
    }
    let numbers = Int32Array::from(numbers);
    Arc::new(DictionaryArray::<Int32Type>::new(numbers, Arc::new(Int64Array::from(distinct))))
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
