use super::Lexer;
use crate::ast::{Span, StringLiteral};
use crate::diagnostic::{Diagnostic, code};
use crate::token::TokenKind;

const DOUBLE: &[char] = &['"', '\u{201c}', '\u{201d}', '\u{201e}', '\u{201f}', '\u{2033}'];
const SINGLE: &[char] = &['\'', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}', '\u{2032}'];

/// The characters that end a string that begins with `quote`; nothing when it is no quote.
///
/// A string that begins with a typographic quote ends with any of its family: pages that set quotes
/// typographically often pick the wrong ones.
pub(super) fn closers(quote: char) -> Option<&'static [char]> {
    match quote {
        '"' => Some(&['"']),
        '\'' => Some(&['\'']),
        _ if DOUBLE.contains(&quote) => Some(DOUBLE),
        _ if SINGLE.contains(&quote) => Some(SINGLE),
        _ => None,
    }
}

impl Lexer<'_> {
    /// A string whose opening quote is here; `start` is where its prefix begins.
    pub(super) fn string(&mut self, start: usize, hidden: bool, verbatim: bool) {
        let value = self.string_value(start, verbatim);
        self.push_string(start, value, hidden);
    }

    fn push_string(&mut self, start: usize, value: String, hidden: bool) {
        self.out.strings.push(StringLiteral { value, hidden });
        self.push_linked(TokenKind::String, start, self.out.strings.len() - 1);
    }

    /// The string behind an `h` or `H`; whether there is one.
    pub(super) fn hidden_string(&mut self, start: usize) -> bool {
        let verbatim = self.byte(0) == Some(b'@');
        let rest = self.rest().get(usize::from(verbatim)..).unwrap_or("");
        if rest.chars().next().is_some_and(|c| closers(c).is_some()) {
            self.at += usize::from(verbatim);
            self.string(start, true, verbatim);
            true
        } else if rest.starts_with("```") || rest.starts_with("~~~") {
            self.at += usize::from(verbatim);
            self.fenced(start, true);
            true
        } else {
            false
        }
    }

    /// `@` in front of a string.
    pub(super) fn at_sign(&mut self) {
        let start = self.at;
        let rest = self.rest().get(1..).unwrap_or("");
        if rest.chars().next().is_some_and(|c| closers(c).is_some()) {
            self.at += 1;
            self.string(start, false, true);
        } else if rest.starts_with("```") || rest.starts_with("~~~") {
            self.at += 1;
            self.fenced(start, false);
        } else {
            self.unknown();
        }
    }

    /// The mark that opens and closes a string over several lines, if one is here.
    pub(super) fn fence(&self) -> Option<&'static str> {
        ["```", "~~~"].into_iter().find(|fence| self.rest().starts_with(fence))
    }

    /// A string over several lines. Nothing in it is an escape.
    pub(super) fn fenced(&mut self, start: usize, hidden: bool) {
        let Some(fence) = self.fence() else { return };
        self.at += fence.len();
        let rest = self.rest();
        let value = match rest.find(fence) {
            Some(length) => {
                self.at += length + fence.len();
                rest.get(..length).unwrap_or("")
            }
            None => {
                self.at = self.text.len();
                let span = Span { start, end: start + fence.len() };
                self.report(
                    Diagnostic::error(Some(code::MISSING), span, "this string is not closed")
                        .with_hint(format!("it ends at the next {fence}")),
                );
                rest
            }
        };
        self.push_string(start, value.to_owned(), hidden);
    }

    /// Reads from the opening quote through the closing one.
    pub(super) fn string_value(&mut self, start: usize, verbatim: bool) -> String {
        let Some(quote) = self.char() else { return String::new() };
        let closers = closers(quote).unwrap_or(&[]);
        self.at += quote.len_utf8();
        let mut value = String::new();
        // One complaint about escapes is enough for a string full of them.
        let mut complained = false;
        while let Some(c) = self.char() {
            if matches!(c, '\n' | '\r') {
                break;
            }
            if closers.contains(&c) {
                self.at += c.len_utf8();
                if verbatim && self.char() == Some(c) {
                    self.at += c.len_utf8();
                    value.push(c);
                    continue;
                }
                self.remember_quotes(start, quote, c);
                return value;
            }
            if c == '\\' && !verbatim {
                let escape_start = self.at;
                match self.escape() {
                    Some(escaped) => value.push(escaped),
                    None => {
                        if !complained {
                            self.report_escape(escape_start);
                        }
                        complained = true;
                        value.push('\\');
                        self.at = escape_start + 1;
                    }
                }
                continue;
            }
            self.at += c.len_utf8();
            value.push(c);
        }
        self.report_unclosed(start, quote);
        value
    }

    /// The character that the escape here stands for.
    fn escape(&mut self) -> Option<char> {
        let c = self.rest().chars().nth(1)?;
        self.at += 2;
        match c {
            '\\' | '\'' | '"' => Some(c),
            'n' => Some('\n'),
            't' => Some('\t'),
            'r' => Some('\r'),
            'a' => Some('\u{7}'),
            'b' => Some('\u{8}'),
            'f' => Some('\u{c}'),
            'v' => Some('\u{b}'),
            'x' => char::from_u32(self.hex_digits(2)?),
            'U' => char::from_u32(self.hex_digits(8)?),
            'u' => self.utf16(),
            '0'..='7' => {
                self.at -= 1;
                let digits = self.rest().bytes().take(3).take_while(|b| (b'0'..=b'7').contains(b)).count();
                let value = u32::from_str_radix(self.rest().get(..digits)?, 8).ok()?;
                self.at += digits;
                char::from_u32(value)
            }
            _ => None,
        }
    }

    fn hex_digits(&mut self, count: usize) -> Option<u32> {
        let digits = self.rest().get(..count)?;
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        self.at += count;
        u32::from_str_radix(digits, 16).ok()
    }

    /// Four hex digits, or two such escapes that are a surrogate pair.
    fn utf16(&mut self) -> Option<char> {
        let first = self.hex_digits(4)?;
        if !(0xd800..0xdc00).contains(&first) {
            return char::from_u32(first);
        }
        if !self.rest().starts_with("\\u") {
            return None;
        }
        self.at += 2;
        let second = self.hex_digits(4)?;
        if !(0xdc00..0xe000).contains(&second) {
            return None;
        }
        char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00))
    }

    fn report_escape(&mut self, start: usize) {
        let next = self.slice(start, self.text.len()).chars().nth(1);
        let shown: String = next.into_iter().flat_map(char::escape_debug).collect();
        let end = start + 1 + next.map_or(0, char::len_utf8);
        let (message, hint) = match next {
            Some('u' | 'U' | 'x') => (
                format!("`\\{shown}` lacks its hex digits"),
                "write \\uXXXX, \\xXX, or `\\\\` for a backslash".to_owned(),
            ),
            _ => (
                format!("unknown escape `\\{shown}`"),
                format!(
                    "write `\\\\{shown}`, or put @ before the string: @\"…\" takes backslashes as they are"
                ),
            ),
        };
        self.report(Diagnostic::error(Some(code::UNEXPECTED), Span { start, end }, message).with_hint(hint));
    }

    fn report_unclosed(&mut self, start: usize, quote: char) {
        let span = self.span_from(start);
        let text = self.slice(start, self.at);
        let family = if DOUBLE.contains(&quote) { DOUBLE } else { SINGLE };
        let typographic = text.chars().skip(1).find(|c| family.contains(c) && *c != quote);
        let mut diagnostic =
            Diagnostic::error(Some(code::MISSING), span, "this string is not closed on its line");
        if let (Some(other), '"' | '\'') = (typographic, quote) {
            diagnostic = diagnostic.with_hint(format!("it begins with {quote} and cannot end with {other}"));
        } else if text.ends_with(['"', '\'']) && text.len() > 1 {
            diagnostic =
                diagnostic.with_hint("a backslash keeps the quote in the string: write `\\\\` or @\"…\"");
        }
        self.report(diagnostic);
    }

    fn remember_quotes(&mut self, start: usize, open: char, close: char) {
        let typographic = |c: &char| !c.is_ascii();
        if !typographic(&open) {
            return;
        }
        for quote in [open, close].into_iter().filter(typographic) {
            if !self.quotes.contains(&quote) {
                self.quotes.push(quote);
            }
        }
        let span = self.span_from(start);
        self.quotes_at.get_or_insert(span);
    }

    /// One note for the whole text: such texts come from a web page, and every string in them is alike.
    pub(super) fn note_typographic_quotes(&mut self) {
        let Some(span) = self.quotes_at else { return };
        let characters: Vec<String> = self.quotes.iter().map(char::to_string).collect();
        let message = format!("typographic quotes {} are read as plain ones", characters.join(" "));
        self.report(
            Diagnostic::note(span, message).with_hint("other Kusto tools refuse them: write \" or '"),
        );
    }

    /// A backslash outside a string, as a shell leaves it in front of a quote.
    pub(super) fn backslash(&mut self) {
        let start = self.at;
        let Some(quote @ (b'"' | b'\'')) = self.byte(1) else {
            return self.unknown_backslash();
        };
        if !self.shell {
            self.shell = true;
            self.report(
                Diagnostic::error(
                    Some(code::UNEXPECTED),
                    Span { start, end: start + 2 },
                    "a backslash before a quote outside a string",
                )
                .with_hint(
                    "the text seems to come through a shell that escaped its quotes: remove the backslashes",
                ),
            );
        }
        let closing = if quote == b'"' { "\\\"" } else { "\\'" };
        let rest = self.rest().get(2..).unwrap_or("");
        let value = rest
            .find(closing)
            .and_then(|length| rest.get(..length))
            .filter(|value| !value.contains(['\n', '\r']));
        if let Some(value) = value {
            self.at = start + 2 + value.len() + closing.len();
            self.push_string(start, value.to_owned(), false);
        } else {
            self.at += 1;
            self.string(start, false, false);
        }
    }

    fn unknown_backslash(&mut self) {
        let start = self.at;
        self.at += 1;
        let line_end = matches!(self.byte(0), None | Some(b'\n' | b'\r'));
        let diagnostic =
            Diagnostic::error(Some(code::UNEXPECTED), self.span_from(start), "unexpected character `\\`");
        if line_end {
            self.report(diagnostic.with_hint("a line needs no mark to be continued"));
        } else {
            self.report(diagnostic);
            self.push(TokenKind::Unknown, start);
        }
    }
}
