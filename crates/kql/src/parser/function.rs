//! Functions as values of `let`, and their parameters.

use super::Parser;
use crate::ast::{ExprKind, Function, Parameter, ParameterType, Statement};
use crate::diagnostic::code;
use crate::keyword::Place;
use crate::token::TokenKind;

impl Parser<'_> {
    /// Whether a function begins here: `(`, then its parameters or `)`, perhaps behind `view`.
    pub(super) fn at_function(&self) -> bool {
        if self.at_word("view") && self.nth_kind(1) == TokenKind::OpenParen {
            return true;
        }
        if !self.at(TokenKind::OpenParen) {
            return false;
        }
        if self.nth_kind(1) == TokenKind::CloseParen {
            return true;
        }
        self.name_length(1).is_some_and(|length| self.nth_kind(1 + length) == TokenKind::Colon)
    }

    /// `[view] (parameters) { body }`.
    pub(super) fn function(&mut self) -> ExprKind {
        let view = self.eat_word("view");
        let parameters = self.parameters();
        if !self.at(TokenKind::OpenBrace) {
            self.error_expected(code::EXPECTED, "`{`");
            // The body may stand there without its braces.
            let body = if self.begins_item() { vec![self.statement()] } else { Vec::new() };
            return ExprKind::Function(Function { view, parameters, body });
        }
        let body = self.deeper(|p| p.bracketed(TokenKind::OpenBrace, Self::function_body));
        let body = body.unwrap_or_else(|| {
            self.skip_one();
            Vec::new()
        });
        ExprKind::Function(Function { view, parameters, body })
    }

    /// Statements, the last of which is the result and may do without its semicolon.
    fn function_body(&mut self) -> Vec<Statement> {
        let in_let = std::mem::replace(&mut self.in_let, false);
        let body = self.statements(TokenKind::CloseBrace);
        self.in_let = in_let;
        body
    }

    /// `(name: type = default, …)`.
    pub(super) fn parameters(&mut self) -> Vec<Parameter> {
        self.bracketed(TokenKind::OpenParen, |p| p.list(TokenKind::CloseParen, Self::parameter))
    }

    fn parameter(&mut self) -> Parameter {
        let name = self.name(Place::Column, "a parameter");
        let kind = if !self.expect(TokenKind::Colon) {
            ParameterType::Scalar(weir_value::KustoType::Dynamic)
        } else if self.at(TokenKind::OpenParen) {
            let schema = self.output_schema();
            ParameterType::Table { columns: schema.columns, open: schema.star.is_some() }
        } else {
            ParameterType::Scalar(self.type_name())
        };
        let default = self.eat(TokenKind::Assign).then(|| self.literal());
        Parameter { name, kind, default }
    }
}
