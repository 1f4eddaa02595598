//! The text of a management command.

/// Whether a text is a command: it begins with a dot, after blanks and lines of comment.
pub fn is_command(text: &str) -> bool {
    code(text).starts_with('.')
}

/// A text without the blanks and the lines of comment at its beginning.
pub fn code(text: &str) -> &str {
    let mut rest = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    while let Some(comment) = rest.strip_prefix("//") {
        rest = comment.split_once('\n').map_or("", |(_, rest)| rest).trim_start();
    }
    rest
}

/// A command, and what is asked of its rows: `.show tables | count`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command<'t> {
    /// Its words.
    pub words: Vec<Word>,
    /// The text from the first `|` that is not in quotes or brackets.
    pub rest: &'t str,
}

/// A word of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// A word as it stands, or a sign.
    Bare(String),
    /// A name or text in quotes, or in brackets and quotes.
    Quoted(String),
}

impl Word {
    /// Whether it is this word of the language, in any letter case.
    pub fn is(&self, word: &str) -> bool {
        matches!(self, Word::Bare(text) if text.eq_ignore_ascii_case(word))
    }

    /// It as a name.
    pub fn name(&self) -> &str {
        match self {
            Word::Bare(text) | Word::Quoted(text) => text,
        }
    }
}

/// Splits a command into its words.
pub fn read(text: &str) -> Command<'_> {
    let mut rest = code(text);
    let mut words = Vec::new();
    loop {
        rest = rest.trim_start();
        let Some(first) = rest.chars().next() else { break };
        match first {
            '|' => break,
            ';' => rest = &rest[1..],
            '\'' | '"' => {
                let (word, after) = quoted(rest, first);
                words.push(Word::Quoted(word));
                rest = after;
            }
            '[' if rest[1..].trim_start().starts_with(['\'', '"']) => {
                let inner = rest[1..].trim_start();
                let quote = inner.chars().next().unwrap_or('\'');
                let (word, after) = quoted(inner, quote);
                words.push(Word::Quoted(word));
                let after = after.trim_start();
                rest = after.strip_prefix(']').unwrap_or(after);
            }
            '(' | ')' | ',' | '=' | '[' | ']' | '<' | '>' => {
                words.push(Word::Bare(first.to_string()));
                rest = &rest[1..];
            }
            _ => {
                let end =
                    rest.find(|letter: char| letter.is_whitespace() || "|;'\"()[],=<>".contains(letter));
                let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
                words.push(Word::Bare(word.to_owned()));
                rest = after;
            }
        }
    }
    Command { words, rest }
}

/// The text in quotes that a text begins with, and what comes after it.
fn quoted(text: &str, quote: char) -> (String, &str) {
    let mut word = String::new();
    let mut letters = text.char_indices().skip(1);
    while let Some((place, letter)) = letters.next() {
        match letter {
            '\\' => word.extend(letters.next().map(|(_, letter)| letter)),
            letter if letter == quote => return (word, &text[place + letter.len_utf8()..]),
            letter => word.push(letter),
        }
    }
    (word, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        read(text).words.iter().map(|word| word.name().to_owned()).collect()
    }

    #[test]
    fn words_are_told_apart() {
        assert_eq!(words(".show tables"), [".show", "tables"]);
        assert_eq!(
            words("// why\n .show database ['my db'] schema as json"),
            [".show", "database", "my db", "schema", "as", "json"]
        );
        assert_eq!(
            words(".show databases (\"a\", ['b\\'c']) schema;"),
            [".show", "databases", "(", "a", ",", "b'c", ")", "schema"]
        );
        assert_eq!(
            read(".show tables | where TableName == '|' | count").rest,
            "| where TableName == '|' | count"
        );
        assert_eq!(read(".show table ['a|b'] cslschema|count").rest, "|count");
        for odd in ["", ".", ".show 'open", ".show [\"", ".show [", ".show \\", ".show ['ä"] {
            read(odd);
        }
    }

    #[test]
    fn a_command_begins_with_a_dot() {
        assert!(is_command(" \n.show version") && is_command("// x\n// y\n\n.show version"));
        assert!(!is_command("print 1 // .show") && !is_command("") && !is_command("// .show"));
    }
}
