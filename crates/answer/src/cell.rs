use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type};
use arrow_schema::DataType;
use weir_value::dynamic::View;
use weir_value::{Decimal, KustoType, datetime, decimal, dynamic, real, timespan};

/// One value of an answer.
#[derive(Debug, Clone, Copy)]
pub enum Cell<'a> {
    /// No value. Strings are never null.
    Null,
    /// A bool.
    Bool(bool),
    /// An int or a long.
    Long(i64),
    /// A real.
    Real(f64),
    /// A decimal.
    Decimal(Decimal),
    /// A string.
    String(&'a str),
    /// A guid, in canonical text.
    Guid(&'a str),
    /// Ticks since 0001-01-01.
    Datetime(i64),
    /// Ticks.
    Timespan(i64),
    /// A dynamic.
    Dynamic(View<'a>),
}

impl<'a> Cell<'a> {
    /// The value in a row of a column of this Kusto type, which must be in the physical form of the type.
    pub fn of(array: &'a dyn Array, kind: KustoType, row: usize) -> Cell<'a> {
        if array.is_null(row) {
            return if kind == KustoType::String { Cell::String("") } else { Cell::Null };
        }
        match (array.data_type(), kind) {
            (DataType::Boolean, _) => Cell::Bool(array.as_boolean().value(row)),
            (DataType::Int32, _) => Cell::Long(array.as_primitive::<Int32Type>().value(row).into()),
            (DataType::Int64, KustoType::Datetime) => {
                Cell::Datetime(array.as_primitive::<Int64Type>().value(row))
            }
            (DataType::Int64, KustoType::Timespan) => {
                Cell::Timespan(array.as_primitive::<Int64Type>().value(row))
            }
            (DataType::Int64, _) => Cell::Long(array.as_primitive::<Int64Type>().value(row)),
            (DataType::Float64, _) => Cell::Real(array.as_primitive::<Float64Type>().value(row)),
            (DataType::Utf8View, KustoType::Guid) => Cell::Guid(array.as_string_view().value(row)),
            (DataType::Utf8View, _) => Cell::String(array.as_string_view().value(row)),
            (DataType::FixedSizeBinary(_), _) => {
                Cell::Decimal(Decimal::from_bytes(array.as_fixed_size_binary().value(row)))
            }
            (DataType::BinaryView, _) => Cell::Dynamic(View::new(array.as_binary_view().value(row))),
            // No answer has columns of other types.
            _ => Cell::Null,
        }
    }

    /// Whether there is no value.
    pub fn is_null(self) -> bool {
        matches!(self, Cell::Null)
    }

    /// The value as a number, for charts: whole numbers, reals, and spans in seconds.
    pub fn as_number(self) -> Option<f64> {
        match self {
            Cell::Long(value) => Some(value as f64),
            Cell::Real(value) => Some(value),
            Cell::Decimal(value) => Some(value.to_real()),
            Cell::Bool(value) => Some(f64::from(u8::from(value))),
            Cell::Timespan(ticks) => Some(ticks as f64 / timespan::TICKS_PER_SECOND as f64),
            _ => None,
        }
    }

    /// The text that Kusto's `tostring` gives; blank for a null.
    pub fn text(self) -> String {
        match self {
            Cell::Null => String::new(),
            Cell::Bool(value) => if value { "True" } else { "False" }.to_owned(),
            Cell::Long(value) => value.to_string(),
            Cell::Real(value) => real::format(value),
            Cell::Decimal(value) => decimal::format(value),
            Cell::String(value) | Cell::Guid(value) => value.to_owned(),
            Cell::Datetime(ticks) => datetime::format(ticks),
            Cell::Timespan(ticks) => timespan::format(ticks),
            Cell::Dynamic(view) => dynamic_text(view),
        }
    }
}

/// A string inside a dynamic without quotes, anything else as JSON.
pub(crate) fn dynamic_text(view: View<'_>) -> String {
    match view.as_str() {
        Some(text) => text.to_owned(),
        None => {
            let mut text = String::new();
            dynamic::write_json(view, &mut text);
            text
        }
    }
}
