//! `where predicate`
//!
//! Source: <https://learn.microsoft.com/kusto/query/where-operator>

use super::Parser;
use crate::ast::{BinaryOp, Expr, ExprKind, Name, OperatorKind};
use crate::diagnostic::{Diagnostic, code};
use crate::token::TokenKind;

pub(super) fn parse(p: &mut Parser<'_>, _: &Name) -> OperatorKind {
    let properties = p.hints();
    let predicate = p.predicate();
    OperatorKind::Where { properties, predicate }
}

impl Parser<'_> {
    /// A condition. `a = b` is reported and read as a comparison.
    pub(super) fn predicate(&mut self) -> Expr {
        let mut predicate = self.expression();
        while self.at(TokenKind::Assign) && predicate.kind != ExprKind::Missing {
            self.error_here(
                Diagnostic::error(
                    Some(code::UNEXPECTED),
                    self.place(),
                    "`=` gives a name, it does not compare",
                )
                .with_hint("write =="),
            );
            let op_span = self.bump().span();
            let right = self.expression();
            let span = self.span_from(predicate.span.start);
            if self.grow(1) {
                let kind = ExprKind::Binary {
                    op: BinaryOp::Equal,
                    op_span,
                    left: Box::new(predicate),
                    right: Box::new(right),
                };
                predicate = Expr { kind, span };
            }
        }
        predicate
    }
}
