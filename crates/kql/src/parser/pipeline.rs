//! `source | operator | operator`.

use super::Parser;
use super::operators::{self, Place};
use crate::ast::{Expr, ExprKind, Name, Operator, OperatorKind, Span, Statement, Subquery};
use crate::diagnostic::{Diagnostic, code};
use crate::keyword;
use crate::nearest;
use crate::token::TokenKind;

impl<'t> Parser<'t> {
    /// An expression, and the steps behind it if there are any.
    pub(super) fn pipeline(&mut self) -> Expr {
        let start = self.token().start();
        let source = self.source();
        let operators = self.steps();
        if operators.is_empty() {
            return source;
        }
        let kind = ExprKind::Pipe { source: Box::new(source), operators };
        Expr { kind, span: self.span_from(start) }
    }

    /// What a pipeline begins with.
    fn source(&mut self) -> Expr {
        if self.at_source_operator() {
            let operator = self.step();
            let span = operator.span;
            return Expr { kind: ExprKind::Source(Box::new(operator)), span };
        }
        if self.at_misplaced_operator() {
            let (name, _) = self.operator_name();
            let span = Span { start: self.token().start(), end: self.token().start() + name.len() };
            let message = format!("the operator `{name}` cannot begin a query");
            self.error_here(
                Diagnostic::error(Some(code::NOT_FIRST), span, message)
                    .with_hint("write a table and `|` before it"),
            );
            let operators = vec![self.step()];
            let kind = ExprKind::Pipe { source: Box::new(self.missing()), operators };
            return Expr { kind, span: self.span_from(span.start) };
        }
        if self.at(TokenKind::Bar) {
            let message = format!("expected a table, found {}", self.found());
            self.error_here(
                Diagnostic::error(Some(code::MISSING_EXPRESSION), self.place(), message)
                    .with_hint("a query begins with a table or with an operator such as print"),
            );
            return self.missing();
        }
        self.expression()
    }

    /// Whether an operator that makes its own rows begins here.
    pub(super) fn at_source_operator(&self) -> bool {
        let (name, tokens) = self.operator_name();
        operators::find(name).is_some_and(|operator| operator.place != Place::Step)
            && self.begins_operands(tokens, name)
    }

    /// Whether an operator begins here that needs a table before it.
    fn at_misplaced_operator(&self) -> bool {
        let (name, tokens) = self.operator_name();
        operators::find(name).is_some()
            && (self.begins_operands(tokens, name)
                && !matches!(
                    self.nth_kind(tokens),
                    TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::End
                ))
    }

    /// Whether what follows an operator's name is an operand, so that the name is not that of a table.
    fn begins_operands(&self, tokens: usize, name: &str) -> bool {
        match self.nth_kind(tokens) {
            TokenKind::OpenParen => matches!(name, "union" | "print" | "search" | "find" | "macro-expand"),
            TokenKind::Word => match self.nth_word(tokens) {
                _ if self.nth_kind(tokens + 1) == TokenKind::Assign => true,
                "in" => matches!(name, "search" | "find"),
                word => !keyword::is_infix(word),
            },
            // `count["a"]` is an element of a column.
            TokenKind::OpenBracket => !self.touches(tokens),
            TokenKind::String
            | TokenKind::Integer
            | TokenKind::Real
            | TokenKind::Timespan
            | TokenKind::Typed
            | TokenKind::OpenBrace => true,
            TokenKind::Plus | TokenKind::Minus => name == "print",
            TokenKind::Star => matches!(name, "union" | "search" | "find"),
            TokenKind::End => matches!(name, "print" | "union" | "search" | "find"),
            _ => false,
        }
    }

    /// The operator name here and the number of its tokens. Parts between hyphens belong to one name.
    pub(super) fn operator_name(&self) -> (&'t str, usize) {
        const PARTS_MAX: usize = 4;
        if !self.at(TokenKind::Word) {
            return ("", 0);
        }
        let mut tokens = 1;
        for _ in 1..PARTS_MAX {
            let joined = self.nth_kind(tokens) == TokenKind::Minus
                && self.nth_kind(tokens + 1) == TokenKind::Word
                && self.touches(tokens)
                && self.touches(tokens + 1);
            if !joined {
                break;
            }
            tokens += 2;
        }
        (self.text.get(self.token().start()..self.nth(tokens - 1).end()).unwrap_or(""), tokens)
    }

    /// The steps behind a source, each with its bar.
    pub(super) fn steps(&mut self) -> Vec<Operator> {
        let mut steps = Vec::new();
        loop {
            if self.eat(TokenKind::Bar) {
                let step = self.beside(Self::step);
                self.check_place(&step);
                steps.push(step);
            } else if self.at_step_end() || self.at_item_end() {
                return steps;
            } else if self.at_operator() {
                let (name, _) = self.operator_name();
                let message = format!("expected `|` before `{name}`");
                self.error_here(
                    Diagnostic::error(Some(code::EXPECTED), self.place(), message)
                        .with_hint("each step of a pipeline begins with a bar"),
                );
                steps.push(self.beside(Self::step));
            } else if self.at_next_statement() {
                return steps;
            } else {
                self.error_leftover();
                self.skip_step();
            }
        }
    }

    /// Whether a comma here separates this pipeline from the next item of a list.
    fn at_item_end(&self) -> bool {
        self.at(TokenKind::Comma) && self.open.last().is_some_and(|closer| *closer != TokenKind::CloseBrace)
    }

    fn at_operator(&self) -> bool {
        let (name, _) = self.operator_name();
        // Behind a `let`, `union A, B` on a line of its own is the query, not a step.
        let next_statement = self.in_let && self.on_new_line() && self.at_source_operator();
        operators::find(name).is_some() && !next_statement
    }

    /// Whether a statement begins here whose predecessor lacks its semicolon.
    fn at_next_statement(&self) -> bool {
        let at_statement_level = self.open.last().is_none_or(|closer| *closer == TokenKind::CloseBrace);
        at_statement_level
            && (self.at_statement_keyword()
                || self.on_new_line()
                    && (matches!(self.kind(), TokenKind::Word | TokenKind::OpenBracket)
                        || self.in_let && self.at(TokenKind::OpenParen)))
    }

    /// One operator, its bar read.
    pub(super) fn step(&mut self) -> Operator {
        let start = self.token().start();
        let (text, tokens) = self.operator_name();
        let name = Name { text: text.to_owned(), span: Span { start, end: start + text.len() } };
        let kind = match operators::find(&name.text) {
            Some(operator) => {
                for _ in 0..tokens {
                    self.bump();
                }
                (operator.parse)(self, &name)
            }
            None => self.unknown_operator(&name, tokens),
        };
        Operator { kind, span: self.span_from(start) }
    }

    fn unknown_operator(&mut self, name: &Name, tokens: usize) -> OperatorKind {
        let mut diagnostic = if tokens == 0 {
            let message = format!("expected an operator, found {}", self.found());
            Diagnostic::error(Some(code::OPERATOR_EXPECTED), self.place(), message)
        } else {
            let message = format!("`{}` is not an operator", name.text);
            Diagnostic::error(Some(code::OPERATOR_EXPECTED), name.span, message)
        };
        if self.at(TokenKind::Bar) && self.touches(0) {
            diagnostic = diagnostic.with_hint("write `or` between conditions, or one bar before a step");
            self.error_here(diagnostic);
            self.bump();
            self.skip_step();
            return OperatorKind::Missing;
        }
        if let Some(near) = operator_meant(&name.text) {
            diagnostic = diagnostic.with_hint(format!("did you mean {near}?"));
        }
        self.error_here(diagnostic);
        self.skip_step();
        OperatorKind::Missing
    }

    /// Reports an operator that makes its own rows and stands behind a bar.
    fn check_place(&mut self, step: &Operator) {
        let name = match step.kind {
            OperatorKind::Print { .. } => "print",
            OperatorKind::Range { .. } => "range",
            _ => return,
        };
        let span = Span { start: step.span.start, end: step.span.start + name.len() };
        let message = format!("`{name}` can only begin a query");
        self.report(Diagnostic::error(Some(code::ONLY_FIRST), span, message));
    }

    /// Reports what cannot go on with the step before it.
    pub(super) fn error_leftover(&mut self) {
        if !self.listens() {
            return;
        }
        let message = if self.kind().is_closer() {
            format!("{} closes nothing", self.found())
        } else {
            format!("expected `|` or `;`, found {}", self.found())
        };
        let hint = self.leftover_hint();
        let mut diagnostic = Diagnostic::error(Some(code::LEFTOVER), self.place(), message);
        diagnostic.hint = hint;
        self.error_here(diagnostic);
    }

    fn leftover_hint(&self) -> Option<String> {
        let line_start =
            self.text.get(..self.token().start()).and_then(|text| text.rfind('\n')).map_or(0, |at| at + 1);
        let line = self.text.get(line_start..self.token().start()).unwrap_or("");
        let before = self.at.checked_sub(1).map_or("", |at| self.text_of(self.tokens[at]));
        let word = self.word();
        let lower = word.to_ascii_lowercase();
        let sql = self.text_of(self.tokens[0]).eq_ignore_ascii_case("select");
        if self.at(TokenKind::Assign) && before.ends_with(['"', '\'']) {
            Some(format!("a name is written [{before}]"))
        } else if self.at(TokenKind::OpenBrace) && self.in_let {
            Some("a function gives each parameter a type: (x:long) { … }".to_owned())
        } else if word == "not" && keyword::is_infix(self.nth_word(1)) {
            Some(format!("write !{}", self.nth_word(1)))
        } else if line.contains("-- ") {
            Some("comments begin with `//`".to_owned())
        } else if before == "not" {
            Some("`not` is a function: write not(…)".to_owned())
        } else if lower == "is" {
            Some("write isnull(…), isnotnull(…), isempty(…) or isnotempty(…)".to_owned())
        } else if lower != word && (keyword::is_infix(&lower) || operators::find(&lower).is_some()) {
            Some(format!("keywords are written in lower case: {lower}"))
        } else if sql {
            Some("this looks like SQL; a KQL query begins with a table: T | project a, b".to_owned())
        } else {
            None
        }
    }

    /// `(operator | …)` or `{ … }`, with lets before it, and with a source where one is allowed.
    pub(super) fn subquery(&mut self, source_allowed: bool) -> Subquery {
        let start = self.token().start();
        let open = if self.at(TokenKind::OpenBrace) { TokenKind::OpenBrace } else { TokenKind::OpenParen };
        let source_allowed = source_allowed || open == TokenKind::OpenBrace;
        let read = self.deeper(|p| p.bracketed(open, |p| p.subquery_inside(source_allowed)));
        let (statements, source, operators) = read.unwrap_or_else(|| {
            self.skip_one();
            Default::default()
        });
        Subquery { statements, source, operators, span: self.span_from(start) }
    }

    fn subquery_inside(&mut self, source_allowed: bool) -> (Vec<Statement>, Option<Expr>, Vec<Operator>) {
        let in_let = std::mem::replace(&mut self.in_let, false);
        let mut statements = Vec::new();
        while self.at_word("let") && self.name_length(1).is_some() {
            statements.push(self.statement());
            self.expect(TokenKind::Semicolon);
        }
        let mut source = None;
        let mut operators = Vec::new();
        let (name, _) = self.operator_name();
        if operators::find(name).is_some() && !source_allowed {
            operators.push(self.step());
        } else if source_allowed {
            source = Some(self.source());
        } else {
            let (_, tokens) = self.operator_name();
            let message = format!("expected an operator, found {}", self.found());
            self.error_here(
                Diagnostic::error(Some(code::OPERATOR_EXPECTED), self.place(), message)
                    .with_hint("the rows come from outside: begin with an operator such as where"),
            );
            if tokens > 0 {
                source = Some(self.source());
            }
        }
        operators.extend(self.steps());
        self.in_let = in_let;
        (statements, source, operators)
    }
}

/// The operator that a name was meant to be, by its spelling or from another query language.
fn operator_meant(name: &str) -> Option<&'static str> {
    nearest(name, super::operator_names()).or_else(|| {
        Some(match name.to_ascii_lowercase().as_str() {
            "select" | "fields" | "columns" => "project",
            "group" | "groupby" | "aggregate" | "stats" => "summarize",
            "orderby" => "sort by",
            "having" => "where",
            "rename" => "project-rename",
            "drop" => "project-away",
            "keep" => "project-keep",
            "eval" | "compute" | "let" => "extend",
            "head" => "take",
            "dedup" | "unique" => "distinct",
            "explode" | "unnest" => "mv-expand",
            "rex" => "parse",
            _ => return None,
        })
    })
}
