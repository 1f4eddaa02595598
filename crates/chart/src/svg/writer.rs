use std::fmt::Write as _;

/// Text of a tooltip is no longer than this.
const TITLE_CHARS_MAX: usize = 300;

/// Where a text stands relative to its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// Writes SVG, element by element.
pub(super) struct Writer {
    out: String,
}

impl Writer {
    pub(super) fn new() -> Writer {
        Writer { out: String::new() }
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    pub(super) fn rect(&mut self, class: &str, x: f64, y: f64, width: f64, height: f64, title: &str) {
        let (x, y, width, height) = (number(x), number(y), number(width), number(height));
        // Writing to a String cannot fail, here and below.
        let _ =
            write!(self.out, r#"<rect class="{class}" x="{x}" y="{y}" width="{width}" height="{height}""#);
        self.close("rect", title);
    }

    pub(super) fn circle(&mut self, class: &str, x: f64, y: f64, radius: f64, title: &str) {
        let (x, y, radius) = (number(x), number(y), number(radius));
        let _ = write!(self.out, r#"<circle class="{class}" cx="{x}" cy="{y}" r="{radius}""#);
        self.close("circle", title);
    }

    pub(super) fn path(&mut self, class: &str, data: &str, title: &str) {
        let _ = write!(self.out, r#"<path class="{class}" d="{data}""#);
        self.close("path", title);
    }

    pub(super) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let (x1, y1, x2, y2) = (number(from.0), number(from.1), number(to.0), number(to.1));
        let _ = writeln!(self.out, r#"<line class="{class}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>"#);
    }

    pub(super) fn text(&mut self, class: &str, at: (f64, f64), anchor: Anchor, text: &str, title: &str) {
        self.turned_text(class, at, anchor, 0, text, title);
    }

    /// Text turned by so many degrees about its point.
    pub(super) fn turned_text(
        &mut self,
        class: &str,
        at: (f64, f64),
        anchor: Anchor,
        degrees: i32,
        text: &str,
        title: &str,
    ) {
        let (x, y) = (number(at.0), number(at.1));
        let _ = write!(self.out, r#"<text class="{class}" x="{x}" y="{y}""#);
        match anchor {
            Anchor::Start => {}
            Anchor::Middle => self.out.push_str(r#" text-anchor="middle""#),
            Anchor::End => self.out.push_str(r#" text-anchor="end""#),
        }
        if degrees != 0 {
            let _ = write!(self.out, r#" transform="rotate({degrees} {x} {y})""#);
        }
        self.out.push('>');
        escape(text, &mut self.out);
        self.title(if title == text { "" } else { title });
        self.out.push_str("</text>\n");
    }

    fn close(&mut self, element: &str, title: &str) {
        if title.is_empty() {
            self.out.push_str("/>\n");
            return;
        }
        self.out.push('>');
        self.title(title);
        let _ = writeln!(self.out, "</{element}>");
    }

    fn title(&mut self, title: &str) {
        if title.is_empty() {
            return;
        }
        self.out.push_str("<title>");
        let end = title.char_indices().nth(TITLE_CHARS_MAX).map(|(end, _)| end);
        escape(end.and_then(|end| title.get(..end)).unwrap_or(title), &mut self.out);
        if end.is_some() {
            self.out.push('…');
        }
        self.out.push_str("</title>");
    }
}

/// A coordinate with two decimals at most.
pub(super) fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" || text.is_empty() { "0".to_owned() } else { text.to_owned() }
}

/// Appends text for the content or an attribute of an element.
///
/// What XML cannot hold, control characters among it, becomes `�`; the marks that turn the direction of text do too.
pub(crate) fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}' => {
                out.push(char::REPLACEMENT_CHARACTER);
            }
            c if c.is_control() => out.push(char::REPLACEMENT_CHARACTER),
            c => out.push(c),
        }
    }
}

/// Text for the content or an attribute of an element.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    escape(text, &mut out);
    out
}
