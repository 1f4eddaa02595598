//! JSON: an array of objects, or an object a line.
//!
//! A null is `null`, but a string is never null. Longs are numbers of up to 19 digits, so a reader that makes
//! floats of them loses the last ones. Reals without a JSON number are the strings `NaN`, `Infinity` and
//! `-Infinity`.

use std::io::{self, Write};

use super::json_text::JsonText;
use super::rows;
use crate::{Answer, Cell};

/// Writes an answer as an array with an object for each row, a line each.
pub fn write(answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    let mut json = JsonText::new(out);
    let keys = keys(answer)?;
    json.raw("[")?;
    for (number, cells) in rows(answer).enumerate() {
        json.raw(if number == 0 { "\n" } else { ",\n" })?;
        object(&keys, cells, &mut json)?;
    }
    json.raw("\n]\n")?;
    json.finish()
}

/// Writes an answer as lines, each the object of a row.
pub fn write_lines(answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    let mut json = JsonText::new(out);
    let keys = keys(answer)?;
    for cells in rows(answer) {
        object(&keys, cells, &mut json)?;
        json.raw("\n")?;
    }
    json.finish()
}

/// The names of the columns with quotes and colon.
fn keys(answer: &Answer) -> io::Result<Vec<String>> {
    let key = |name: &String| Ok(serde_json::to_string(name)? + ":");
    answer.columns.iter().map(|column| key(&column.name)).collect()
}

fn object<'a>(
    keys: &[String],
    cells: impl Iterator<Item = Cell<'a>>,
    json: &mut JsonText<'_>,
) -> io::Result<()> {
    json.raw("{")?;
    for (i, (key, cell)) in keys.iter().zip(cells).enumerate() {
        if i > 0 {
            json.raw(",")?;
        }
        json.raw(key)?;
        json.cell(cell)?;
    }
    json.raw("}")
}
