//! Patterns of plain literals: found one after the other, without a regular expression.

use memchr::memmem::Finder;
use weir_value::dynamic::{Kind, View};

/// A part of a pattern.
enum Part<'p> {
    Literal(Box<Finder<'p>>),
    Column,
    Star,
}

/// A pattern, prepared for many texts.
///
/// A column ends at the first place where the literal behind it stands. Only a literal at the end of the pattern must
/// stand at the end of the text, however much the column before it has to hold for that.
pub(super) struct Literals<'p> {
    parts: Vec<Part<'p>>,
    columns: usize,
}

impl<'p> Literals<'p> {
    /// Reads the parts: strings are literals, nulls columns, anything else a star.
    pub fn read(packed: View<'p>) -> Self {
        let parts: Vec<Part<'p>> = packed
            .items()
            .map(|item| match item.kind() {
                Kind::String => {
                    Part::Literal(Box::new(Finder::new(item.as_str().unwrap_or_default().as_bytes())))
                }
                Kind::Null => Part::Column,
                _ => Part::Star,
            })
            .collect();
        let columns = parts.iter().filter(|part| matches!(part, Part::Column)).count();
        Literals { parts, columns }
    }

    /// The captures of a text, in `out`; whether it matches.
    pub fn captures<'t>(&self, text: &'t str, out: &mut Vec<&'t str>) -> bool {
        out.clear();
        // Where the text that is not taken yet begins, and whether a column or a star may take what comes first.
        let mut at = 0;
        let mut open_column = false;
        let mut may_skip = true;
        let last = self.parts.len().saturating_sub(1);
        for (place, part) in self.parts.iter().enumerate() {
            match part {
                Part::Column => {
                    open_column = true;
                    may_skip = true;
                }
                Part::Star => may_skip = true,
                Part::Literal(finder) => {
                    let needle = finder.needle();
                    let rest = &text.as_bytes()[at..];
                    let found = match (place == last, may_skip) {
                        (true, _) if !rest.ends_with(needle) => None,
                        (true, true) => Some(rest.len() - needle.len()),
                        (true, false) => (rest.len() == needle.len()).then_some(0),
                        (false, true) => finder.find(rest),
                        (false, false) => rest.starts_with(needle).then_some(0),
                    };
                    let Some(found) = found else { return false };
                    if open_column {
                        out.push(&text[at..at + found]);
                    }
                    at += found + needle.len();
                    (open_column, may_skip) = (false, false);
                }
            }
        }
        if open_column {
            out.push(&text[at..]);
        }
        out.len() == self.columns
    }
}

#[cfg(test)]
mod tests {
    use weir_value::Dynamic;

    use super::*;

    fn captured(parts: Vec<Dynamic>, text: &str) -> Option<Vec<String>> {
        let packed = Dynamic::Array(parts).pack();
        let mut out = Vec::new();
        Literals::read(View::new(&packed))
            .captures(text, &mut out)
            .then(|| out.into_iter().map(str::to_owned).collect())
    }

    fn literal(text: &str) -> Dynamic {
        Dynamic::String(text.to_owned())
    }

    #[test]
    fn columns_end_at_the_first_literal_and_the_last_literal_at_the_end() {
        let column = || Dynamic::Null;
        let star = || Dynamic::Bool(true);
        let parts = || vec![literal("a"), column(), literal("c"), star()];
        assert_eq!(captured(parts(), "aXcYc"), Some(vec!["X".to_owned()]));
        assert_eq!(
            captured(vec![literal("a"), column(), literal("c")], "aXcYc"),
            Some(vec!["XcY".to_owned()])
        );
        assert_eq!(captured(vec![literal("a"), column(), literal("c")], "aXcY"), None);
        assert_eq!(
            captured(vec![column(), literal("é"), column()], "xéé"),
            Some(vec!["x".to_owned(), "é".to_owned()])
        );
        assert_eq!(captured(vec![literal("a"), literal("b"), column()], "a-b1"), None);
        assert_eq!(captured(vec![literal("a")], ""), None);
    }
}
