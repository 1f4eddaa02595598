use std::fmt::Write;

use arrow::buffer::{Buffer, OffsetBuffer};
use arrow_array::{Array, ArrayRef, Int32Array, StringArray};
use weir_decode::Address;

use super::columns::{constant, numbered_words};

/// Texts of rows that are written one behind the other, and the number of each row's; that of blank ones is 0.
pub(super) struct Texts {
    words: StringArray,
    /// Empty where all rows are blank.
    numbers: Int32Array,
    rows: usize,
}

/// Texts on their way into [`Texts`].
pub(super) struct TextsBuilder {
    text: String,
    ends: Vec<i32>,
    /// Of the rows, but for blank ones in front of all others.
    numbers: Vec<i32>,
    blank: usize,
    rows: usize,
}

impl TextsBuilder {
    /// Without texts yet; so many rows will come.
    pub fn new(rows: usize) -> Self {
        TextsBuilder { text: String::new(), ends: vec![0, 0], numbers: Vec::new(), blank: 0, rows }
    }

    /// Adds a row, whose text `write` puts behind the others; nothing where it is blank. Returns its number.
    pub fn write(&mut self, write: impl FnOnce(&mut String)) -> i32 {
        let begin = self.text.len();
        write(&mut self.text);
        let number = if self.text.len() == begin {
            0
        } else {
            // A part has far less than two gibibytes of text; what was beyond would not fit into a column either.
            self.ends.push(i32::try_from(self.text.len()).unwrap_or(i32::MAX));
            self.ends.len() as i32 - 2
        };
        self.repeat(number);
        number
    }

    /// Adds a row with a text that there is.
    pub fn repeat(&mut self, number: i32) {
        if self.numbers.is_empty() {
            if number == 0 {
                self.blank += 1;
                return;
            }
            self.numbers.reserve_exact(self.rows);
            self.numbers.resize(self.blank, 0);
        }
        self.numbers.push(number);
    }

    pub fn finish(self) -> Texts {
        let rows = self.numbers.len().max(self.blank);
        let offsets = OffsetBuffer::new(self.ends.into());
        let words = StringArray::new(offsets, Buffer::from(self.text.into_bytes()), None);
        Texts { words, numbers: self.numbers.into(), rows }
    }
}

impl Texts {
    /// Those of addresses, each once where equal ones stand side by side.
    pub fn of_addresses(addresses: impl ExactSizeIterator<Item = Address>) -> Self {
        let mut texts = TextsBuilder::new(addresses.len());
        let mut last = None;
        for address in addresses {
            match last {
                Some((known, number)) if known == address => texts.repeat(number),
                _ => {
                    // Writing to a text does not fail.
                    let number = texts.write(|text| {
                        let _ = write!(text, "{address}");
                    });
                    last = Some((address, number));
                }
            }
        }
        texts.finish()
    }

    /// A row's text.
    pub fn text(&self, row: usize) -> &str {
        self.words.value(self.number(row))
    }

    /// The column of them.
    pub fn column(&self) -> ArrayRef {
        if self.are_blank() {
            return constant("", self.rows);
        }
        numbered_words(&self.numbers, self.words.clone())
    }

    /// Whether no row has one.
    pub fn are_blank(&self) -> bool {
        self.words.len() == 1
    }

    /// Bytes of a row's text.
    pub fn length(&self, row: usize) -> usize {
        self.words.value_length(self.number(row)) as usize
    }

    fn number(&self, row: usize) -> usize {
        self.numbers.values().get(row).copied().unwrap_or_default() as usize
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::cast::AsArray;
    use arrow_array::types::Int32Type;

    use super::*;

    #[test]
    fn each_row_has_its_text() {
        let mut builder = TextsBuilder::new(4);
        let first = builder.write(|text| text.push_str("a b"));
        builder.write(|_| ());
        builder.repeat(first);
        builder.write(|text| text.push('c'));
        let texts = builder.finish();
        let column = texts.column();
        let column = column.as_dictionary::<Int32Type>();
        let read: Vec<&str> = column.downcast_dict::<StringArray>().unwrap().into_iter().flatten().collect();
        assert_eq!(read, ["a b", "", "a b", "c"]);
        assert_eq!((0..4).map(|row| texts.length(row)).collect::<Vec<_>>(), [3, 0, 3, 1]);
    }
}
