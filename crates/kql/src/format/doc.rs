//! Text with places where a line may break, and the choice of where it does.
//!
//! The method is Wadler's: a group is laid out on one line when it fits, and otherwise breaks at all places of
//! its own.

/// The width that lines should keep to.
const WIDTH: usize = 100;
const INDENT: usize = 4;
/// No line begins further to the right: a text nested to the limit is not to grow a hundredfold.
const MARGIN_MAX: usize = 64;

/// A piece of a layout.
#[derive(Debug, Clone)]
pub(super) enum Doc {
    Text(String),
    /// A blank, or a line break.
    Line,
    /// Nothing, or a line break.
    Soft,
    /// Always a line break.
    Hard,
    /// An empty line.
    Blank,
    /// A comment that goes to the end of the line it stands on.
    Suffix(String),
    /// A comment that stands where it is, with a line break behind it.
    Comment(String),
    Concat {
        parts: Vec<Doc>,
        broken: bool,
    },
    /// On one line if it fits.
    Group {
        parts: Vec<Doc>,
        broken: bool,
    },
    /// Further to the right behind line breaks.
    Indent {
        parts: Vec<Doc>,
        broken: bool,
    },
}

pub(super) fn text(text: impl Into<String>) -> Doc {
    Doc::Text(text.into())
}

pub(super) fn concat(parts: Vec<Doc>) -> Doc {
    let broken = parts.iter().any(Doc::breaks);
    Doc::Concat { parts, broken }
}

pub(super) fn group(parts: Vec<Doc>) -> Doc {
    let broken = parts.iter().any(Doc::breaks);
    Doc::Group { parts, broken }
}

pub(super) fn indent(parts: Vec<Doc>) -> Doc {
    let broken = parts.iter().any(Doc::breaks);
    Doc::Indent { parts, broken }
}

pub(super) fn empty() -> Doc {
    concat(Vec::new())
}

/// The documents with `separator` between them.
pub(super) fn join(docs: Vec<Doc>, separator: &[Doc]) -> Vec<Doc> {
    let mut joined = Vec::with_capacity(docs.len() * (1 + separator.len()));
    for (i, doc) in docs.into_iter().enumerate() {
        if i > 0 {
            joined.extend_from_slice(separator);
        }
        joined.push(doc);
    }
    joined
}

/// The documents with commas and possible line breaks between them.
pub(super) fn comma_list(docs: Vec<Doc>) -> Doc {
    concat(join(docs, &[text(","), Doc::Line]))
}

impl Doc {
    /// Whether a line break stands in it whatever the width.
    fn breaks(&self) -> bool {
        match self {
            Doc::Hard | Doc::Blank | Doc::Suffix(_) | Doc::Comment(_) => true,
            Doc::Concat { broken, .. } | Doc::Group { broken, .. } | Doc::Indent { broken, .. } => *broken,
            Doc::Text(_) | Doc::Line | Doc::Soft => false,
        }
    }

    /// The text of the layout, without a line break at its end.
    pub(super) fn print(&self) -> String {
        let mut printer = Printer { out: String::new(), column: 0, suffix: None, commented: false };
        printer.print(self);
        printer.flush_suffix();
        printer.trim_end();
        printer.out
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Flat,
    Broken,
}

type Task<'d> = (usize, Mode, &'d Doc);

struct Printer<'d> {
    out: String,
    column: usize,
    /// The comment that waits for the end of the line.
    suffix: Option<&'d str>,
    /// Whether a comment stands on the line, so that nothing else can.
    commented: bool,
}

impl<'d> Printer<'d> {
    fn print(&mut self, doc: &'d Doc) {
        let mut tasks: Vec<Task<'d>> = vec![(0, Mode::Broken, doc)];
        while let Some((margin, mode, doc)) = tasks.pop() {
            match doc {
                Doc::Text(text) => self.text(text, margin),
                Doc::Line if mode == Mode::Flat => self.text(" ", margin),
                Doc::Soft if mode == Mode::Flat => {}
                Doc::Line | Doc::Soft | Doc::Hard => self.line_break(margin),
                Doc::Blank => {
                    self.line_break(0);
                    self.line_break(margin);
                }
                Doc::Suffix(comment) if self.suffix.is_none() && !self.commented => {
                    self.suffix = Some(comment);
                }
                Doc::Suffix(comment) | Doc::Comment(comment) => self.comment(comment, margin),
                Doc::Concat { parts, .. } => {
                    tasks.extend(parts.iter().rev().map(|part| (margin, mode, part)));
                }
                Doc::Indent { parts, .. } => {
                    tasks.extend(parts.iter().rev().map(|part| (margin + INDENT, mode, part)));
                }
                Doc::Group { parts, broken } => {
                    let flat = !broken && fits(WIDTH.saturating_sub(self.column), parts, &tasks);
                    let mode = if flat { Mode::Flat } else { Mode::Broken };
                    tasks.extend(parts.iter().rev().map(|part| (margin, mode, part)));
                }
            }
        }
    }

    fn text(&mut self, text: &str, margin: usize) {
        if self.commented && !text.is_empty() {
            self.line_break(margin);
            if text == " " {
                return;
            }
        }
        self.out.push_str(text);
        match text.rsplit_once('\n') {
            Some((_, last)) => self.column = last.chars().count(),
            None => self.column += text.chars().count(),
        }
    }

    /// A comment, on a line of its own if there is one on this line already.
    fn comment(&mut self, comment: &str, margin: usize) {
        if self.suffix.is_some() || self.commented {
            self.line_break(margin);
        }
        self.out.push_str(comment);
        self.commented = true;
    }

    fn line_break(&mut self, margin: usize) {
        self.flush_suffix();
        self.commented = false;
        self.trim_end();
        self.out.push('\n');
        let margin = margin.min(MARGIN_MAX);
        self.out.extend(std::iter::repeat_n(' ', margin));
        self.column = margin;
    }

    fn flush_suffix(&mut self) {
        if let Some(comment) = self.suffix.take() {
            self.trim_end();
            self.out.push(' ');
            self.out.push_str(comment);
        }
    }

    fn trim_end(&mut self) {
        self.out.truncate(self.out.trim_end_matches(' ').len());
    }
}

/// Whether a group, and what follows it up to the next line break, fits into what is left of the line.
fn fits(mut left: usize, parts: &[Doc], rest: &[Task<'_>]) -> bool {
    let mut tasks: Vec<(Mode, &Doc)> = parts.iter().rev().map(|part| (Mode::Flat, part)).collect();
    let mut rest = rest.iter().rev();
    loop {
        let (mode, doc) = match tasks.pop() {
            Some(task) => task,
            None => match rest.next() {
                Some((_, mode, doc)) => (*mode, *doc),
                None => return true,
            },
        };
        match doc {
            Doc::Text(text) => {
                let first = text.split('\n').next().unwrap_or("");
                let width = first.chars().count();
                if width > left {
                    return false;
                }
                if first.len() < text.len() {
                    return true;
                }
                left -= width;
            }
            Doc::Line if mode == Mode::Flat => {
                if left == 0 {
                    return false;
                }
                left -= 1;
            }
            Doc::Soft if mode == Mode::Flat => {}
            Doc::Line | Doc::Soft | Doc::Hard | Doc::Blank => return true,
            Doc::Suffix(_) | Doc::Comment(_) => {}
            Doc::Concat { parts, .. } | Doc::Indent { parts, .. } => {
                tasks.extend(parts.iter().rev().map(|part| (mode, part)));
            }
            Doc::Group { parts, broken } => {
                let mode = if *broken { Mode::Broken } else { mode };
                tasks.extend(parts.iter().rev().map(|part| (mode, part)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(count: usize) -> Doc {
        let items = (0..count).map(|i| text(format!("item{i}"))).collect();
        group(vec![text("("), indent(vec![Doc::Soft, comma_list(items)]), Doc::Soft, text(")")])
    }

    #[test]
    fn groups_break_only_when_they_must() {
        assert_eq!(list(3).print(), "(item0, item1, item2)");
        let long = list(30).print();
        assert!(long.starts_with("(\n    item0,\n    item1,\n"), "{long}");
        assert!(long.ends_with("    item29\n)"), "{long}");
    }

    #[test]
    fn comments_go_to_the_end_of_their_line() {
        let doc = group(vec![text("a"), Doc::Suffix("// x".into()), text(","), Doc::Line, text("b")]);
        assert_eq!(doc.print(), "a, // x\nb");
        let two = concat(vec![
            text("a"),
            Doc::Suffix("// x".into()),
            text(" b"),
            Doc::Suffix("// y".into()),
            text("c"),
        ]);
        assert_eq!(two.print(), "a b // x\n// y\nc");
    }
}
