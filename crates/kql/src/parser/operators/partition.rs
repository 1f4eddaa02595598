//! `partition [hint.strategy=…] by column (subquery)`
//!
//! Source: <https://learn.microsoft.com/kusto/query/partition-operator>

use super::Parser;
use crate::ast::{Expr, ExprKind, Name, OperatorKind, Partition};
use crate::keyword::Place;
use crate::token::TokenKind;

pub(super) fn parse(p: &mut Parser<'_>, _: &Name) -> OperatorKind {
    let properties = p.properties();
    p.expect_word("by");
    let by = p.column_path();
    OperatorKind::Partition(Partition { properties, by, subquery: p.subquery(false) })
}

impl Parser<'_> {
    /// A column and its members. What stands in brackets behind it is the sub-query, not arguments.
    fn column_path(&mut self) -> Expr {
        let start = self.token().start();
        let name = self.name(Place::Elsewhere, "a column");
        let mut path = Expr { kind: ExprKind::Name(name), span: self.span_from(start) };
        while self.at(TokenKind::Dot) && self.grow(1) {
            self.bump();
            let member = self.name(Place::Elsewhere, "a name");
            let kind = ExprKind::Member { base: Box::new(path), member };
            path = Expr { kind, span: self.span_from(start) };
        }
        path
    }
}
