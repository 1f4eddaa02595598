use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, DictionaryArray, Int32Array, TimestampMicrosecondArray};

use super::columns::{constant, words};

/// What rows say, each kept once, and the number of each row's.
pub(super) struct Numbered<T> {
    values: Vec<T>,
    numbers: Int32Array,
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
        let numbers: Vec<i32> = keys.map(number).collect();
        Numbered { values, numbers: numbers.into() }
    }

    /// The same for keys that each have a place below `places`: no table of keys is searched.
    pub fn in_places<K>(
        places: usize,
        keys: impl Iterator<Item = (usize, K)>,
        value: impl Fn(K) -> T,
    ) -> Self {
        const NONE: i32 = -1;
        let mut known = vec![NONE; places];
        let mut values = Vec::new();
        let number = |(place, key): (usize, K)| {
            let number = &mut known[place];
            if *number == NONE {
                values.push(value(key));
                *number = values.len() as i32 - 1;
            }
            *number
        };
        let numbers: Vec<i32> = keys.map(number).collect();
        Numbered { values, numbers: numbers.into() }
    }

    /// A column of what rows say, or of a part of it.
    pub fn column(&self, text: impl Fn(&T) -> &str) -> ArrayRef {
        let mut texts = self.values.iter().map(&text);
        if let Some(first) = texts.next()
            && texts.all(|text| text == first)
        {
            return constant(first, self.rows());
        }
        words(self.numbers.clone(), self.values.iter().map(text))
    }

    /// A column of a time of what rows say, microseconds since the Unix epoch.
    pub fn times(&self, time: impl Fn(&T) -> i64) -> ArrayRef {
        let times = TimestampMicrosecondArray::from_iter_values(self.values.iter().map(time));
        let times = Arc::new(times.with_timezone("UTC"));
        Arc::new(DictionaryArray::<Int32Type>::new(self.numbers.clone(), times))
    }

    /// The number of each row's.
    pub fn numbers(&self) -> &[i32] {
        self.numbers.values()
    }

    /// What there is, in the order of their numbers.
    pub fn values(&self) -> &[T] {
        &self.values
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
        &of_values[self.numbers.value(row) as usize]
    }
}
