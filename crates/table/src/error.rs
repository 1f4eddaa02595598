use std::path::PathBuf;

use crate::CounterSums;

/// Why the data folder could not be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be read or written.
    #[error("cannot {what} {}", path.display())]
    Io {
        /// What was being done.
        what: &'static str,
        /// To what.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// The name of a workspace would lead out of the data folder.
    #[error("'{0}' is no name for a workspace: use letters, digits, '-' and '_'")]
    BadName(String),
    /// `weir.json` is not what it should be.
    #[error("cannot understand {}", path.display())]
    BadSettings {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// The folder was written by another version of the format.
    #[error("{} has format version {found}, this program reads version {expected}", path.display())]
    OtherFormat {
        /// The file that says so.
        path: PathBuf,
        /// The version it names.
        found: u64,
        /// The version this program knows.
        expected: u64,
    },
    /// The interval of a workspace is fixed when it is made.
    #[error("the workspace has a processing interval of {existing} minutes, not {asked}")]
    OtherInterval {
        /// What it has.
        existing: u32,
        /// What was asked for.
        asked: u32,
    },
    /// Another process holds the lease.
    #[error("{} is being written by {holder}", path.display())]
    Leased {
        /// The workspace.
        path: PathBuf,
        /// Who holds it, as far as known.
        holder: String,
    },
    /// The object store failed.
    #[error("cannot {what} {path}")]
    Store {
        /// What was being done.
        what: &'static str,
        /// To what.
        path: String,
        /// Why it failed.
        source: object_store::Error,
    },
    /// A record of the ledger cannot be understood.
    #[error("cannot understand the record of batch {batch} in the ledger")]
    BadRecord {
        /// Which batch.
        batch: u64,
        /// Why.
        source: serde_json::Error,
    },
    /// A snapshot of the inventory could not be written or understood.
    #[error("cannot understand the snapshot {name} of the inventory")]
    BadSnapshot {
        /// Which.
        name: String,
        /// Why.
        source: serde_json::Error,
    },
    /// A snapshot is not what was written.
    #[error("the snapshot {name} of the inventory is damaged")]
    DamagedSnapshot {
        /// Which.
        name: String,
    },
    /// What is known of a file of a feed could not be written or understood.
    #[error("cannot understand what is known of the feed {id}")]
    BadFeed {
        /// Which.
        id: String,
        /// Why.
        source: serde_json::Error,
    },
    /// A file of a feed is not what was written.
    #[error("the feed {id} is damaged")]
    DamagedFeed {
        /// Which.
        id: String,
    },
    /// A Delta table could not be opened or committed to.
    #[error("cannot {what} the table {table}")]
    Delta {
        /// What was being done.
        what: &'static str,
        /// To which table.
        table: String,
        /// Why it failed.
        source: Box<deltalake_core::DeltaTableError>,
    },
    /// A Delta table uses a feature that this program does not read.
    #[error("the table {table} uses {feature}, which is not supported")]
    UnsupportedTable {
        /// Which table.
        table: String,
        /// Which feature.
        feature: String,
    },
    /// A Parquet file could not be written or read.
    #[error("cannot {what} a file of the table {table}")]
    Parquet {
        /// What was being done.
        what: &'static str,
        /// Of which table.
        table: String,
        /// Why it failed.
        source: parquet::errors::ParquetError,
    },
    /// A file that was to take the place of another does not have the same rows.
    #[error(
        "the file that was to take the place of {file} in {table} has {after:?} where the old one has {before:?}"
    )]
    NotConserved {
        /// The table.
        table: String,
        /// The old file, which stays as it was.
        file: String,
        /// Sums of counters in the old file.
        before: CounterSums,
        /// Sums of counters in the new file.
        after: CounterSums,
    },
    /// Rows do not have the columns of their table.
    #[error("rows of the table {table} do not fit it")]
    BadRows {
        /// Which table.
        table: String,
        /// Why.
        source: arrow_schema::ArrowError,
    },
}

impl Error {
    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<String> {
        match self {
            Error::OtherFormat { found, expected, .. } if found > expected => {
                Some("the folder was written by a newer weir: use that one".to_owned())
            }
            Error::OtherInterval { existing, .. } => Some(format!(
                "the interval is a property of the workspace: leave out --interval, use --interval {existing}m, \
                 or choose another --workspace"
            )),
            Error::BadRecord { batch, .. } => Some(format!(
                "some tables have the batch and others lack it: bring back ledger/batches/{batch:020}.json from a copy \
                 of the folder, or read the logs into another --data folder"
            )),
            Error::BadSnapshot { name, .. } | Error::DamagedSnapshot { name } => Some(format!(
                "bring back topology/{name}.json.zst from a copy of the folder; or remove it, and flows of its time \
                 are decorated by the snapshot before it"
            )),
            Error::BadFeed { id, .. } | Error::DamagedFeed { id } => Some(format!(
                "bring back intel/{id}.zst and .json from a copy of the folder; or remove both, and import the file again"
            )),
            Error::NotConserved { .. } => Some(
                "nothing was changed; this is a mistake in weir: please report it with this message"
                    .to_owned(),
            ),
            Error::Leased { .. } => {
                Some("one process writes a workspace at a time: wait for it, or stop it".to_owned())
            }
            _ => None,
        }
    }

    pub(crate) fn io(what: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Error {
        let path = path.into();
        move |source| Error::Io { what, path, source }
    }

    pub(crate) fn delta(
        what: &'static str,
        table: &str,
    ) -> impl FnOnce(deltalake_core::DeltaTableError) -> Error {
        let table = table.to_owned();
        move |source| Error::Delta { what, table, source: Box::new(source) }
    }

    pub(crate) fn store(
        what: &'static str,
        path: &object_store::path::Path,
    ) -> impl FnOnce(object_store::Error) -> Error {
        let path = path.to_string();
        move |source| Error::Store { what, path, source }
    }

    pub(crate) fn parquet(
        what: &'static str,
        table: &str,
    ) -> impl FnOnce(parquet::errors::ParquetError) -> Error {
        let table = table.to_owned();
        move |source| Error::Parquet { what, table, source }
    }
}
