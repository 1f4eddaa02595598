//! What one request, one client and all of them together may use.

use std::time::Duration;

/// The limits of a server.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Time of a query that asks for none.
    pub timeout: Duration,
    /// The longest time that a query may ask for.
    pub timeout_max: Duration,
    /// Rows of a result whose query asks for no other limit; beyond it, the rest is cut off and the client told.
    pub rows: usize,
    /// Bytes of such a result, as its values take them in memory.
    pub bytes: usize,
    /// Bytes of a result that a query may ask for.
    pub bytes_max: usize,
    /// Bytes of memory that one query may hold.
    pub query_memory_bytes: usize,
    /// Queries that run at the same time.
    pub running: usize,
    /// Queries that wait; more are turned away.
    pub queued: usize,
    /// Bytes on disk of all answers on their way out; answers beyond are turned away.
    pub disk_bytes: u64,
    /// Connections that are open at the same time.
    pub connections: usize,
    /// Bytes of a request's body.
    pub body_bytes: usize,
    /// Queries of one batch.
    pub batch: usize,
    /// Time that a client may take to send a request, or to take the next piece of an answer.
    pub idle: Duration,
    /// Time that queries still get when the server is asked to end.
    pub drain: Duration,
    /// Failed logins of an address within a minute; more are turned away unheard.
    pub failed_logins: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            timeout: Duration::from_secs(4 * 60),
            timeout_max: Duration::from_secs(60 * 60),
            rows: 500_000,
            bytes: 64 << 20,
            bytes_max: 512 << 20,
            query_memory_bytes: 1 << 30,
            running: 2 * std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get),
            queued: 256,
            disk_bytes: 8 << 30,
            connections: 1024,
            body_bytes: 4 << 20,
            batch: 100,
            idle: Duration::from_secs(60),
            drain: Duration::from_secs(20),
            failed_logins: 10,
        }
    }
}
