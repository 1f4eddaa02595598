//! What feeds say at the times of flows.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Handle;
use weir_intel::{FeedsVersion, Lookups};
use weir_table::intel::FeedReader;
use weir_table::{Error, Workspace};

/// Lookups that are kept for the next rows. Those of times at which the same files hold share their tables.
const KEPT_MAX: usize = 8;
/// Addresses that were looked up when more are to be expected than putting tables together costs.
const MANY: usize = 200_000;

/// The feeds of a workspace, read when rows of their times come.
#[derive(Debug)]
pub struct AddressFeeds {
    runtime: Handle,
    /// How many files there are.
    files: usize,
    state: Mutex<State>,
    /// Addresses that were looked up.
    looked_up: AtomicUsize,
}

#[derive(Debug)]
struct State {
    reader: FeedReader,
    /// The last ones that were needed, the latest at the end.
    kept: Vec<(FeedsVersion, Arc<Lookups>)>,
}

impl AddressFeeds {
    /// The feeds that a workspace has now.
    pub fn of(workspace: &Workspace, runtime: &Handle) -> Result<Self, Error> {
        let reader = runtime.block_on(FeedReader::open(workspace))?.keeping();
        let files = reader.feeds().files().len();
        let state = Mutex::new(State { reader, kept: Vec::new() });
        Ok(AddressFeeds { runtime: runtime.clone(), files, state, looked_up: AtomicUsize::new(0) })
    }

    /// How many files there are.
    pub fn files(&self) -> usize {
        self.files
    }

    /// So many addresses were looked up in these.
    pub fn add_looked_up(&self, count: usize, lookups: &[Arc<Lookups>]) {
        if self.looked_up.fetch_add(count, Ordering::Relaxed) + count >= MANY {
            lookups.iter().for_each(|lookups| lookups.merge());
        }
    }

    /// What holds at a time, microseconds since the Unix epoch, and its version; nothing where there is no feed.
    pub fn at(&self, micros: i64) -> Result<Option<(FeedsVersion, Arc<Lookups>)>, Error> {
        if self.files == 0 {
            return Ok(None);
        }
        // Others wait while one reads: they are likely to need the same.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let State { reader, kept } = &mut *state;
        let version = reader.feeds().version_at(micros);
        if let Some(place) = kept.iter().position(|(known, _)| *known == version) {
            let known = kept.remove(place);
            kept.push(known.clone());
            return Ok(Some(known));
        }
        let lookups = Arc::new(self.runtime.block_on(reader.at(version))?);
        if kept.len() >= KEPT_MAX {
            kept.remove(0);
        }
        kept.push((version, Arc::clone(&lookups)));
        Ok(Some((version, lookups)))
    }
}
