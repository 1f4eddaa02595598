//! `+ - * / %` by the types of their operands.
//!
//! Source: signatures of Microsoft's parser, <https://github.com/microsoft/Kusto-Query-Language>

use weir_kql::ast::{BinaryOp, Span};
use weir_value::KustoType;

use super::Binder;
use super::scalar::Use;
use crate::functions::datetime::{DATETIME_MINUS, DATETIME_PLUS};
use crate::functions::decimal;
use crate::functions::math::{
    DIVIDE_LONG, DIVIDE_REAL, MODULO_LONG, MODULO_REAL, SPAN_DIVIDED, SPAN_TIMES_REAL, TICKS_RATIO,
};
use crate::kernel::Kernel;
use crate::typed::Typed;

use KustoType::{Datetime, Decimal, Dynamic, Int, Long, Real, Timespan};

impl Binder<'_> {
    /// An operator between two operands, neither of them poisoned.
    pub(super) fn binary(
        &mut self,
        op: BinaryOp,
        span: Span,
        left: Typed,
        right: Typed,
        usage: Use,
    ) -> Typed {
        use BinaryOp::{Add, Divide, Modulo, Multiply, Subtract};
        match op {
            Add | Subtract | Multiply | Divide | Modulo => self.arithmetic(op, span, left, right),
            _ => self.comparison(op, span, left, right, usage),
        }
    }

    fn arithmetic(&mut self, op: BinaryOp, span: Span, left: Typed, right: Typed) -> Typed {
        use BinaryOp::{Add, Divide, Modulo, Multiply, Subtract};
        let (left, right) = match (left.kind, right.kind) {
            // Two dynamics: the sum and the difference of numbers; the engine refuses the rest.
            (Dynamic, Dynamic) if matches!(op, Add | Subtract) => {
                (self.converted(left, Real), self.converted(right, Real))
            }
            (Dynamic, Dynamic) => {
                let hint = "convert both with tolong(), todouble() or the like";
                let message = format!("'{}' does not take two dynamics", self.source(span));
                self.tell(weir_kql::Diagnostic::error(None, span, message).with_hint(hint));
                return Typed::poison();
            }
            (Dynamic, other) => (self.converted(left, widened(other)), right),
            (other, Dynamic) => {
                let right = self.converted(right, widened(other));
                (left, right)
            }
            // Beside ticks, numbers with a fraction are reals.
            (Decimal, Timespan | Datetime) => (self.converted(left, Real), right),
            (Timespan | Datetime, Decimal) => {
                let right = self.converted(right, Real);
                (left, right)
            }
            _ => (left, right),
        };
        let call = |kernel: &'static Kernel, kind, left: Typed, right: Typed| {
            Typed::new(kernel.call(vec![left.expr, right.expr]), kind)
        };
        let typed = match (op, left.kind, right.kind) {
            (_, Int | Long, Int | Long) => {
                let (left, right) = (left.widened(), right.widened());
                match op {
                    Add => Typed::new(left.expr + right.expr, Long),
                    Subtract => Typed::new(left.expr - right.expr, Long),
                    Multiply => Typed::new(left.expr * right.expr, Long),
                    Divide => call(&DIVIDE_LONG, Long, left, right),
                    _ => call(&MODULO_LONG, Long, left, right),
                }
            }
            (_, Int | Long | Real, Int | Long | Real) => {
                let (left, right) = (left.as_real(), right.as_real());
                match op {
                    Add => Typed::new(left.expr + right.expr, Real),
                    Subtract => Typed::new(left.expr - right.expr, Real),
                    Multiply => Typed::new(left.expr * right.expr, Real),
                    Divide => call(&DIVIDE_REAL, Real, left, right),
                    _ => call(&MODULO_REAL, Real, left, right),
                }
            }
            (_, Int | Long | Real | Decimal, Int | Long | Real | Decimal) => {
                let (left, right) = (self.converted(left, Decimal), self.converted(right, Decimal));
                let kernel = match op {
                    Add => &decimal::PLUS,
                    Subtract => &decimal::MINUS,
                    Multiply => &decimal::TIMES,
                    Divide => &decimal::DIVIDE,
                    _ => &decimal::MODULO,
                };
                call(kernel, Decimal, left, right)
            }
            (Add, Timespan, Timespan) => Typed::new(left.expr + right.expr, Timespan),
            (Subtract, Timespan, Timespan) => Typed::new(left.expr - right.expr, Timespan),
            (Divide, Timespan | Datetime, Timespan) | (Divide, Datetime, Datetime) => {
                call(&TICKS_RATIO, Real, left, right)
            }
            (Modulo, Timespan | Datetime, Timespan) | (Modulo, Datetime, Datetime) => {
                call(&MODULO_LONG, Timespan, left, right)
            }
            (Multiply, Timespan, Int | Long) => Typed::new(left.expr * right.widened().expr, Timespan),
            (Multiply, Int | Long, Timespan) => Typed::new(left.widened().expr * right.expr, Timespan),
            (Multiply, Timespan, Real) => call(&SPAN_TIMES_REAL, Timespan, left, right),
            (Multiply, Real, Timespan) => call(&SPAN_TIMES_REAL, Timespan, right, left),
            (Divide, Timespan, Int | Long | Real) => call(&SPAN_DIVIDED, Timespan, left, right.as_real()),
            (Modulo, Timespan, Int | Long) => call(&MODULO_LONG, Timespan, left, right.widened()),
            (Add, Datetime, Timespan) => call(&DATETIME_PLUS, Datetime, left, right),
            (Add, Timespan, Datetime) => call(&DATETIME_PLUS, Datetime, right, left),
            (Subtract, Datetime, Timespan) => call(&DATETIME_MINUS, Datetime, left, right),
            (Subtract, Datetime, Datetime) => Typed::new(left.expr - right.expr, Timespan),
            _ => {
                let message =
                    format!("'{}' does not take {} and {}", self.source(span), left.kind, right.kind);
                return self.refuse(Some("KS106"), span, message);
            }
        };
        self.fold(typed)
    }
}

/// What a dynamic becomes beside an operand of this type.
fn widened(kind: KustoType) -> KustoType {
    if kind == Int { Long } else { kind }
}
