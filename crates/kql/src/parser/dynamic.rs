//! `dynamic(…)`: JSON with either kind of quotes and with typed literals.

use weir_value::Dynamic;

use super::Parser;
use crate::ast::{ExprKind, Literal};
use crate::diagnostic::{Diagnostic, code};
use crate::literal;
use crate::token::TokenKind;

impl Parser<'_> {
    /// `dynamic(value)`; the word is the current token.
    pub(super) fn dynamic(&mut self) -> ExprKind {
        self.bump();
        let value = self.bracketed(TokenKind::OpenParen, Self::dynamic_value);
        ExprKind::Literal(Literal::Dynamic(value))
    }

    fn dynamic_value(&mut self) -> Dynamic {
        let negative = self.at(TokenKind::Minus);
        if negative {
            self.bump();
        }
        let value = match self.kind() {
            TokenKind::Integer | TokenKind::Real | TokenKind::Timespan => {
                return self.dynamic_number(negative);
            }
            _ if negative => None,
            TokenKind::OpenBracket => Some(self.dynamic_array()),
            TokenKind::OpenBrace => Some(self.dynamic_bag()),
            TokenKind::String => Some(Dynamic::String(self.string_tokens().value)),
            TokenKind::Typed => Some(self.dynamic_typed()),
            TokenKind::Word => self.dynamic_word(),
            _ => None,
        };
        value.unwrap_or_else(|| {
            self.error_expected(code::MISSING_EXPRESSION, "a JSON value");
            // The brackets around it are skipped to their end by whoever reads them.
            Dynamic::Null
        })
    }

    fn dynamic_number(&mut self, negative: bool) -> Dynamic {
        let token = self.bump();
        let text = self.text_of(token);
        let signed = if negative { format!("-{text}") } else { text.to_owned() };
        let value = match token.kind {
            TokenKind::Timespan => weir_value::timespan::parse(&signed).map(Dynamic::Timespan),
            TokenKind::Integer => literal::whole(&signed).map(Dynamic::Long),
            _ => None,
        };
        // JSON has no long: what does not fit is a real.
        let value = value.or_else(|| literal::real(&signed).map(Dynamic::Real));
        if value.is_none() {
            self.error_malformed(token, "timespan");
        }
        value.unwrap_or(Dynamic::Null)
    }

    fn dynamic_word(&mut self) -> Option<Dynamic> {
        let value = match self.word() {
            "null" => Dynamic::Null,
            "true" | "True" | "TRUE" => Dynamic::Bool(true),
            "false" | "False" | "FALSE" => Dynamic::Bool(false),
            "dynamic" if self.nth_kind(1) == TokenKind::OpenParen => {
                self.bump();
                return self.deeper(|p| p.bracketed(TokenKind::OpenParen, Self::dynamic_value));
            }
            _ => return None,
        };
        self.bump();
        Some(value)
    }

    fn dynamic_typed(&mut self) -> Dynamic {
        let span = self.token().span();
        match self.typed_token() {
            Literal::Bool(Some(value)) => Dynamic::Bool(value),
            Literal::Int(Some(value)) => Dynamic::Long(value.into()),
            Literal::Long(Some(value)) => Dynamic::Long(value),
            Literal::Real(Some(value)) => Dynamic::Real(value),
            Literal::Datetime(Some(value)) => Dynamic::Datetime(value),
            Literal::Timespan(Some(value)) => Dynamic::Timespan(value),
            Literal::Guid(Some(value)) => Dynamic::Guid(value),
            Literal::Decimal(Some(_)) => {
                let message = "a dynamic value holds no decimal";
                self.report(
                    Diagnostic::error(Some(code::DECIMAL_IN_DYNAMIC), span, message)
                        .with_hint("write a real, or the digits as text"),
                );
                Dynamic::Null
            }
            _ => Dynamic::Null,
        }
    }

    fn dynamic_array(&mut self) -> Dynamic {
        let values = self.deeper(|p| {
            p.bracketed(TokenKind::OpenBracket, |p| p.list(TokenKind::CloseBracket, Self::dynamic_value))
        });
        self.dynamic_or_skipped(values.map(Dynamic::Array))
    }

    fn dynamic_bag(&mut self) -> Dynamic {
        let properties = self.deeper(|p| {
            p.bracketed(TokenKind::OpenBrace, |p| p.list(TokenKind::CloseBrace, Self::dynamic_property))
        });
        self.dynamic_or_skipped(properties.map(Dynamic::Bag))
    }

    fn dynamic_property(&mut self) -> (String, Dynamic) {
        let name = if self.at(TokenKind::String) {
            self.string_token().value
        } else {
            self.error_property_name();
            if self.at(TokenKind::Word) { self.word_name().text } else { String::new() }
        };
        if !self.expect(TokenKind::Colon) {
            return (name, Dynamic::Null);
        }
        (name, self.dynamic_value())
    }

    fn error_property_name(&mut self) {
        let message = format!("expected a property name in quotes, found {}", self.found());
        let diagnostic = Diagnostic::error(Some(code::EXPECTED), self.place(), message);
        let word = self.word();
        let diagnostic =
            if word.is_empty() { diagnostic } else { diagnostic.with_hint(format!("write \"{word}\"")) };
        self.error_here(diagnostic);
    }

    /// The value, or null after what is nested too deeply was skipped.
    fn dynamic_or_skipped(&mut self, value: Option<Dynamic>) -> Dynamic {
        value.unwrap_or_else(|| {
            self.skip_one();
            Dynamic::Null
        })
    }
}
