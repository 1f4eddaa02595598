//! `top n by key [asc|desc] [nulls first|last]`
//!
//! Source: <https://learn.microsoft.com/kusto/query/top-operator>

use super::Parser;
use crate::ast::{Name, OperatorKind};
use crate::diagnostic::{Diagnostic, code};
use crate::token::TokenKind;

pub(super) fn parse(p: &mut Parser<'_>, _: &Name) -> OperatorKind {
    let properties = p.hints();
    let count = p.expression();
    p.expect_word("by");
    let keys = vec![p.sort_key()];
    if p.at(TokenKind::Comma) {
        p.error_here(
            Diagnostic::error(Some(code::LEFTOVER), p.place(), "`top` ranks by one key")
                .with_hint("write sort by a, b | take n"),
        );
        p.skip_step();
    }
    OperatorKind::Top { properties, count, keys }
}
