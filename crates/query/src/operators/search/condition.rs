//! Conditions of `search` and `find`: texts alone are looked for in all columns, and so is what is said of `*`.

use datafusion::logical_expr::Expr as PlanExpr;
use weir_kql::ast::{BinaryOp, Expr, ExprKind, Literal, Span};
use weir_value::KustoType;

use crate::bind::{Binder, Scope};
use crate::functions::text_match::text_match;
use crate::typed::Typed;

/// Whether a condition says something of all columns: `* has "x"`.
pub(crate) fn has_star(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Paren(inner) => has_star(inner),
        ExprKind::Binary { left, right, .. } => {
            matches!(left.kind, ExprKind::Star) || has_star(left) || has_star(right)
        }
        ExprKind::Call(call) if call.name.text == "not" => {
            call.arguments.iter().any(|argument| has_star(&argument.value))
        }
        _ => false,
    }
}

/// A condition in which texts alone are conditions.
pub(crate) fn bind(binder: &mut Binder<'_>, expr: &Expr, scope: Scope<'_>, case_sensitive: bool) -> Typed {
    Condition { binder, scope, case_sensitive, texts: true }.bind(expr)
}

/// A condition that may say something of all columns.
pub(crate) fn of_filter(binder: &mut Binder<'_>, expr: &Expr, scope: Scope<'_>) -> Typed {
    Condition { binder, scope, case_sensitive: false, texts: false }.bind(expr)
}

struct Condition<'b, 'a, 's> {
    binder: &'b mut Binder<'a>,
    scope: Scope<'s>,
    case_sensitive: bool,
    /// Whether a text alone is a condition.
    texts: bool,
}

impl Condition<'_, '_, '_> {
    fn bind(&mut self, expr: &Expr) -> Typed {
        match &expr.kind {
            ExprKind::Paren(inner) => self.bind(inner),
            ExprKind::Star if self.texts => Typed::bool(true),
            ExprKind::Literal(Literal::String(text)) if self.texts => {
                let (op, needle) = self.term(&text.value);
                self.any_column(op, expr.span, &Typed::text(&needle))
            }
            ExprKind::Binary { op: op @ (BinaryOp::And | BinaryOp::Or), left, right, .. } => {
                let (left, right) = (self.bind(left), self.bind(right));
                if left.poisoned || right.poisoned {
                    return Typed::poison();
                }
                let both =
                    if *op == BinaryOp::And { left.expr.and(right.expr) } else { left.expr.or(right.expr) };
                self.binder.fold(Typed::new(both, KustoType::Bool))
            }
            ExprKind::Call(call) if call.name.text == "not" && call.arguments.len() == 1 => {
                let inner =
                    call.arguments.first().map_or_else(Typed::poison, |inner| self.bind(&inner.value));
                if inner.poisoned {
                    return inner;
                }
                self.binder.fold(Typed::new(datafusion::logical_expr::not(inner.expr), KustoType::Bool))
            }
            ExprKind::Binary { op: BinaryOp::Colon, left, right, op_span } if self.texts => {
                let text = self.binder.scalar(right, self.scope);
                let Some(text) = text.as_text().map(str::to_owned) else {
                    return match text.poisoned {
                        true => text,
                        false => self.binder.refuse(None, right.span, "a constant string is looked for"),
                    };
                };
                let (op, needle) = self.term(&text);
                match matches!(left.kind, ExprKind::Star) {
                    true => self.any_column(op, *op_span, &Typed::text(&needle)),
                    false => {
                        let column = self.binder.scalar(left, self.scope);
                        self.in_column(column, op, *op_span, &Typed::text(&needle))
                    }
                }
            }
            ExprKind::Binary { op, left, right, op_span } if matches!(left.kind, ExprKind::Star) => {
                let right = self.binder.scalar(right, self.scope);
                if right.poisoned { right } else { self.any_column(*op, *op_span, &right) }
            }
            _ => self.binder.predicate(expr, self.scope),
        }
    }

    /// How a text is looked for, by the stars at its ends: `billg`, `*billg`, `billg*`, `*billg*`, `bi*lg`.
    fn term(&self, text: &str) -> (BinaryOp, String) {
        let by_case = |insensitive, sensitive| if self.case_sensitive { sensitive } else { insensitive };
        let inner = text.trim_matches('*');
        if inner.contains('*') {
            let parts: Vec<String> = text.split('*').map(regex::escape).collect();
            let case = if self.case_sensitive { "" } else { "(?i)" };
            return (BinaryOp::MatchesRegex, format!("{case}{}", parts.join(".*")));
        }
        let op = match (text.starts_with('*'), text.ends_with('*')) {
            (false, false) => by_case(BinaryOp::Has, BinaryOp::HasCs),
            (true, false) => by_case(BinaryOp::HasSuffix, BinaryOp::HasSuffixCs),
            (false, true) => by_case(BinaryOp::HasPrefix, BinaryOp::HasPrefixCs),
            (true, true) => by_case(BinaryOp::Contains, BinaryOp::ContainsCs),
        };
        (op, inner.to_owned())
    }

    /// What holds for at least one column; a negation, for all of them.
    fn any_column(&mut self, op: BinaryOp, span: Span, right: &Typed) -> Typed {
        if self.scope.open {
            return Typed::poison();
        }
        let negated = text_match(op).is_some_and(|(_, negated)| negated)
            || matches!(op, BinaryOp::NotEqual | BinaryOp::NotEqualCi);
        let columns: Vec<Typed> =
            self.scope.columns.iter().filter(|column| !column.hidden).map(|column| column.typed()).collect();
        let mut found: Vec<PlanExpr> = Vec::new();
        for column in columns {
            if column.poisoned {
                return Typed::poison();
            }
            // A column of another kind than what it is compared with holds nothing like it.
            let comparable = right.kind == KustoType::String
                || column.kind == right.kind
                || column.kind.is_numeric() && right.kind.is_numeric();
            if comparable {
                let one = self.in_column(column, op, span, right);
                if one.poisoned {
                    return one;
                }
                found.push(one.expr);
            }
        }
        let expr = balanced(found, negated);
        self.binder.fold(Typed::new(expr.unwrap_or_else(|| Typed::bool(negated).expr), KustoType::Bool))
    }

    /// What holds for one column, taken as text where it is compared with text.
    fn in_column(&mut self, column: Typed, op: BinaryOp, span: Span, right: &Typed) -> Typed {
        if column.poisoned || right.poisoned {
            return Typed::poison();
        }
        let column = match right.kind {
            KustoType::String => self.binder.converted(column, KustoType::String),
            _ => column,
        };
        let typed = self.binder.comparison_of(op, span, column, right.clone());
        self.binder.expect_bool(typed, span)
    }
}

/// All conditions joined, as a tree of little depth.
fn balanced(mut conditions: Vec<PlanExpr>, all: bool) -> Option<PlanExpr> {
    if conditions.len() <= 1 {
        return conditions.pop();
    }
    let right = balanced(conditions.split_off(conditions.len() / 2), all)?;
    let left = balanced(conditions, all)?;
    Some(if all { left.and(right) } else { left.or(right) })
}
