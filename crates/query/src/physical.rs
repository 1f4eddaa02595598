//! How values of Kusto's types stand in Arrow columns while a query runs.

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::ScalarValue;
use datafusion::logical_expr::Expr;
use std::sync::Arc;
use weir_value::KustoType;

/// The Arrow type of a column of this Kusto type.
///
/// Datetimes and timespans are ticks of 100 ns as `Int64`, datetimes since 0001-01-01: no Arrow timestamp holds
/// both the range and the resolution of Kusto's. Dynamics are packed bytes. Which is which, the binder knows.
pub fn data_type(kind: KustoType) -> DataType {
    match kind {
        KustoType::Bool => DataType::Boolean,
        KustoType::Int => DataType::Int32,
        KustoType::Long | KustoType::Datetime | KustoType::Timespan => DataType::Int64,
        KustoType::Real => DataType::Float64,
        KustoType::Decimal => DataType::FixedSizeBinary(16),
        KustoType::String | KustoType::Guid => DataType::Utf8View,
        KustoType::Dynamic => DataType::BinaryView,
    }
}

/// A schema of named columns. Every column may hold nulls; those of strings never do.
pub fn schema<'a>(columns: impl IntoIterator<Item = (&'a str, KustoType)>) -> SchemaRef {
    let field = |(name, kind)| Field::new(name, data_type(kind), true);
    Arc::new(Schema::new(columns.into_iter().map(field).collect::<Vec<_>>()))
}

/// The null of a type; for strings the empty text.
pub fn null(kind: KustoType) -> ScalarValue {
    match kind {
        KustoType::Bool => ScalarValue::Boolean(None),
        KustoType::Int => ScalarValue::Int32(None),
        KustoType::Long | KustoType::Datetime | KustoType::Timespan => ScalarValue::Int64(None),
        KustoType::Real => ScalarValue::Float64(None),
        KustoType::Decimal => ScalarValue::FixedSizeBinary(16, None),
        KustoType::String => text(""),
        KustoType::Guid => ScalarValue::Utf8View(None),
        KustoType::Dynamic => ScalarValue::BinaryView(None),
    }
}

/// A text constant.
pub fn text(value: &str) -> ScalarValue {
    ScalarValue::Utf8View(Some(value.to_owned()))
}

/// A decimal constant.
pub fn decimal(value: weir_value::Decimal) -> ScalarValue {
    ScalarValue::FixedSizeBinary(16, Some(value.to_bytes().to_vec()))
}

/// A constant as an expression.
pub fn literal(value: ScalarValue) -> Expr {
    Expr::Literal(value, None)
}
