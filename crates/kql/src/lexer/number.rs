use weir_value::timespan;

use super::Lexer;
use crate::token::TokenKind;

impl Lexer<'_> {
    /// A whole number, a real, a timespan such as `1.5h`, or a name that begins with a digit.
    pub(super) fn number(&mut self) {
        let start = self.at;
        if self.raw_guid(start) {
            return;
        }
        if self.hex() {
            return self.push(TokenKind::Integer, start);
        }
        self.digits();
        let mut kind = TokenKind::Integer;
        if self.byte(0) == Some(b'.') && self.dot_belongs() {
            self.at += 1;
            self.digits();
            kind = TokenKind::Real;
        }
        if self.exponent() {
            kind = TokenKind::Real;
        }
        let number_end = self.at;
        self.word_end();
        let suffix = self.slice(number_end, self.at);
        if suffix.is_empty() {
            self.push(kind, start);
        } else if timespan::unit_ticks(suffix).is_some() {
            self.push(TokenKind::Timespan, start);
        } else if kind == TokenKind::Integer {
            // `1a` is a name.
            self.push(TokenKind::Word, start);
        } else {
            self.at = number_end;
            self.push(kind, start);
        }
    }

    fn hex(&mut self) -> bool {
        let prefix = self.byte(0) == Some(b'0') && matches!(self.byte(1), Some(b'x' | b'X'));
        if !prefix {
            return false;
        }
        let start = self.at;
        self.at += 2;
        let digits = self.rest().bytes().take_while(u8::is_ascii_hexdigit).count();
        self.at += digits;
        let ends = !self.char().is_some_and(|c| c.is_alphanumeric() || c == '_');
        if digits == 0 || !ends {
            self.at = start;
        }
        digits > 0 && ends
    }

    fn digits(&mut self) {
        self.at += self.rest().bytes().take_while(u8::is_ascii_digit).count();
    }

    /// Whether the dot here is part of the number: not of `1..2`, not of `1.name`.
    fn dot_belongs(&self) -> bool {
        match self.byte(1) {
            Some(b'.' | b'_' | b'[') => false,
            Some(b'e' | b'E') => matches!(
                (self.byte(2), self.byte(3)),
                (Some(b'0'..=b'9'), _) | (Some(b'+' | b'-'), Some(b'0'..=b'9'))
            ),
            Some(b) => !b.is_ascii_alphabetic(),
            None => true,
        }
    }

    /// Moves over `e5`, `E-3`; whether there was one.
    fn exponent(&mut self) -> bool {
        if !matches!(self.byte(0), Some(b'e' | b'E')) {
            return false;
        }
        let sign = usize::from(matches!(self.byte(1), Some(b'+' | b'-')));
        let tail = self.rest().get(1 + sign..).unwrap_or("");
        let digits = tail.bytes().take_while(u8::is_ascii_digit).count();
        let ends = !tail.get(digits..).unwrap_or("").starts_with(|c: char| c.is_alphanumeric() || c == '_');
        if digits == 0 || !ends {
            return false;
        }
        self.at += 1 + sign + digits;
        true
    }
}
