//! Puts the tables in order: few files, each row once, nothing kept that nobody needs.
//!
//! Day by day and table by table, one batch of the ledger each: whoever reads sees a day as it was or as it is. A run that
//! is killed has done whole days; the next one does the others.

use std::collections::BTreeMap;

use tokio::runtime::Handle;
use weir_schema::{Table, TableKind};
use weir_table::{Compacted, DataFile, Vacuum, Vacuumed, Writer, is_worth_it};

use crate::Error;

/// Small files of a day of a table without sums that are left alone.
const FILES_MAX: usize = 16;
/// Commits behind the last checkpoint of a table that are left alone.
const COMMITS_MAX: u64 = 50;

/// How tables are put in order.
pub struct MaintainOptions<'a> {
    /// The first day and the one behind the last, counted from 1970-01-01.
    pub days: std::ops::Range<i32>,
    /// How long files stay after others took their place, in microseconds.
    pub retention_micros: i64,
    /// The clock: microseconds since the Unix epoch.
    pub now_micros: &'a (dyn Fn() -> i64 + Sync),
    /// Program and version, for the ledger.
    pub written_by: &'a str,
    /// Runs what waits for the store.
    pub runtime: &'a Handle,
    /// Is told of every day of a table that is done with: how many are, and how many there are.
    pub progress: &'a (dyn Fn(u64, u64) + Sync),
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Maintained {
    /// What became of each table of which something changed.
    pub tables: BTreeMap<&'static str, TableMaintained>,
    /// What was done away with.
    pub vacuumed: Vacuumed,
}

/// What became of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TableMaintained {
    /// Days of which something changed: as many commits.
    pub days: u64,
    /// Their files and rows.
    pub files: Compacted,
}

/// Puts the tables in order.
pub fn maintain(writer: &mut Writer, options: &MaintainOptions<'_>) -> Result<Maintained, Error> {
    let mut told = Maintained::default();
    let mut work: Vec<(&'static Table, i32)> = Vec::new();
    // The ledger last: it grows by each day that is done.
    let (stored, ledger): (Vec<_>, Vec<_>) =
        weir_schema::tables::ALL.into_iter().partition(|table| table.kind == TableKind::Stored);
    for table in stored.into_iter().chain(ledger) {
        work.extend(days(writer, table, options)?.into_iter().map(|day| (table, day)));
    }
    let all = work.len() as u64;
    for (done, (table, day)) in work.into_iter().enumerate() {
        one_day(writer, table, day, options, &mut told)?;
        (options.progress)(done as u64 + 1, all);
    }
    let vacuum = Vacuum {
        retention_micros: options.retention_micros,
        now_micros: (options.now_micros)(),
        commits_max: COMMITS_MAX,
    };
    told.vacuumed = options.runtime.block_on(writer.vacuum(&vacuum))?;
    Ok(told)
}

/// The days of a table whose files are worth being put together.
fn days(
    writer: &Writer,
    table: &'static Table,
    options: &MaintainOptions<'_>,
) -> Result<Vec<i32>, weir_table::Error> {
    let files = options.runtime.block_on(writer.workspace().files(table))?;
    let mut days: BTreeMap<i32, Vec<&DataFile>> = BTreeMap::new();
    for file in files.files.iter().filter(|file| options.days.contains(&file.day)) {
        days.entry(file.day).or_default().push(file);
    }
    Ok(days
        .into_iter()
        .filter(|(_, files)| is_worth_it(table, files, FILES_MAX))
        .map(|(day, _)| day)
        .collect())
}

fn one_day(
    writer: &mut Writer,
    table: &'static Table,
    day: i32,
    options: &MaintainOptions<'_>,
    told: &mut Maintained,
) -> Result<(), weir_table::Error> {
    let runtime = options.runtime;
    let now = (options.now_micros)();
    let files = runtime.block_on(writer.workspace().files(table))?;
    let of_day: Vec<&DataFile> = files.files.iter().filter(|file| file.day == day).collect();
    let batch = writer.begin(now);
    let compacted = runtime.block_on(batch.compact(&files, &of_day, now))?;
    runtime.block_on(writer.commit(batch, &[], now, options.written_by))?;
    let table = told.tables.entry(table.name).or_default();
    table.days += 1;
    table.files.files_before += compacted.files_before;
    table.files.files_after += compacted.files_after;
    table.files.rows_before += compacted.rows_before;
    table.files.rows_after += compacted.rows_after;
    Ok(())
}
