//! `invoke function(arguments)`
//!
//! Source: <https://learn.microsoft.com/kusto/query/invoke-operator>

use super::Parser;
use crate::ast::{Call, Name, OperatorKind};
use crate::diagnostic::code;
use crate::token::TokenKind;

pub(super) fn parse(p: &mut Parser<'_>, name: &Name) -> OperatorKind {
    if p.at(TokenKind::Word) && p.nth_kind(1) == TokenKind::OpenParen && !p.is_qualified_call() {
        let function = p.word_name();
        return OperatorKind::Invoke { call: p.call(function) };
    }
    if !p.at(TokenKind::Word) || p.nth_kind(1) != TokenKind::OpenParen {
        p.error_expected(code::MISSING_EXPRESSION, "a function and its arguments");
        let function = if p.at(TokenKind::Word) { p.word_name() } else { p.missing_name() };
        return OperatorKind::Invoke { call: Call { name: function, arguments: Vec::new() } };
    }
    // A function of another database.
    super::unsupported::parse(p, name)
}

impl Parser<'_> {
    /// Whether a member is taken of the call that begins here.
    fn is_qualified_call(&self) -> bool {
        let closer = self.nth(1).link as usize;
        self.tokens.get(closer + 1).is_some_and(|token| token.kind == TokenKind::Dot)
    }
}
