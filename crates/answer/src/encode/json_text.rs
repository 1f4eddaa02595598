use std::io::{self, Write};

use weir_value::{datetime, decimal, dynamic, real, timespan};

use super::rows;
use crate::{Answer, Cell};

/// So much is gathered before it is handed on.
const BUFFER_BYTES: usize = 64 * 1024;

/// Writes JSON, piece by piece.
///
/// Values have the form that clients of Kusto read: whole numbers in full, reals with a fraction or an exponent
/// and text where JSON has no number, datetimes, timespans and guids as text, dynamics as nested JSON.
pub(super) struct JsonText<'o> {
    out: &'o mut dyn Write,
    buffer: Vec<u8>,
    scratch: String,
}

impl<'o> JsonText<'o> {
    pub(super) fn new(out: &'o mut dyn Write) -> Self {
        JsonText { out, buffer: Vec::new(), scratch: String::new() }
    }

    /// Text that is JSON, or a part of it, already.
    pub(super) fn raw(&mut self, json: &str) -> io::Result<()> {
        self.buffer.extend_from_slice(json.as_bytes());
        if self.buffer.len() >= BUFFER_BYTES { self.hand_on() } else { Ok(()) }
    }

    /// A string with its quotes.
    pub(super) fn string(&mut self, text: &str) -> io::Result<()> {
        serde_json::to_writer(&mut self.buffer, text)?;
        Ok(())
    }

    /// Any value that serde_json knows.
    pub(super) fn value(&mut self, value: &serde_json::Value) -> io::Result<()> {
        serde_json::to_writer(&mut self.buffer, value)?;
        Ok(())
    }

    /// A value of an answer.
    pub(super) fn cell(&mut self, cell: Cell<'_>) -> io::Result<()> {
        self.scratch.clear();
        match cell {
            Cell::Null => self.scratch.push_str("null"),
            Cell::Bool(value) => self.scratch.push_str(if value { "true" } else { "false" }),
            Cell::Long(value) => write!(self.buffer, "{value}")?,
            Cell::Real(value) if value.is_finite() => self.scratch.push_str(&real::format(value)),
            Cell::Real(value) if value.is_nan() => self.scratch.push_str("\"NaN\""),
            Cell::Real(value) => {
                self.scratch.push_str(if value > 0.0 { "\"Infinity\"" } else { "\"-Infinity\"" });
            }
            // As text: JSON's numbers have fewer digits.
            Cell::Decimal(value) => {
                self.scratch.push('"');
                decimal::write(&mut self.scratch, value);
                self.scratch.push('"');
            }
            Cell::String(text) | Cell::Guid(text) => return self.string(text),
            Cell::Datetime(ticks) => {
                self.scratch.push('"');
                datetime::write(&mut self.scratch, ticks);
                self.scratch.push('"');
            }
            Cell::Timespan(ticks) => {
                self.scratch.push('"');
                timespan::write(&mut self.scratch, ticks);
                self.scratch.push('"');
            }
            Cell::Dynamic(view) => dynamic::write_json(view, &mut self.scratch),
        }
        self.buffer.extend_from_slice(self.scratch.as_bytes());
        Ok(())
    }

    /// A row: its cells as an array.
    pub(super) fn row<'a>(&mut self, cells: impl Iterator<Item = Cell<'a>>) -> io::Result<()> {
        self.raw("[")?;
        for (i, cell) in cells.enumerate() {
            if i > 0 {
                self.raw(",")?;
            }
            self.cell(cell)?;
        }
        self.raw("]")
    }

    /// The rows of an answer as elements of an array; whether there were any.
    pub(super) fn rows(&mut self, answer: &Answer) -> io::Result<bool> {
        let mut any = false;
        for cells in rows(answer) {
            if any {
                self.raw(",")?;
            }
            any = true;
            self.row(cells)?;
        }
        Ok(any)
    }

    /// Hands on what is left.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.hand_on()?;
        self.out.flush()
    }

    fn hand_on(&mut self) -> io::Result<()> {
        self.out.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}
