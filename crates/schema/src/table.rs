use std::sync::Arc;

use arrow_schema::{Schema, SchemaRef};

use crate::{Column, tables};

/// A table that queries can name.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Its name, exactly as queries write it.
    pub name: &'static str,
    /// Whether rows are stored under this name.
    pub kind: TableKind,
    /// What a row is.
    pub doc: &'static str,
    /// The documented columns, in the order that `getschema` shows.
    pub columns: &'static [Column],
    /// Stored columns that queries see only by name, or not at all.
    pub hidden: &'static [Column],
}

/// Whether a table is stored or computed from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableKind {
    /// A Delta table of this name.
    Stored,
    /// A view of stored tables.
    View,
    /// A Delta table of this name in the ledger: what was read, not what was in it.
    Ledger,
}

impl Table {
    /// The documented column of this name.
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The Arrow schema in which rows are stored: documented columns, then hidden ones.
    pub fn stored_schema(&self) -> SchemaRef {
        let fields: Vec<_> = self.columns.iter().chain(self.hidden).map(Column::stored_field).collect();
        Arc::new(Schema::new(fields))
    }
}

/// The table of this name.
pub fn table(name: &str) -> Option<&'static Table> {
    tables::ALL.iter().copied().find(|table| table.name == name)
}
