//! Pairs of keys and values in text.

/// What may stand around keys and values.
#[derive(Debug, Default)]
pub(super) struct Quoting {
    /// Opening and closing characters.
    pub pairs: Vec<(char, char)>,
    /// Characters that take the meaning of the next one.
    pub escapes: Vec<char>,
}

impl Quoting {
    /// The quoted text at the beginning, and what is behind it; nothing when no quote opens there, or none closes.
    fn quoted<'t>(&self, text: &'t str) -> Option<(String, &'t str)> {
        let opening = text.chars().next()?;
        let (_, closing) = self.pairs.iter().find(|(open, _)| *open == opening)?;
        let mut value = String::new();
        let mut rest = text.get(opening.len_utf8()..)?.char_indices().peekable();
        let base = opening.len_utf8();
        while let Some((at, character)) = rest.next() {
            let escaped = self.escapes.contains(&character)
                && rest.peek().is_some_and(|(_, next)| {
                    next == closing || self.escapes.contains(next) || *next == opening
                });
            if escaped {
                if let Some((_, next)) = rest.next() {
                    value.push(next);
                }
            } else if character == *closing {
                return Some((value, text.get(base + at + character.len_utf8()..)?));
            } else {
                value.push(character);
            }
        }
        None
    }
}

/// The pairs of a text with delimiters, in their order.
pub(super) fn delimited(
    text: &str,
    (pair, key_value): (&str, &str),
    quoting: &Quoting,
    greedy: bool,
    mut found: impl FnMut(&str, &str),
) {
    let mut rest = text;
    while !rest.is_empty() {
        // Blanks go first, but not those that delimit.
        rest = without_blanks(rest, pair);
        let (key, behind) = match quoting.quoted(rest) {
            Some((key, behind)) => match without_blanks(behind, key_value).strip_prefix(key_value) {
                Some(behind) => (key, behind),
                None => {
                    rest = next_pair(behind, pair);
                    continue;
                }
            },
            None => match (rest.find(key_value), rest.find(pair)) {
                (Some(at), end) if end.is_none_or(|end| at < end) => {
                    (rest[..at].trim().to_owned(), &rest[at + key_value.len()..])
                }
                (_, Some(end)) => {
                    rest = &rest[end + pair.len()..];
                    continue;
                }
                _ => return,
            },
        };
        let begin = without_blanks(behind, pair);
        if let Some((value, behind)) = quoting.quoted(begin) {
            found(&key, &value);
            rest = next_pair(behind, pair);
            continue;
        }
        let end = match greedy {
            false => behind.find(pair),
            true => match behind.find(key_value) {
                Some(next_key) => behind[..next_key].rfind(pair),
                None => None,
            },
        };
        let (value, next) = match end {
            Some(end) => (&behind[..end], &behind[end + pair.len()..]),
            None => (behind, ""),
        };
        found(&key, value.trim());
        rest = next;
    }
}

fn next_pair<'t>(text: &'t str, pair: &str) -> &'t str {
    text.find(pair).map_or("", |at| &text[at + pair.len()..])
}

/// The text from its first character that is no blank, or from a delimiter before that.
fn without_blanks<'t>(text: &'t str, delimiter: &str) -> &'t str {
    let mut rest = text;
    while !rest.starts_with(delimiter) {
        match rest.chars().next() {
            Some(blank) if blank.is_whitespace() => rest = &rest[blank.len_utf8()..],
            _ => break,
        }
    }
    rest
}

/// The pairs of a text without delimiters: a wanted key, and the word or the quoted text behind it.
pub(super) fn plain(
    text: &str,
    quoting: &Quoting,
    wanted: impl Fn(&str) -> bool,
    mut found: impl FnMut(&str, &str),
) {
    let mut rest = text;
    let mut key: Option<String> = None;
    while !rest.is_empty() {
        let (word, behind) = match quoting.quoted(rest) {
            Some((word, behind)) => (word, behind),
            None => {
                let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
                if end == 0 {
                    rest = &rest[rest.chars().next().map_or(0, char::len_utf8)..];
                    continue;
                }
                (rest[..end].to_owned(), &rest[end..])
            }
        };
        match key.take() {
            Some(key) => found(&key, &word),
            None if wanted(&word) => key = Some(word),
            None => {}
        }
        rest = behind;
    }
}
