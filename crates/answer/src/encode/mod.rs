//! The forms in which an answer is written, one file each.
//!
//! Each is a plain function that goes through the batches of the answer and writes as it goes.

pub mod csv;
pub mod json;
mod json_text;
pub mod kusto_v1;
pub mod markdown;
pub mod parquet;
pub mod table;

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use crate::{Answer, Cell};

/// A form in which an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Aligned text for a terminal.
    Table,
    /// Comma-separated values with a header.
    Csv,
    /// An array of objects.
    Json,
    /// An object a line.
    Jsonl,
    /// A Markdown table.
    Markdown,
    /// A Parquet file of open types.
    Parquet,
    /// What Kusto's `/v1/rest/query` answers.
    KustoV1,
}

impl Format {
    /// Every form.
    pub const ALL: [Format; 7] = [
        Format::Table,
        Format::Csv,
        Format::Json,
        Format::Jsonl,
        Format::Markdown,
        Format::Parquet,
        Format::KustoV1,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Format::Table => "table",
            Format::Csv => "csv",
            Format::Json => "json",
            Format::Jsonl => "jsonl",
            Format::Markdown => "markdown",
            Format::Parquet => "parquet",
            Format::KustoV1 => "kusto-v1",
        }
    }

    /// Whether it is text; what is not must not be sent to a terminal.
    pub fn is_text(self) -> bool {
        self != Format::Parquet
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    /// Reads a name in any letter case; `md` and `ndjson` are understood too.
    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        let name = match text.to_ascii_lowercase().as_str() {
            "md" => "markdown".to_owned(),
            "ndjson" => "jsonl".to_owned(),
            lower => lower.replace('_', "-"),
        };
        let known = Format::ALL.into_iter().find(|format| format.name() == name);
        known.ok_or_else(|| UnknownFormat(text.to_owned()))
    }
}

/// A name that no form has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown format '{0}', expected table, csv, json, jsonl, markdown, parquet or kusto-v1")]
pub struct UnknownFormat(String);

/// What a form may need to know.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Terminal cells in a line of a [`Format::Table`]; `None` for as many as it takes.
    pub width: Option<usize>,
    /// The rows of a [`Format::Table`] that are shown; `None` for all.
    pub rows_max: Option<usize>,
    /// What a [`Format::KustoV1`] repeats of the request.
    pub request: Request,
}

/// The request that an answer is for.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// When it was answered, in ticks since 0001-01-01; `None` when that is not known.
    pub time: Option<i64>,
    /// The guid under which the server knows it; blank for the guid of zeros.
    pub activity_id: String,
    /// The id that the client gave it.
    pub client_request_id: String,
}

/// Why an answer could not be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The output does not take it: the disk is full, the reader has gone.
    #[error("writing the answer")]
    Output(#[from] io::Error),
    /// The answer cannot be put into a Parquet file.
    #[error("writing the answer as Parquet")]
    Parquet(#[from] ::parquet::errors::ParquetError),
}

/// Writes an answer.
///
/// Errors: [`Error::Output`] when `out` fails, [`Error::Parquet`] when that format does.
pub fn write(answer: &Answer, format: Format, options: &Options, out: &mut dyn Write) -> Result<(), Error> {
    match format {
        Format::Table => table::write(answer, options.width, options.rows_max, out)?,
        Format::Csv => csv::write(answer, out)?,
        Format::Json => json::write(answer, out)?,
        Format::Jsonl => json::write_lines(answer, out)?,
        Format::Markdown => markdown::write(answer, out)?,
        Format::Parquet => parquet::write(answer, out)?,
        Format::KustoV1 => kusto_v1::write(&[answer], &options.request, out)?,
    }
    Ok(())
}

/// The rows, each as its cells, without a list made for each.
fn rows(answer: &Answer) -> impl Iterator<Item = impl Iterator<Item = Cell<'_>>> {
    answer.batches.iter().flat_map(move |batch| {
        (0..batch.num_rows()).map(move |row| {
            let cells = answer.columns.iter().zip(batch.columns());
            cells.map(move |(column, array)| Cell::of(array.as_ref(), column.kind, row))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for format in Format::ALL {
            assert_eq!(format.name().parse(), Ok(format));
            assert!(UnknownFormat(String::new()).to_string().contains(format.name()));
        }
        assert_eq!("MD".parse(), Ok(Format::Markdown));
        assert_eq!("Kusto_V1".parse(), Ok(Format::KustoV1));
        assert!("xml".parse::<Format>().is_err());
    }
}
