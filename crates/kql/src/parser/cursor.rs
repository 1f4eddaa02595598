use super::Parser;
use crate::ast::Span;
use crate::diagnostic::{Diagnostic, code};
use crate::literal;
use crate::token::{Token, TokenKind};
use crate::{DEPTH_MAX, DIAGNOSTICS_MAX};

impl<'t> Parser<'t> {
    /// The token `ahead` of the current one; the end when there is none.
    pub(super) fn nth(&self, ahead: usize) -> Token {
        let last = self.tokens.len() - 1;
        self.tokens[(self.at + ahead).min(last)]
    }

    pub(super) fn token(&self) -> Token {
        self.nth(0)
    }

    pub(super) fn kind(&self) -> TokenKind {
        self.token().kind
    }

    pub(super) fn nth_kind(&self, ahead: usize) -> TokenKind {
        self.nth(ahead).kind
    }

    pub(super) fn text_of(&self, token: Token) -> &'t str {
        self.text.get(token.start()..token.end()).unwrap_or("")
    }

    /// The current word; empty when the token is none.
    pub(super) fn word(&self) -> &'t str {
        self.nth_word(0)
    }

    pub(super) fn nth_word(&self, ahead: usize) -> &'t str {
        let token = self.nth(ahead);
        if token.kind == TokenKind::Word { self.text_of(token) } else { "" }
    }

    pub(super) fn at(&self, kind: TokenKind) -> bool {
        self.kind() == kind
    }

    pub(super) fn at_word(&self, word: &str) -> bool {
        self.word() == word
    }

    /// Takes the current token. The end stays where it is.
    pub(super) fn bump(&mut self) -> Token {
        let token = self.token();
        if token.kind != TokenKind::End {
            self.at += 1;
        }
        token
    }

    pub(super) fn eat(&mut self, kind: TokenKind) -> bool {
        let there = self.at(kind);
        if there {
            self.bump();
        }
        there
    }

    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let there = self.at_word(word);
        if there {
            self.bump();
        }
        there
    }

    /// Takes a token of this kind, or reports that it is expected.
    pub(super) fn expect(&mut self, kind: TokenKind) -> bool {
        let there = self.eat(kind);
        if !there {
            self.error_expected(code::EXPECTED, kind.expected());
        }
        there
    }

    /// Takes this word, or reports that it is expected.
    pub(super) fn expect_word(&mut self, word: &str) -> bool {
        let there = self.eat_word(word);
        if !there {
            self.error_expected(code::EXPECTED, &format!("`{word}`"));
        }
        there
    }

    /// Whether the token `ahead` follows the one before it without a blank.
    pub(super) fn touches(&self, ahead: usize) -> bool {
        let index = self.at + ahead;
        match (index.checked_sub(1).and_then(|before| self.tokens.get(before)), self.tokens.get(index)) {
            (Some(before), Some(token)) => before.end() == token.start(),
            _ => false,
        }
    }

    /// Whether a line break stands before the current token.
    pub(super) fn on_new_line(&self) -> bool {
        let gap = self.text.get(self.previous_end()..self.token().start()).unwrap_or("");
        gap.contains(['\n', '\r'])
    }

    /// Where the token before the current one ends.
    pub(super) fn previous_end(&self) -> usize {
        self.at.checked_sub(1).map_or(0, |before| self.tokens[before].end())
    }

    /// From `start` to the end of the token before the current one.
    pub(super) fn span_from(&self, start: usize) -> Span {
        Span { start, end: self.previous_end().max(start) }
    }

    /// An empty place before the current token.
    pub(super) fn empty_span(&self) -> Span {
        let at = self.place().start;
        Span { start: at, end: at }
    }

    /// Where a message about the current token points: the end of the query is right behind its last token.
    pub(super) fn place(&self) -> Span {
        let token = self.token();
        if token.kind == TokenKind::End {
            let end = self.previous_end();
            Span { start: end, end }
        } else {
            token.span()
        }
    }

    /// How a message names the current token.
    pub(super) fn found(&self) -> String {
        let token = self.token();
        match token.kind {
            TokenKind::End => "the end of the query".to_owned(),
            _ => format!("`{}`", literal::excerpt(self.text_of(token))),
        }
    }

    /// Reports that something is expected here.
    pub(super) fn error_expected(&mut self, code: &'static str, what: &str) {
        if !self.listens() {
            return;
        }
        let message = format!("expected {what}, found {}", self.found());
        self.error_here(Diagnostic::error(Some(code), self.place(), message));
    }

    /// Reports what is wrong with the current token, once for each token.
    pub(super) fn error_here(&mut self, diagnostic: Diagnostic) {
        // An unknown character is reported already, and what it leads to says nothing new.
        let known = self.reported_at == Some(self.at) || self.at(TokenKind::Unknown);
        self.reported_at = Some(self.at);
        if !known {
            self.report(diagnostic);
        }
    }

    /// Reports what is wrong with something that was read.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        // Twice the most that is shown: the lexer's are among them, and the order is not yet known.
        // Notes leave room for errors: a text with errors must never seem to have none.
        let most = if diagnostic.is_error() { 2 * DIAGNOSTICS_MAX } else { DIAGNOSTICS_MAX };
        if self.diagnostics.len() < most {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Whether an error here would be kept, so that its text is worth making.
    pub(super) fn listens(&self) -> bool {
        self.reported_at != Some(self.at) && self.diagnostics.len() < 2 * DIAGNOSTICS_MAX
    }

    /// Reads inside brackets: one level deeper. Nothing, and a report, when there is no such level.
    pub(super) fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= DEPTH_MAX {
            self.error_too_deep();
            return None;
        }
        let beside = std::mem::take(&mut self.height);
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        self.height = beside.max(self.height + 1);
        Some(value)
    }

    /// Reads something whose height does not add to what stands beside it.
    pub(super) fn beside<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let beside = std::mem::take(&mut self.height);
        let value = read(self);
        self.height = self.height.max(beside);
        value
    }

    /// Makes what was read one or more links higher; false, and a report, when that is too high.
    pub(super) fn grow(&mut self, links: usize) -> bool {
        let fits = self.depth + self.height + links <= DEPTH_MAX;
        if fits {
            self.height += links;
        } else {
            self.error_too_deep();
        }
        fits
    }

    fn error_too_deep(&mut self) {
        self.reported_at = Some(self.at);
        if !self.told_too_deep {
            self.told_too_deep = true;
            let message = format!("the query nests more than {DEPTH_MAX} levels deep");
            self.report(
                Diagnostic::error(Some(code::TOO_DEEP), self.place(), message)
                    .with_hint("give parts of it a name with `let`"),
            );
        }
    }
}
