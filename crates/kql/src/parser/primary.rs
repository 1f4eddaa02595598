//! Operands: literals, names, calls, brackets, and what is attached to them by `.` and `[…]`.

use super::Parser;
use crate::ast::{Call, Expr, ExprKind, Literal, Name, NamedExpr, OutputSchema};
use crate::diagnostic::{Diagnostic, code};
use crate::keyword::{self, Place};
use crate::literal;
use crate::token::TokenKind;

impl Parser<'_> {
    /// An operand with its members and indexes.
    pub(super) fn postfix(&mut self) -> Expr {
        let start = self.token().start();
        let mut base = self.primary();
        while matches!(self.kind(), TokenKind::Dot | TokenKind::OpenBracket) {
            base = self.postfix_step(base, start);
        }
        base
    }

    /// One member or index of an operand that began at `start`.
    pub(super) fn postfix_step(&mut self, base: Expr, start: usize) -> Expr {
        let fits = self.grow(1);
        let kind = if self.at(TokenKind::Dot) { self.member(base) } else { self.index(base) };
        if fits { Expr { kind, span: self.span_from(start) } } else { self.missing() }
    }

    /// `.name`, `.['name']` or `.function(…)`.
    fn member(&mut self, base: Expr) -> ExprKind {
        self.bump();
        let base = Box::new(base);
        if let Some(member) = self.bracketed_name() {
            return self.member_or_call(base, member);
        }
        if self.at(TokenKind::OpenBracket) {
            // `a.[b]` is `a[b]`.
            return self.index(*base);
        }
        if !self.at(TokenKind::Word) {
            let message = format!("expected a name behind `.`, found {}", self.found());
            let mut diagnostic = Diagnostic::error(Some(code::MISSING_EXPRESSION), self.place(), message);
            if self.at(TokenKind::Integer) && self.touches(0) {
                diagnostic = diagnostic
                    .with_hint(format!("an element of an array is [{}]", self.text_of(self.token())));
                self.error_here(diagnostic);
                self.bump();
            } else {
                self.error_here(diagnostic);
            }
            return ExprKind::Member { base, member: self.missing_name() };
        }
        let member = self.word_name();
        self.member_or_call(base, member)
    }

    fn member_or_call(&mut self, base: Box<Expr>, member: Name) -> ExprKind {
        if self.at(TokenKind::OpenParen) {
            return ExprKind::MemberCall { base, call: self.call(member) };
        }
        ExprKind::Member { base, member }
    }

    /// `[index]`.
    fn index(&mut self, base: Expr) -> ExprKind {
        let base = Box::new(base);
        let index = self.deeper(|p| p.bracketed(TokenKind::OpenBracket, Self::expression));
        let index = index.unwrap_or_else(|| self.skipped());
        ExprKind::Index { base, index: Box::new(index) }
    }

    /// A literal, a name, a call, or brackets.
    pub(super) fn primary(&mut self) -> Expr {
        let start = self.token().start();
        let kind = match self.kind() {
            TokenKind::Integer | TokenKind::Real => self.number(),
            TokenKind::Timespan => self.timespan(),
            TokenKind::String => ExprKind::Literal(Literal::String(self.string_tokens())),
            TokenKind::Typed => ExprKind::Literal(self.typed_token()),
            TokenKind::Word => self.word_operand(),
            TokenKind::OpenParen => self.paren(),
            TokenKind::OpenBracket => match self.bracketed_name() {
                Some(name) if self.at(TokenKind::OpenParen) => ExprKind::Call(self.call(name)),
                Some(name) => ExprKind::Name(name),
                None => self.error_array(),
            },
            TokenKind::Star if self.star_stands() => {
                self.bump();
                ExprKind::Star
            }
            TokenKind::OpenBrace | TokenKind::Less if self.placeholder() => ExprKind::Missing,
            _ => self.error_operand(),
        };
        Expr { kind, span: self.span_from(start) }
    }

    /// Whether `*` here stands for all columns, and is not a slip.
    fn star_stands(&self) -> bool {
        matches!(
            self.nth_kind(1),
            TokenKind::CloseParen
                | TokenKind::Comma
                | TokenKind::EqualEqual
                | TokenKind::NotEqual
                | TokenKind::EqualTilde
                | TokenKind::NotTilde
                | TokenKind::NotWord
                | TokenKind::Colon
        ) || keyword::is_infix(self.nth_word(1))
    }

    /// The current word as a name.
    pub(super) fn word_name(&mut self) -> Name {
        let token = self.bump();
        Name { text: self.text_of(token).to_owned(), span: token.span() }
    }

    fn word_operand(&mut self) -> ExprKind {
        let word = self.word();
        let next = self.nth_kind(1);
        match (word, next) {
            ("true" | "True" | "TRUE", _) => {
                self.bump();
                ExprKind::Literal(Literal::Bool(Some(true)))
            }
            ("false" | "False" | "FALSE", _) => {
                self.bump();
                ExprKind::Literal(Literal::Bool(Some(false)))
            }
            ("dynamic", TokenKind::OpenParen) => self.dynamic(),
            ("typeof", TokenKind::OpenParen) => self.type_of(),
            ("datatable", TokenKind::OpenParen) => self.datatable(),
            ("externaldata" | "external_data", TokenKind::OpenParen) => self.external_data(),
            ("entity_group", TokenKind::OpenBracket) | ("inline_external_table", TokenKind::OpenParen) => {
                self.unsupported_source()
            }
            ("toscalar" | "totable" | "materialize", TokenKind::OpenParen) => {
                let name = self.word_name();
                ExprKind::Call(self.call_of_pipeline(name))
            }
            _ => self.name_or_call(),
        }
    }

    fn name_or_call(&mut self) -> ExprKind {
        let word = self.word();
        let call = self.nth_kind(1) == TokenKind::OpenParen;
        if keyword::needs_brackets(word, Place::Elsewhere) {
            // A clause or an operator that begins here means that the operand before it is missing.
            let looks_called = call && (!keyword::is_infix(word) || is_text_operator(word));
            if !looks_called && (keyword::is_infix(word) || self.nth_begins_operand(1)) {
                return self.error_operand();
            }
            let name = self.word_name();
            if call {
                self.error_keyword_called(&name);
                return ExprKind::Call(self.call(name));
            }
            self.check_keyword(&name, Place::Elsewhere);
            return ExprKind::Name(name);
        }
        let name = self.word_name();
        if call { ExprKind::Call(self.call(name)) } else { ExprKind::Name(name) }
    }

    /// Whether the token `ahead` can only be the start of an operand.
    fn nth_begins_operand(&self, ahead: usize) -> bool {
        match self.nth_kind(ahead) {
            TokenKind::Word => !keyword::is_infix(self.nth_word(ahead)),
            TokenKind::Integer
            | TokenKind::Real
            | TokenKind::Timespan
            | TokenKind::String
            | TokenKind::Typed
            | TokenKind::OpenParen => true,
            _ => false,
        }
    }

    fn error_keyword_called(&mut self, name: &Name) {
        let word = &name.text;
        let message = format!("`{word}` is a keyword, not a function");
        let mut diagnostic = Diagnostic::error(Some(code::KEYWORD_AS_NAME), name.span, message);
        if keyword::is_infix(word) {
            diagnostic = diagnostic.with_hint(format!("it stands between its operands: a {word} b"));
        } else if word.parse::<weir_value::KustoType>().is_ok() {
            diagnostic = diagnostic.with_hint(format!("to{word}(…) converts a value"));
        }
        self.report(diagnostic);
    }

    /// `(arguments)` of a function whose name was read.
    pub(super) fn call(&mut self, name: Name) -> Call {
        let closed = self.is_closed();
        let arguments = self.deeper(|p| {
            p.bracketed(TokenKind::OpenParen, |p| {
                let arguments = p.list(TokenKind::CloseParen, Self::named_item);
                if closed && p.at(TokenKind::Bar) {
                    p.error_pipeline_argument(&name);
                }
                arguments
            })
        });
        Call { name, arguments: arguments.unwrap_or_else(|| self.skip_call()) }
    }

    /// Whether the bracket here has its partner.
    pub(super) fn is_closed(&self) -> bool {
        self.token().link != crate::token::UNPAIRED
    }

    fn error_pipeline_argument(&mut self, name: &Name) {
        let message = format!("expected `)`, found {}", self.found());
        self.error_here(
            Diagnostic::error(Some(code::EXPECTED), self.place(), message).with_hint(format!(
                "a pipeline as an argument has brackets of its own: {}((T | …))",
                name.text
            )),
        );
    }

    /// `(arguments)` of a function that takes a pipeline without brackets of its own.
    fn call_of_pipeline(&mut self, name: Name) -> Call {
        let arguments = self.deeper(|p| {
            p.bracketed(TokenKind::OpenParen, |p| {
                p.list(TokenKind::CloseParen, |p| NamedExpr { names: Vec::new(), value: p.pipeline() })
            })
        });
        Call { name, arguments: arguments.unwrap_or_else(|| self.skip_call()) }
    }

    fn skip_call(&mut self) -> Vec<NamedExpr> {
        self.skip_one();
        Vec::new()
    }

    /// `(…)` around an expression or a pipeline.
    fn paren(&mut self) -> ExprKind {
        let closed = self.is_closed();
        let inner = self.deeper(|p| {
            p.bracketed(TokenKind::OpenParen, |p| {
                // Without its closing bracket, a bar more likely goes on with the pipeline outside.
                if closed || p.at_source_operator() { p.pipeline() } else { p.expression() }
            })
        });
        match inner {
            Some(inner) => ExprKind::Paren(Box::new(inner)),
            None => {
                self.skip_one();
                ExprKind::Missing
            }
        }
    }

    /// `typeof(type)` or `typeof(columns)`.
    fn type_of(&mut self) -> ExprKind {
        self.bump();
        let columns = self.nth_kind(1) == TokenKind::Star || self.nth_kind(2) == TokenKind::Colon;
        if columns {
            return ExprKind::TypeOfTable(self.output_schema());
        }
        ExprKind::TypeOf(self.bracketed(TokenKind::OpenParen, Self::type_name))
    }

    /// `(column: type, …)` with an optional `*` at either end.
    pub(super) fn output_schema(&mut self) -> OutputSchema {
        use crate::ast::StarPlace;
        self.bracketed(TokenKind::OpenParen, |p| {
            let mut schema = OutputSchema { columns: Vec::new(), star: None };
            if p.eat(TokenKind::Star) {
                schema.star = Some(StarPlace::First);
                if !p.eat(TokenKind::Comma) {
                    return schema;
                }
            }
            let columns = p.list(TokenKind::CloseParen, |p| {
                let last = p.at(TokenKind::Star) && p.nth_kind(1) == TokenKind::CloseParen;
                if last {
                    p.bump();
                    return None;
                }
                Some(p.column_declaration())
            });
            if columns.last().is_some_and(Option::is_none) && schema.star.is_none() {
                schema.star = Some(StarPlace::Last);
            }
            schema.columns = columns.into_iter().flatten().collect();
            schema
        })
    }

    /// `{name}` or `<name>`, as templates write what is to be filled in; whether there is one.
    fn placeholder(&mut self) -> bool {
        let closer = if self.at(TokenKind::OpenBrace) { TokenKind::CloseBrace } else { TokenKind::Greater };
        const WORDS_MAX: usize = 6;
        let Some(length) = (1..=WORDS_MAX + 1).find(|&ahead| self.nth_kind(ahead) != TokenKind::Word) else {
            return false;
        };
        if length == 1 || self.nth_kind(length) != closer {
            return false;
        }
        let start = self.token().start();
        let at = self.at;
        for _ in 0..=length {
            self.bump();
        }
        if self.reported_at != Some(at) {
            let span = self.span_from(start);
            let shown = self.text.get(span.start..span.end).unwrap_or("");
            let message = format!("the placeholder `{}` is not filled in", literal::excerpt(shown));
            self.report(
                Diagnostic::error(Some(code::PLACEHOLDER), span, message)
                    .with_hint("write a value in its place"),
            );
        }
        true
    }

    /// `[1, 2]`, which other languages have.
    fn error_array(&mut self) -> ExprKind {
        let message = format!("expected an expression, found {}", self.found());
        self.error_here(
            Diagnostic::error(Some(code::MISSING_EXPRESSION), self.place(), message)
                .with_hint("an array is dynamic([1, 2]) or pack_array(a, b); a name in brackets is ['a b']"),
        );
        self.skip_one();
        ExprKind::Missing
    }

    /// Reports that an operand is missing here.
    pub(super) fn error_operand(&mut self) -> ExprKind {
        if !self.listens() {
            return ExprKind::Missing;
        }
        let message = format!("expected an expression, found {}", self.found());
        let mut diagnostic = Diagnostic::error(Some(code::MISSING_EXPRESSION), self.place(), message);
        let word = self.word();
        if keyword::needs_brackets(word, Place::Elsewhere) {
            diagnostic = diagnostic.with_hint(format!("a column of this name is ['{word}']"));
        } else if self.at(TokenKind::Star) {
            diagnostic.code = Some(code::STAR);
            diagnostic.message = "`*` does not stand for all columns here".to_owned();
            diagnostic = diagnostic.with_hint("name the columns");
        }
        self.error_here(diagnostic);
        if self.at(TokenKind::Star) && !self.nth_begins_operand(1) {
            // Else it would be read as a product without a left side.
            self.bump();
            self.reported_at = Some(self.at);
        }
        ExprKind::Missing
    }

    /// An expression that was not written.
    pub(super) fn missing(&self) -> Expr {
        Expr { kind: ExprKind::Missing, span: self.empty_span() }
    }

    /// Skips brackets that are nested too deeply.
    pub(super) fn skipped(&mut self) -> Expr {
        self.skip_one();
        self.missing()
    }
}

/// Whether a word is an operator on text that is easily taken for a function.
fn is_text_operator(word: &str) -> bool {
    ["has", "contains", "startswith", "endswith", "like", "not"].iter().any(|stem| word.starts_with(stem))
        && !matches!(word, "has_any" | "has_all")
}
