use super::Lexer;
use crate::diagnostic::{Diagnostic, code};
use crate::token::TokenKind;

impl Lexer<'_> {
    /// A name, a keyword, a string behind `h`, or a typed literal such as `long(1)`.
    pub(super) fn word(&mut self) {
        let start = self.at;
        if self.raw_guid(start) {
            return;
        }
        self.word_end();
        let word = self.slice(start, self.at);
        match word {
            "h" | "H" if self.hidden_string(start) => return,
            _ if self.typed(start, word) => return,
            _ => self.tilde(start),
        }
        if !word.is_ascii() {
            self.report(
                Diagnostic::error(
                    Some(code::UNEXPECTED),
                    self.span_from(start),
                    "a name with letters beyond a to z needs brackets",
                )
                .with_hint(format!("write ['{word}']")),
            );
        }
        self.push(TokenKind::Word, start);
    }

    /// Moves behind the letters, digits and underscores that begin here.
    pub(super) fn word_end(&mut self) {
        if self.byte(0) == Some(b'$') {
            self.at += 1;
        }
        let rest = self.rest();
        let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        self.at += length;
    }

    /// Takes the `~` of `in~` into the word that began at `start`.
    pub(super) fn tilde(&mut self, start: usize) {
        if self.slice(start, self.at) == "in" && self.byte(0) == Some(b'~') {
            self.at += 1;
        }
    }

    /// Whether a GUID stands here without `guid(…)`; if so it is reported and read.
    pub(super) fn raw_guid(&mut self, start: usize) -> bool {
        const LENGTH: usize = 36;
        let Some(text) = self.text.get(start..start + LENGTH) else { return false };
        // Cheap test first: names begin here far more often than GUIDs.
        if text.as_bytes().get(8) != Some(&b'-') || text.contains(['{', '(']) {
            return false;
        }
        let Some(guid) = weir_value::guid::parse(text) else { return false };
        if self.text.as_bytes().get(start + LENGTH).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_') {
            return false;
        }
        self.at = start + LENGTH;
        self.report(
            Diagnostic::error(Some(code::RAW_GUID), self.span_from(start), "a GUID needs its type around it")
                .with_hint(format!("write guid({text})")),
        );
        self.push_typed(start, crate::ast::Literal::Guid(Some(guid)));
        true
    }
}
