//! Text with fields, as RFC 4180 has it: a field in quotes may hold delimiters, line ends and doubled quotes.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringViewBuilder};
use weir_value::KustoType;

use crate::physical;
use crate::typed::Column;

/// The rows of a text; fields that are missing are blank, further ones are left out.
pub(super) fn batch(
    columns: &[Column],
    text: &str,
    delimiter: char,
    ignore_first: bool,
) -> Result<RecordBatch, String> {
    let rows = Rows { rest: text, delimiter };
    of_rows(columns, rows.skip(usize::from(ignore_first)))
}

/// Rows of texts as a batch of strings.
pub(super) fn of_rows(
    columns: &[Column],
    rows: impl Iterator<Item = Vec<String>>,
) -> Result<RecordBatch, String> {
    let mut builders: Vec<StringViewBuilder> = columns.iter().map(|_| StringViewBuilder::new()).collect();
    for row in rows {
        for (place, builder) in builders.iter_mut().enumerate() {
            builder.append_value(row.get(place).map_or("", String::as_str));
        }
    }
    let arrays = builders.into_iter().map(|mut builder| Arc::new(builder.finish()) as ArrayRef).collect();
    let schema = physical::schema(columns.iter().map(|column| (column.name.as_str(), KustoType::String)));
    RecordBatch::try_new(schema, arrays).map_err(|error| error.to_string())
}

/// The rows of a text, one after the other.
struct Rows<'t> {
    rest: &'t str,
    delimiter: char,
}

impl Iterator for Rows<'_> {
    type Item = Vec<String>;

    fn next(&mut self) -> Option<Vec<String>> {
        // Empty lines hold no row.
        self.rest = self.rest.trim_start_matches(['\r', '\n']);
        if self.rest.is_empty() {
            return None;
        }
        let mut row = Vec::new();
        loop {
            row.push(self.field());
            match self.rest.strip_prefix(self.delimiter) {
                Some(rest) => self.rest = rest,
                None => return Some(row),
            }
        }
    }
}

impl Rows<'_> {
    /// The next field; what is left begins with what ended it.
    fn field(&mut self) -> String {
        let mut field = String::new();
        if let Some(mut quoted) = self.rest.strip_prefix('"') {
            loop {
                let Some(end) = quoted.find('"') else {
                    field.push_str(quoted);
                    quoted = "";
                    break;
                };
                field.push_str(&quoted[..end]);
                quoted = &quoted[end + 1..];
                match quoted.strip_prefix('"') {
                    Some(behind) => {
                        field.push('"');
                        quoted = behind;
                    }
                    None => break,
                }
            }
            self.rest = quoted;
        }
        let end = self.rest.find([self.delimiter, '\r', '\n']).unwrap_or(self.rest.len());
        field.push_str(&self.rest[..end]);
        self.rest = &self.rest[end..];
        field
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_end_at_delimiters_outside_of_quotes() {
        let rows = |text: &str| -> Vec<String> {
            Rows { rest: text, delimiter: ',' }.map(|row| row.join("|")).collect()
        };
        assert_eq!(rows("a,b\r\n\"c,\"\"d\"\"\ne\",\n\n,f"), ["a|b", "c,\"d\"\ne|", "|f"]);
        assert_eq!(rows("\"open"), ["open"]);
        assert_eq!(rows(""), Vec::<String>::new());
    }
}
