//! Decorates stored rows anew, by the inventories that there are now.
//!
//! Day by day: the files whose rows would be decorated otherwise are written again, and each day is committed as one
//! batch of the ledger. Whoever reads sees a day as it was or as it is, and every counter keeps its sum. A thread holds
//! one file at a time. A run that is killed has done whole days; the next one does the others.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use arrow_array::{ArrayRef, RecordBatch};
use tokio::runtime::Handle;
use weir_enrich::DecorationTally;
use weir_table::{Batch, DataFile, TableFiles, Writer};

use crate::inventories::Chosen;
use crate::stored::{KEYS, StoredRows};
use crate::{Error, Inventories};

/// How stored rows are decorated anew.
pub struct RedecorateOptions<'a> {
    /// The first day and the one behind the last, counted from 1970-01-01.
    pub days: std::ops::Range<i32>,
    /// The clock: microseconds since the Unix epoch.
    pub now_micros: &'a (dyn Fn() -> i64 + Sync),
    /// Program and version, for the ledger.
    pub written_by: &'a str,
    /// Runs what waits for the store.
    pub runtime: &'a Handle,
    /// Files worked on at the same time.
    pub threads: usize,
    /// Is told of every file that is done with: how many are, and how many there are.
    pub progress: &'a (dyn Fn(u64, u64) + Sync),
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Redecorated {
    /// Snapshots of the inventory that there are.
    pub snapshots: usize,
    /// Days that were looked at.
    pub days: u64,
    /// Days in which something changed: as many commits.
    pub days_changed: u64,
    /// Files that were looked at.
    pub files: u64,
    /// Files that others took the place of.
    pub files_changed: u64,
    /// Files that were left alone because their rows lack an address.
    pub files_without_addresses: u64,
    /// Rows that were looked at.
    pub rows: u64,
    /// Rows that are decorated otherwise than before.
    pub rows_changed: u64,
    /// What all rows are decorated as now.
    pub decoration: DecorationTally,
}

/// Decorates the rows of some days anew.
pub fn redecorate(writer: &mut Writer, options: &RedecorateOptions<'_>) -> Result<Redecorated, Error> {
    let runtime = options.runtime;
    let workspace = writer.workspace().clone();
    let inventories = Inventories::of(&workspace, runtime)?;
    let files = runtime.block_on(workspace.files(crate::run::table("NTANetAnalytics")?))?;
    let mut days: BTreeMap<i32, Vec<&DataFile>> = BTreeMap::new();
    for file in files.files.iter().filter(|file| options.days.contains(&file.day)) {
        days.entry(file.day).or_default().push(file);
    }
    let all_files = days.values().map(|files| files.len() as u64).sum();
    let mut told = Redecorated {
        snapshots: inventories.history().snapshots().len(),
        days: days.len() as u64,
        ..Redecorated::default()
    };
    for day in days.into_values() {
        let now = (options.now_micros)();
        let batch = writer.begin(now);
        let work = Work { files: &files, batch: &batch, inventories: &inventories, now, runtime };
        let changed_before = told.files_changed;
        work.all(&day, options, all_files, &mut told)?;
        if told.files_changed > changed_before {
            runtime.block_on(writer.commit(batch, &[], now, options.written_by))?;
            told.days_changed += 1;
        }
    }
    Ok(told)
}

/// What the files of a day are worked on with.
struct Work<'a> {
    files: &'a TableFiles,
    batch: &'a Batch,
    inventories: &'a Inventories,
    now: i64,
    runtime: &'a Handle,
}

impl Work<'_> {
    /// Works on the files of a day, several at a time.
    fn all(
        &self,
        day: &[&DataFile],
        options: &RedecorateOptions<'_>,
        all_files: u64,
        told: &mut Redecorated,
    ) -> Result<(), weir_table::Error> {
        let next = AtomicUsize::new(0);
        let told = Mutex::new(told);
        let failure: Mutex<Option<weir_table::Error>> = Mutex::default();
        let work = || {
            while let Some(file) = day.get(next.fetch_add(1, Ordering::Relaxed)) {
                match self.one(file) {
                    Ok(done) => {
                        let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
                        told.add(&done);
                        (options.progress)(told.files, all_files);
                    }
                    Err(error) => {
                        // The day is not committed: no other file needs to be written.
                        next.store(day.len(), Ordering::Relaxed);
                        failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                    }
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..options.threads.clamp(1, day.len().max(1)) {
                scope.spawn(work);
            }
        });
        failure.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
    }

    /// Decorates the rows of a file, and writes it again if one of them is decorated otherwise than before.
    fn one(&self, file: &DataFile) -> Result<Redecorated, weir_table::Error> {
        let content = self.runtime.block_on(self.batch.read(self.files, file))?;
        let mut told = Redecorated { files: 1, ..Redecorated::default() };
        for read in content.batches(Some(&KEYS))? {
            let read = read?;
            let mut chosen = Chosen::new(self.inventories);
            let Some(stored) = StoredRows::new(&read, &mut chosen, &mut told.decoration)? else {
                return Ok(Redecorated { files: 1, files_without_addresses: 1, ..Redecorated::default() });
            };
            told.rows += read.num_rows() as u64;
            told.rows_changed += stored.changed(&read, &chosen);
        }
        if told.rows_changed > 0 {
            let change = |read: &RecordBatch| -> Result<Vec<(&'static str, ArrayRef)>, weir_table::Error> {
                let mut chosen = Chosen::new(self.inventories);
                let stored = StoredRows::new(read, &mut chosen, &mut DecorationTally::default())?;
                Ok(stored.map_or_else(Vec::new, |stored| stored.columns(read, &chosen)))
            };
            let new = self.batch.rewrite(content, self.now, change)?;
            self.runtime.block_on(self.batch.exchange(new))?;
            told.files_changed = 1;
        }
        Ok(told)
    }
}

impl Redecorated {
    /// Adds what became of a file.
    fn add(&mut self, file: &Redecorated) {
        self.files += file.files;
        self.files_changed += file.files_changed;
        self.files_without_addresses += file.files_without_addresses;
        self.rows += file.rows;
        self.rows_changed += file.rows_changed;
        self.decoration.merge(&file.decoration);
    }
}
