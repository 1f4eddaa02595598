//! Answers that no query makes, column by column.

use std::sync::Arc;
use std::time::Duration;

use arrow_array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringViewArray};
use arrow_schema::ArrowError;
use weir_value::{KustoType, datetime};

use crate::{Answer, Column};

/// Columns of an answer, in their order.
#[derive(Debug, Default)]
pub struct Columns(Vec<(&'static str, KustoType, ArrayRef)>);

impl Columns {
    /// Adds texts.
    #[must_use]
    pub fn text<Text: AsRef<str>>(self, name: &'static str, values: impl Iterator<Item = Text>) -> Self {
        self.with(name, KustoType::String, Arc::new(StringViewArray::from_iter_values(values)))
    }

    /// Adds whole numbers.
    #[must_use]
    pub fn long(self, name: &'static str, values: impl Iterator<Item = Option<i64>>) -> Self {
        self.with(name, KustoType::Long, Arc::new(values.collect::<Int64Array>()))
    }

    /// Adds how many there are of something.
    #[must_use]
    pub fn count(self, name: &'static str, values: impl Iterator<Item = u64>) -> Self {
        self.long(name, values.map(|value| Some(i64::try_from(value).unwrap_or(i64::MAX))))
    }

    /// Adds truths.
    #[must_use]
    pub fn truth(self, name: &'static str, values: impl Iterator<Item = bool>) -> Self {
        self.with(name, KustoType::Bool, Arc::new(values.map(Some).collect::<BooleanArray>()))
    }

    /// Adds times, given in microseconds since the Unix epoch.
    #[must_use]
    pub fn time(self, name: &'static str, values: impl Iterator<Item = Option<i64>>) -> Self {
        let ticks = values.map(|micros| micros.and_then(datetime::from_unix_micros));
        self.with(name, KustoType::Datetime, Arc::new(ticks.collect::<Int64Array>()))
    }

    fn with(mut self, name: &'static str, kind: KustoType, array: ArrayRef) -> Self {
        self.0.push((name, kind, array));
        self
    }

    /// The answer; fails where columns differ in length, or there is none.
    pub fn answer(self) -> Result<Answer, ArrowError> {
        let columns =
            self.0.iter().map(|(name, kind, _)| Column { name: (*name).to_owned(), kind: *kind }).collect();
        let arrays = self.0.into_iter().map(|(name, _, array)| (name, array, true));
        let batches = vec![RecordBatch::try_from_iter_with_nullable(arrays)?];
        Ok(Answer { columns, batches, render: None, took: Duration::ZERO })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_one_length_are_an_answer() {
        let two =
            || Columns::default().text("Name", ["a", "b"].iter()).count("Count", [1, u64::MAX].into_iter());
        let answer = two().time("At", [Some(0), None].into_iter()).truth("Is", [true, false].into_iter());
        let answer = answer.answer().unwrap();
        assert_eq!((answer.row_count(), answer.columns.len()), (2, 4));
        assert_eq!(answer.columns[2], Column { name: "At".to_owned(), kind: KustoType::Datetime });
        assert!(two().long("Short", [Some(1)].into_iter()).answer().is_err());
    }
}
