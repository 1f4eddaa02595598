//! `invoke function(arguments)`
//!
//! Source: <https://learn.microsoft.com/kusto/query/invoke-operator>

use super::Parser;
use crate::ast::{Call, Name, OperatorKind};
use crate::diagnostic::code;
use crate::keyword::Place;
use crate::token::TokenKind;

pub(super) fn parse(p: &mut Parser<'_>, name: &Name) -> OperatorKind {
    if p.invokes_qualified() {
        // A function of another database.
        return super::unsupported::parse(p, name);
    }
    let function = p.name(Place::Elsewhere, "a function");
    if p.at(TokenKind::OpenParen) {
        return OperatorKind::Invoke { call: p.call(function) };
    }
    p.error_expected(code::EXPECTED, "`(` and the arguments");
    OperatorKind::Invoke { call: Call { name: function, arguments: Vec::new() } }
}

impl Parser<'_> {
    /// Whether `database("d").function` stands here, and not just a function.
    fn invokes_qualified(&self) -> bool {
        let Some(length) = self.name_length(0) else { return false };
        let closer = self.nth(length).link as usize;
        let behind = self.tokens.get(closer.saturating_add(1)).map(|token| token.kind);
        self.nth_kind(length) == TokenKind::OpenParen && behind == Some(TokenKind::Dot)
    }
}
