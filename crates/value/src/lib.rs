//! Kusto's scalar types: their names, ranges, text forms and parsing.
//!
//! In comes text (a literal of a query, a field of a file); out goes a number of ticks, a tree of dynamic
//! values, or nothing when the text is none. The other direction prints what Kusto prints. The crate knows no
//! Arrow, no clock and no query.
//!
//! ```
//! use weir_value::{datetime, timespan};
//! let ticks = datetime::parse("2020-01-01T00:00:00.1Z").unwrap();
//! assert_eq!(datetime::format(ticks), "2020-01-01T00:00:00.1000000Z");
//! assert_eq!(timespan::format(timespan::TICKS_PER_DAY), "1.00:00:00");
//! ```

pub mod datetime;
pub mod decimal;
pub mod dynamic;
pub mod guid;
mod kind;
pub mod real;
pub mod timespan;

pub use decimal::Decimal;
pub use dynamic::Dynamic;
pub use kind::KustoType;
