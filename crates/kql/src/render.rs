use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::ast::Span;
use crate::diagnostic::{Diagnostic, Severity};

/// Shows each diagnostic with the lines of the text it is about, as plain text.
///
/// ```
/// let text = "T | take";
/// let parsed = weir_kql::parse(text);
/// assert_eq!(weir_kql::render(text, &parsed.diagnostics), "\
/// error[KS006]: expected an expression, found the end of the query
///   |
/// 1 | T | take
///   |         ^
/// ");
/// ```
pub fn render(text: &str, diagnostics: &[Diagnostic]) -> String {
    render_with(&Renderer::plain(), text, diagnostics)
}

/// The same with the escape sequences that colour a terminal.
pub fn render_coloured(text: &str, diagnostics: &[Diagnostic]) -> String {
    render_with(&Renderer::styled(), text, diagnostics)
}

fn render_with(renderer: &Renderer, text: &str, diagnostics: &[Diagnostic]) -> String {
    let mut shown = String::new();
    for diagnostic in diagnostics {
        if !shown.is_empty() {
            shown.push('\n');
        }
        shown.push_str(&render_one(renderer, text, diagnostic));
        shown.push('\n');
    }
    shown
}

fn render_one(renderer: &Renderer, text: &str, diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.severity {
        Severity::Note => Level::NOTE,
        Severity::Warning => Level::WARNING,
        Severity::Error => Level::ERROR,
    };
    let mut title = level.primary_title(&*diagnostic.message);
    if let Some(code) = diagnostic.code {
        title = title.id(code);
    }
    let excerpt = Excerpt::of(text, diagnostic.span);
    let annotation = AnnotationKind::Primary.span(excerpt.span.start..excerpt.span.end);
    let snippet = Snippet::source(excerpt.lines).line_start(excerpt.first_line).annotation(annotation);
    let mut group: Group<'_> = title.element(snippet);
    if let Some(hint) = &diagnostic.hint {
        group = group.element(Level::HELP.message(&**hint));
    }
    renderer.render(&[group])
}

/// The lines that a span touches.
struct Excerpt<'t> {
    lines: &'t str,
    /// Counted from 1.
    first_line: usize,
    /// Relative to `lines`, on character boundaries.
    span: std::ops::Range<usize>,
}

/// How much of a line is looked at beside the place itself. The renderer shows less, and marks the cut.
const BESIDE_MAX: usize = 400;
/// How much of the place itself is looked at.
const PLACE_MAX: usize = 2_000;

impl<'t> Excerpt<'t> {
    fn of(text: &'t str, span: Span) -> Self {
        let start = boundary(text, span.start);
        let end = boundary(text, span.end.min(start + PLACE_MAX)).max(start);
        let before = text.get(..start).unwrap_or("");
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        let from = line.max(boundary(text, start.saturating_sub(BESIDE_MAX)));
        let behind = text.get(end..boundary(text, end + BESIDE_MAX)).unwrap_or("");
        let to = end + behind.find(['\n', '\r']).unwrap_or(behind.len());
        Excerpt {
            lines: text.get(from..to).unwrap_or(""),
            first_line: before.matches('\n').count() + 1,
            span: start - from..end - from,
        }
    }
}

/// The place itself, or the start of the character it lies in.
fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, start: usize, end: usize) -> String {
        let span = Span { start, end };
        render(text, &[Diagnostic::error(None, span, "wrong").with_hint("do it right")])
    }

    #[test]
    fn places_line_up_behind_tabs_and_wide_characters() {
        assert_eq!(
            shown("T\n|\twhere x", 10, 11),
            "\
error: wrong
  |
2 | |    where x
  |            ^
  |
  = help: do it right
"
        );
        assert_eq!(
            shown("'名前' x", 9, 10),
            "\
error: wrong
  |
1 | '名前' x
  |        ^
  |
  = help: do it right
"
        );
    }

    #[test]
    fn places_over_several_lines_are_bracketed() {
        assert_eq!(
            shown("a (b\nc) d", 2, 7),
            "\
error: wrong
  |
1 |   a (b
  |  ___^
2 | | c) d
  | |__^
  |
  = help: do it right
"
        );
    }

    #[test]
    fn any_place_of_any_text_is_shown() {
        let text = "é\r\n\t👩‍👩‍👧\u{200b} // x\n\n";
        for start in 0..text.len() + 3 {
            for end in 0..text.len() + 3 {
                assert!(shown(text, start, end).contains("wrong"));
            }
        }
    }

    #[test]
    fn long_lines_are_cut() {
        let text = format!("T | where {}", "a or ".repeat(100_000));
        assert!(shown(&text, 300_000, 300_001).len() < 2_000);
        assert!(shown(&text, 0, 300_001).len() < 2_000);
    }

    #[test]
    fn colours_are_optional() {
        let diagnostics = [Diagnostic::error(None, Span { start: 0, end: 1 }, "wrong")];
        assert!(!render("T", &diagnostics).contains('\u{1b}'));
        assert!(render_coloured("T", &diagnostics).contains('\u{1b}'));
    }
}
