use std::collections::HashMap;
use std::hash::Hash;

use arrow_array::ArrayRef;

use super::columns::words;

/// What rows say, each kept once, and the number of each row's.
pub(super) struct Numbered<T> {
    values: Vec<T>,
    numbers: Vec<i32>,
}

impl<T> Numbered<T> {
    /// What the rows of these keys say. `value` is asked once for each key.
    pub fn new<K: Copy + Eq + Hash>(keys: impl Iterator<Item = K>, value: impl Fn(K) -> T) -> Self {
        let mut known: HashMap<K, i32, foldhash::fast::RandomState> = HashMap::default();
        let mut values = Vec::new();
        let mut last: Option<(K, i32)> = None;
        let number = |key: K| match last {
            // Sorted rows repeat their address.
            Some((same, number)) if same == key => number,
            _ => {
                let number = *known.entry(key).or_insert_with(|| {
                    values.push(value(key));
                    values.len() as i32 - 1
                });
                last = Some((key, number));
                number
            }
        };
        let numbers = keys.map(number).collect();
        Numbered { values, numbers }
    }

    /// A column of what rows say, or of a part of it.
    pub fn column(&self, text: impl Fn(&T) -> &str) -> ArrayRef {
        words(self.numbers.clone(), self.values.iter().map(text))
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.numbers.len()
    }

    /// What a row says.
    pub fn value(&self, row: usize) -> &T {
        self.of(row, &self.values)
    }

    /// A figure of each value, to be asked by row with [`Numbered::of`].
    pub fn lengths(&self, length: impl Fn(&T) -> usize) -> Vec<usize> {
        self.values.iter().map(length).collect()
    }

    /// Of something that there is for each value, that of a row.
    pub fn of<'a, U>(&self, row: usize, of_values: &'a [U]) -> &'a U {
        &of_values[self.numbers[row] as usize]
    }
}
