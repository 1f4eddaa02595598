//! What of the ledger does not hold any more when blobs are not what they were.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use weir_blob::Blob;
use weir_table::{Error, HeadHash, StoredReading, TableFiles, Workspace};

use crate::read::Finished;

/// Blobs that were replaced, with all that begin with the same records as they did: what was taken for a copy of one may
/// be all that is left of what it was.
#[derive(Debug)]
pub(crate) struct Replaced {
    pub blobs: HashSet<String>,
    /// All their readings.
    pub readings: Vec<StoredReading>,
    /// The days of the ledger on which they are.
    pub days: BTreeSet<i32>,
}

impl Replaced {
    /// Looks them up in the ledger.
    pub async fn of(
        stale: &BTreeMap<String, (&Blob, &Finished)>,
        workspace: &Workspace,
        ledger: &TableFiles,
    ) -> Result<Self, Error> {
        let mut blobs: HashSet<String> = stale.keys().cloned().collect();
        let mut heads: HashSet<u128> = HashSet::new();
        // Nothing tells blobs without a head from each other.
        let head = |reading: &StoredReading| HeadHash::of(&reading.head_hash).map(|head| head.record);
        // A blob without a head stands on a day of its own until it has one.
        let days: BTreeSet<i32> =
            stale.values().flat_map(|(_, done)| &done.stale_on).copied().chain([0]).collect();
        let list: Vec<i32> = days.iter().copied().collect();
        loop {
            let wanted = |reading: &StoredReading| {
                blobs.contains(&reading.blob) || head(reading).is_some_and(|head| heads.contains(&head))
            };
            let readings = workspace.readings_of_days(ledger, &list, wanted).await?;
            let before = (blobs.len(), heads.len());
            for reading in &readings {
                blobs.insert(reading.blob.clone());
                heads.extend(head(reading));
            }
            if before == (blobs.len(), heads.len()) {
                return Ok(Replaced { blobs, readings, days });
            }
        }
    }

    /// What all tuples of their readings add up to.
    pub fn traffic(&self) -> [i128; 4] {
        let mut sums = [0; 4];
        for reading in &self.readings {
            sums.iter_mut().zip(reading.traffic).for_each(|(sum, part)| *sum += i128::from(part));
        }
        sums
    }

    /// Whether rows came from a blob.
    pub fn has_rows_of(&self, blob: &str) -> bool {
        self.readings.iter().any(|reading| reading.blob == blob && reading.tuples > 0)
    }
}
