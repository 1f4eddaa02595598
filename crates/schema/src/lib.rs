//! The columns of every table, in one registry.
//!
//! Nothing comes in; out go names, types, units, sources and meanings. Storage, the query binder, the generated
//! reference and the tests all read them here. To add a column: one line in its table's file.
//!
//! ```
//! let table = weir_schema::table("NTANetAnalytics").unwrap();
//! let column = table.column("BytesSrcToDest").unwrap();
//! assert_eq!(column.kind.name(), "long");
//! assert_eq!(column.unit, weir_schema::Unit::Bytes);
//! ```

mod column;
mod reference;
mod table;
pub mod tables;

pub use column::{Column, Source, Unit, Values};
pub use reference::columns_page;
pub use table::{Table, TableKind, table};
