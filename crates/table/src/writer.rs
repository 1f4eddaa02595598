use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use deltalake_core::kernel::Add;
use object_store::ObjectStoreExt;
use object_store::path::Path;
use weir_schema::{Table, table};

use crate::lease::Lease;
use crate::ledger::{self, BatchRecord, Last};
use crate::{BlobReading, Columns, Error, LedgerDay, TableFiles, Workspace, delta, part, rows};

/// The one writer of a workspace.
#[derive(Debug)]
pub struct Writer {
    workspace: Workspace,
    last_batch: u64,
    _lease: Lease,
}

/// What a batch came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BatchSummary {
    /// Its number.
    pub batch: u64,
    /// Rows written to `NTANetAnalytics`.
    pub rows: u64,
    /// Bytes of the Parquet files of `NTANetAnalytics`.
    pub parquet_bytes: u64,
}

/// A batch while its rows are written. Any thread may add rows; they are seen by nobody until the commit.
#[derive(Debug)]
pub struct Batch {
    workspace: Workspace,
    number: u64,
    started_micros: i64,
    written: Mutex<Written>,
}

#[derive(Debug, Default)]
struct Written {
    adds: BTreeMap<String, Vec<Add>>,
    summary: BatchSummary,
}

impl Writer {
    pub(crate) async fn open(workspace: Workspace) -> Result<Writer, Error> {
        let lease = Lease::take(workspace.root())?;
        let last_batch = loop {
            match ledger::last(workspace.store().as_ref()).await? {
                Last::None => break 0,
                Last::Record(record) => {
                    commit_tables(&workspace, &record).await?;
                    break record.batch;
                }
                Last::Unreadable(batch, source) => match committed(&workspace, batch).await? {
                    Committed::Everywhere => break batch,
                    // It was about to be recorded: its blobs will be read again.
                    Committed::Nowhere => ledger::drop_record(workspace.store().as_ref(), batch).await?,
                    Committed::Somewhere => return Err(Error::BadRecord { batch, source }),
                },
            }
        };
        Ok(Writer { workspace, last_batch, _lease: lease })
    }

    /// The workspace that is written.
    pub fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// What the ledger knows of the blobs of a day, counted from 1970-01-01.
    pub async fn ledger_day(&self, files: &TableFiles, day: i32) -> Result<LedgerDay, Error> {
        LedgerDay::read(self.workspace.store().as_ref(), files, day).await
    }

    /// Begins a batch. `now_micros` becomes its time of processing.
    pub fn begin(&self, now_micros: i64) -> Batch {
        Batch {
            workspace: self.workspace.clone(),
            number: self.last_batch + 1,
            started_micros: now_micros,
            written: Mutex::default(),
        }
    }

    /// Commits a batch, all or none: what was read, and the rows that came of it.
    ///
    /// A batch without readings leaves no trace.
    pub async fn commit(
        &mut self,
        batch: Batch,
        readings: &[BlobReading],
        now_micros: i64,
        written_by: &str,
    ) -> Result<BatchSummary, Error> {
        if readings.is_empty() {
            return Ok(BatchSummary::default());
        }
        for (day, blobs) in rows::weir_blobs(batch.number, readings, now_micros)? {
            batch.write(named("WeirBlobs")?, day, now_micros, &blobs).await?;
        }
        let info = rows::BatchInfo {
            batch: batch.number,
            started_micros: batch.started_micros,
            processed_micros: now_micros,
            written_by,
            rows: batch.lock().summary.rows,
        };
        let day = rows::day_of(now_micros);
        batch.write(named("WeirBatches")?, day, now_micros, &rows::weir_batch(&info, readings)?).await?;
        let written = batch.written.into_inner().unwrap_or_else(PoisonError::into_inner);
        let record =
            BatchRecord { batch: batch.number, written_by: written_by.to_owned(), adds: written.adds };
        ledger::write_record(&self.workspace, &record).await?;
        self.last_batch = record.batch;
        commit_tables(&self.workspace, &record).await?;
        Ok(BatchSummary { batch: record.batch, ..written.summary })
    }
}

impl Batch {
    /// Writes rows of one day, sorted by the caller, as one file.
    pub async fn write(
        &self,
        table: &'static Table,
        day: i32,
        now_micros: i64,
        rows: &dyn Columns,
    ) -> Result<(), Error> {
        let name = format!("{:020}-{}", self.number, uuid::Uuid::new_v4());
        let part = part::encode(table, day, &name, now_micros.div_euclid(1_000), rows)?;
        // Views are never written: the caller names a stored table.
        let folder = Workspace::table_path(table).unwrap_or_default();
        let path = Path::from(format!("{folder}/{}", part.add.path));
        let size = part.bytes.len() as u64;
        self.workspace.store().put(&path, part.bytes.into()).await.map_err(Error::store("write", &path))?;
        self.workspace.sync(&path)?;
        let mut written = self.lock();
        if table.name == "NTANetAnalytics" {
            written.summary.rows += part.rows;
            written.summary.parquet_bytes += size;
        }
        written.adds.entry(table.name.to_owned()).or_default().push(part.add);
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Written> {
        // A thread that panicked has added a whole file or none.
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Commits a recorded batch to every table that it adds to and that does not have it yet.
async fn commit_tables(workspace: &Workspace, record: &BatchRecord) -> Result<(), Error> {
    for (name, adds) in &record.adds {
        let table = named(name)?;
        if let Some(url) = workspace.table_url(table) {
            delta::append(table, url, record.batch, adds).await?;
        }
    }
    Ok(())
}

/// Which tables know of a batch.
enum Committed {
    Everywhere,
    Somewhere,
    Nowhere,
}

/// The table that every batch adds to and that is committed last: tables are committed in the order of their names.
const LAST_COMMITTED: &str = "WeirBlobs";

/// Looks for a batch whose record cannot be read.
async fn committed(workspace: &Workspace, batch: u64) -> Result<Committed, Error> {
    let mut found = Committed::Nowhere;
    for table in weir_schema::tables::ALL {
        let Some(url) = workspace.table_url(table) else { continue };
        let last = delta::last_batch(table, url).await?;
        if last.is_some_and(|last| u64::try_from(last).is_ok_and(|last| last >= batch)) {
            if table.name == LAST_COMMITTED {
                return Ok(Committed::Everywhere);
            }
            found = Committed::Somewhere;
        }
    }
    Ok(found)
}

pub(crate) fn named(name: &str) -> Result<&'static Table, Error> {
    table(name)
        .ok_or_else(|| Error::UnsupportedTable { table: name.to_owned(), feature: "its name".to_owned() })
}
