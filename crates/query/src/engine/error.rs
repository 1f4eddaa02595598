use std::time::Duration;

use datafusion::error::DataFusionError;
use weir_kql::Diagnostic;

use crate::limits::{Stopped, Watch};

/// Why a query has no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The text is wrong.
    #[error("the query cannot run")]
    Text(Vec<Diagnostic>),
    /// It took longer than [`QueryOptions::timeout`](crate::QueryOptions::timeout).
    #[error("the query was stopped: it took longer than its limit of {}", seconds(*.0))]
    TimedOut(Duration),
    /// [`QueryOptions::cancel`](crate::QueryOptions::cancel) was fired, or nobody waited for the answer any more.
    #[error("the query was cancelled")]
    Cancelled,
    /// It needs more than [`QueryOptions::memory_bytes`](crate::QueryOptions::memory_bytes), or than what all queries
    /// may hold together.
    #[error("the query needs more memory than its limit of {}", mebibytes(*.limit_bytes))]
    OutOfMemory {
        /// What the query may hold.
        limit_bytes: usize,
        /// What could not be held.
        #[source]
        source: DataFusionError,
    },
    /// A result has more rows than [`QueryOptions::rows_max`](crate::QueryOptions::rows_max).
    #[error("the result has more rows than its limit of {0}")]
    TooManyRows(usize),
    /// The values of a result are more than [`QueryOptions::bytes_max`](crate::QueryOptions::bytes_max).
    #[error("the values of the result are more than their limit of {}", mebibytes(*.0))]
    TooManyBytes(usize),
    /// Running it failed.
    #[error("the query failed")]
    Engine(#[source] DataFusionError),
}

impl Error {
    /// What an error of the engine is to the one who asked.
    pub(super) fn of(error: DataFusionError, watch: &Watch, limit_bytes: usize) -> Error {
        match watch.ended() {
            Some(Stopped::TimedOut(limit)) => Error::TimedOut(limit),
            Some(Stopped::Cancelled) => Error::Cancelled,
            None => match error.find_root() {
                DataFusionError::ResourcesExhausted(_) => Error::OutOfMemory { limit_bytes, source: error },
                _ => Error::Engine(error),
            },
        }
    }
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64())
}

fn mebibytes(bytes: usize) -> String {
    match bytes >> 20 {
        0 => format!("{bytes} bytes"),
        mebibytes => format!("{mebibytes} MiB"),
    }
}
