//! Texts that many addresses share, by number.

use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

/// The number of a text. Equal numbers are equal texts, and equal texts have equal numbers, within one
/// [`Lookups`](crate::Lookups). The default is the blank text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct WordId(pub(crate) u32);

impl WordId {
    /// Whether it stands for the blank text.
    pub fn is_blank(self) -> bool {
        self.0 == 0
    }

    /// Below [`Lookups::words`](crate::Lookups::words).
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Texts behind numbers, in one piece of memory.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Words {
    text: String,
    /// Where each ends, the blank one left out.
    ends: Vec<u32>,
}

impl Words {
    pub(crate) fn get(&self, word: WordId) -> &str {
        let Some(position) = (word.0 as usize).checked_sub(1) else { return "" };
        let Some(end) = self.ends.get(position) else { return "" };
        let start = position.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start as usize..*end as usize]
    }

    /// All words but the blank one.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (1..=self.ends.len() as u32).map(|number| self.get(WordId(number)))
    }

    /// How many there are, the blank one included.
    pub(crate) fn len(&self) -> usize {
        self.ends.len() + 1
    }

    pub(crate) fn bytes(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * size_of::<u32>()
    }
}

/// Gives numbers to texts.
#[derive(Debug, Default)]
pub(crate) struct WordsBuilder {
    words: Words,
    numbers: HashMap<Box<str>, WordId, foldhash::fast::RandomState>,
}

impl WordsBuilder {
    /// The number of a text; the blank one for a text that no longer fits: there are four gibibytes.
    pub(crate) fn number(&mut self, text: &str) -> WordId {
        if text.is_empty() {
            return WordId::default();
        }
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let Ok(end) = u32::try_from(self.words.text.len() + text.len()) else { return WordId::default() };
        self.words.text.push_str(text);
        self.words.ends.push(end);
        let number = WordId(self.words.ends.len() as u32);
        self.numbers.insert(text.into(), number);
        number
    }

    pub(crate) fn finish(mut self) -> Words {
        self.words.text.shrink_to_fit();
        self.words.ends.shrink_to_fit();
        self.words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_number() {
        let mut builder = WordsBuilder::default();
        let texts = ["de", "", "Straßburg", "de", "at"];
        let numbers: Vec<WordId> = texts.iter().map(|text| builder.number(text)).collect();
        assert_eq!(numbers[0], numbers[3]);
        assert!(numbers[1].is_blank());
        let words = builder.finish();
        for (text, number) in texts.into_iter().zip(numbers) {
            assert_eq!(words.get(number), text);
        }
        assert_eq!(words.iter().collect::<Vec<_>>(), ["de", "Straßburg", "at"]);
        assert_eq!(words.get(WordId(99)), "");
    }
}
