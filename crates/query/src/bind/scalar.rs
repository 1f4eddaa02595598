//! Expressions: each with its type.

use datafusion::common::ScalarValue;
use datafusion::logical_expr::not;
use weir_kql::ast::{BinaryOp, Expr, ExprKind, Name, Span, UnaryOp};
use weir_value::KustoType;

use super::{Binder, Binding, STACK_BYTES, STACK_LEFT_MIN, Scope};
use crate::functions::decimal::NEGATE as NEGATE_DECIMAL;
use crate::functions::dynamic::order::several;
use crate::functions::dynamic::{INDEX, PROPERTY};
use crate::functions::math::NEGATE_REAL;
use crate::limits::is_stopped;
use crate::typed::{Column, Typed};

/// Kusto's number for an expression of another type than is wanted.
const WRONG_TYPE: Option<&str> = Some("KS107");

/// Where a comparison is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Its value matters, null or not.
    Value,
    /// Rows are kept where it is true, so that null and false are one. Readers prune by the plainer form.
    Filter,
}

fn is_arithmetic(op: BinaryOp) -> bool {
    use BinaryOp::{Add, Divide, Modulo, Multiply, Subtract};
    matches!(op, Add | Subtract | Multiply | Divide | Modulo)
}

impl Binder<'_> {
    /// An expression where its value matters.
    pub fn scalar(&mut self, expr: &Expr, scope: Scope<'_>) -> Typed {
        self.used(expr, scope, Use::Value)
    }

    /// A condition by which rows are kept.
    pub fn predicate(&mut self, expr: &Expr, scope: Scope<'_>) -> Typed {
        let typed = self.used(expr, scope, Use::Filter);
        self.expect_bool(typed, expr.span)
    }

    pub(super) fn used(&mut self, expr: &Expr, scope: Scope<'_>, usage: Use) -> Typed {
        stacker::maybe_grow(STACK_LEFT_MIN, STACK_BYTES, || self.used_here(expr, scope, usage))
    }

    fn used_here(&mut self, expr: &Expr, scope: Scope<'_>, usage: Use) -> Typed {
        if is_stopped() {
            return Typed::poison();
        }
        match &expr.kind {
            ExprKind::Literal(literal) => self.literal(literal, expr.span),
            ExprKind::Name(name) => self.name(name, scope),
            ExprKind::Paren(inner) => self.used(inner, scope, usage),
            ExprKind::Member { base, member } => self.member(base, member, scope),
            ExprKind::Index { base, index } => self.index(base, index, scope),
            ExprKind::Call(call) => {
                let typed = self.call(call, expr.span, scope);
                self.bounded_constant(typed, expr.span)
            }
            ExprKind::Unary { op, operand } => self.unary(*op, operand, expr.span, scope),
            ExprKind::Binary { op: op @ (BinaryOp::And | BinaryOp::Or), left, right, .. } => {
                self.logical(*op, left, right, scope, usage)
            }
            ExprKind::Binary { op, .. } if is_arithmetic(*op) => self.chain(expr, scope, usage),
            ExprKind::Binary { op, op_span, left, right } => {
                let (left_typed, right_typed) = (self.scalar(left, scope), self.scalar(right, scope));
                if left_typed.poisoned || right_typed.poisoned {
                    return Typed::poison();
                }
                self.check_values(*op, [left, right], [&left_typed, &right_typed], scope);
                self.binary(*op, *op_span, left_typed, right_typed, usage)
            }
            ExprKind::Between { negated, value, low, high } => {
                self.between(*negated, [value, low, high], expr.span, scope, usage)
            }
            ExprKind::In { op, value, list } => self.membership(*op, value, list, expr.span, scope, usage),
            ExprKind::Missing => Typed::poison(),
            ExprKind::Star => self.refuse(Some("KS191"), expr.span, "'*' means nothing here"),
            ExprKind::TypeOf(_) | ExprKind::TypeOfTable(_) => {
                self.refuse(None, expr.span, "a type is no value")
            }
            ExprKind::MemberCall { .. }
            | ExprKind::Pipe { .. }
            | ExprKind::Source(_)
            | ExprKind::Datatable { .. }
            | ExprKind::ExternalData { .. } => {
                self.tell(
                    weir_kql::Diagnostic::error(
                        WRONG_TYPE,
                        expr.span,
                        "a scalar is expected here, this is a table",
                    )
                    .with_hint("toscalar(…) takes the first value of a table"),
                );
                Typed::poison()
            }
            ExprKind::Function(_) => {
                self.refuse(None, expr.span, "a function can only be the value of a let")
            }
        }
    }

    /// A chain such as `a + b - c`, which may be long: it is no recursion.
    fn chain(&mut self, expr: &Expr, scope: Scope<'_>, usage: Use) -> Typed {
        let mut first = expr;
        let mut links = Vec::new();
        while let ExprKind::Binary { op, op_span, left, right } = &first.kind
            && is_arithmetic(*op)
        {
            links.push((*op, *op_span, right));
            first = left;
        }
        let mut sum = self.scalar(first, scope);
        for (op, op_span, right) in links.into_iter().rev() {
            let right = self.scalar(right, scope);
            sum = match sum.poisoned || right.poisoned {
                true => Typed::poison(),
                false => self.binary(op, op_span, sum, right, usage),
            };
        }
        sum
    }

    /// A name: a column, or what a let has bound.
    fn name(&mut self, name: &Name, scope: Scope<'_>) -> Typed {
        if let Some(column) = scope.columns.iter().find(|column| column.name == name.text) {
            return column.typed();
        }
        match scope.env.get(&name.text) {
            Some(Binding::Scalar(typed)) => return typed.clone(),
            Some(Binding::Table(_)) => {
                let message = format!("'{}' is a table, a scalar is expected here", name.text);
                return self.refuse(WRONG_TYPE, name.span, message);
            }
            Some(Binding::Function(function, _)) if function.parameters.is_empty() => {
                // Kusto lets the brackets of a call without arguments be left out.
                let call = weir_kql::ast::Call { name: name.clone(), arguments: Vec::new() };
                return self.call(&call, name.span, scope);
            }
            Some(Binding::Function(..)) | None => {}
        }
        if scope.open {
            return Typed::poison();
        }
        let columns = scope.columns.iter().filter(|column| !column.hidden).map(|column| column.name.as_str());
        let lets = scope.env.iter().map(|(name, _)| name);
        self.unknown_name(name, "column or let", columns.chain(lets));
        Typed::poison()
    }

    /// `base.member`: a side of a join, or a property of a dynamic.
    fn member(&mut self, base: &Expr, member: &Name, scope: Scope<'_>) -> Typed {
        if let (ExprKind::Name(side), Some((left, right))) = (&base.kind, scope.sides) {
            let columns = match side.text.as_str() {
                "$left" => left,
                "$right" => right,
                _ => scope.columns,
            };
            if side.text.starts_with('$') {
                return self.side_column(columns, member);
            }
        }
        // A column of the state of a scan.
        if let ExprKind::Name(step) = &base.kind
            && let Some(held) = crate::operators::scan::held_column(scope.columns, &step.text, &member.text)
        {
            return held;
        }
        let base_typed = self.scalar(base, scope);
        self.property(base_typed, &member.text, base.span.to(member.span))
    }

    fn side_column(&mut self, columns: &[Column], member: &Name) -> Typed {
        match columns.iter().find(|column| column.name == member.text) {
            Some(column) => column.typed(),
            None => {
                self.unknown_name(member, "column", columns.iter().map(|column| column.name.as_str()));
                Typed::poison()
            }
        }
    }

    /// A property of a dynamic.
    fn property(&mut self, base: Typed, name: &str, span: Span) -> Typed {
        if base.poisoned {
            return base;
        }
        if base.kind != KustoType::Dynamic {
            let message = format!("a {} has no properties, only a dynamic has", base.kind);
            return self.refuse(None, span, message);
        }
        self.fold(Typed::new(PROPERTY.call(vec![base.expr, Typed::text(name).expr]), KustoType::Dynamic))
    }

    /// `base[index]`: an element of an array or a property of a bag.
    fn index(&mut self, base: &Expr, index: &Expr, scope: Scope<'_>) -> Typed {
        if let Some(columns) = several(self, base, scope) {
            // One of several columns: by its place, which has to be known.
            let place = self.constant_long(index, scope, "the place of a column");
            let found = place.and_then(|place| columns.into_iter().nth(usize::try_from(place).ok()?));
            return match found {
                Some((_, column)) => column,
                None => self.refuse(None, index.span, "there is no such column"),
            };
        }
        let (base_typed, index_typed) = (self.scalar(base, scope), self.scalar(index, scope));
        if base_typed.poisoned || index_typed.poisoned {
            return Typed::poison();
        }
        let span = base.span.to(index.span);
        match index_typed.kind {
            KustoType::String => {
                if base_typed.kind != KustoType::Dynamic {
                    let message = format!("a {} has no properties, only a dynamic has", base_typed.kind);
                    return self.refuse(None, span, message);
                }
                let call = PROPERTY.call(vec![base_typed.expr, index_typed.expr]);
                self.fold(Typed::new(call, KustoType::Dynamic))
            }
            KustoType::Int | KustoType::Long => {
                if base_typed.kind != KustoType::Dynamic {
                    let message = format!("a {} has no elements, only a dynamic array has", base_typed.kind);
                    return self.refuse(None, span, message);
                }
                let call = INDEX.call(vec![base_typed.expr, index_typed.widened().expr]);
                self.fold(Typed::new(call, KustoType::Dynamic))
            }
            KustoType::Dynamic => self.refuse(
                None,
                index.span,
                "an index is a long or a string: convert the dynamic with tolong() or tostring()",
            ),
            kind => {
                self.refuse(None, index.span, format!("an index is a long or a string, this is a {kind}"))
            }
        }
    }

    fn unary(&mut self, op: UnaryOp, operand: &Expr, span: Span, scope: Scope<'_>) -> Typed {
        let typed = self.scalar(operand, scope);
        if typed.poisoned {
            return typed;
        }
        let typed = match typed.kind {
            KustoType::Dynamic => self.converted(typed, KustoType::Real),
            _ => typed,
        };
        match (op, typed.kind) {
            (_, kind) if op == UnaryOp::Plus && (super::is_number(kind) || kind == KustoType::Timespan) => {
                typed
            }
            (UnaryOp::Minus, KustoType::Real) => {
                self.fold(Typed::new(NEGATE_REAL.call(vec![typed.expr]), typed.kind))
            }
            (UnaryOp::Minus, KustoType::Decimal) => {
                self.fold(Typed::new(NEGATE_DECIMAL.call(vec![typed.expr]), typed.kind))
            }
            (UnaryOp::Minus, KustoType::Int) if typed.as_constant().is_some() => {
                let value = typed.as_long().and_then(|value| i32::try_from(-value).ok());
                Typed::constant(ScalarValue::Int32(value), KustoType::Int)
            }
            (UnaryOp::Minus, KustoType::Int | KustoType::Long | KustoType::Timespan) => {
                let kind =
                    if typed.kind == KustoType::Timespan { KustoType::Timespan } else { KustoType::Long };
                let zero = Typed::long(0);
                self.fold(Typed::new(zero.expr - typed.widened().expr, kind))
            }
            (_, kind) => self.refuse(WRONG_TYPE, span, format!("a {kind} has no sign")),
        }
    }

    fn logical(&mut self, op: BinaryOp, left: &Expr, right: &Expr, scope: Scope<'_>, usage: Use) -> Typed {
        if !self.is_few(left.span.to(right.span)) {
            return Typed::poison();
        }
        let left_typed = self.used(left, scope, usage);
        let left_typed = self.expect_bool(left_typed, left.span);
        let right_typed = self.used(right, scope, usage);
        let right_typed = self.expect_bool(right_typed, right.span);
        if left_typed.poisoned || right_typed.poisoned {
            return Typed::poison();
        }
        // A constant decides before anything is planned: dashboards switch conditions off that way.
        let (decides, neutral) = match op {
            BinaryOp::And => (Some(false), Some(true)),
            _ => (Some(true), Some(false)),
        };
        let plain = |typed: &Typed| match typed.as_constant() {
            Some(ScalarValue::Boolean(value)) => *value,
            _ => None,
        };
        match (plain(&left_typed), plain(&right_typed)) {
            (value, _) | (_, value) if value.is_some() && value == decides => {
                Typed::constant(ScalarValue::Boolean(value), KustoType::Bool)
            }
            (value, _) if value.is_some() && value == neutral => right_typed,
            (_, value) if value.is_some() && value == neutral => left_typed,
            _ => {
                let expr = match op {
                    BinaryOp::And => left_typed.expr.and(right_typed.expr),
                    _ => left_typed.expr.or(right_typed.expr),
                };
                self.fold(Typed::new(expr, KustoType::Bool))
            }
        }
    }

    /// The expression as a condition: a bool, or a dynamic that holds one.
    pub fn expect_bool(&mut self, typed: Typed, span: Span) -> Typed {
        match typed.kind {
            _ if typed.poisoned => typed,
            KustoType::Bool => typed,
            KustoType::Dynamic => self.converted(typed, KustoType::Bool),
            kind => self.refuse(WRONG_TYPE, span, format!("a bool is expected here, this is a {kind}")),
        }
    }

    /// The negation of a condition.
    pub(super) fn negated(&mut self, typed: Typed) -> Typed {
        self.fold(Typed::new(not(typed.expr), KustoType::Bool))
    }

    /// An expression of constants as a constant.
    pub fn fold(&mut self, typed: Typed) -> Typed {
        match crate::fold::fold(&typed.expr) {
            Some(value) => Typed::constant(value, typed.kind),
            None => typed,
        }
    }

    /// A constant whole number, or the reason why it is none.
    pub fn constant_long(&mut self, expr: &Expr, scope: Scope<'_>, what: &str) -> Option<i64> {
        let typed = self.scalar(expr, scope);
        if typed.poisoned {
            return None;
        }
        let number = typed.as_long();
        if number.is_none() {
            self.error(None, expr.span, format!("{what} must be a constant whole number"));
        }
        number
    }
}
