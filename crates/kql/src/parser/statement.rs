//! Statements and what separates them.

use super::Parser;
use crate::ast::{Expr, Name, Query, Span, Statement, StatementKind};
use crate::diagnostic::{Diagnostic, code};
use crate::keyword::Place;
use crate::token::TokenKind;

impl Parser<'_> {
    /// The whole text.
    pub(super) fn query(&mut self) -> Query {
        Query { statements: self.statements(TokenKind::End) }
    }

    /// Statements between semicolons, up to `end`, which is left.
    pub(super) fn statements(&mut self, end: TokenKind) -> Vec<Statement> {
        let mut statements = Vec::new();
        loop {
            while self.at(TokenKind::Semicolon) || self.at_directive() {
                self.no_statement();
            }
            if self.at(end) || self.at(TokenKind::End) || self.closes_open() {
                return statements;
            }
            let before = self.at;
            statements.push(self.beside(Self::statement));
            if self.at(end) || self.eat(TokenKind::Semicolon) {
                continue;
            }
            if self.at != before && self.at_next_statement_here() {
                self.error_expected(code::EXPECTED, "`;`");
                continue;
            }
            if !self.closes_open() && !self.at(TokenKind::End) {
                self.error_leftover();
            }
            if self.at == before || self.kind().is_closer() && !self.closes_open() {
                self.skip_one();
            }
            // What is left of a broken statement is read as steps that belong to nothing.
            while self.at(TokenKind::Bar) {
                self.bump();
                self.skip_step();
            }
        }
    }

    /// A semicolon with nothing before it, or a directive.
    fn no_statement(&mut self) {
        if self.at_directive() {
            return self.directive();
        }
        let span = self.bump().span();
        self.report(
            Diagnostic::warning(Some(code::LEFTOVER), span, "a semicolon without a statement")
                .with_hint("other Kusto tools refuse it: remove it"),
        );
    }

    /// Whether a statement can only begin here.
    pub(super) fn at_statement_keyword(&self) -> bool {
        let next = self.nth_word(1);
        match self.word() {
            "let" => self.name_length(1).is_some_and(|length| self.nth_kind(1 + length) == TokenKind::Assign),
            "set" => !next.is_empty() && !crate::keyword::is_infix(next),
            "declare" => matches!(next, "query_parameters" | "pattern"),
            "alias" => next == "database",
            "restrict" => next == "access",
            _ => false,
        }
    }

    fn at_next_statement_here(&self) -> bool {
        self.at_statement_keyword()
            || self.on_new_line()
                && matches!(self.kind(), TokenKind::Word | TokenKind::OpenBracket | TokenKind::OpenParen)
    }

    pub(super) fn statement(&mut self) -> Statement {
        let start = self.token().start();
        let kind = match self.word() {
            "let" if self.begins_let() => self.let_statement(),
            _ if self.at_statement_keyword() => self.keyword_statement(),
            _ if self.at(TokenKind::Dot) => self.management_command(),
            _ => StatementKind::Expression(self.pipeline()),
        };
        Statement { kind, span: self.span_from(start) }
    }

    fn begins_let(&self) -> bool {
        self.name_length(1).is_some() && !crate::keyword::is_infix(self.nth_word(1))
            || matches!(
                self.nth_kind(1),
                TokenKind::Assign | TokenKind::Integer | TokenKind::String | TokenKind::Typed
            )
    }

    /// `let name = value`.
    fn let_statement(&mut self) -> StatementKind {
        self.bump();
        let name = self.name(Place::Elsewhere, "a name");
        let in_let = std::mem::replace(&mut self.in_let, true);
        if !self.at(TokenKind::Assign) {
            self.error_let(&name);
            if !self.begins_let_value() {
                self.skip_statement();
                self.in_let = in_let;
                return StatementKind::Let { name, value: self.missing() };
            }
        }
        self.eat(TokenKind::Assign);
        let value = if self.at_function() { self.let_function() } else { self.pipeline() };
        self.in_let = in_let;
        StatementKind::Let { name, value }
    }

    fn let_function(&mut self) -> Expr {
        let start = self.token().start();
        let kind = self.function();
        Expr { kind, span: self.span_from(start) }
    }

    fn error_let(&mut self, name: &Name) {
        let message = format!("expected `=`, found {}", self.found());
        let mut diagnostic = Diagnostic::error(Some(code::EXPECTED), self.place(), message);
        if self.at(TokenKind::OpenParen) {
            diagnostic = diagnostic.with_hint(format!("write let {} = (x:long) {{ … }}", name.text));
        }
        self.error_here(diagnostic);
    }

    /// Whether the value of a `let` stands here, though its `=` does not.
    fn begins_let_value(&self) -> bool {
        let partner = self.token().link as usize;
        let behind = self.tokens.get(partner.saturating_add(1)).map(|token| token.kind);
        match self.kind() {
            TokenKind::OpenParen if self.at_function() => behind == Some(TokenKind::OpenBrace),
            _ => self.begins_item(),
        }
    }

    fn keyword_statement(&mut self) -> StatementKind {
        match self.word() {
            "let" => self.let_statement(),
            "set" => self.set_statement(),
            "declare" if self.nth_word(1) == "query_parameters" => {
                self.bump();
                self.bump();
                StatementKind::QueryParameters(self.parameters())
            }
            "alias" | "declare" => self.unsupported_statement(2),
            _ => self.unsupported_statement(3),
        }
    }

    /// `set option` or `set option = value`.
    fn set_statement(&mut self) -> StatementKind {
        self.bump();
        let option = self.property_name();
        let value = self.eat(TokenKind::Assign).then(|| self.property_value());
        StatementKind::Set { option, value }
    }

    /// A statement that is read whole and not looked into.
    fn unsupported_statement(&mut self, words: usize) -> StatementKind {
        let start = self.token().start();
        for _ in 0..words {
            if self.at(TokenKind::Word) {
                self.bump();
            }
        }
        let span = self.span_from(start);
        let leading = self.text.get(span.start..span.end).unwrap_or("");
        let name = Name { text: leading.split_whitespace().collect::<Vec<_>>().join(" "), span };
        self.skip_statement();
        let Span { start, end } = self.span_from(start);
        StatementKind::Unsupported { name, text: self.text.get(start..end).unwrap_or("").to_owned() }
    }

    /// `.show tables`: no query.
    fn management_command(&mut self) -> StatementKind {
        let start = self.token().start();
        let end = if self.nth_kind(1) == TokenKind::Word { self.nth(1).end() } else { self.token().end() };
        let span = Span { start, end };
        let message =
            format!("`{}` is a management command, not a query", self.text.get(start..end).unwrap_or(""));
        self.error_here(
            Diagnostic::error(Some(code::LEFTOVER), span, message)
                .with_hint("a text that begins with a dot goes to the management endpoint of Kusto"),
        );
        self.skip_statement();
        StatementKind::Missing
    }

    /// Whether a line of an interactive client begins here, such as `#connect`.
    fn at_directive(&self) -> bool {
        self.at(TokenKind::Unknown) && self.text_of(self.token()).starts_with('#')
    }

    fn directive(&mut self) {
        let span = self.token().span();
        // The lexer called the character unexpected; that it begins a directive says more.
        self.diagnostics.retain(|diagnostic| diagnostic.span != span);
        self.report(
            Diagnostic::error(
                Some(code::DIRECTIVE),
                span,
                "lines with `#` are directives of interactive clients",
            )
            .with_hint("remove the line"),
        );
        self.bump();
        while !self.at(TokenKind::End) && !self.on_new_line() {
            self.bump();
        }
    }

    fn skip_statement(&mut self) {
        while !matches!(self.kind(), TokenKind::Semicolon | TokenKind::End) && !self.closes_open() {
            self.skip_one();
        }
    }
}
