//! `facet by a, b [with (subquery)]`
//!
//! Source: <https://learn.microsoft.com/kusto/query/facet-operator>

use super::Parser;
use crate::ast::{Name, OperatorKind, Subquery};
use crate::token::TokenKind;

pub(super) fn parse(p: &mut Parser<'_>, _: &Name) -> OperatorKind {
    p.expect_word("by");
    let columns = p.expressions(&["with"]);
    let with = p.eat_word("with").then(|| {
        if p.at(TokenKind::OpenParen) {
            return p.subquery(false);
        }
        let start = p.token().start();
        let operators = vec![p.step()];
        Subquery { statements: Vec::new(), source: None, operators, span: p.span_from(start) }
    });
    OperatorKind::Facet { columns, with }
}
