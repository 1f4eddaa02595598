use weir_value::KustoType;

use super::{Lexer, string};
use crate::ast::{Literal, Span};
use crate::diagnostic::{Diagnostic, code};
use crate::literal;
use crate::token::TokenKind;

/// The words that hold a literal in brackets behind them.
fn kind_of(word: &str) -> Option<KustoType> {
    let known = matches!(
        word,
        "bool"
            | "boolean"
            | "int"
            | "int32"
            | "long"
            | "int64"
            | "real"
            | "double"
            | "decimal"
            | "datetime"
            | "date"
            | "timespan"
            | "time"
            | "guid"
    );
    if known { word.parse().ok() } else { None }
}

impl Lexer<'_> {
    /// Reads `word(…)` when `word` holds a literal; whether it did.
    pub(super) fn typed(&mut self, start: usize, word: &str) -> bool {
        let Some(kind) = kind_of(word) else { return false };
        let blanks = self.rest().bytes().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let declares = blanks > 0 && self.previous_kind() == Some(TokenKind::Colon);
        let member = self.previous_kind() == Some(TokenKind::Dot);
        if self.byte(blanks) != Some(b'(') || declares || member {
            return false;
        }
        self.at += blanks + 1;
        let value = self.content(start, kind, word).unwrap_or_else(|| literal::null(kind));
        self.push_typed(start, value);
        true
    }

    pub(super) fn push_typed(&mut self, start: usize, value: Literal) {
        self.out.typed.push(value);
        self.push_linked(TokenKind::Typed, start, self.out.typed.len() - 1);
    }

    /// What stands in the brackets, and the closing one.
    fn content(&mut self, start: usize, kind: KustoType, word: &str) -> Option<Literal> {
        self.blanks();
        let content_start = self.at;
        let verbatim = self.byte(0) == Some(b'@');
        let quoted = self.rest().get(usize::from(verbatim)..).and_then(|rest| rest.chars().next());
        let (content, quoted) = if quoted.is_some_and(|c| string::closers(c).is_some()) {
            self.at += usize::from(verbatim);
            (self.string_value(content_start, verbatim), true)
        } else {
            (self.raw_content().to_owned(), false)
        };
        let content_end = self.at;
        self.blanks();
        match self.byte(0) {
            Some(b')') => self.at += 1,
            Some(b'(') => {
                self.expression_inside(start, kind, word);
                return None;
            }
            _ => {
                let span = Span { start, end: content_end };
                self.at = content_end;
                self.report(
                    Diagnostic::error(Some(code::MISSING), span, format!("`{word}(` is not closed"))
                        .with_hint(format!("write `)` behind the {kind}")),
                );
                return None;
            }
        }
        let value = literal::parse(kind, &content, quoted);
        if value.is_none() {
            let span = Span { start: content_start, end: content_end };
            let shown = literal::excerpt(&content);
            self.report(
                Diagnostic::error(
                    Some(code::MALFORMED_LITERAL),
                    span,
                    format!("`{shown}` is not {}", literal::with_article(kind)),
                )
                .with_hint(literal::hint(kind, &content)),
            );
        }
        value
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// The text up to a bracket, without the blanks at its end.
    fn raw_content(&mut self) -> &str {
        let rest = self.rest();
        let length = rest.find(['(', ')', '\n', '\r', '|', ';', '"', '\'']).unwrap_or(rest.len());
        let content = rest.get(..length).unwrap_or("").trim_end();
        self.at += content.len();
        content
    }

    /// `datetime(f(x))`: reported as a whole.
    fn expression_inside(&mut self, start: usize, kind: KustoType, word: &str) {
        let mut depth = 1;
        let rest = self.rest();
        let end = rest.bytes().position(|byte| {
            match byte {
                b'(' => depth += 1,
                b')' => depth -= 1,
                _ => {}
            }
            depth == 0 || byte == b'\n'
        });
        let end = end.map_or(rest.len(), |end| if rest.as_bytes()[end] == b'\n' { end } else { end + 1 });
        self.at += rest.get(..end).unwrap_or(rest).trim_end().len();
        self.report(
            Diagnostic::error(
                Some(code::MALFORMED_LITERAL),
                self.span_from(start),
                format!("`{word}(…)` holds a literal, not an expression"),
            )
            .with_hint(format!("to{kind}(…) converts a value")),
        );
    }
}
