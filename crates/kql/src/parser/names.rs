//! Names, names with wildcards, types, and lists of declared columns.

use weir_value::KustoType;

use super::Parser;
use crate::ast::{ColumnDeclaration, Name};
use crate::diagnostic::{Diagnostic, code};
use crate::keyword::{self, Place};
use crate::nearest;
use crate::token::TokenKind;

impl Parser<'_> {
    /// A name where one is required.
    pub(super) fn name(&mut self, place: Place, what: &str) -> Name {
        if let Some(name) = self.bracketed_name() {
            return name;
        }
        if !self.at(TokenKind::Word) {
            self.error_expected(code::MISSING_EXPRESSION, what);
            return self.missing_name();
        }
        let span = self.bump().span();
        let name = Name { text: self.text.get(span.start..span.end).unwrap_or("").to_owned(), span };
        self.check_keyword(&name, place);
        name
    }

    /// An empty name at the current place, for what was not written.
    pub(super) fn missing_name(&self) -> Name {
        Name { text: String::new(), span: self.empty_span() }
    }

    /// `['name']` or `["name"]`, if one is here.
    pub(super) fn bracketed_name(&mut self) -> Option<Name> {
        let length = self.bracketed_name_length(0)?;
        let start = self.token().start();
        self.bump();
        let text = self.string_tokens().value;
        debug_assert!(length >= 3, "two brackets and a string");
        self.expect(TokenKind::CloseBracket);
        let span = self.span_from(start);
        if text.is_empty() {
            self.report(Diagnostic::error(Some(code::MISSING_EXPRESSION), span, "a name is not empty"));
        }
        Some(Name { text, span })
    }

    /// How many tokens the bracketed name `ahead` takes, if there is one.
    pub(super) fn bracketed_name_length(&self, ahead: usize) -> Option<usize> {
        if self.nth_kind(ahead) != TokenKind::OpenBracket || self.nth_kind(ahead + 1) != TokenKind::String {
            return None;
        }
        let mut length = 2;
        while self.nth_kind(ahead + length) == TokenKind::String {
            length += 1;
        }
        (self.nth_kind(ahead + length) == TokenKind::CloseBracket).then_some(length + 1)
    }

    /// How many tokens the name `ahead` takes, bracketed or not, if there is one.
    pub(super) fn name_length(&self, ahead: usize) -> Option<usize> {
        if self.nth_kind(ahead) == TokenKind::Word { Some(1) } else { self.bracketed_name_length(ahead) }
    }

    /// Reports a keyword that needs brackets to be a name here.
    pub(super) fn check_keyword(&mut self, name: &Name, place: Place) {
        if !keyword::needs_brackets(&name.text, place) {
            return;
        }
        let message = format!("the keyword `{}` needs brackets to be a name", name.text);
        self.report(
            Diagnostic::error(Some(code::KEYWORD_AS_NAME), name.span, message)
                .with_hint(format!("write ['{}']", name.text)),
        );
    }

    /// A name of which parts may be `*`, if one is here; and whether a part is.
    pub(super) fn wildcard_name(&mut self) -> Option<(Name, bool)> {
        if let Some(name) = self.bracketed_name() {
            return Some((name, false));
        }
        let part = |kind| {
            matches!(kind, TokenKind::Word | TokenKind::Star | TokenKind::Integer | TokenKind::Timespan)
        };
        let start = self.token();
        if !matches!(start.kind, TokenKind::Word | TokenKind::Star) {
            return None;
        }
        let mut wild = self.bump().kind == TokenKind::Star;
        while part(self.kind()) && self.touches(0) {
            wild |= self.bump().kind == TokenKind::Star;
        }
        let span = self.span_from(start.start());
        let name = Name { text: self.text.get(span.start..span.end).unwrap_or("").to_owned(), span };
        if !wild {
            self.check_keyword(&name, Place::Elsewhere);
        }
        Some((name, wild))
    }

    /// The name of a type.
    pub(super) fn type_name(&mut self) -> KustoType {
        let word = self.word();
        if let Ok(kind) = word.parse() {
            self.bump();
            return kind;
        }
        if word.is_empty() {
            self.error_expected(code::MISSING_EXPRESSION, "a type");
            return KustoType::Dynamic;
        }
        let span = self.bump().span();
        let known = KustoType::ALL.map(KustoType::name);
        let near = match word.to_ascii_lowercase().as_str() {
            "float" | "number" => Some("real"),
            "integer" | "int16" | "short" | "uint16" | "byte" | "int8" | "uint8" => Some("int"),
            "bigint" | "uint" | "uint32" | "uint64" | "ulong" => Some("long"),
            "str" | "varchar" | "text" | "char" => Some("string"),
            "timestamp" => Some("datetime"),
            "interval" | "duration" => Some("timespan"),
            "uuid" => Some("guid"),
            "json" | "object" | "array" | "bag" => Some("dynamic"),
            _ => nearest(word, known),
        };
        let hint = match near {
            Some(near) => format!("did you mean {near}?"),
            None => format!("types are {}", known.join(", ")),
        };
        let message = format!("`{word}` is not a type");
        self.report(Diagnostic::error(Some(code::TYPE_NAME), span, message).with_hint(hint));
        KustoType::Dynamic
    }

    /// `(name: type, …)`.
    pub(super) fn column_declarations(&mut self) -> Vec<ColumnDeclaration> {
        self.bracketed(TokenKind::OpenParen, |p| p.list(TokenKind::CloseParen, Self::column_declaration))
    }

    /// `name: type`.
    pub(super) fn column_declaration(&mut self) -> ColumnDeclaration {
        let name = self.name(Place::Column, "a column name");
        let kind = if self.expect(TokenKind::Colon) { self.type_name() } else { KustoType::Dynamic };
        ColumnDeclaration { name, kind }
    }

    /// Items between commas up to a closing bracket, which is left. No items is a list, too.
    pub(super) fn list<T>(&mut self, closer: TokenKind, mut item: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let mut items = Vec::new();
        if self.at(closer) {
            return items;
        }
        loop {
            let before = self.at;
            items.push(self.beside(&mut item));
            if self.eat(TokenKind::Comma) {
                continue;
            }
            if self.at(closer) || self.at_step_end() {
                return items;
            }
            self.error_expected(code::EXPECTED, &format!("`,` or {}", closer.expected()));
            // An item that begins here lacks its comma; anything else is in the way.
            if !self.begins_item() || self.at == before {
                self.skip_item();
                if !self.eat(TokenKind::Comma) {
                    // That the closing bracket is missing was said.
                    self.reported_at = Some(self.at);
                    return items;
                }
            }
        }
    }

    /// Whether an item of a list may begin with the current token.
    pub(super) fn begins_item(&self) -> bool {
        matches!(
            self.kind(),
            TokenKind::Word
                | TokenKind::Integer
                | TokenKind::Real
                | TokenKind::Timespan
                | TokenKind::String
                | TokenKind::Typed
                | TokenKind::OpenParen
        )
    }
}
