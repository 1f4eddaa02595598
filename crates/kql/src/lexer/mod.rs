//! Text to tokens. Every byte belongs to a token, a comment or white space; what begins nothing is reported and
//! becomes [`TokenKind::Unknown`], so that the parser always sees the whole text.

mod number;
mod string;
mod typed;
mod word;

use crate::DIAGNOSTICS_MAX;
use crate::ast::{Literal, Span, StringLiteral};
use crate::diagnostic::{Diagnostic, code};
use crate::token::{Token, TokenKind, UNPAIRED};

/// What lexing makes of a text.
#[derive(Debug, Default)]
pub(crate) struct Lexed {
    /// Ends with one [`TokenKind::End`].
    pub(crate) tokens: Vec<Token>,
    /// Values of the string tokens.
    pub(crate) strings: Vec<StringLiteral>,
    /// Values of the typed literals.
    pub(crate) typed: Vec<Literal>,
    /// From `//` to the end of the line, without the line break.
    pub(crate) comments: Vec<Span>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// The tokens of a text, for people to look at: the kind of each and where it stands, without the end of the text.
pub fn tokens(text: &str) -> Vec<(String, Span)> {
    let lexed = lex(text);
    let ends = |token: &&Token| token.kind != TokenKind::End;
    lexed.tokens.iter().take_while(ends).map(|token| (format!("{:?}", token.kind), token.span())).collect()
}

/// Splits a text into tokens.
pub(crate) fn lex(text: &str) -> Lexed {
    let mut lexer = Lexer {
        text,
        at: 0,
        fresh_line: true,
        out: Lexed::default(),
        quotes: Vec::new(),
        quotes_at: None,
        shell: false,
    };
    lexer.run();
    lexer.note_typographic_quotes();
    lexer.push(TokenKind::End, text.len());
    pair_brackets(&mut lexer.out.tokens);
    lexer.out
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    /// Whether no token stands on this line yet.
    fresh_line: bool,
    out: Lexed,
    /// Typographic quotes that delimited strings, each once.
    quotes: Vec<char>,
    /// The first of those strings.
    quotes_at: Option<Span>,
    /// Whether a backslash in front of a quote was reported.
    shell: bool,
}

impl<'t> Lexer<'t> {
    fn run(&mut self) {
        while let Some(byte) = self.byte(0) {
            match byte {
                b' ' | b'\t' | b'\x0b' | b'\x0c' => self.at += 1,
                b'\n' | b'\r' => {
                    self.fresh_line = true;
                    self.at += 1;
                }
                b'0'..=b'9' => self.number(),
                b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' => self.word(),
                b'"' | b'\'' => self.string(self.at, false, false),
                b'/' => self.slash(),
                b'-' => self.minus(),
                b'@' => self.at_sign(),
                b'`' | b'~' if self.fence().is_some() => self.fenced(self.at, false),
                b'\\' => self.backslash(),
                b'!' => self.bang(),
                0x80.. => self.beyond_ascii(),
                _ => self.punctuation(byte),
            }
        }
    }

    /// The byte `ahead` of the current one.
    fn byte(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    fn char(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// The text from here on.
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn slice(&self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or("")
    }

    fn push(&mut self, kind: TokenKind, start: usize) {
        self.push_linked(kind, start, UNPAIRED as usize);
    }

    fn push_linked(&mut self, kind: TokenKind, start: usize, link: usize) {
        self.fresh_line = false;
        self.out.tokens.push(Token::new(kind, start, self.at, link));
    }

    fn span_from(&self, start: usize) -> Span {
        Span { start, end: self.at }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        // A text of garbage need not be complained about a million times. Notes leave room for errors.
        let most = if diagnostic.is_error() { DIAGNOSTICS_MAX } else { DIAGNOSTICS_MAX / 2 };
        if self.out.diagnostics.len() < most {
            self.out.diagnostics.push(diagnostic);
        }
    }

    fn previous_kind(&self) -> Option<TokenKind> {
        self.out.tokens.last().map(|token| token.kind)
    }

    /// Moves to the end of the line.
    fn skip_line(&mut self) {
        let rest = self.rest();
        self.at += rest.find(['\n', '\r']).unwrap_or(rest.len());
    }

    fn slash(&mut self) {
        let start = self.at;
        match self.byte(1) {
            Some(b'/') => {
                self.skip_line();
                self.out.comments.push(self.span_from(start));
            }
            Some(b'*') => {
                let rest = self.rest();
                self.at += rest.find("*/").map_or(rest.len(), |end| end + 2);
                self.report(
                    Diagnostic::error(
                        Some(code::UNEXPECTED),
                        Span { start, end: start + 2 },
                        "there are no block comments",
                    )
                    .with_hint("begin each line of the comment with `//`"),
                );
            }
            _ => {
                self.at += 1;
                self.push(TokenKind::Slash, start);
            }
        }
    }

    /// `-`, or a line that begins with `--` and is a comment in SQL.
    fn minus(&mut self) {
        let start = self.at;
        let comment = matches!(self.byte(2), None | Some(b' ' | b'\t' | b'\r' | b'\n' | b'-' | b'a'..=b'z' | b'A'..=b'Z'));
        if self.fresh_line && self.byte(1) == Some(b'-') && comment {
            self.skip_line();
            self.report(
                Diagnostic::error(
                    Some(code::UNEXPECTED),
                    Span { start, end: start + 2 },
                    "`--` does not begin a comment",
                )
                .with_hint("comments begin with `//`"),
            );
            return;
        }
        self.at += 1;
        self.push(TokenKind::Minus, start);
    }

    fn bang(&mut self) {
        let start = self.at;
        match self.byte(1) {
            Some(b'=') => {
                self.at += 2;
                self.push(TokenKind::NotEqual, start);
            }
            Some(b'~') => {
                self.at += 2;
                self.push(TokenKind::NotTilde, start);
            }
            Some(b'a'..=b'z') => {
                self.at += 1;
                self.word_end();
                self.tilde(start + 1);
                self.push(TokenKind::NotWord, start);
            }
            _ => {
                self.at += 1;
                self.push(TokenKind::Bang, start);
            }
        }
    }

    fn punctuation(&mut self, byte: u8) {
        use TokenKind::{
            AndAnd, Assign, Bar, CloseBrace, CloseBracket, CloseParen, Colon, Comma, Dot, DotDot, EqualEqual,
            EqualTilde, FatArrow, Greater, GreaterEqual, Less, LessEqual, NotEqual, OpenBrace, OpenBracket,
            OpenParen, Percent, Plus, Semicolon, Star,
        };
        let start = self.at;
        let (kind, length) = match (byte, self.byte(1)) {
            (b'(', _) => (OpenParen, 1),
            (b')', _) => (CloseParen, 1),
            (b'[', _) => (OpenBracket, 1),
            (b']', _) => (CloseBracket, 1),
            (b'{', _) => (OpenBrace, 1),
            (b'}', _) => (CloseBrace, 1),
            (b'|', _) => (Bar, 1),
            (b',', _) => (Comma, 1),
            (b';', _) => (Semicolon, 1),
            (b':', _) => (Colon, 1),
            (b'.', Some(b'.')) => (DotDot, 2),
            (b'.', _) => (Dot, 1),
            (b'=', Some(b'=')) => (EqualEqual, 2),
            (b'=', Some(b'~')) => (EqualTilde, 2),
            (b'=', Some(b'>')) => (FatArrow, 2),
            (b'=', _) => (Assign, 1),
            (b'<', Some(b'=')) => (LessEqual, 2),
            (b'<', Some(b'>')) => (NotEqual, 2),
            (b'<', _) => (Less, 1),
            (b'>', Some(b'=')) => (GreaterEqual, 2),
            (b'>', _) => (Greater, 1),
            (b'+', _) => (Plus, 1),
            (b'*', _) => (Star, 1),
            (b'%', _) => (Percent, 1),
            (b'&', Some(b'&')) => (AndAnd, 2),
            _ => return self.unknown(),
        };
        self.at += length;
        if kind == AndAnd {
            let message = "`&&` is not an operator";
            self.report(
                Diagnostic::error(Some(code::UNEXPECTED), self.span_from(start), message)
                    .with_hint("write `and`"),
            );
        }
        self.push(kind, start);
    }

    fn beyond_ascii(&mut self) {
        let start = self.at;
        let Some(c) = self.char() else { return };
        let end = start + c.len_utf8();
        if c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}') {
            self.at = end;
        } else if string::closers(c).is_some() {
            self.string(start, false, false);
        } else if c.is_alphanumeric() {
            self.word();
        } else {
            self.look_alike(c, end);
        }
    }

    /// A character that word processors put in place of an operator.
    fn look_alike(&mut self, c: char, end: usize) {
        let (kind, plain) = match c {
            '\u{2010}'..='\u{2015}' | '\u{2212}' => (TokenKind::Minus, "-"),
            '\u{2264}' => (TokenKind::LessEqual, "<="),
            '\u{2265}' => (TokenKind::GreaterEqual, ">="),
            '\u{2260}' => (TokenKind::NotEqual, "!="),
            '\u{2026}' => (TokenKind::DotDot, ".."),
            '\u{d7}' => (TokenKind::Star, "*"),
            _ => return self.unknown(),
        };
        let start = self.at;
        self.at = end;
        self.report(
            Diagnostic::error(
                Some(code::UNEXPECTED),
                self.span_from(start),
                format!("unexpected character `{c}`"),
            )
            .with_hint(format!("write `{plain}`")),
        );
        self.push(kind, start);
    }

    /// A run of characters that begin nothing: one diagnostic, one token.
    fn unknown(&mut self) {
        let start = self.at;
        let begins_nothing = |c: char| match c {
            '#' | '&' | '?' | '^' | '`' | '~' => true,
            '\u{2010}'..='\u{2015}'
            | '\u{2212}'
            | '\u{2264}'
            | '\u{2265}'
            | '\u{2260}'
            | '\u{2026}'
            | '\u{d7}' => false,
            c if c.is_ascii() => c.is_ascii_control() && !c.is_ascii_whitespace(),
            c => !c.is_whitespace() && !c.is_alphanumeric() && string::closers(c).is_none(),
        };
        let first = self.char().unwrap_or(' ');
        self.at += first.len_utf8();
        let length = self.rest().find(|c| !begins_nothing(c)).unwrap_or(self.rest().len());
        self.at += length;
        let shown: String = self.slice(start, self.at).chars().take(8).flat_map(char::escape_debug).collect();
        let what = if self.at - start > first.len_utf8() { "characters" } else { "character" };
        let mut diagnostic = Diagnostic::error(
            Some(code::UNEXPECTED),
            self.span_from(start),
            format!("unexpected {what} `{shown}`"),
        );
        if first == '?' {
            diagnostic = diagnostic.with_hint("a choice is written iff(condition, then, else)");
        }
        self.report(diagnostic);
        self.push(TokenKind::Unknown, start);
    }
}

/// Links each bracket with its partner.
///
/// A closing bracket that fits no open one has none, and neither have open ones that a wider pair encloses.
fn pair_brackets(tokens: &mut [Token]) {
    let mut open: Vec<usize> = Vec::new();
    // How many of each kind are open, so that a stray closer is known without a search.
    let mut waiting = [0_usize; 3];
    let slot = |kind| match kind {
        TokenKind::CloseParen => 0,
        TokenKind::CloseBracket => 1,
        _ => 2,
    };
    for i in 0..tokens.len() {
        let kind = tokens[i].kind;
        if let Some(closer) = kind.closer() {
            waiting[slot(closer)] += 1;
            open.push(i);
        } else if kind.is_closer() && waiting[slot(kind)] > 0 {
            while let Some(candidate) = open.pop() {
                let Some(closer) = tokens[candidate].kind.closer() else { continue };
                waiting[slot(closer)] -= 1;
                if closer == kind {
                    tokens[candidate].link = i as u32;
                    tokens[i].link = candidate as u32;
                    break;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
