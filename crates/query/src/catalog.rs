//! What tables there are.

use std::path::PathBuf;
use std::sync::Arc;

use weir_enrich::Decorator;
use weir_intel::Lookups;
use weir_topology::SnapshotName;

use crate::typed::Relation;

/// The tables that a query can name.
pub trait Catalog: Sync {
    /// The table of this name.
    fn table(&self, name: &str) -> Option<&dyn Table>;
    /// The names of all tables.
    fn names(&self) -> Vec<String>;
    /// What the database is called that these tables are in: `database("…").T`.
    fn database(&self) -> &str {
        "default"
    }
    /// What is known of flows of a time, microseconds since the Unix epoch; nothing where no inventory holds.
    fn decorator(&self, _micros: i64) -> Result<Option<DatedDecorator>, weir_table::Error> {
        Ok(None)
    }
    /// What feeds say of addresses at a time, microseconds since the Unix epoch; nothing where there is no feed.
    fn lookups(&self, _micros: i64) -> Result<Option<Arc<Lookups>>, weir_table::Error> {
        Ok(None)
    }
    /// Folders whose files `externaldata` may read; none unless said otherwise.
    fn external_folders(&self) -> &[PathBuf] {
        &[]
    }
}

/// What is known of flows, and the snapshot of the inventory that knows it.
pub type DatedDecorator = (SnapshotName, Arc<Decorator>);

/// A table that a query can read.
pub trait Table: Sync {
    /// The table as the beginning of a plan.
    fn scan(&self) -> datafusion::common::Result<Relation>;
    /// The query whose rows the table has, where it is made of others; `scan` gives its columns, then.
    fn view(&self) -> Option<&'static str> {
        None
    }
}
