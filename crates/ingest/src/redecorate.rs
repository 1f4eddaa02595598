//! Decorates stored rows anew, by the inventories that there are now.
//!
//! Day by day: the files whose rows would be decorated otherwise are written again, and each day is committed as one
//! batch of the ledger. Whoever reads sees a day as it was or as it is, and every counter keeps its sum. One file is
//! held at a time. A run that is killed has done whole days; the next one does the others.

use std::collections::BTreeSet;

use arrow_array::{ArrayRef, RecordBatch};
use tokio::runtime::Handle;
use weir_enrich::DecorationTally;
use weir_table::{DataFile, TableFiles, Writer};

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
    /// Is told of every file that is done with: how many there are, and how many are to come.
    pub progress: &'a mut dyn FnMut(u64, u64),
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
pub fn redecorate(writer: &mut Writer, options: &mut RedecorateOptions<'_>) -> Result<Redecorated, Error> {
    let table = weir_schema::table("NTANetAnalytics").ok_or_else(|| weir_table::Error::UnsupportedTable {
        table: "NTANetAnalytics".to_owned(),
        feature: "its name".to_owned(),
    })?;
    let runtime = options.runtime;
    let workspace = writer.workspace().clone();
    let inventories = Inventories::of(&workspace, runtime)?;
    let files = runtime.block_on(workspace.files(table))?;
    let chosen_files: Vec<&DataFile> =
        files.files.iter().filter(|file| options.days.contains(&file.day)).collect();
    let days: BTreeSet<i32> = chosen_files.iter().map(|file| file.day).collect();
    let mut told = Redecorated {
        snapshots: inventories.history().snapshots().len(),
        days: days.len() as u64,
        ..Redecorated::default()
    };
    for day in days {
        let now = (options.now_micros)();
        let batch = writer.begin(now);
        let changed_before = told.files_changed;
        for file in chosen_files.iter().filter(|file| file.day == day) {
            redecorate_file(&files, file, &batch, &inventories, now, runtime, &mut told)?;
            (options.progress)(told.files, chosen_files.len() as u64);
        }
        if told.files_changed > changed_before {
            runtime.block_on(writer.commit(batch, &[], now, options.written_by))?;
            told.days_changed += 1;
        }
    }
    Ok(told)
}

fn redecorate_file(
    files: &TableFiles,
    file: &DataFile,
    batch: &weir_table::Batch,
    inventories: &Inventories,
    now: i64,
    runtime: &Handle,
    told: &mut Redecorated,
) -> Result<(), Error> {
    told.files += 1;
    let content = runtime.block_on(batch.read(files, file))?;
    let mut tally = DecorationTally::default();
    let (mut rows, mut rows_changed) = (0, 0);
    for read in content.batches(Some(&KEYS))? {
        let read = read?;
        let mut chosen = Chosen::new(inventories);
        let Some(stored) = StoredRows::new(&read, &mut chosen, &mut tally)? else {
            told.files_without_addresses += 1;
            return Ok(());
        };
        rows += read.num_rows() as u64;
        rows_changed += stored.changed(&read, &chosen);
    }
    told.rows += rows;
    told.decoration.merge(&tally);
    if rows_changed == 0 {
        return Ok(());
    }
    let change = |read: &RecordBatch| -> Result<Vec<(&'static str, ArrayRef)>, weir_table::Error> {
        let mut chosen = Chosen::new(inventories);
        match StoredRows::new(read, &mut chosen, &mut DecorationTally::default())? {
            Some(stored) => Ok(stored.columns(read, &chosen)),
            None => Ok(Vec::new()),
        }
    };
    runtime.block_on(batch.exchange(&content, now, change))?;
    told.files_changed += 1;
    told.rows_changed += rows_changed;
    Ok(())
}
