//! Tokens to syntax tree: recursive descent, one function a construct, that goes on behind every error.

mod cursor;
mod dynamic;
mod expr;
mod function;
mod infix;
mod literals;
mod names;
mod operators;
mod pipeline;
mod primary;
mod property;
mod recovery;
mod statement;

pub(crate) use infix::{Level, level_of};
pub(crate) use operators::operator_names;

use crate::ast::{Literal, Query, Span, StringLiteral};
use crate::diagnostic::{Diagnostic, code};
use crate::lexer;
use crate::token::{Token, TokenKind};
use crate::{DIAGNOSTICS_MAX, TEXT_MAX};

/// What reading a text gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The tree, with a `Missing` node for whatever could not be read.
    pub query: Query,
    /// In the order of the text, at most [`DIAGNOSTICS_MAX`].
    pub diagnostics: Vec<Diagnostic>,
}

impl Parsed {
    /// Whether there is an error among the diagnostics.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Reads a text.
///
/// Takes time and memory in proportion to the text, whatever it holds. A text longer than
/// [`TEXT_MAX`] is not read at all.
pub fn parse(text: &str) -> Parsed {
    parse_with_comments(text).0
}

/// Reads a text, and tells where its comments are.
pub(crate) fn parse_with_comments(text: &str) -> (Parsed, Vec<Span>) {
    if text.len() > TEXT_MAX {
        let message = format!("the query is {} bytes long; at most {TEXT_MAX} are read", text.len());
        let diagnostic = Diagnostic::error(Some(code::TOO_LONG), Span::default(), message);
        return (Parsed { query: Query::default(), diagnostics: vec![diagnostic] }, Vec::new());
    }
    let lexed = lexer::lex(text);
    let mut parser = Parser {
        text,
        tokens: &lexed.tokens,
        strings: lexed.strings,
        typed: lexed.typed,
        at: 0,
        diagnostics: lexed.diagnostics,
        reported_at: None,
        depth: 0,
        height: 0,
        told_too_deep: false,
        open: Vec::new(),
        in_let: false,
    };
    let query = parser.query();
    let mut diagnostics = parser.diagnostics;
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.span.end));
    // A note, or the reason for many errors, must not be pushed out by errors that follow from one another.
    // One error stays, or the text would seem to have none.
    let mut errors = diagnostics.iter().filter(|d| d.is_error()).count();
    while diagnostics.len() > DIAGNOSTICS_MAX {
        let spare = |d: &Diagnostic| errors > 1 && d.is_error() && d.code != Some(code::TOO_DEEP);
        let last_note = || diagnostics.iter().rposition(|d| !d.is_error());
        let place = diagnostics.iter().rposition(spare).or_else(last_note).unwrap_or(0);
        errors -= usize::from(diagnostics.remove(place).is_error());
    }
    (Parsed { query, diagnostics }, lexed.comments)
}

/// Reads tokens from left to right.
pub(crate) struct Parser<'t> {
    text: &'t str,
    tokens: &'t [Token],
    strings: Vec<StringLiteral>,
    typed: Vec<Literal>,
    /// Index of the current token.
    at: usize,
    diagnostics: Vec<Diagnostic>,
    /// The token of the last error: a second one there would only repeat it.
    reported_at: Option<usize>,
    /// How many nested constructs are being read.
    depth: usize,
    /// An upper bound of the height of what was read at this depth.
    height: usize,
    told_too_deep: bool,
    /// The brackets that are open here, outermost first.
    open: Vec<TokenKind>,
    /// Whether the statement being read is a `let`.
    in_let: bool,
}

#[cfg(test)]
mod tests;
