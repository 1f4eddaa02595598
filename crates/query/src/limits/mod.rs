//! What a query may use, and how it is stopped.
//!
//! [`QueryOptions`] are what a caller allows one query, [`Cancel`] is how it changes its mind. Inside, a [`Watch`]
//! goes with the query: threads that bind, plan and run it ask [`check`] or [`is_stopped`] as they go, loops over
//! rows by way of [`rows`]. A thread that runs somebody else's loop and cannot ask is left behind: see
//! `engine::rows`.

mod memory;
mod options;
mod watch;

pub(crate) use memory::QueryPool;
pub use options::{Cancel, QueryOptions};
pub(crate) use watch::{Stopped, Watch, Watching, batch_bytes_max, check, is_stopped, rows};
