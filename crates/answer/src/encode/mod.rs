//! The forms in which an answer is written, one file each.
//!
//! Each is a plain function that goes through the batches of the answer and writes as it goes.

pub mod arrow;
pub mod csv;
pub mod json;
mod json_text;
pub mod kusto_v1;
pub mod kusto_v2;
pub mod log_analytics;
pub mod markdown;
mod open_types;
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
    /// A stream of Arrow's, of the same types.
    Arrow,
    /// What Kusto's `/v1/rest/query` answers.
    KustoV1,
}

impl Format {
    /// Every form.
    pub const ALL: [Format; 8] = [
        Format::Table,
        Format::Csv,
        Format::Json,
        Format::Jsonl,
        Format::Markdown,
        Format::Parquet,
        Format::Arrow,
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
            Format::Arrow => "arrow",
            Format::KustoV1 => "kusto-v1",
        }
    }

    /// Whether it is text; what is not must not be sent to a terminal.
    pub fn is_text(self) -> bool {
        !matches!(self, Format::Parquet | Format::Arrow)
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
#[error("unknown format '{0}', expected table, csv, json, jsonl, markdown, parquet, arrow or kusto-v1")]
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

/// Why a query ended with only some of its rows.
#[derive(Debug, Clone)]
pub struct PartialFailure {
    /// Which of the answers is not whole, counted from 0.
    pub answer: usize,
    /// The error as Kusto's services write it: an object with the member `error`.
    pub one_api: serde_json::Value,
    /// What went wrong, for people.
    pub text: String,
    /// The number under which Kusto knows it; negative.
    pub status: i32,
    /// The name of that number.
    pub status_name: String,
    /// What kind of event it is to Kusto.
    pub event: &'static str,
}

const ZERO_GUID: &str = "00000000-0000-0000-0000-000000000000";

/// What answering took, in the names of Kusto's completion information. Nothing is in it that was not measured.
fn statistics(answers: &[&Answer]) -> serde_json::Value {
    let took: f64 = answers.iter().map(|answer| answer.took.as_secs_f64()).sum();
    let sizes = answers.iter().map(|answer| serde_json::json!({ "table_row_count": answer.row_count() }));
    let sizes: Vec<serde_json::Value> = sizes.collect();
    serde_json::json!({ "ExecutionTime": took, "dataset_statistics": sizes })
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
    /// The answer cannot be put into a stream of Arrow's.
    #[error("writing the answer as an Arrow stream")]
    Arrow(#[from] arrow_schema::ArrowError),
}

/// Writes an answer.
///
/// Errors: [`Error::Output`] when `out` fails, [`Error::Parquet`] and [`Error::Arrow`] when those formats do.
pub fn write(answer: &Answer, format: Format, options: &Options, out: &mut dyn Write) -> Result<(), Error> {
    match format {
        Format::Table => table::write(answer, options.width, options.rows_max, out)?,
        Format::Csv => csv::write(answer, out)?,
        Format::Json => json::write(answer, out)?,
        Format::Jsonl => json::write_lines(answer, out)?,
        Format::Markdown => markdown::write(answer, out)?,
        Format::Parquet => parquet::write(answer, out)?,
        Format::Arrow => arrow::write(answer, out)?,
        Format::KustoV1 => kusto_v1::write(&[answer], &options.request, None, out)?,
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
