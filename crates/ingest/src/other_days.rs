//! Blobs that the ledger has on another day than their path names.
//!
//! The day of the ledger is that of a blob's first record. A file of any name that was replaced may begin on another day
//! now, and only its name tells that it was read before.

use std::sync::{Mutex, PoisonError};

use tokio::runtime::Handle;
use weir_blob::BlobHour;
use weir_table::{Error, TableFiles, Workspace};
use xxhash_rust::xxh3::xxh3_64;

/// The days of such blobs, by the hashes of their names; read when the first one is asked for.
#[derive(Debug, Default)]
pub(crate) struct OtherDays(Mutex<Option<Vec<(u64, i32)>>>);

impl OtherDays {
    /// The days that may have a blob of this name. What is read in a run is not looked for: a name comes once.
    pub fn of(
        &self,
        name: &str,
        workspace: &Workspace,
        ledger: &TableFiles,
        runtime: &Handle,
    ) -> Result<Vec<i32>, Error> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all = match &mut *known {
            Some(all) => all,
            none => none.insert(read(workspace, ledger, runtime)?),
        };
        let hash = xxh3_64(name.as_bytes());
        let from = all.partition_point(|(other, _)| *other < hash);
        Ok(all[from..].iter().take_while(|(other, _)| *other == hash).map(|(_, day)| *day).collect())
    }
}

fn read(workspace: &Workspace, ledger: &TableFiles, runtime: &Handle) -> Result<Vec<(u64, i32)>, Error> {
    let mut all = Vec::new();
    let each = |name: &str, day: i32| {
        if BlobHour::from_path(name).is_none_or(|hour| hour.day != day) {
            all.push((xxh3_64(name.as_bytes()), day));
        }
    };
    runtime.block_on(workspace.blob_names(ledger, each))?;
    all.sort_unstable();
    all.dedup();
    Ok(all)
}
