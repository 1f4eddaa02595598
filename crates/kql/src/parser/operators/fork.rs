//! `fork [name =] (subquery) …`
//!
//! Source: <https://learn.microsoft.com/kusto/query/fork-operator>

use super::Parser;
use crate::ast::{Name, OperatorKind};
use crate::diagnostic::code;
use crate::keyword::Place;
use crate::token::TokenKind;

pub(super) fn parse(p: &mut Parser<'_>, _: &Name) -> OperatorKind {
    let mut prongs = Vec::new();
    loop {
        let named = p.name_length(0).is_some_and(|length| p.nth_kind(length) == TokenKind::Assign);
        if !named && !p.at(TokenKind::OpenParen) {
            break;
        }
        let name = named.then(|| p.name(Place::Column, "a name"));
        p.eat(TokenKind::Assign);
        let before = p.token();
        prongs.push((name, p.beside(|p| p.subquery(false))));
        if p.token() == before {
            break;
        }
    }
    if prongs.is_empty() {
        p.error_expected(code::EXPECTED, "`(`");
    }
    OperatorKind::Fork { prongs }
}
