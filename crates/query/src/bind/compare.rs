//! Comparisons by the types of their operands.

use datafusion::common::ScalarValue;
use datafusion::logical_expr::{Expr as PlanExpr, Operator, binary_expr, when};
use weir_kql::ast::{BinaryOp, Expr, Span};
use weir_value::KustoType;

use super::scalar::Use;
use super::{Binder, Scope};
use crate::functions::math::{REAL_EQUALS, REAL_LESS, REAL_LESS_OR_EQUAL};
use crate::functions::text_match::{FOLD_CASE, compile, text_match};
use crate::physical::literal;
use crate::typed::Typed;

use KustoType::{Bool, Datetime, Decimal, Dynamic, Int, Long, Real, String as Text, Timespan};

impl Binder<'_> {
    /// `==`, `<`, `has` and their kin, between operands neither of which is poisoned.
    pub(super) fn comparison(
        &mut self,
        op: BinaryOp,
        span: Span,
        left: Typed,
        right: Typed,
        usage: Use,
    ) -> Typed {
        match op {
            BinaryOp::Equal | BinaryOp::NotEqual => self.equality(op, span, left, right, usage),
            BinaryOp::EqualCi | BinaryOp::NotEqualCi => {
                let (left, right) = (self.folded_text(left, span), self.folded_text(right, span));
                if left.poisoned || right.poisoned {
                    return Typed::poison();
                }
                let plan = if op == BinaryOp::EqualCi { Operator::Eq } else { Operator::NotEq };
                self.fold(Typed::new(binary_expr(left.expr, plan, right.expr), Bool))
            }
            BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual => {
                self.order(op, span, left, right)
            }
            _ => {
                let Some((kernel, negated)) = text_match(op) else {
                    self.unsupported(span, format!("'{}'", self.source(span)));
                    return Typed::poison();
                };
                let (left, right) = (self.as_text(left, span), self.as_text(right, span));
                if left.poisoned || right.poisoned {
                    return Typed::poison();
                }
                if let (BinaryOp::MatchesRegex, Some(pattern)) = (op, right.as_text())
                    && let Err(why) = compile(pattern)
                {
                    return self.refuse(None, span, why.to_string());
                }
                let matches = Typed::new(kernel.call(vec![left.expr, right.expr]), Bool);
                if negated { self.negated(matches) } else { self.fold(matches) }
            }
        }
    }

    /// A comparison whose value is a condition.
    pub(crate) fn comparison_of(&mut self, op: BinaryOp, span: Span, left: Typed, right: Typed) -> Typed {
        self.comparison(op, span, left, right, Use::Filter)
    }

    /// A text as it is compared without regard to case.
    fn folded_text(&mut self, typed: Typed, span: Span) -> Typed {
        let typed = self.as_text(typed, span);
        if typed.poisoned {
            return typed;
        }
        self.fold(Typed::new(FOLD_CASE.call(vec![typed.expr]), Text))
    }

    /// The text of an operand of a text operator.
    fn as_text(&mut self, typed: Typed, span: Span) -> Typed {
        match typed.kind {
            Text => typed,
            Dynamic => self.converted(typed, Text),
            kind => {
                let message = format!("'{}' takes strings, not a {kind}", self.source(span));
                self.refuse(Some("KS106"), span, message)
            }
        }
    }

    /// Both operands in one type that can be compared; nothing when there is none.
    pub(super) fn aligned(&mut self, left: Typed, right: Typed) -> Option<(Typed, Typed)> {
        Some(match (left.kind, right.kind) {
            (a, b) if a == b => (left, right),
            (Int | Long, Int | Long) => (left.widened(), right.widened()),
            (Int | Long | Real, Int | Long | Real) => (left.as_real(), right.as_real()),
            (Int | Long | Real | Decimal, Int | Long | Real | Decimal) => {
                (self.converted(left, Decimal), self.converted(right, Decimal))
            }
            (Bool, Int | Long) | (Int | Long, Bool) => {
                (self.converted(left, Long), self.converted(right, Long))
            }
            (Bool, Real) | (Real, Bool) => (self.converted(left, Real), self.converted(right, Real)),
            // Text beside something else is read as that: `flag == 'true'`, `time == '2026-01-01'`.
            (Text | Dynamic, kind) => (self.converted(left, kind), right),
            (kind, Text | Dynamic) => {
                let right = self.converted(right, kind);
                (left, right)
            }
            _ => return None,
        })
    }

    fn equality(&mut self, op: BinaryOp, span: Span, left: Typed, right: Typed, usage: Use) -> Typed {
        if left.kind == Dynamic && right.kind == Dynamic {
            let message = format!("'{}' does not take two dynamics", self.source(span));
            let hint = "convert both, with tostring() for example";
            self.tell(weir_kql::Diagnostic::error(None, span, message).with_hint(hint));
            return Typed::poison();
        }
        let kinds = (left.kind, right.kind);
        let Some((left, right)) = self.aligned(left, right) else {
            let message = format!("'{}' does not take {} and {}", self.source(span), kinds.0, kinds.1);
            return self.refuse(Some("KS106"), span, message);
        };
        let typed = Typed::new(equals(left, right, op == BinaryOp::Equal, usage), Bool);
        self.fold(typed)
    }

    fn order(&mut self, op: BinaryOp, span: Span, left: Typed, right: Typed) -> Typed {
        let ordered =
            |kind| matches!(kind, Int | Long | Real | Decimal | Datetime | Timespan | Bool | Dynamic);
        let kinds = (left.kind, right.kind);
        let (left, right) = match kinds {
            (Dynamic, Dynamic) => (self.converted(left, Real), self.converted(right, Real)),
            (a, b) if ordered(a) && ordered(b) => match self.aligned(left, right) {
                Some(both) => both,
                None => return self.refuse_order(span, kinds),
            },
            _ => return self.refuse_order(span, kinds),
        };
        if left.kind == Real {
            let (kernel, first, second) = match op {
                BinaryOp::Less => (&REAL_LESS, left, right),
                BinaryOp::LessEqual => (&REAL_LESS_OR_EQUAL, left, right),
                BinaryOp::Greater => (&REAL_LESS, right, left),
                _ => (&REAL_LESS_OR_EQUAL, right, left),
            };
            return self.fold(Typed::new(kernel.call(vec![first.expr, second.expr]), Bool));
        }
        let plan = match op {
            BinaryOp::Less => Operator::Lt,
            BinaryOp::LessEqual => Operator::LtEq,
            BinaryOp::Greater => Operator::Gt,
            _ => Operator::GtEq,
        };
        self.fold(Typed::new(binary_expr(left.expr, plan, right.expr), Bool))
    }

    fn refuse_order(&mut self, span: Span, kinds: (KustoType, KustoType)) -> Typed {
        // Of `between` the span is the whole of it.
        let source = self.source(span);
        let operator = if source.contains("between") { "between" } else { source };
        let message = format!("'{operator}' does not take {} and {}", kinds.0, kinds.1);
        let diagnostic = weir_kql::Diagnostic::error(Some("KS106"), span, message);
        self.tell(match kinds {
            (Text, Text) => diagnostic.with_hint("strings have no order of their own: use strcmp(a, b) < 0"),
            (Text, kind) | (kind, Text) if kind != KustoType::Guid => {
                diagnostic.with_hint(format!("convert the string with to{kind}()"))
            }
            _ => diagnostic,
        });
        Typed::poison()
    }

    /// `value between (low .. high)`
    pub(super) fn between(
        &mut self,
        negated: bool,
        [value, low, high]: [&Expr; 3],
        span: Span,
        scope: Scope<'_>,
        usage: Use,
    ) -> Typed {
        let value = self.scalar(value, scope);
        let low = self.scalar(low, scope);
        let high = self.scalar(high, scope);
        if value.poisoned || low.poisoned || high.poisoned {
            return Typed::poison();
        }
        // `between (start .. span)` ends a span after the start.
        let high = if value.kind == Datetime && low.kind == Datetime && high.kind == Timespan {
            self.binary(BinaryOp::Add, span, low.clone(), high, usage)
        } else {
            high
        };
        let above = self.order(BinaryOp::GreaterEqual, span, value.clone(), low);
        let below = self.order(BinaryOp::LessEqual, span, value, high);
        if above.poisoned || below.poisoned {
            return Typed::poison();
        }
        let inside = self.fold(Typed::new(above.expr.and(below.expr), Bool));
        if negated { self.negated(inside) } else { inside }
    }
}

/// `left == right`, or its opposite, of operands in one type.
///
/// Two-valued where one side is null, null where both are.
pub(super) fn equals(left: Typed, right: Typed, equal: bool, usage: Use) -> PlanExpr {
    if left.kind == Real {
        let both = REAL_EQUALS.call(vec![left.expr.clone(), right.expr.clone()]);
        let both = if equal { both } else { datafusion::logical_expr::not(both) };
        let one_is_null = literal(ScalarValue::Boolean(Some(!equal)));
        let both_null = left.expr.clone().is_null().and(right.expr.clone().is_null());
        let either_null = left.expr.is_null().or(right.expr.is_null());
        return choose([(both_null, literal(ScalarValue::Boolean(None))), (either_null, one_is_null)], both);
    }
    let operator = if equal { Operator::Eq } else { Operator::NotEq };
    if left.kind == Text {
        // Strings are never null.
        return binary_expr(left.expr, operator, right.expr);
    }
    let distinct = if equal { Operator::IsNotDistinctFrom } else { Operator::IsDistinctFrom };
    let is_value = |typed: &Typed| typed.as_constant().is_some_and(|value| !value.is_null());
    match usage {
        // A filter keeps neither false nor null; readers prune by the plain form.
        Use::Filter if equal => binary_expr(left.expr, operator, right.expr),
        Use::Filter => binary_expr(left.expr, distinct, right.expr),
        Use::Value if is_value(&left) || is_value(&right) => binary_expr(left.expr, distinct, right.expr),
        Use::Value => {
            let both_null = left.expr.clone().is_null().and(right.expr.clone().is_null());
            let null = literal(ScalarValue::Boolean(None));
            choose([(both_null, null)], binary_expr(left.expr, distinct, right.expr))
        }
    }
}

/// The value of the first condition that holds, or `otherwise`.
pub(crate) fn choose(
    branches: impl IntoIterator<Item = (PlanExpr, PlanExpr)>,
    otherwise: PlanExpr,
) -> PlanExpr {
    let mut branches = branches.into_iter();
    let Some((condition, value)) = branches.next() else { return otherwise };
    let mut case = when(condition, value);
    for (condition, value) in branches {
        case = case.when(condition, value);
    }
    // Fails only for branches of different types, and those are aligned before.
    case.otherwise(otherwise.clone()).unwrap_or(otherwise)
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, rows, value};

    #[test]
    fn any_two_kinds_that_have_a_common_one_are_equal_or_not() {
        assert_eq!(
            value(
                "1 == 1.0, int(1) == 1, true == 1, true == 'True', datetime(2024-01-01) == '2024-01-01', 1h == '01:00:00', dynamic(1) == 1, 'a' == dynamic('a')"
            ),
            "True | True | True | True | True | True | True | True"
        );
        assert!(refused("print 1h == 1").contains("KS106"));
        assert!(refused("print dynamic(1) == dynamic(1)").contains("two dynamics"));
    }

    #[test]
    fn nulls_equal_nothing_and_two_of_them_are_null() {
        let t = "datatable(a:long, b:long)[1, 1, 1, long(null), long(null), long(null)]";
        assert_eq!(
            rows(&format!("{t} | project a == b, a != b, a < b")),
            "True | False | False\nFalse | True | null\nnull | null | null"
        );
        assert_eq!(rows(&format!("{t} | where not(a == b) | count")), "1");
        assert_eq!(
            value("real(nan) == real(nan), real(nan) != real(nan), real(nan) < 1, real(null) == 1.0"),
            "False | True | False | False"
        );
    }

    #[test]
    fn ranges_hold_both_ends() {
        assert_eq!(
            value(
                "1 between (1 .. 2.5), 2h between (1h .. 2h), datetime(2024-01-03) between (datetime(2024-01-01) .. 2d), 3 !between (4 .. 9), decimal(2) between (1 .. 3)"
            ),
            "True | True | True | True | True"
        );
        assert_eq!(
            value("long(null) between (1 .. 2), dynamic(2) between (1 .. 3), 2 between (3 .. 1)"),
            "null | True | False"
        );
        assert!(
            refused("print 'b' between ('a' .. 'c')").contains("'between' does not take string and string")
        );
        assert!(
            refused("print datetime(2024-01-01) > '2023'").contains("convert the string with todatetime()")
        );
    }
}
