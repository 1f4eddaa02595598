//! Syntax tree to text.
//!
//! A canonical layout: one step of a pipeline a line, four blanks further in for what is nested, lists on one line
//! while they fit. The tree is kept: reading the result gives the same tree but for the places.

mod comments;
mod doc;
mod expr;
mod literal;
mod operator;
mod statement;
mod subquery;

use std::borrow::Cow;

use crate::ast::Query;
use crate::diagnostic::Diagnostic;
use crate::parser;
use comments::Comments;

/// The canonical text of a query, with a line break at its end.
///
/// A tree that was put together by a program gets the brackets that its shape needs. A tree with `Missing` nodes
/// gives a text that cannot be read.
pub fn format(query: &Query) -> String {
    print(query, Comments::none())
}

/// A text in canonical layout, with its comments and with its literals as they were written.
///
/// # Errors
///
/// The diagnostics of a text that has errors: nothing is laid out that was not understood.
pub fn format_text(text: &str) -> Result<String, Vec<Diagnostic>> {
    // A comment that was moved to another line may belong to something else there. It settles soon.
    const PASSES_MAX: usize = 5;
    let mut text = Cow::Borrowed(text);
    for _ in 0..PASSES_MAX {
        let (parsed, comments) = parser::parse_with_comments(&text);
        if parsed.has_errors() {
            return Err(parsed.diagnostics);
        }
        let settled = comments.is_empty();
        let laid_out = print(&parsed.query, Comments::of(&text, comments));
        if settled || laid_out == *text {
            return Ok(laid_out);
        }
        text = Cow::Owned(laid_out);
    }
    Ok(text.into_owned())
}

fn print(query: &Query, comments: Comments<'_>) -> String {
    let mut printer = Printer { comments };
    let mut text = printer.query(query).print();
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

/// Walks a tree and lays it out.
struct Printer<'t> {
    comments: Comments<'t>,
}

#[cfg(test)]
mod tests;
