//! The data folder: Delta tables, the ledger beside them, and the lease of their one writer.
//!
//! In come rows of one batch, with what was read to make them; out go rows in open tables, once. [`Workspace`]
//! is a folder; [`Writer`] holds its lease and appends batches; [`TableFiles`] is what a reader plans on.
//! A batch is committed all or none, by writing, in this order: the Parquet files of every table, the record of
//! the batch in the ledger, then one Delta commit a table. Whoever opens the folder for writing next finishes a
//! batch that was recorded and not yet committed everywhere; it never reads a blob again.
//!
//! ```text
//! DATA/<workspace>/weir.json                    settings
//!                  tables/<Table>/              Delta tables, partitioned by day
//!                  ledger/batches/<n>.json      what every batch adds to which table
//!                  ledger/WeirBlobs/, WeirBatches/
//!                  ledger/writer.lock           the lease
//!                  topology/<time>-<hash>.json.zst   snapshots of the inventory
//!                  intel/<kind>/<time>-<hash>.json, .zst   files of feeds, and what is known of them
//! ```
//!
//! This is the only crate that names Delta.

mod compact;
mod delta;
mod error;
mod exchange;
mod files;
pub mod intel;
mod lease;
mod ledger;
mod part;
mod prepared;
mod readings;
pub mod rows;
mod settings;
mod stamp;
mod stats;
pub mod topology;
mod vacuum;
mod workspace;
mod writer;

pub use compact::{Compacted, RANGE_ROWS, is_worth_it};
pub use error::Error;
pub use exchange::{CounterSums, Exchange, FileContent, ROWS};
pub use files::{Bound, ColumnBounds, DataFile, TableFiles};
pub use ledger::{BlobReading, BlobState, HeadHash, LedgerDay, ReadingState};
pub use part::{Columns, beginning};
pub use readings::{StoredReading, TRAFFIC};
pub use settings::{FORMAT_VERSION, FoldPublic, Settings};
pub use vacuum::{Vacuum, Vacuumed};
pub use workspace::{NewWorkspace, Workspace};
pub use writer::{Batch, BatchSummary, Writer};
