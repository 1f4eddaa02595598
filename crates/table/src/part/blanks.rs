use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int32Array, Int64Array, TimestampMicrosecondArray};
use arrow_schema::DataType;

use crate::rows::constant;

/// Blank columns: `""`, false or null. One array serves every column of text.
pub(crate) struct Blanks {
    rows: usize,
    text: Option<ArrayRef>,
}

impl Blanks {
    /// Blank columns of so many rows.
    pub fn new(rows: usize) -> Self {
        Blanks { rows, text: None }
    }

    /// A blank column of this type.
    pub fn of(&mut self, kind: &DataType) -> ArrayRef {
        let rows = self.rows;
        match kind {
            DataType::Boolean => Arc::new(BooleanArray::from(vec![false; rows])),
            DataType::Int32 => Arc::new(Int32Array::new_null(rows)),
            DataType::Int64 => Arc::new(Int64Array::new_null(rows)),
            DataType::Float64 => Arc::new(Float64Array::new_null(rows)),
            DataType::Timestamp(..) => {
                Arc::new(TimestampMicrosecondArray::new_null(rows).with_timezone("UTC"))
            }
            _ => Arc::clone(self.text.get_or_insert_with(|| constant("", rows))),
        }
    }
}
