//! `count [as name]`
//!
//! Source: <https://learn.microsoft.com/kusto/query/count-operator>

use super::Parser;
use crate::ast::{Name, OperatorKind};
use crate::diagnostic::{Diagnostic, code};
use crate::keyword::Place;
use crate::token::TokenKind;

pub(super) fn parse(p: &mut Parser<'_>, _: &Name) -> OperatorKind {
    let name = p.eat_word("as").then(|| p.name(Place::Elsewhere, "a name"));
    if p.at(TokenKind::OpenParen) {
        p.error_here(
            Diagnostic::error(Some(code::LEFTOVER), p.place(), "the operator `count` takes no brackets")
                .with_hint("write count, or summarize count()"),
        );
        p.skip_step();
    }
    OperatorKind::Count { name }
}
