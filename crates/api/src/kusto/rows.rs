//! The rows of a command's answer, written as a query that makes them.
//!
//! So an answer of a command is one like any other: it can be asked further, cut, counted and written by what
//! does so with the answers of queries.

use std::fmt::Write;

use serde_json::Value;
use weir_value::{KustoType, datetime, timespan};

/// A table that a command answers with.
#[derive(Debug, Clone)]
pub struct Rows {
    columns: Vec<(&'static str, KustoType)>,
    cells: Vec<Field>,
}

/// A value of such a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Field {
    /// A string.
    Text(String),
    /// A long or an int.
    Long(i64),
    /// A real.
    Real(f64),
    /// A bool.
    Bool(bool),
    /// A datetime in ticks since 0001-01-01.
    Time(i64),
    /// A timespan in ticks.
    Span(i64),
    /// A dynamic.
    Dynamic(Value),
    /// The null of the column's type; blank for a string.
    Null,
}

impl From<&str> for Field {
    fn from(text: &str) -> Field {
        Field::Text(text.to_owned())
    }
}

impl From<String> for Field {
    fn from(text: String) -> Field {
        Field::Text(text)
    }
}

impl From<bool> for Field {
    fn from(value: bool) -> Field {
        Field::Bool(value)
    }
}

impl From<i64> for Field {
    fn from(value: i64) -> Field {
        Field::Long(value)
    }
}

impl Rows {
    /// A table without rows.
    pub fn new(columns: &[(&'static str, KustoType)]) -> Self {
        Rows { columns: columns.to_vec(), cells: Vec::new() }
    }

    /// Adds a row: a value for each column.
    pub fn push<const N: usize>(&mut self, row: [Field; N]) {
        debug_assert_eq!(N, self.columns.len(), "a row has a value for each column");
        self.cells.extend(row);
    }

    /// The query.
    pub fn to_query(&self) -> String {
        let columns: Vec<String> =
            self.columns.iter().map(|(name, kind)| format!("['{name}']:{}", kind.name())).collect();
        let mut text = format!("datatable({}) [", columns.join(", "));
        for (place, cell) in self.cells.iter().enumerate() {
            if place > 0 {
                text.push_str(", ");
            }
            let kind =
                self.columns.get(place % self.columns.len()).map_or(KustoType::String, |(_, kind)| *kind);
            literal(&mut text, cell, kind);
        }
        text.push_str("]\n");
        text
    }
}

/// Writes a value as the language writes it.
fn literal(text: &mut String, field: &Field, kind: KustoType) {
    let _ = match (field, kind) {
        (Field::Text(value), KustoType::Guid) => write!(text, "guid({value})"),
        (Field::Text(value), _) => {
            quoted(text, value);
            Ok(())
        }
        (Field::Long(value), KustoType::Int) => write!(text, "int({value})"),
        (Field::Long(value), _) => write!(text, "long({value})"),
        (Field::Real(value), _) => write!(text, "real({value})"),
        (Field::Bool(value), _) => write!(text, "{value}"),
        (Field::Time(ticks), _) => write!(text, "datetime({})", datetime::format(*ticks)),
        (Field::Span(ticks), _) => write!(text, "timespan({})", timespan::format(*ticks)),
        (Field::Dynamic(value), _) => write!(text, "dynamic({value})"),
        (Field::Null, KustoType::String) => write!(text, "''"),
        (Field::Null, kind) => write!(text, "{}(null)", kind.name()),
    };
}

/// Writes a text in quotes.
pub fn quoted(text: &mut String, value: &str) {
    text.push('"');
    for letter in value.chars() {
        match letter {
            '"' | '\\' => text.extend(['\\', letter]),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            letter if letter.is_control() => {
                let _ = write!(text, "\\u{:04x}", u32::from(letter));
            }
            letter => text.push(letter),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_are_a_query_that_can_be_read() {
        let columns = [
            ("a", KustoType::String),
            ("b", KustoType::Long),
            ("c", KustoType::Datetime),
            ("d", KustoType::Dynamic),
            ("e", KustoType::Guid),
            ("f", KustoType::Int),
        ];
        let mut rows = Rows::new(&columns);
        let odd = "it's \"so\"\\\n\t\u{1}ä";
        rows.push([
            odd.into(),
            (-5).into(),
            Field::Time(0),
            Field::Dynamic(json!({ "k": [odd] })),
            "74be27de-1e4e-49d9-b579-fe0b331d3642".into(),
            Field::Null,
        ]);
        rows.push([Field::Null, Field::Null, Field::Null, Field::Null, Field::Null, Field::Null]);
        let text = rows.to_query();
        let parsed = weir_kql::parse(&text);
        assert!(parsed.diagnostics.is_empty(), "{text}{:?}", parsed.diagnostics);
    }
}
