//! The rows of an answer, by the names of their columns.

use weir_answer::{Answer, Cell};
use weir_value::datetime;

/// A row of an answer.
pub(crate) struct Row<'a> {
    answer: &'a Answer,
    cells: Vec<Cell<'a>>,
}

/// All rows.
pub(crate) fn rows(answer: &Answer) -> impl Iterator<Item = Row<'_>> {
    answer.rows().map(move |cells| Row { answer, cells })
}

impl<'a> Row<'a> {
    fn cell(&self, column: &str) -> Cell<'a> {
        let place = self.answer.columns.iter().position(|known| known.name == column);
        place.and_then(|place| self.cells.get(place)).copied().unwrap_or(Cell::Null)
    }

    /// A text; blank for what is none.
    pub fn text(&self, column: &str) -> &'a str {
        match self.cell(column) {
            Cell::String(text) => text,
            _ => "",
        }
    }

    /// A number; 0 for what is none.
    pub fn number(&self, column: &str) -> f64 {
        self.cell(column).as_number().unwrap_or(0.0)
    }

    /// A count; 0 for what is none.
    pub fn count(&self, column: &str) -> u64 {
        match self.cell(column) {
            Cell::Long(number) => u64::try_from(number).unwrap_or(0),
            _ => 0,
        }
    }

    /// A truth, if there is one.
    pub fn truth(&self, column: &str) -> Option<bool> {
        match self.cell(column) {
            Cell::Bool(truth) => Some(truth),
            _ => None,
        }
    }

    /// A time, microseconds since the Unix epoch, if there is one.
    pub fn micros(&self, column: &str) -> Option<i64> {
        match self.cell(column) {
            Cell::Datetime(ticks) => Some(datetime::to_unix_micros(ticks)),
            _ => None,
        }
    }
}
