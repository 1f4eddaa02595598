//! Data files that are read whole, so that others take their place.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::compute::{concat, filter, filter_record_batch, not};
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, BooleanArray, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use bytes::Bytes;
use deltalake_core::kernel::Remove;
use object_store::ObjectStoreExt;
use object_store::path::Path;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::file::reader::ChunkReader;
use weir_schema::Table;

use crate::compact::is_counter;
use crate::delta::DAY;
use crate::part::{Part, day_text};
use crate::{Columns, DataFile, Error, TableFiles, Workspace};

/// Rows that are held at once, unpacked.
const BATCH_ROWS: usize = 32_768;

/// What a data file holds, packed as it is.
#[derive(Debug)]
pub struct FileContent {
    table: &'static Table,
    file: DataFile,
    bytes: Bytes,
    /// What is at the end of the file, text as numbered words.
    metadata: ArrowReaderMetadata,
}

/// A file that takes the place of another one.
#[derive(Debug)]
pub struct Exchange {
    pub(crate) table: &'static Table,
    pub(crate) part: Part,
    pub(crate) old: Remove,
}

/// The sum of every counter of some rows, and how many rows there are.
pub type CounterSums = BTreeMap<&'static str, i128>;

/// The name under which rows are counted among the counters.
pub const ROWS: &str = "rows";

impl FileContent {
    /// Reads a file of a table.
    pub(crate) async fn read(
        workspace: &Workspace,
        files: &TableFiles,
        file: &DataFile,
    ) -> Result<Self, Error> {
        let path = Path::from(format!("{}/{}", files.path, file.path));
        let read = async { workspace.store().get(&path).await?.bytes().await };
        let bytes = read.await.map_err(Error::store("read", &path))?;
        FileContent::of_bytes(files.table, bytes, file.clone())
    }

    pub(crate) fn of_bytes(table: &'static Table, bytes: Bytes, file: DataFile) -> Result<Self, Error> {
        let metadata = metadata(&bytes).map_err(Error::parquet("read", table.name))?;
        Ok(FileContent { table, file, bytes, metadata })
    }

    /// The table that it belongs to.
    pub fn table(&self) -> &'static Table {
        self.table
    }

    /// The file.
    pub fn file(&self) -> &DataFile {
        &self.file
    }

    /// Its rows, batch by batch, text as numbered words; of these columns alone where some are named.
    pub fn batches(
        &self,
        columns: Option<&[&str]>,
    ) -> Result<impl Iterator<Item = Result<RecordBatch, Error>>, Error> {
        let rows = self.reader(columns).map_err(Error::parquet("read", self.table.name))?;
        let unfit = |source| Error::BadRows { table: self.table.name.to_owned(), source };
        Ok(rows.map(move |batch| batch.map_err(unfit)))
    }

    fn reader(
        &self,
        columns: Option<&[&str]>,
    ) -> Result<ParquetRecordBatchReader, parquet::errors::ParquetError> {
        let mut builder =
            ParquetRecordBatchReaderBuilder::new_with_metadata(self.bytes.clone(), self.metadata.clone());
        if let Some(columns) = columns {
            let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
            builder = builder.with_projection(mask);
        }
        builder.with_batch_size(BATCH_ROWS).build()
    }

    /// The sum of every counter.
    pub fn counters(&self) -> Result<CounterSums, Error> {
        self.counters_of(None)
    }

    /// The sum of every counter of some rows: those for which there is a true value, where there are values.
    pub(crate) fn counters_of(&self, chosen: Option<&BooleanArray>) -> Result<CounterSums, Error> {
        let counters =
            (self.table.columns.iter().chain(self.table.hidden)).filter(|column| is_counter(column));
        let names: Vec<&'static str> = counters.map(|column| column.name).collect();
        let unfit = |source| Error::BadRows { table: self.table.name.to_owned(), source };
        let mut sums = CounterSums::new();
        let mut from = 0;
        for batch in self.batches(Some(&names))? {
            let mut batch = batch?;
            if let Some(chosen) = chosen {
                let rows = batch.num_rows();
                batch = filter_record_batch(&batch, &chosen.slice(from, rows)).map_err(unfit)?;
                from += rows;
            }
            *sums.entry(ROWS).or_default() += batch.num_rows() as i128;
            for name in &names {
                let column = batch.column_by_name(name).and_then(|c| c.as_primitive_opt::<Int64Type>());
                let sum: i128 = column.into_iter().flatten().flatten().map(i128::from).sum();
                *sums.entry(name).or_default() += sum;
            }
        }
        Ok(sums)
    }
}

/// The action that takes a file from its table.
pub(crate) fn remove(file: &DataFile, now_millis: i64) -> Remove {
    Remove {
        path: file.path.clone(),
        data_change: true,
        deletion_timestamp: Some(now_millis),
        extended_file_metadata: Some(true),
        partition_values: Some([(DAY.to_owned(), Some(day_text(file.day)))].into()),
        size: i64::try_from(file.size_bytes).ok(),
        tags: None,
        deletion_vector: None,
        base_row_id: None,
        default_row_commit_version: None,
    }
}

/// What is at the end of a file; its texts are to be read as numbered words.
pub(crate) fn metadata(
    file: &impl ChunkReader,
) -> Result<ArrowReaderMetadata, parquet::errors::ParquetError> {
    let plain = ArrowReaderMetadata::load(file, ArrowReaderOptions::new())?;
    let words = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let fields = plain.schema().fields().iter().map(|field| match field.data_type() {
        DataType::Utf8 => Arc::new(Field::new(field.name(), words.clone(), field.is_nullable())),
        _ => Arc::clone(field),
    });
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let options = ArrowReaderOptions::new().with_schema(schema);
    ArrowReaderMetadata::try_new(Arc::clone(plain.metadata()), options)
}

/// A file with some columns given anew. The others are read when they are written, one after the other.
pub(crate) struct Changed<'a> {
    old: &'a FileContent,
    rows: usize,
    given: BTreeMap<&'static str, Vec<ArrayRef>>,
}

impl<'a> Changed<'a> {
    /// Asks `change` for the new columns of each batch of the columns `keys`.
    pub fn new(
        old: &'a FileContent,
        keys: &[&str],
        mut change: impl FnMut(&RecordBatch) -> Result<Vec<(&'static str, ArrayRef)>, Error>,
    ) -> Result<Self, Error> {
        let mut changed = Changed { old, rows: 0, given: BTreeMap::new() };
        for batch in old.batches(Some(keys))? {
            let batch = batch?;
            changed.rows += batch.num_rows();
            for (name, array) in change(&batch)? {
                changed.given.entry(name).or_default().push(array);
            }
        }
        Ok(changed)
    }
}

impl Columns for Changed<'_> {
    fn rows(&self) -> usize {
        self.rows
    }

    fn column(&self, name: &str) -> Result<Option<ArrayRef>, Error> {
        let mut arrays = self.given.get(name).cloned().unwrap_or_default();
        if arrays.is_empty() {
            for batch in self.old.batches(Some(&[name]))? {
                // A file of an earlier version may lack the column.
                arrays.extend(batch?.column_by_name(name).cloned());
            }
        }
        let arrays: Vec<&dyn Array> = arrays.iter().map(AsRef::as_ref).collect();
        if arrays.is_empty() {
            return Ok(None);
        }
        let unfit = |source| Error::BadRows { table: self.old.table.name.to_owned(), source };
        concat(&arrays).map(Some).map_err(unfit)
    }
}

/// A file without some of its rows. Its columns are read when they are written, one after the other.
pub(crate) struct Kept<'a> {
    old: &'a FileContent,
    /// A value for each row of the file: whether it stays.
    stays: BooleanArray,
}

impl<'a> Kept<'a> {
    /// Asks `leaves`, for each batch of the columns `keys`, which of its rows leave.
    pub fn new(
        old: &'a FileContent,
        keys: &[&str],
        mut leaves: impl FnMut(&RecordBatch) -> Vec<bool>,
    ) -> Result<Self, Error> {
        let mut stays = Vec::new();
        for batch in old.batches(Some(keys))? {
            stays.extend(leaves(&batch?).into_iter().map(|leaves| !leaves));
        }
        Ok(Kept { old, stays: BooleanArray::from(stays) })
    }

    /// Whether no row leaves.
    pub fn is_whole(&self) -> bool {
        self.stays.false_count() == 0
    }

    /// The sum of every counter of the rows that leave.
    pub fn leaving(&self) -> Result<CounterSums, Error> {
        let unfit = |source| Error::BadRows { table: self.old.table.name.to_owned(), source };
        self.old.counters_of(Some(&not(&self.stays).map_err(unfit)?))
    }
}

impl Columns for Kept<'_> {
    fn rows(&self) -> usize {
        self.stays.true_count()
    }

    fn column(&self, name: &str) -> Result<Option<ArrayRef>, Error> {
        let unfit = |source| Error::BadRows { table: self.old.table.name.to_owned(), source };
        let mut arrays: Vec<ArrayRef> = Vec::new();
        let mut from = 0;
        for batch in self.old.batches(Some(&[name]))? {
            let batch = batch?;
            let stays = self.stays.slice(from, batch.num_rows());
            from += batch.num_rows();
            // A file of an earlier version may lack the column.
            if let Some(array) = batch.column_by_name(name) {
                arrays.push(filter(array, &stays).map_err(unfit)?);
            }
        }
        let arrays: Vec<&dyn Array> = arrays.iter().map(AsRef::as_ref).collect();
        if arrays.is_empty() {
            return Ok(None);
        }
        concat(&arrays).map(Some).map_err(unfit)
    }
}
