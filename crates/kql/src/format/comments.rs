//! Comments, handed out as the tree is walked: each exactly once.

use super::doc::{Doc, concat};
use crate::ast::Span;

/// The comments of a text that were not yet laid out.
pub(super) struct Comments<'t> {
    /// The text the tree was read from; empty when there is none.
    source: &'t str,
    spans: std::iter::Peekable<std::vec::IntoIter<Span>>,
    /// The end of the construct being laid out: a comment behind it belongs to what is around.
    limit: usize,
}

impl<'t> Comments<'t> {
    pub(super) fn none() -> Self {
        Comments::of("", Vec::new())
    }

    pub(super) fn of(source: &'t str, spans: Vec<Span>) -> Self {
        Comments { source, spans: spans.into_iter().peekable(), limit: usize::MAX }
    }

    /// What was written at a place; nothing when the tree has no text.
    pub(super) fn source(&self, span: Span) -> &'t str {
        self.source.get(span.start..span.end).unwrap_or("")
    }

    fn next_start(&mut self) -> Option<usize> {
        self.spans.peek().map(|span| span.start)
    }

    /// The next comment; empty when there is none.
    pub(super) fn take_line(&mut self) -> String {
        self.take_text().unwrap_or_default()
    }

    fn take_text(&mut self) -> Option<String> {
        let span = self.spans.next()?;
        Some(self.source(span).trim_end().to_owned())
    }

    /// Whether a comment stands before `end`.
    pub(super) fn any_before(&mut self, end: usize) -> bool {
        self.next_start().is_some_and(|start| start < end)
    }

    /// The comments before `start`, each on a line of its own, the last with a line break behind it.
    pub(super) fn leading(&mut self, start: usize) -> Doc {
        let mut docs = Vec::new();
        while self.any_before(start)
            && let Some(comment) = self.take_text()
        {
            docs.push(Doc::Comment(comment));
            docs.push(Doc::Hard);
        }
        concat(docs)
    }

    /// The comments before `end` that nothing follows, each with a line break before it.
    pub(super) fn dangling(&mut self, end: usize) -> Doc {
        let mut docs = Vec::new();
        while self.any_before(end)
            && let Some(comment) = self.take_text()
        {
            docs.push(Doc::Hard);
            docs.push(Doc::Comment(comment));
        }
        concat(docs)
    }

    /// The comment on the same line behind `end`, if nothing but a comma or a semicolon stands between.
    pub(super) fn trailing(&mut self, end: usize) -> Doc {
        let near = self.next_start().is_some_and(|start| {
            start >= end
                && start < self.limit
                && self
                    .source(Span { start: end, end: start })
                    .chars()
                    .all(|c| matches!(c, ',' | ';') || c.is_whitespace() && !matches!(c, '\n' | '\r'))
        });
        match near.then(|| self.take_text()).flatten() {
            Some(comment) => Doc::Suffix(comment),
            None => concat(Vec::new()),
        }
    }

    /// Narrows the limit to `end`, and returns the old one for [`Comments::widen`].
    pub(super) fn narrow(&mut self, end: usize) -> usize {
        std::mem::replace(&mut self.limit, end)
    }

    pub(super) fn widen(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Drops the comments inside a text that is repeated as it was written.
    pub(super) fn skip_inside(&mut self, span: Span) {
        while self.next_start().is_some_and(|start| start >= span.start && start < span.end) {
            self.spans.next();
        }
    }

    /// Where the next comment begins, if before `end`; else `end`.
    pub(super) fn next_or(&mut self, end: usize) -> usize {
        self.next_start().map_or(end, |start| start.min(end))
    }

    /// Whether an empty line stands between two places of the text.
    pub(super) fn blank_between(&self, start: usize, end: usize) -> bool {
        let gap = self.source(Span { start, end });
        let lines = gap.split('\n').count();
        // The first and the last piece share their lines with something.
        gap.split('\n').skip(1).take(lines.saturating_sub(2)).any(|line| line.trim().is_empty())
    }
}
