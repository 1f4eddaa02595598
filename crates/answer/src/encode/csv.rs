//! Comma-separated values.
//!
//! RFC 4180: a header, lines that end in CR LF, quotes only where they are needed. A null and a blank string are
//! both empty. Values have the text of Kusto's `tostring` (datetimes with seven fraction digits and `Z`, dynamics
//! as JSON), but for bools, which are `true` and `false`: pandas, DuckDB and Kusto's own ingestion take these for
//! bools, and read `NaN`, `inf` and `-inf` as numbers. Text is left as it is; a spreadsheet may take what begins
//! with `=` for a formula.

use std::io::{self, Write};

use ::csv::{Terminator, WriterBuilder};

use super::rows;
use crate::{Answer, Cell};

/// Writes an answer as comma-separated values.
pub fn write(answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    writer.write_record(answer.columns.iter().map(|column| &column.name))?;
    for cells in rows(answer) {
        for cell in cells {
            match cell {
                Cell::Null => writer.write_field("")?,
                Cell::String(text) | Cell::Guid(text) => writer.write_field(text)?,
                Cell::Bool(value) => writer.write_field(if value { "true" } else { "false" })?,
                other => writer.write_field(other.text())?,
            }
        }
        // The fields were written one by one; this ends the line.
        writer.write_record(None::<&[u8]>)?;
    }
    writer.flush()
}
