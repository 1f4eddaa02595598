//! `render chart [with (title = "…", ycolumns = a, b, …)]`
//!
//! The older form gives the properties without `with` and brackets. A property of several columns becomes one
//! property of the tree for each.
//!
//! Source: <https://learn.microsoft.com/kusto/query/render-operator>

use super::Parser;
use crate::ast::{Expr, ExprKind, Name, OperatorKind, Property};
use crate::diagnostic::code;
use crate::token::TokenKind;

pub(super) fn parse(p: &mut Parser<'_>, _: &Name) -> OperatorKind {
    let chart = if p.at(TokenKind::Word) {
        Some(p.word_name())
    } else {
        p.error_expected(code::EXPECTED, "a kind of chart such as timechart");
        None
    };
    let properties = if p.at_word("with") {
        p.bump();
        p.bracketed(TokenKind::OpenParen, |p| p.list(TokenKind::CloseParen, Parser::chart_property)).concat()
    } else {
        let mut properties = Vec::new();
        while p.at(TokenKind::Word) && p.nth_kind(1) == TokenKind::Assign {
            properties.extend(p.chart_property());
            p.eat(TokenKind::Comma);
        }
        properties
    };
    OperatorKind::Render { chart, properties }
}

impl Parser<'_> {
    /// `name = value`, or `name = column, column`.
    fn chart_property(&mut self) -> Vec<Property> {
        let name = self.property_name();
        self.expect(TokenKind::Assign);
        let mut properties = vec![Property { name: name.clone(), value: self.chart_value() }];
        while self.at(TokenKind::Comma)
            && self.name_length(1).is_some_and(|length| self.nth_kind(1 + length) != TokenKind::Assign)
        {
            self.bump();
            properties.push(Property { name: name.clone(), value: self.chart_value() });
        }
        properties
    }

    /// A value; a word is one whatever it means elsewhere.
    fn chart_value(&mut self) -> Expr {
        let word = self.at(TokenKind::Word)
            && !matches!(self.word(), "true" | "false")
            && !matches!(self.nth_kind(1), TokenKind::OpenParen | TokenKind::Dot | TokenKind::OpenBracket);
        if word {
            let name = self.word_name();
            let span = name.span;
            return Expr { kind: ExprKind::Name(name), span };
        }
        self.expression()
    }
}
