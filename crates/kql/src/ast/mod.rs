//! The syntax tree: what was written, with the place of every node, and nothing about what it means.

mod expr;
mod operator;
mod statement;

pub use expr::*;
pub use operator::*;
pub use statement::*;

/// A range of bytes of the query text, `[start, end)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset behind the last byte.
    pub end: usize,
}

impl Span {
    /// The span from the start of `self` to the end of `other`.
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start, end: other.end }
    }
}

/// A name as written, without its brackets and quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The bare name.
    pub text: String,
    /// Where it stands, brackets and quotes included.
    pub span: Span,
}
