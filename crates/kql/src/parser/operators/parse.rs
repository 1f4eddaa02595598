//! `parse [kind=regex flags=i] text with * "literal" column: type …`, and `parse-where`
//!
//! Source: <https://learn.microsoft.com/kusto/query/parse-operator>, <https://learn.microsoft.com/kusto/query/parse-where-operator>

use super::Parser;
use crate::ast::{Expr, ExprKind, Literal, Name, OperatorKind, Parse, ParsePart};
use crate::diagnostic::code;
use crate::keyword::Place;
use crate::token::TokenKind;

pub(super) fn parse(p: &mut Parser<'_>, name: &Name) -> OperatorKind {
    let filter = name.text == "parse-where";
    let properties = p.properties();
    let source = p.expression();
    p.expect_word("with");
    let mut pattern = Vec::new();
    while let Some(part) = p.pattern_part() {
        pattern.push(part);
    }
    if pattern.is_empty() {
        p.error_expected(code::MISSING_EXPRESSION, "a pattern: *, a string or a column");
    }
    OperatorKind::Parse(Parse { filter, properties, source, pattern })
}

impl Parser<'_> {
    fn pattern_part(&mut self) -> Option<ParsePart> {
        let start = self.token().start();
        match self.kind() {
            TokenKind::Star => Some(ParsePart::Star(self.bump().span())),
            TokenKind::String => {
                let kind = ExprKind::Literal(Literal::String(self.string_tokens()));
                Some(ParsePart::Text(Expr { kind, span: self.span_from(start) }))
            }
            TokenKind::Word | TokenKind::OpenBracket => {
                self.name_length(0)?;
                if self.on_new_line() && super::find(self.operator_name().0).is_some() {
                    return None;
                }
                let name = self.name(Place::Column, "a column");
                let kind = self.eat(TokenKind::Colon).then(|| self.type_name());
                Some(ParsePart::Column { name, kind })
            }
            _ => None,
        }
    }
}
