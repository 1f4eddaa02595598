//! Numbers, times and names as people read them, and tables that are made here.

use std::sync::Arc;
use std::time::Duration;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringViewArray};
use weir_answer::{Answer, Column};
use weir_value::{KustoType, datetime};

use crate::asked::{DAY_MICROS, HOUR_MICROS};

/// `1234567` as `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 hour`, `3 hours`.
pub(crate) fn counted(number: u64, one: &str) -> String {
    format!("{} {one}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// `2026-06-01 14:00`.
pub(crate) fn minute(micros: i64) -> String {
    let text = datetime::from_unix_micros(micros).map(datetime::format).unwrap_or_default();
    text.chars().take(16).map(|character| if character == 'T' { ' ' } else { character }).collect()
}

/// `3 days`, `5 hours`, `20 minutes`.
pub(crate) fn span(micros: i64) -> String {
    let of = |unit: i64, one: &str| counted(u64::try_from(micros / unit).unwrap_or(0), one);
    match micros {
        m if m >= 2 * DAY_MICROS => of(DAY_MICROS, "day"),
        m if m >= 2 * HOUR_MICROS => of(HOUR_MICROS, "hour"),
        _ => of(HOUR_MICROS / 60, "minute"),
    }
}

/// The last part of a name: `<subscription>/<group>/<watcher>/<flow log>` as the flow log.
pub(crate) fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Columns of a table that no query makes.
#[derive(Default)]
pub(crate) struct Columns(Vec<(&'static str, KustoType, ArrayRef)>);

impl Columns {
    pub fn text<Text: AsRef<str>>(mut self, name: &'static str, values: impl Iterator<Item = Text>) -> Self {
        self.0.push((name, KustoType::String, Arc::new(StringViewArray::from_iter_values(values))));
        self
    }

    pub fn long(mut self, name: &'static str, values: impl Iterator<Item = u64>) -> Self {
        let values = values.map(|value| i64::try_from(value).unwrap_or(i64::MAX));
        self.0.push((name, KustoType::Long, Arc::new(Int64Array::from_iter_values(values))));
        self
    }

    /// Of microseconds since the Unix epoch.
    pub fn time(mut self, name: &'static str, values: impl Iterator<Item = Option<i64>>) -> Self {
        let ticks = values.map(|micros| micros.and_then(datetime::from_unix_micros));
        self.0.push((name, KustoType::Datetime, Arc::new(ticks.collect::<Int64Array>())));
        self
    }

    /// The table; without rows where columns differ in length, which they do not.
    pub fn table(self) -> Answer {
        let columns =
            self.0.iter().map(|(name, kind, _)| Column { name: (*name).to_owned(), kind: *kind }).collect();
        let arrays = self.0.into_iter().map(|(name, _, array)| (name, array, true));
        let batches = RecordBatch::try_from_iter_with_nullable(arrays).into_iter().collect();
        Answer { columns, batches, render: None, took: Duration::ZERO }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_readable() {
        assert_eq!(counted(1, "hour"), "1 hour");
        assert_eq!(counted(1_200, "hour"), "1,200 hours");
        assert_eq!(minute(1_780_272_000_000_000), "2026-06-01 00:00");
        assert_eq!(span(90 * 60_000_000), "90 minutes");
        assert_eq!(span(5 * HOUR_MICROS), "5 hours");
        assert_eq!(span(10 * DAY_MICROS), "10 days");
        assert_eq!(last("a/b/c"), "c");
    }
}
