//! `evaluate plugin(arguments) [: (schema)]`
//!
//! Source: <https://learn.microsoft.com/kusto/query/evaluate-operator>

use super::Parser;
use crate::ast::{Call, Name, OperatorKind};
use crate::diagnostic::code;
use crate::keyword::Place;
use crate::token::TokenKind;

pub(super) fn parse(p: &mut Parser<'_>, _: &Name) -> OperatorKind {
    let properties = p.properties();
    let name = p.name(Place::Elsewhere, "a plugin");
    let call = if p.at(TokenKind::OpenParen) {
        p.call(name)
    } else {
        p.error_expected(code::EXPECTED, "`(`");
        Call { name, arguments: Vec::new() }
    };
    let schema = p.eat(TokenKind::Colon).then(|| p.output_schema());
    OperatorKind::Evaluate { properties, call, schema }
}
