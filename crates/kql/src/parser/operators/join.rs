//! `join kind=inner (right) on key, $left.a == $right.b`
//!
//! Source: <https://learn.microsoft.com/kusto/query/join-operator>

use super::Parser;
use crate::ast::{BinaryOp, Expr, ExprKind, Join, Name, OperatorKind};
use crate::diagnostic::{Diagnostic, code};
use crate::token::TokenKind;

pub(super) fn parse(p: &mut Parser<'_>, name: &Name) -> OperatorKind {
    OperatorKind::Join(p.join(name))
}

impl Parser<'_> {
    /// What follows `join` or `lookup`.
    pub(super) fn join(&mut self, name: &Name) -> Join {
        let mut properties = self.properties();
        let right = Box::new(self.beside(Self::postfix));
        if self.at(TokenKind::Word) && self.nth_kind(1) == TokenKind::Assign {
            let message = format!("the property `{}` stands behind the table", self.word());
            self.error_here(
                Diagnostic::error(Some(code::EXPECTED), self.place(), message).with_hint(format!(
                    "write {} {}=… before it",
                    name.text,
                    self.word()
                )),
            );
            properties.extend(self.properties());
        }
        let mut on = Vec::new();
        if self.eat_word("on") {
            for condition in self.expressions(&[]) {
                split(condition, &mut on);
            }
        } else {
            let message = format!("expected `on` and the keys, found {}", self.found());
            self.error_here(
                Diagnostic::error(Some(code::MISSING_EXPRESSION), self.place(), message)
                    .with_hint("write on key, or on $left.a == $right.b"),
            );
        }
        Join { properties, right, on }
    }
}

/// Takes conditions that are joined by `and`, or stand in brackets, apart: all of them must hold anyway.
fn split(condition: Expr, on: &mut Vec<Expr>) {
    // Not recursive to the left, where a chain is deep.
    let mut waiting = vec![condition];
    while let Some(condition) = waiting.pop() {
        match condition.kind {
            ExprKind::Paren(inner) => waiting.push(*inner),
            ExprKind::Binary { op: BinaryOp::And, left, right, .. } => {
                waiting.push(*right);
                waiting.push(*left);
            }
            _ => on.push(condition),
        }
    }
}
