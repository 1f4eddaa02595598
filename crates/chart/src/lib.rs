//! What `render` asks for: charts in the terminal, as SVG and as HTML.
//!
//! In goes an [`Answer`](weir_answer::Answer) with what its query asked to be drawn; out comes text. [`model`] decides
//! what is drawn, once for all: [`terminal()`] draws it with characters, [`svg()`] with shapes, and [`html()`] is a page
//! around the shapes. What is no chart is shown as a table. Nothing is fetched, and the same answer always gives
//! the same text.
//!
//! ```
//! use std::sync::Arc;
//! use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringViewArray};
//! use weir_answer::{Answer, Column, Render};
//! use weir_value::KustoType;
//!
//! let names: ArrayRef = Arc::new(StringViewArray::from(vec!["10.1.1.69", "10.1.1.70"]));
//! let sums: ArrayRef = Arc::new(Int64Array::from(vec![1_500_000, 500_000]));
//! let answer = Answer {
//!     columns: vec![
//!         Column { name: "SrcIp".into(), kind: KustoType::String },
//!         Column { name: "Bytes".into(), kind: KustoType::Long },
//!     ],
//!     batches: vec![RecordBatch::try_from_iter([("SrcIp", names), ("Bytes", sums)]).unwrap()],
//!     render: Some(Render { chart: "piechart".into(), properties: Vec::new() }),
//!     took: std::time::Duration::ZERO,
//! };
//! assert_eq!(weir_chart::terminal(&answer, 44, None, false), "\
//! 10.1.1.69 │███████████████████  75.0 %  1.5M
//! 10.1.1.70 │██████▍              25.0 %  500k
//! ");
//! ```

mod frame;
mod html;
pub mod label;
pub mod model;
pub mod scale;
mod svg;
mod terminal;

pub use html::html;
pub use model::chart_of;
pub use svg::{Size, svg};
pub use terminal::terminal;
