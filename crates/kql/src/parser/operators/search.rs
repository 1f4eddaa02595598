//! `search [kind=…] [in (tables)] predicate`
//!
//! Source: <https://learn.microsoft.com/kusto/query/search-operator>

use super::Parser;
use crate::ast::{Expr, ExprKind, Name, OperatorKind, Search};
use crate::token::TokenKind;

pub(super) fn parse(p: &mut Parser<'_>, _: &Name) -> OperatorKind {
    let properties = p.properties();
    let tables = if p.at_word("in") && p.nth_kind(1) == TokenKind::OpenParen {
        p.bump();
        p.table_list()
    } else {
        Vec::new()
    };
    let predicate = if p.at(TokenKind::Star) && p.nth_begins_step_end(1) {
        let span = p.bump().span();
        Expr { kind: ExprKind::Star, span }
    } else {
        p.expression()
    };
    OperatorKind::Search(Search { properties, tables, predicate })
}

impl Parser<'_> {
    /// Whether the step ends behind the current token.
    fn nth_begins_step_end(&self, ahead: usize) -> bool {
        matches!(
            self.nth_kind(ahead),
            TokenKind::Bar
                | TokenKind::Semicolon
                | TokenKind::End
                | TokenKind::CloseParen
                | TokenKind::CloseBrace
        )
    }
}
