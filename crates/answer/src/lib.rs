//! What a query returns, and the forms in which it is written.
//!
//! An [`Answer`] is a table: typed columns, rows in Arrow batches, and what `render` asked for. [`Cell`] is one
//! value of it. [`write()`] writes it in one of the forms of [`Format`]: for people, for other programs, for the
//! clients of Kusto.
//!
//! ```
//! use std::sync::Arc;
//! use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringViewArray};
//! use weir_answer::{Answer, Column, Format, Options, write};
//! use weir_value::KustoType;
//!
//! let names: ArrayRef = Arc::new(StringViewArray::from(vec!["10.1.1.8", "10.1.1.70"]));
//! let sums: ArrayRef = Arc::new(Int64Array::from(vec![Some(1_204), None]));
//! let answer = Answer {
//!     columns: vec![
//!         Column { name: "SrcIp".into(), kind: KustoType::String },
//!         Column { name: "Bytes".into(), kind: KustoType::Long },
//!     ],
//!     batches: vec![RecordBatch::try_from_iter([("SrcIp", names), ("Bytes", sums)]).unwrap()],
//!     render: None,
//!     took: std::time::Duration::ZERO,
//! };
//! let mut out = Vec::new();
//! write(&answer, Format::Csv, &Options::default(), &mut out).unwrap();
//! assert_eq!(out, b"SrcIp,Bytes\r\n10.1.1.8,1204\r\n10.1.1.70,\r\n");
//! ```

mod cell;
mod columns;
pub mod encode;
pub mod width;

use std::time::Duration;

use arrow_array::RecordBatch;
use weir_value::KustoType;

pub use cell::Cell;
pub use columns::Columns;
pub use encode::{Error, Format, Options, Request, write};

/// The table that a query returns.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows: one Arrow column for each of `columns`, in the physical type of its Kusto type.
    ///
    /// Bools are `Boolean`, ints `Int32`, longs `Int64`, reals `Float64`, strings and guids `Utf8View`, datetimes
    /// and timespans `Int64` ticks of 100 ns (datetimes since 0001-01-01), dynamics `BinaryView` as
    /// [`weir_value::dynamic::View`] reads them, decimals `FixedSizeBinary(16)`.
    pub batches: Vec<RecordBatch>,
    /// What `render` asked for.
    pub render: Option<Render>,
    /// How long the query ran.
    pub took: Duration,
}

/// A column of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: KustoType,
}

/// What `render` asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Render {
    /// The chart, lower case: `columnchart`, `timechart`, `table` …
    pub chart: String,
    /// Properties as written, names lower case: `title`, `kind`, `xcolumn`, `ycolumns`, `series` …
    pub properties: Vec<(String, String)>,
}

impl Render {
    /// The value of a property.
    pub fn property(&self, name: &str) -> Option<&str> {
        self.properties.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The values of a property that may be given several times, as `ycolumns` is once for each column.
    pub fn values<'r>(&'r self, name: &'r str) -> impl Iterator<Item = &'r str> {
        self.properties.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl Answer {
    /// The number of rows.
    pub fn row_count(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// The rows, in order, each as its cells.
    pub fn rows(&self) -> impl Iterator<Item = Vec<Cell<'_>>> {
        self.batches.iter().flat_map(move |batch| {
            (0..batch.num_rows()).map(move |row| {
                let cells = self.columns.iter().zip(batch.columns());
                cells.map(|(column, array)| Cell::of(array.as_ref(), column.kind, row)).collect()
            })
        })
    }
}
