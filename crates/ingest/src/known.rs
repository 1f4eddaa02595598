use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;
use weir_table::{BlobReading, BlobState, HeadHash, LedgerDay, TableFiles, Writer};

use crate::other_days::OtherDays;

/// What is known of blobs: the ledger, and what this run has read since.
///
/// A blob is known by its first record: whoever reads a blob holds that record meanwhile, so that a copy beside
/// it is not read at the same time.
pub(crate) struct Known<'a> {
    writer: &'a Writer,
    files: &'a TableFiles,
    runtime: &'a Handle,
    other_days: &'a OtherDays,
    /// Blobs of which nothing is known.
    forgotten: HashSet<String>,
    inner: Mutex<Inner>,
    released: Condvar,
}

#[derive(Default)]
struct Inner {
    days: HashMap<i32, LedgerDay>,
    held: HashSet<u128>,
}

/// Keeps others from reading a blob that begins with the same record.
pub(crate) struct Hold<'a> {
    known: &'a Known<'a>,
    /// The hash of the record.
    record: u128,
}

impl<'a> Known<'a> {
    pub fn new(
        writer: &'a Writer,
        files: &'a TableFiles,
        runtime: &'a Handle,
        other_days: &'a OtherDays,
    ) -> Self {
        let (inner, released) = (Mutex::default(), Condvar::new());
        Known { writer, files, runtime, other_days, forgotten: HashSet::new(), inner, released }
    }

    /// As if the ledger told nothing of some blobs, with which it names all that begin with the same records.
    pub fn without(self, forgotten: HashSet<String>) -> Self {
        Known { forgotten, ..self }
    }

    /// Days on which the blob of this name may stand in the ledger though its path does not name them.
    pub fn other_days(&self, name: &str) -> Result<Vec<i32>, weir_table::Error> {
        self.other_days.of(name, self.writer.workspace(), self.files, self.runtime)
    }

    /// How far the blob of this name was read.
    pub fn blob(&self, day: i32, name: &str) -> Result<Option<Arc<BlobState>>, weir_table::Error> {
        self.on_day(day, |known| known.blob(name).cloned())
    }

    /// The blob that begins with this record and was read furthest.
    pub fn head(&self, day: i32, head: HeadHash) -> Result<Option<Arc<BlobState>>, weir_table::Error> {
        self.on_day(day, |known| known.head(head).cloned())
    }

    /// Takes note of a reading.
    pub fn note(&self, reading: &BlobReading) -> Result<(), weir_table::Error> {
        self.change_day(reading.day, |known| known.note(reading))
    }

    /// Waits until nobody else reads a blob that begins with this record.
    pub fn hold(&'a self, record: u128) -> Hold<'a> {
        let mut inner = self.lock();
        while inner.held.contains(&record) {
            inner = self.released.wait(inner).unwrap_or_else(PoisonError::into_inner);
        }
        inner.held.insert(record);
        Hold { known: self, record }
    }

    fn on_day<T>(&self, day: i32, look: impl FnOnce(&LedgerDay) -> T) -> Result<T, weir_table::Error> {
        self.change_day(day, |known| look(known))
    }

    fn change_day<T>(&self, day: i32, act: impl FnOnce(&mut LedgerDay) -> T) -> Result<T, weir_table::Error> {
        let mut inner = self.lock();
        let known = match inner.days.entry(day) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let mut known = self.runtime.block_on(self.writer.ledger_day(self.files, day))?;
                known.forget(&self.forgotten);
                place.insert(known)
            }
        };
        Ok(act(known))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        self.known.lock().held.remove(&self.record);
        self.known.released.notify_all();
    }
}
