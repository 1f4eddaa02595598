//! Literal tokens to values, and the slips that are made with them.

use weir_value::timespan;

use super::Parser;
use crate::ast::{ExprKind, Literal, Span, StringLiteral};
use crate::diagnostic::{Diagnostic, code};
use crate::literal;
use crate::token::{Token, TokenKind};

impl Parser<'_> {
    pub(super) fn number(&mut self) -> ExprKind {
        let token = self.bump();
        let text = self.text_of(token);
        if self.unit_apart() {
            return self.timespan_apart(token);
        }
        self.warn_of_date(token);
        let value = if token.kind == TokenKind::Integer {
            literal::whole(text).map(|value| Literal::Long(Some(value)))
        } else {
            literal::real(text).map(|value| Literal::Real(Some(value)))
        };
        match value {
            Some(value) => ExprKind::Literal(value),
            None => {
                self.error_malformed(token, "long");
                ExprKind::Missing
            }
        }
    }

    /// Warns of `2026-01-31`, which is a difference of numbers.
    fn warn_of_date(&mut self, year: Token) {
        let digits = |p: &Self, ahead: usize| {
            let token = p.nth(ahead);
            token.kind == TokenKind::Integer && p.touches(ahead) && p.text_of(token).len() == 2
        };
        let date = self.text_of(year).len() == 4
            && self.at(TokenKind::Minus)
            && self.touches(0)
            && digits(self, 1)
            && self.nth_kind(2) == TokenKind::Minus
            && self.touches(2)
            && digits(self, 3);
        if date {
            let span = Span { start: year.start(), end: self.nth(3).end() };
            let text = self.text.get(span.start..span.end).unwrap_or("");
            self.report(
                Diagnostic::warning(None, span, format!("{text} is a difference of numbers, not a date"))
                    .with_hint(format!("write datetime({text})")),
            );
        }
    }

    /// Whether the unit of a timespan follows the number on the same line.
    fn unit_apart(&self) -> bool {
        let unit = self.word();
        timespan::unit_ticks(unit).is_some() && !self.on_new_line()
    }

    /// `1 m`, which is `1m` and a blank.
    fn timespan_apart(&mut self, number: Token) -> ExprKind {
        let unit = self.bump();
        let written = format!("{}{}", self.text_of(number), self.text_of(unit));
        let span = self.span_from(number.start());
        self.report(
            Diagnostic::error(Some(code::EXPECTED), span, "a timespan has no blank between number and unit")
                .with_hint(format!("write {written}")),
        );
        timespan::parse_literal(&written)
            .map_or(ExprKind::Missing, |ticks| ExprKind::Literal(Literal::Timespan(Some(ticks))))
    }

    pub(super) fn timespan(&mut self) -> ExprKind {
        let token = self.bump();
        match timespan::parse_literal(self.text_of(token)) {
            Some(ticks) => ExprKind::Literal(Literal::Timespan(Some(ticks))),
            None => {
                self.error_malformed(token, "timespan");
                ExprKind::Missing
            }
        }
    }

    pub(super) fn error_malformed(&mut self, token: Token, kind: &str) {
        let text = literal::excerpt(self.text_of(token));
        let message = format!("`{text}` does not fit a {kind}");
        self.report(
            Diagnostic::error(Some(code::MALFORMED_LITERAL), token.span(), message)
                .with_hint("larger numbers are reals, 1e20, or decimals, decimal(…)"),
        );
    }

    /// Adjacent string tokens, which are one text.
    pub(super) fn string_tokens(&mut self) -> StringLiteral {
        let mut joined = StringLiteral { value: String::new(), hidden: false };
        while self.at(TokenKind::String) {
            let piece = self.string_token();
            joined.hidden |= piece.hidden;
            if joined.value.is_empty() {
                joined.value = piece.value;
            } else {
                joined.value.push_str(&piece.value);
            }
        }
        joined
    }

    /// The current string token alone.
    pub(super) fn string_token(&mut self) -> StringLiteral {
        let index = self.bump().link as usize;
        let empty = StringLiteral { value: String::new(), hidden: false };
        self.strings
            .get_mut(index)
            .map_or_else(|| empty.clone(), |piece| std::mem::replace(piece, empty.clone()))
    }

    pub(super) fn typed_token(&mut self) -> Literal {
        let index = self.bump().link as usize;
        self.typed.get(index).cloned().unwrap_or(Literal::Bool(None))
    }
}
