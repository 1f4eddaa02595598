//! KQL syntax tree to DataFusion plan to rows.
//!
//! In comes the text of a query and a [`Catalog`] of tables; out come [`Answer`](weir_answer::Answer)s, or
//! [`Diagnostic`](weir_kql::Diagnostic)s that point at what is wrong.
//!
//! 1. `weir_kql`: text → syntax tree
//! 2. `bind`: syntax tree → logical plan; every expression has its Kusto type, Kusto's meaning is put into words
//!    of the engine. `operators`, `functions` and `aggregates` hold one operator or function a file.
//! 3. `engine`: logical plan → rows. Plans hold only scans of Parquet files and memory, standard operators, and
//!    functions registered by name.

mod aggregates;
mod bind;
mod by_day;
mod catalog;
#[cfg(test)]
mod coverage;
mod engine;
mod fold;
mod functions;
mod kernel;
mod language;
mod library;
mod limits;
mod operators;
mod physical;
mod scan;
mod steps;
#[cfg(test)]
mod testing;
mod ticks;
mod typed;
mod views;
mod windows;
mod workspace;

pub use catalog::{Catalog, DatedDecorator, Table};
pub use engine::{Cut, CutBy, Engine, EngineOptions, Error, Outcome, Running, SPILL_FACTOR, runtime};
pub use limits::{Cancel, QueryOptions};
pub use typed::{Column, OrderKey, Relation};
pub use workspace::{TableState, TimeScope, WorkspaceCatalog};
