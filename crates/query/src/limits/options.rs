use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// What a query is asked with, and what it may use. Nothing is limited unless said so.
#[derive(Debug, Clone, Default)]
pub struct QueryOptions {
    /// `now()`: ticks since 0001-01-01.
    pub now_ticks: i64,
    /// Values of `declare query_parameters`.
    pub parameters: HashMap<String, String>,
    /// How long it may take, from its text to the last row.
    pub timeout: Option<Duration>,
    /// Bytes that it may hold in memory while it runs; sorts and groups spill to disk beyond it, what cannot spill
    /// fails. What all queries of an engine may hold together is a limit, too.
    pub memory_bytes: Option<usize>,
    /// Rows that each result may have. Kusto's own limit is 500,000.
    pub rows_max: Option<usize>,
    /// Bytes that the values of each result may have. Kusto's own limit is 64 MiB.
    pub bytes_max: Option<usize>,
    /// Whether a result beyond those two limits is cut off there; refused otherwise.
    pub cut: bool,
    /// Stops the query when it is fired.
    pub cancel: Cancel,
}

/// Stops a query from another thread. Clones are one and the same.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// One that was not fired.
    pub fn new() -> Self {
        Cancel::default()
    }

    /// Stops the queries that were asked with it, now or later.
    pub fn fire(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was fired.
    pub fn is_fired(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
