//! `+ - * / %` by the types of their operands.
//!
//! Source: signatures of Microsoft's parser, <https://github.com/microsoft/Kusto-Query-Language>

use weir_kql::ast::{BinaryOp, Span};
use weir_value::KustoType;

use super::Binder;
use super::scalar::Use;
use crate::functions::datetime::{DATETIME_MINUS, DATETIME_PLUS};
use crate::functions::decimal;
use crate::functions::dynamic::{DYNAMIC_MINUS, DYNAMIC_PLUS};
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
                let kernel = if op == Add { &DYNAMIC_PLUS } else { &DYNAMIC_MINUS };
                let call = kernel.call(vec![left.expr, right.expr]);
                return self.fold(Typed::new(call, Dynamic));
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
            // A datetime is a number of ticks, too.
            (Multiply, Datetime, Int | Long | Real) | (Multiply, Int | Long | Real, Datetime) => {
                let (date, times) = if left.kind == Datetime { (left, right) } else { (right, left) };
                let ticks = call(&SPAN_TIMES_REAL, Timespan, date, times.as_real());
                return self.converted(ticks, Datetime);
            }
            (Divide, Datetime, Int | Long | Real) => {
                let ticks = call(&SPAN_DIVIDED, Timespan, left, right.as_real());
                return self.converted(ticks, Datetime);
            }
            (Modulo, Datetime, Int | Long) => {
                let ticks = call(&MODULO_LONG, Timespan, left, right.widened());
                return self.converted(ticks, Datetime);
            }
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

#[cfg(test)]
mod tests {
    use crate::testing::{kind, refused, value};

    #[test]
    fn whole_numbers_wrap_and_are_cut() {
        assert_eq!(
            value("9223372036854775807 + 2, 4611686018427387904 * 4, toint(-2147483647) - toint(9)"),
            "-9223372036854775807 | 0 | -2147483656"
        );
        assert_eq!(
            value("-9 / 4, -9 % 4, 9 % -4, 3 / 0, 3 % 0, long(null) * 2"),
            "-2 | 3 | 1 | null | null | null"
        );
        assert_eq!(
            (kind("int(1) + int(2)"), kind("-int(1)"), kind("1 + 1.0")),
            ("long".into(), "int".into(), "real".into())
        );
    }

    #[test]
    fn reals_know_what_is_no_number() {
        assert_eq!(
            value("2.0 / 0, -2.0 / 0, 0.0 / 0, real(nan) + 1, real(null) + 1"),
            "inf | -inf | NaN | NaN | null"
        );
    }

    #[test]
    fn ticks_are_calculated_with() {
        assert_eq!(
            value(
                "datetime(2024-02-28) + 36h, 1h + datetime(2024-02-29), datetime(2024-03-01) - datetime(2024-02-28)"
            ),
            "2024-02-29T12:00:00.0000000Z | 2024-02-29T01:00:00.0000000Z | 2.00:00:00"
        );
        assert_eq!(
            value("3 * 20m, 1h * 1.5, 1h / 4, 90m / 1h, 100m % 1h, datetime(2024-02-29 10:45) % 1h"),
            "01:00:00 | 01:30:00 | 00:15:00 | 1.5 | 00:40:00 | 00:45:00"
        );
        assert_eq!(
            value(
                "datetime(9999-12-31) + 1d, timespan(null) + 1h, datetime(0002-01-01) * 2 - datetime(0003-01-01)"
            ),
            "null | null | 00:00:00"
        );
        for wrong in [
            "1h + 1",
            "datetime(2024-01-01) + datetime(2024-01-01)",
            "'a' + 'b'",
            "'a' * 2",
            "true + 1",
            "1h * 1h",
        ] {
            assert!(refused(&format!("print {wrong}")).contains("KS106"), "{wrong}");
        }
    }

    #[test]
    fn dynamics_become_what_stands_beside_them() {
        assert_eq!(
            value("dynamic(4) + 1, dynamic(4) * 1.5, dynamic('4') - 1, dynamic([4]) + 1"),
            "5 | 6.0 | 3 | null"
        );
        assert_eq!(
            value("dynamic(4) + dynamic(5), dynamic(4) - dynamic(0.5), dynamic('a') + dynamic(1)"),
            "9 | 3.5 | null"
        );
        assert_eq!(kind("dynamic(4) + dynamic(5)"), "dynamic");
        assert!(refused("print dynamic(4) * dynamic(5)").contains("two dynamics"));
    }
}
