//! The words of a command, taken one after the other.

use crate::kusto::command::Word;

/// The words of a command without its `with (…)`, and the names of the properties in it that are not false.
pub(super) fn without_properties(words: &[Word]) -> (Vec<Word>, Vec<(String, bool)>) {
    let Some(place) = words.iter().position(|word| word.is("with")) else {
        return (words.to_vec(), Vec::new());
    };
    let properties: Vec<&Word> =
        words[place + 1..].iter().filter(|word| !"(),".contains(word.name())).collect();
    let options = properties.chunks(3).filter_map(|chunk| match chunk {
        [name, equals, value] if equals.is("=") => {
            Some((name.name().to_ascii_lowercase(), !value.is("false")))
        }
        _ => None,
    });
    (words[..place].to_vec(), options.collect())
}

/// The words that are left.
pub(super) struct Words<'w>(pub(super) &'w [Word]);

impl<'w> Words<'w> {
    /// Takes a word, if it is the next.
    pub(super) fn take(&mut self, word: &str) -> bool {
        match self.0.split_first() {
            Some((first, rest)) if first.is(word) => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    /// Takes several words, if they are the next.
    pub(super) fn take_all(&mut self, words: &[&str]) -> bool {
        let fits =
            self.0.len() >= words.len() && words.iter().zip(self.0).all(|(word, known)| known.is(word));
        if fits {
            self.0 = &self.0[words.len()..];
        }
        fits
    }

    /// Takes a name.
    pub(super) fn name(&mut self) -> Option<&'w str> {
        let (first, rest) = self.0.split_first()?;
        if matches!(first, Word::Bare(text) if text.len() == 1 && "(),=[]<>".contains(text.as_str())) {
            return None;
        }
        self.0 = rest;
        Some(first.name())
    }

    /// Takes a list of names in brackets; none of them where there are no brackets.
    pub(super) fn names(&mut self) -> Vec<&'w str> {
        if !self.take("(") {
            return Vec::new();
        }
        let mut names = Vec::new();
        while let Some((first, rest)) = self.0.split_first() {
            self.0 = rest;
            if first.is(")") {
                break;
            }
            if !first.is(",") {
                names.push(first.name());
            }
        }
        names
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn next_is(&self, word: &str) -> bool {
        self.0.first().is_some_and(|first| first.is(word))
    }
}
