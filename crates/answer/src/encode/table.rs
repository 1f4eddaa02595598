//! Aligned text for a terminal.
//!
//! Columns stand two blanks apart under a thin rule, numbers to the right. What does not fit the width is cut, text
//! before anything else and numbers never as long as a column fits at all; columns that find no room are named
//! below. The last line tells how many rows there are and how long the query ran.

use std::borrow::Cow;
use std::io::{self, BufWriter, Write};

use weir_value::{KustoType, datetime};

use super::markdown::is_right_aligned;
use super::rows;
use crate::{Answer, Cell, Column, width};

/// Blanks between two columns.
const GAP: usize = 2;
/// A column of text is cut to no less than this before columns are left out.
const TEXT_MIN: usize = 12;
/// A name may be cut to this when the values below are narrower.
const NAME_MIN: usize = 8;

/// Writes an answer as an aligned table, in lines of at most `line_width` cells when one is given.
///
/// Of more than `rows_max` rows the first are shown.
pub fn write(
    answer: &Answer,
    line_width: Option<usize>,
    rows_max: Option<usize>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    let row_count = answer.row_count();
    let shown = rows_max.map_or(row_count, |max| max.min(row_count));
    let mut columns: Vec<Measured<'_>> = answer.columns.iter().map(Measured::new).collect();
    for cells in rows(answer).take(shown) {
        for (column, cell) in columns.iter_mut().zip(cells) {
            column.see(cell);
        }
    }
    let widths = fit(&columns, line_width);

    let mut line = String::new();
    for (column, width) in columns.iter().zip(&widths) {
        column.push(&mut line, &width::printable(&column.column.name), *width);
    }
    finish_line(&mut line, &mut out)?;
    for width in &widths {
        line.extend(std::iter::repeat_n('─', *width));
        width::push_blanks(&mut line, GAP);
    }
    finish_line(&mut line, &mut out)?;
    for cells in rows(answer).take(shown) {
        for ((column, width), cell) in columns.iter().zip(&widths).zip(cells) {
            column.push(&mut line, &column.text(cell), *width);
        }
        finish_line(&mut line, &mut out)?;
    }

    let left_out = columns.get(widths.len()..).unwrap_or(&[]);
    if !left_out.is_empty() {
        out.write_all(left_out_line(left_out, line_width).as_bytes())?;
    }
    let of = if shown < row_count { format!("first {shown} of ") } else { String::new() };
    let rows = if row_count == 1 { "row" } else { "rows" };
    writeln!(out, "{of}{row_count} {rows}, {:.2} s", answer.took.as_secs_f64())?;
    out.flush()
}

/// A column with what its rows need.
struct Measured<'a> {
    column: &'a Column,
    name_width: usize,
    value_width: usize,
    /// Fraction digits that tell all its datetimes apart: 0, 3, 6 or 7.
    fraction: usize,
}

impl<'a> Measured<'a> {
    fn new(column: &'a Column) -> Self {
        let name_width = width::of(&width::printable(&column.name));
        Measured { column, name_width, value_width: 0, fraction: 0 }
    }

    fn see(&mut self, cell: Cell<'_>) {
        if let Cell::Datetime(ticks) = cell {
            self.fraction = self.fraction.max(fraction_digits(ticks));
        }
        self.value_width = self.value_width.max(width::of(&self.text(cell)));
    }

    fn text<'c>(&self, cell: Cell<'c>) -> Cow<'c, str> {
        match cell {
            Cell::String(text) | Cell::Guid(text) => width::printable(text),
            Cell::Datetime(ticks) => Cow::Owned(short_datetime(ticks, self.fraction)),
            Cell::Dynamic(_) => Cow::Owned(width::printable(&cell.text()).into_owned()),
            other => Cow::Owned(other.text()),
        }
    }

    fn push(&self, line: &mut String, text: &str, width: usize) {
        let text = width::cut(text, width);
        if is_right_aligned(self.column.kind) {
            width::push_right(line, &text, width);
        } else {
            width::push_left(line, &text, width);
        }
        width::push_blanks(line, GAP);
    }

    fn natural(&self) -> usize {
        self.name_width.max(self.value_width).max(1)
    }

    /// The least width that still tells something.
    fn least(&self) -> usize {
        let value = match self.column.kind {
            KustoType::String | KustoType::Dynamic => self.value_width.min(TEXT_MIN),
            _ => self.value_width,
        };
        value.max(self.name_width.min(NAME_MIN)).max(1)
    }
}

/// The widths of the leading columns that fit; at least one, cut if it must be.
fn fit(columns: &[Measured<'_>], line_width: Option<usize>) -> Vec<usize> {
    let natural: Vec<usize> = columns.iter().map(Measured::natural).collect();
    let Some(line_width) = line_width.map(|width| width.max(1)) else { return natural };
    let line = |widths: &[usize]| widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1);
    if line(&natural) <= line_width {
        return natural;
    }
    let mut widths: Vec<usize> = Vec::new();
    for column in columns {
        widths.push(column.least());
        if line(&widths) > line_width {
            widths.pop();
            break;
        }
    }
    if widths.is_empty() {
        return natural.first().map(|width| *width.min(&line_width)).into_iter().collect();
    }
    // What is left goes to the narrowest that would have more, so that long columns share it evenly.
    let mut spare = line_width - line(&widths);
    while spare > 0 {
        let wanting = (0..widths.len()).filter(|i| widths[*i] < natural[*i]);
        let Some(narrowest) = wanting.min_by_key(|i| widths[*i]) else { break };
        widths[narrowest] += 1;
        spare -= 1;
    }
    widths
}

/// `+2 columns: a, b`, over as many lines as it takes.
fn left_out_line(columns: &[Measured<'_>], line_width: Option<usize>) -> String {
    let line_width = line_width.unwrap_or(usize::MAX);
    let plural = if columns.len() == 1 { "column" } else { "columns" };
    let mut text = format!("+{} {plural}:", columns.len());
    let mut used = width::of(&text);
    for (i, column) in columns.iter().enumerate() {
        let name = width::printable(&column.column.name);
        let mut name = width::cut(&name, line_width.saturating_sub(3)).into_owned();
        if i + 1 < columns.len() {
            name.push(',');
        }
        let needed = width::of(&name) + 1;
        let blanks = if used + needed > line_width { "\n  " } else { " " };
        used = if blanks == " " { used + needed } else { needed + 1 };
        text.push_str(blanks);
        text.push_str(&name);
    }
    text.push('\n');
    text
}

fn finish_line(line: &mut String, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(line.trim_end_matches(' ').as_bytes())?;
    out.write_all(b"\n")?;
    line.clear();
    Ok(())
}

fn fraction_digits(ticks: i64) -> usize {
    match ticks.rem_euclid(10_000_000) {
        0 => 0,
        rest if rest % 10_000 == 0 => 3,
        rest if rest % 10 == 0 => 6,
        _ => 7,
    }
}

fn short_datetime(ticks: i64, fraction: usize) -> String {
    let mut text = datetime::format(ticks);
    // Seven digits and `Z` stand behind the point.
    let kept = text.len().saturating_sub(if fraction == 0 { 9 } else { 8 - fraction });
    text.truncate(kept);
    text.push('Z');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn datetimes_lose_zeros_only() {
        let ticks = |text| datetime::parse(text).unwrap();
        for (text, digits, short) in [
            ("2026-01-02T03:04:05Z", 0, "2026-01-02T03:04:05Z"),
            ("2026-01-02T03:04:05.25Z", 3, "2026-01-02T03:04:05.250Z"),
            ("2026-01-02T03:04:05.000001Z", 6, "2026-01-02T03:04:05.000001Z"),
            ("2026-01-02T03:04:05.0000001Z", 7, "2026-01-02T03:04:05.0000001Z"),
        ] {
            assert_eq!(fraction_digits(ticks(text)), digits);
            assert_eq!(short_datetime(ticks(text), digits), short);
        }
    }

    #[test]
    fn room_is_shared_evenly_and_numbers_are_never_cut() {
        let columns = [
            Column { name: "Text".into(), kind: KustoType::String },
            Column { name: "Other".into(), kind: KustoType::String },
            Column { name: "BytesSrcToDest".into(), kind: KustoType::Long },
        ];
        let measured = |value_widths: [usize; 3]| -> Vec<Measured<'_>> {
            let with = columns.iter().zip(value_widths);
            with.map(|(column, value_width)| Measured { value_width, ..Measured::new(column) }).collect()
        };
        assert_eq!(fit(&measured([100, 10, 12]), None), [100, 10, 14]);
        assert_eq!(fit(&measured([100, 10, 12]), Some(60)), [32, 10, 14]);
        assert_eq!(fit(&measured([100, 100, 12]), Some(60)), [21, 21, 14]);
        assert_eq!(fit(&measured([100, 100, 12]), Some(40)), [12, 12, 12]);
        assert_eq!(fit(&measured([100, 100, 12]), Some(38)), [18, 18]);
        assert_eq!(fit(&measured([100, 100, 12]), Some(5)), [5]);
        assert_eq!(fit(&measured([1, 1, 20]), Some(0)), [1]);
    }
}
