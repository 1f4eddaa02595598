use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use arrow_array::{ArrayRef, RecordBatch};
use deltalake_core::kernel::{Add, Remove};
use object_store::ObjectStoreExt;
use object_store::path::Path;
use weir_schema::{Table, table};

use crate::exchange::{Changed, Exchange, FileContent, Kept, remove};
use crate::lease::Lease;
use crate::ledger::{self, BatchRecord, Last};
use crate::part::{self, Part};
use crate::{
    BlobReading, Columns, CounterSums, DataFile, Error, LedgerDay, TableFiles, Workspace, delta, rows,
};

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
    removes: BTreeMap<String, Vec<Remove>>,
    summary: BatchSummary,
}

impl Writer {
    pub(crate) async fn open(workspace: Workspace) -> Result<Writer, Error> {
        let lease = Lease::take(workspace.root())?;
        for table in weir_schema::tables::ALL {
            // A folder of an earlier version lacks tables that came since.
            if let Some(url) = workspace.table_url(table).filter(|url| !delta::exists(url)) {
                delta::create(table, url).await?;
            }
        }
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
    /// A batch without readings and without rows leaves no trace.
    pub async fn commit(
        &mut self,
        batch: Batch,
        readings: &[BlobReading],
        now_micros: i64,
        written_by: &str,
    ) -> Result<BatchSummary, Error> {
        if readings.is_empty() && batch.lock().adds.is_empty() {
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
        let mut written = batch.written.into_inner().unwrap_or_else(PoisonError::into_inner);
        // Also of a batch that read nothing this table tells whether it was committed everywhere.
        written.adds.entry(LAST_COMMITTED.to_owned()).or_default();
        let record = BatchRecord {
            batch: batch.number,
            written_by: written_by.to_owned(),
            adds: written.adds,
            removes: written.removes,
        };
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
        let part = part::encode(table, day, &self.file_name(), now_micros.div_euclid(1_000), rows)?;
        let (rows, size) = (part.rows, part.bytes.len() as u64);
        let add = self.put(table, part).await?;
        let mut written = self.lock();
        if table.name == "NTANetAnalytics" {
            written.summary.rows += rows;
            written.summary.parquet_bytes += size;
        }
        written.adds.entry(table.name.to_owned()).or_default().push(add);
        Ok(())
    }

    /// Writes rows that take the place of others of their day, as [`Batch::write`] does, and adds up their counters as
    /// they read back.
    pub async fn write_counted(
        &self,
        table: &'static Table,
        day: i32,
        now_micros: i64,
        rows: &dyn Columns,
        sums: &mut CounterSums,
    ) -> Result<(), Error> {
        let part = part::encode(table, day, &self.file_name(), now_micros.div_euclid(1_000), rows)?;
        let file = DataFile {
            path: part.add.path.clone(),
            size_bytes: part.bytes.len() as u64,
            day,
            rows: part.rows,
            bounds: HashMap::new(),
        };
        let written = FileContent::of_bytes(table, part.bytes.clone(), file)?;
        written.counters()?.into_iter().for_each(|(name, sum)| *sums.entry(name).or_default() += sum);
        let add = self.put(table, part).await?;
        self.lock().adds.entry(table.name.to_owned()).or_default().push(add);
        Ok(())
    }

    /// Takes a file from its table when the batch is committed.
    pub fn remove(&self, content: &FileContent, now_micros: i64) {
        let name = content.table().name.to_owned();
        let mut written = self.lock();
        written.adds.entry(name.clone()).or_default();
        written.removes.entry(name).or_default().push(remove(content.file(), now_micros.div_euclid(1_000)));
    }

    /// Reads a file of a table whole.
    pub async fn read(&self, files: &TableFiles, file: &DataFile) -> Result<FileContent, Error> {
        FileContent::read(&self.workspace, files, file).await
    }

    /// Encodes a file that is to take the place of another one of the table.
    ///
    /// The new file has what the old one has but for the columns that `change` gives anew, by name, for each batch of
    /// its columns `keys`. It is read back, and refused unless it has as many rows with the same sum of every counter.
    pub fn rewrite(
        &self,
        old: FileContent,
        now_micros: i64,
        keys: &[&str],
        change: impl FnMut(&RecordBatch) -> Result<Vec<(&'static str, ArrayRef)>, Error>,
    ) -> Result<Exchange, Error> {
        let table = old.table();
        let changed = Changed::new(&old, keys, change)?;
        let now_millis = now_micros.div_euclid(1_000);
        let part = part::encode(table, old.file().day, &self.file_name(), now_millis, &changed)?;
        let new = FileContent::of_bytes(table, part.bytes.clone(), old.file().clone())?;
        let (before, after) = (old.counters()?, new.counters()?);
        if before != after {
            let file = old.file().path.clone();
            return Err(Error::NotConserved { table: table.name.to_owned(), file, before, after });
        }
        Ok(Exchange { table, part, old: remove(old.file(), now_millis) })
    }

    /// Puts a file beside the one that it takes the place of when the batch is committed.
    pub async fn exchange(&self, exchange: Exchange) -> Result<(), Error> {
        let Exchange { table, part, old } = exchange;
        let add = self.put(table, part).await?;
        let mut written = self.lock();
        written.adds.entry(table.name.to_owned()).or_default().push(add);
        written.removes.entry(table.name.to_owned()).or_default().push(old);
        Ok(())
    }

    /// Takes rows out of a file when the batch is committed: those that `leaves` says, for each batch of the file's columns
    /// `keys`. What stays is a file that takes its place, or nothing where no row stays.
    ///
    /// Returns the sum of every counter of what leaves. The new file is read back, and must have the rest.
    pub async fn take_out(
        &self,
        old: FileContent,
        now_micros: i64,
        keys: &[&str],
        leaves: impl FnMut(&RecordBatch) -> Vec<bool>,
    ) -> Result<CounterSums, Error> {
        let kept = Kept::new(&old, keys, leaves)?;
        if kept.is_whole() {
            return Ok(CounterSums::new());
        }
        let left = kept.leaving()?;
        if kept.rows() > 0 {
            let table = old.table();
            let now_millis = now_micros.div_euclid(1_000);
            let part = part::encode(table, old.file().day, &self.file_name(), now_millis, &kept)?;
            let new = FileContent::of_bytes(table, part.bytes.clone(), old.file().clone())?;
            let (before, mut after) = (old.counters()?, new.counters()?);
            left.iter().for_each(|(name, sum)| *after.entry(name).or_default() += sum);
            if before != after {
                let file = old.file().path.clone();
                return Err(Error::NotConserved { table: table.name.to_owned(), file, before, after });
            }
            let add = self.put(table, part).await?;
            self.lock().adds.entry(table.name.to_owned()).or_default().push(add);
        }
        self.remove(&old, now_micros);
        Ok(left)
    }

    /// Marks, when the batch is committed, all readings of some blobs as replaced, on these days of the ledger. `files`
    /// are those of `WeirBlobs`.
    pub async fn mark_replaced(
        &self,
        files: &TableFiles,
        days: &BTreeSet<i32>,
        blobs: &HashSet<String>,
        now_micros: i64,
    ) -> Result<(), Error> {
        let detail = format!("its rows were exchanged in batch {}", self.number);
        for file in files.files.iter().filter(|file| days.contains(&file.day)) {
            let content = self.read(files, file).await?;
            let mut any = false;
            for read in content.batches(Some(&rows::MARKED))? {
                any |= rows::to_be_marked(&read?, blobs).contains(&true);
            }
            if any {
                let change = |read: &RecordBatch| {
                    Ok(rows::marked_replaced(read, &rows::to_be_marked(read, blobs), &detail))
                };
                let new = self.rewrite(content, now_micros, &rows::MARKED, change)?;
                self.exchange(new).await?;
            }
        }
        Ok(())
    }

    /// Notes that files that were put take the place of others when the batch is committed.
    pub(crate) fn replace(&self, table: &Table, new: Vec<Add>, old: Vec<Remove>) {
        let mut written = self.lock();
        written.adds.entry(table.name.to_owned()).or_default().extend(new);
        written.removes.entry(table.name.to_owned()).or_default().extend(old);
    }

    pub(crate) fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    pub(crate) fn file_name(&self) -> String {
        format!("{:020}-{}", self.number, uuid::Uuid::new_v4())
    }

    /// Puts a file into the folder of its table; nobody sees it before the commit.
    pub(crate) async fn put(&self, table: &Table, part: Part) -> Result<Add, Error> {
        // Views are never written: the caller names a stored table.
        let folder = Workspace::table_path(table).unwrap_or_default();
        let path = Path::from(format!("{folder}/{}", part.add.path));
        self.workspace.store().put(&path, part.bytes.into()).await.map_err(Error::store("write", &path))?;
        self.workspace.sync(&path)?;
        Ok(part.add)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Written> {
        // A thread that panicked has added a whole file or none.
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Commits a recorded batch to every table that it adds to and that does not have it yet.
async fn commit_tables(workspace: &Workspace, record: &BatchRecord) -> Result<(), Error> {
    let last = record.adds.get_key_value(LAST_COMMITTED);
    let others = record.adds.iter().filter(|(name, _)| *name != LAST_COMMITTED);
    for (name, adds) in others.chain(last) {
        let table = named(name)?;
        let removes = record.removes.get(name).map_or(&[][..], Vec::as_slice);
        if let Some(url) = workspace.table_url(table) {
            delta::commit(table, url, record.batch, adds, removes).await?;
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

/// The table that every batch adds to and that is committed last.
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
