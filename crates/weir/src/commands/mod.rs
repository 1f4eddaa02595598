//! The commands, one file each.

pub mod ingest;
pub mod query;
pub mod simulate;

use std::time::{SystemTime, UNIX_EPOCH};

/// Program and version, as ledgers and tables name it.
pub const PROGRAM: &str = concat!("weir ", env!("CARGO_PKG_VERSION"));

/// The clock: microseconds since the Unix epoch.
pub fn now_micros() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_micros()).unwrap_or(i64::MAX)
}
