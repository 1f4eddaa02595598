//! `reduce [kind=source] by column [with threshold = …, characters = …]`
//!
//! Source: <https://learn.microsoft.com/kusto/query/reduce-operator>

use super::Parser;
use crate::ast::{Name, OperatorKind, Property};
use crate::token::TokenKind;

pub(super) fn parse(p: &mut Parser<'_>, _: &Name) -> OperatorKind {
    let properties = p.properties();
    p.expect_word("by");
    let by = p.expression();
    let with = if p.eat_word("with") {
        p.items(&[], |p| {
            let name = p.property_name();
            p.expect(TokenKind::Assign);
            Property { name, value: p.expression() }
        })
    } else {
        Vec::new()
    };
    OperatorKind::Reduce { properties, by, with }
}
