//! Operators that are read whole and not looked into: graphs, `macro-expand`, rare forms of others.

use super::Parser;
use crate::ast::{Name, OperatorKind, Span};

pub(super) fn parse(p: &mut Parser<'_>, name: &Name) -> OperatorKind {
    p.skip_step();
    let span = p.span_from(name.span.start);
    p.unsupported(name, span)
}

impl Parser<'_> {
    pub(super) fn unsupported(&self, name: &Name, span: Span) -> OperatorKind {
        let text = self.text.get(span.start..span.end).unwrap_or("").to_owned();
        OperatorKind::Unsupported { name: name.clone(), text }
    }
}
