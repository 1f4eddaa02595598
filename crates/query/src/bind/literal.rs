use datafusion::common::ScalarValue;
use weir_kql::ast::{Literal, Span};
use weir_value::{Decimal, Dynamic, KustoType};

use super::Binder;
use crate::physical;
use crate::typed::Typed;

impl Binder<'_> {
    pub(super) fn literal(&mut self, literal: &Literal, span: Span) -> Typed {
        match literal {
            Literal::Bool(value) => Typed::constant(ScalarValue::Boolean(*value), KustoType::Bool),
            Literal::Int(value) => Typed::constant(ScalarValue::Int32(*value), KustoType::Int),
            Literal::Long(value) => Typed::constant(ScalarValue::Int64(*value), KustoType::Long),
            Literal::Real(value) => Typed::constant(ScalarValue::Float64(*value), KustoType::Real),
            Literal::String(text) => Typed::text(&text.value),
            Literal::Datetime(ticks) => Typed::constant(ScalarValue::Int64(*ticks), KustoType::Datetime),
            Literal::Timespan(ticks) => Typed::constant(ScalarValue::Int64(*ticks), KustoType::Timespan),
            Literal::Guid(text) => Typed::constant(ScalarValue::Utf8View(text.clone()), KustoType::Guid),
            Literal::Dynamic(value) => Typed::constant(dynamic(value), KustoType::Dynamic),
            Literal::Decimal(None) => Typed::null(KustoType::Decimal),
            Literal::Decimal(Some(digits)) => match Decimal::parse(digits) {
                Some(value) => Typed::constant(physical::decimal(value), KustoType::Decimal),
                None => self.refuse(Some("KS004"), span, "this number is beyond what a decimal holds"),
            },
        }
    }
}

/// A dynamic constant; a null of the type for JSON's null.
pub(crate) fn dynamic(value: &Dynamic) -> ScalarValue {
    match value {
        Dynamic::Null => physical::null(KustoType::Dynamic),
        value => ScalarValue::BinaryView(Some(value.pack())),
    }
}
