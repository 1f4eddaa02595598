use super::Parser;
use crate::diagnostic::code;
use crate::token::{TokenKind, UNPAIRED};

impl Parser<'_> {
    /// Reads what stands in brackets, both of which are required.
    pub(super) fn bracketed<T>(&mut self, open: TokenKind, read: impl FnOnce(&mut Self) -> T) -> T {
        let opener = self.at;
        if self.expect(open) {
            self.enter(open);
            let value = read(self);
            self.leave(opener);
            value
        } else {
            // Whatever is meant stands here without brackets.
            read(self)
        }
    }

    pub(super) fn enter(&mut self, open: TokenKind) {
        if let Some(closer) = open.closer() {
            self.open.push(closer);
        }
    }

    /// Takes the bracket that closes the one at index `opener`, skipping what is in its way.
    pub(super) fn leave(&mut self, opener: usize) {
        let Some(closer) = self.open.pop() else { return };
        if self.eat(closer) {
            return;
        }
        let opened = self.tokens[opener];
        // Counting lines takes time, and a text of nothing but open brackets would be counted over and over.
        if self.listens() {
            let line = self.line_of(opened.start());
            let far = line != self.line_of(self.place().start);
            let which = if far {
                format!(" for the {} of line {line}", opened.kind.expected())
            } else {
                String::new()
            };
            self.error_expected(code::EXPECTED, &format!("{}{which}", closer.expected()));
        }
        let partner = opened.link;
        if partner != UNPAIRED && (partner as usize) >= self.at {
            // The text has the bracket, further on.
            self.at = partner as usize + 1;
        }
    }

    /// Whether a closing bracket here closes one that is open.
    pub(super) fn closes_open(&self) -> bool {
        self.kind().is_closer() && self.open.contains(&self.kind())
    }

    /// Whether a step of a pipeline cannot go on here.
    pub(super) fn at_step_end(&self) -> bool {
        matches!(self.kind(), TokenKind::Bar | TokenKind::Semicolon | TokenKind::End) || self.closes_open()
    }

    /// Moves to the next token that ends a step.
    pub(super) fn skip_step(&mut self) {
        while !self.at_step_end() {
            self.skip_one();
        }
    }

    /// Moves to the next comma of this list, or to its end.
    pub(super) fn skip_item(&mut self) {
        while !self.at_step_end() && !self.at(TokenKind::Comma) {
            self.skip_one();
        }
    }

    /// Moves over one token, or over brackets with all that is in them.
    pub(super) fn skip_one(&mut self) {
        let token = self.token();
        if token.kind.closer().is_some() && token.link != UNPAIRED {
            self.at = token.link as usize + 1;
        } else {
            self.bump();
        }
    }

    /// The line, counted from 1, of a place in the text.
    pub(super) fn line_of(&self, offset: usize) -> usize {
        self.text.get(..offset).unwrap_or("").matches('\n').count() + 1
    }
}
