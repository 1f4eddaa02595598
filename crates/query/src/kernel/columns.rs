use datafusion::arrow::array::{
    Array, ArrayRef, BinaryViewArray, BooleanArray, FixedSizeBinaryArray, Float64Array, Int32Array,
    Int64Array, StringViewArray,
};
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::ColumnarValue;
use weir_value::Decimal;
use weir_value::dynamic::View;

use super::limit::Bytes;

/// A type of the values that a kernel takes, by the Arrow array that holds them.
pub trait Value: 'static {
    /// The array.
    type Array: Array + Clone + 'static;
    /// One value of it.
    type Item<'a>;
    /// The value in a row that is not null.
    fn item(array: &Self::Array, row: usize) -> Self::Item<'_>;
}

macro_rules! value {
    ($(#[$doc:meta])* $name:ident, $array:ty, $item:ty, |$a:ident, $row:ident| $get:expr) => {
        $(#[$doc])*
        pub struct $name;
        impl Value for $name {
            type Array = $array;
            type Item<'a> = $item;
            #[inline]
            fn item($a: &Self::Array, $row: usize) -> Self::Item<'_> {
                $get
            }
        }
    };
}

value!(
    /// Text.
    Str, StringViewArray, &'a str, |array, row| array.value(row)
);
value!(
    /// Longs, and the ticks of datetimes and timespans.
    Long, Int64Array, i64, |array, row| array.value(row)
);
value!(
    /// Ints.
    Int, Int32Array, i32, |array, row| array.value(row)
);
value!(
    /// Reals.
    Real, Float64Array, f64, |array, row| array.value(row)
);
value!(
    /// Decimals.
    Dec, FixedSizeBinaryArray, Decimal, |array, row| Decimal::from_bytes(array.value(row))
);
value!(
    /// Packed dynamics.
    Dyn, BinaryViewArray, View<'a>, |array, row| View::new(array.value(row))
);

/// Bools.
impl Value for bool {
    type Array = BooleanArray;
    type Item<'a> = bool;
    #[inline]
    fn item(array: &BooleanArray, row: usize) -> bool {
        array.value(row)
    }
}

/// An argument of a kernel: a column, or one value for all rows.
pub struct Column<V: Value> {
    array: V::Array,
    constant: bool,
}

impl<V: Value> Column<V> {
    /// The argument as a column of this type; an error when it is of another.
    pub fn of(argument: &ColumnarValue) -> Result<Self> {
        let (array, constant) = match argument {
            ColumnarValue::Array(array) => (array.clone(), false),
            ColumnarValue::Scalar(value) => (value.to_array()?, true),
        };
        match array.as_any().downcast_ref::<V::Array>() {
            Some(array) => Ok(Column { array: array.clone(), constant }),
            None => exec_err!("a kernel was given a column of type {}", array.data_type()),
        }
    }

    /// The value in a row; nothing where it is null.
    #[inline]
    pub fn get(&self, row: usize) -> Option<V::Item<'_>> {
        let row = if self.constant { 0 } else { row };
        self.array.is_valid(row).then(|| V::item(&self.array, row))
    }

    /// The value where it is the same for all rows; nothing for a column.
    pub fn constant(&self) -> Option<Option<V::Item<'_>>> {
        self.constant.then(|| self.get(0))
    }
}

/// The bytes that a kernel may still make of the rows of one batch.
#[derive(Debug)]
pub struct Budget(usize);

impl Default for Budget {
    fn default() -> Self {
        Budget(crate::limits::batch_bytes_max())
    }
}

impl Budget {
    /// Takes so many bytes; an error where they are not there.
    pub fn spend(&mut self, bytes: usize) -> Result<()> {
        match self.0.checked_sub(bytes) {
            Some(rest) => {
                self.0 = rest;
                Ok(())
            }
            None => exec_err!(
                "a function makes more than {} MiB of values of a batch of rows",
                crate::limits::batch_bytes_max() >> 20
            ),
        }
    }
}

/// Collects text, one piece a row.
pub struct TextOut {
    builder: datafusion::arrow::array::StringViewBuilder,
    scratch: String,
    bytes: Bytes,
}

impl TextOut {
    /// A column of about so many rows.
    pub fn new(rows: usize) -> Self {
        TextOut {
            builder: datafusion::arrow::array::StringViewBuilder::with_capacity(rows),
            scratch: String::new(),
            bytes: Bytes::default(),
        }
    }

    /// Adds the text that `write` appends to an empty buffer.
    pub fn write(&mut self, write: impl FnOnce(&mut String)) {
        self.scratch.clear();
        write(&mut self.scratch);
        let fits = self.bytes.fits(self.scratch.len());
        self.builder.append_value(if fits { &self.scratch } else { "" });
    }

    /// Adds a text.
    pub fn push(&mut self, text: &str) {
        let fits = self.bytes.fits(text.len());
        self.builder.append_value(if fits { text } else { "" });
    }

    /// Adds a null: for guids only, a string is never null.
    pub fn push_null(&mut self) {
        self.builder.append_null();
    }

    /// The column.
    pub fn finish(mut self) -> ArrayRef {
        std::sync::Arc::new(self.builder.finish())
    }
}

/// Collects packed dynamics, one a row.
pub struct PackedOut {
    builder: datafusion::arrow::array::BinaryViewBuilder,
    scratch: Vec<u8>,
    bytes: Bytes,
}

impl PackedOut {
    /// A column of about so many rows.
    pub fn new(rows: usize) -> Self {
        PackedOut {
            builder: datafusion::arrow::array::BinaryViewBuilder::with_capacity(rows),
            scratch: Vec::new(),
            bytes: Bytes::default(),
        }
    }

    /// Adds the value that `pack` appends to an empty buffer; a null when it appends none.
    pub fn pack(&mut self, pack: impl FnOnce(&mut Vec<u8>)) {
        self.scratch.clear();
        pack(&mut self.scratch);
        let scratch = std::mem::take(&mut self.scratch);
        self.push(View::new(&scratch));
        self.scratch = scratch;
    }

    /// Adds a value; a packed null becomes a null of the column.
    pub fn push(&mut self, value: View<'_>) {
        match value.kind() {
            weir_value::dynamic::Kind::Null => self.builder.append_null(),
            _ if !self.bytes.fits(value.bytes().len()) => self.builder.append_null(),
            _ => self.builder.append_value(value.bytes()),
        }
    }

    /// Adds a null.
    pub fn push_null(&mut self) {
        self.builder.append_null();
    }

    /// The column.
    pub fn finish(mut self) -> ArrayRef {
        std::sync::Arc::new(self.builder.finish())
    }
}

/// A column of one row as a constant, any other as it is.
pub(super) fn shrink(array: ArrayRef, constant: bool) -> Result<ColumnarValue> {
    Ok(if constant {
        ColumnarValue::Scalar(ScalarValue::try_from_array(&array, 0)?)
    } else {
        ColumnarValue::Array(array)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_ends() {
        let mut budget = Budget::default();
        assert!(budget.spend(1 << 30).is_ok());
        assert!(budget.spend(0).is_ok() && budget.spend(1).is_err());
    }
}
