//! From one type to another: what `tostring()` and its kin do, and what operators do unasked.

use datafusion::common::ScalarValue;
use weir_value::KustoType;
use weir_value::dynamic::{Kind, View};

use super::Binder;
use crate::functions::conversion as kernels;
use crate::functions::decimal;
use crate::kernel::Kernel;
use crate::physical;
use crate::typed::{Typed, cast_to};

use KustoType::{Bool, Datetime, Decimal, Dynamic, Guid, Int, Long, Real, String as Text, Timespan};

impl Binder<'_> {
    /// A value in another type; null where it is none of it. A poisoned value stays so.
    pub fn converted(&mut self, typed: Typed, kind: KustoType) -> Typed {
        if typed.poisoned || typed.kind == kind {
            return typed;
        }
        if typed.as_constant().is_some_and(ScalarValue::is_null) {
            return Typed::null(kind);
        }
        let from = typed.kind;
        let call = |kernel: &'static Kernel| Typed::new(kernel.call(vec![typed.expr.clone()]), kind);
        let converted = match (from, kind) {
            (Int, Long) | (Int | Long, Real) | (Bool, Int | Long) => {
                Typed::new(cast_to(typed.expr.clone(), kind), kind)
            }
            (Long, Int) => call(&kernels::LONG_TO_INT),
            (Real, Int) => call(&kernels::REAL_TO_INT),
            // A constant beyond the range is the smallest long, a column the nearest one.
            (Real, Long) if typed.as_constant().is_some_and(is_beyond_long) => {
                Typed::constant(ScalarValue::Int64(Some(i64::MIN)), Long)
            }
            (Real, Long) => call(&kernels::REAL_TO_LONG),
            (Bool, Real) => Typed::new(cast_to(cast_to(typed.expr.clone(), Long), Real), Real),
            (Int | Long, Bool) => {
                let long = typed.clone().widened();
                Typed::new(long.expr.not_eq(physical::literal(ScalarValue::Int64(Some(0)))), Bool)
            }
            (Real, Bool) => call(&kernels::REAL_TO_BOOL),
            (Long, Decimal) => call(&decimal::LONG_TO_DECIMAL),
            (Int | Bool, Decimal) => {
                let long = self.converted(typed, Long);
                return self.converted(long, kind);
            }
            (Real, Decimal) => call(&decimal::REAL_TO_DECIMAL),
            (Decimal, Long) => call(&decimal::DECIMAL_TO_LONG),
            (Decimal, Int) => call(&decimal::DECIMAL_TO_INT),
            (Decimal, Real) => call(&decimal::DECIMAL_TO_REAL),
            (Decimal, Bool) => call(&decimal::DECIMAL_TO_BOOL),
            // Both are ticks.
            (Datetime | Timespan, Long) | (Long, Timespan) => Typed::new(typed.expr.clone(), kind),
            (Long | Timespan, Datetime) => call(&kernels::TICKS_TO_DATETIME),
            (Int, Datetime | Timespan) => {
                let long = self.converted(typed, Long);
                return self.converted(long, kind);
            }
            (Datetime | Timespan, Real) => Typed::new(cast_to(typed.expr.clone(), Real), Real),
            (Real, Timespan | Datetime) => {
                let long = self.converted(typed, Long);
                return self.converted(long, kind);
            }
            (Datetime, Timespan) => Typed::new(typed.expr.clone(), kind),
            (Text, _) => call(kernels::from_text(kind)),
            (Dynamic, _) => call(kernels::from_dynamic(kind)),
            (_, Text) => call(kernels::to_text(from)),
            (_, Dynamic) => return self.fold(pack(typed)),
            // What has no meaning is null: todatetime(true), toguid(1).
            _ => Typed::null(kind),
        };
        self.fold(converted)
    }
}

fn is_beyond_long(value: &ScalarValue) -> bool {
    // 2^63 itself is one too many.
    matches!(value, ScalarValue::Float64(Some(value)) if value.abs() >= 9_223_372_036_854_775_808.0)
}

/// A value as a dynamic.
pub(crate) fn pack(typed: Typed) -> Typed {
    match typed.kind {
        Dynamic => typed,
        kind => Typed::new(kernels::pack(kind).call(vec![typed.expr]), Dynamic),
    }
}

/// An element of a constant dynamic as a constant of its own type.
pub(super) fn constant_of(view: View<'_>) -> Typed {
    let long = |kind| Typed::constant(ScalarValue::Int64(view.as_long()), kind);
    match view.kind() {
        Kind::Null => Typed::null(Dynamic),
        Kind::Bool => Typed::constant(ScalarValue::Boolean(view.as_bool()), Bool),
        Kind::Long => long(Long),
        Kind::Real => Typed::constant(ScalarValue::Float64(view.as_real()), Real),
        Kind::String => Typed::text(view.as_str().unwrap_or_default()),
        Kind::Datetime => long(Datetime),
        Kind::Timespan => long(Timespan),
        Kind::Guid => Typed::constant(physical::text(view.as_str().unwrap_or_default()), Guid),
        Kind::Array | Kind::Bag => {
            Typed::constant(ScalarValue::BinaryView(Some(view.bytes().to_vec())), Dynamic)
        }
    }
}

/// Whether a type is a number.
pub(crate) fn is_number(kind: KustoType) -> bool {
    matches!(kind, Int | Long | Real | Decimal)
}
