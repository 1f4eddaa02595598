//! Data files that are read whole, so that others take their place.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use bytes::Bytes;
use deltalake_core::kernel::Remove;
use object_store::ObjectStoreExt;
use object_store::path::Path;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use weir_schema::{Table, Unit};
use weir_value::KustoType;

use crate::delta::DAY;
use crate::part::{Part, day_text};
use crate::{DataFile, Error, TableFiles, Workspace};

/// Rows that are held at once, unpacked.
const BATCH_ROWS: usize = 32_768;

/// What a data file holds, packed as it is.
#[derive(Debug)]
pub struct FileContent {
    table: &'static Table,
    file: DataFile,
    bytes: Bytes,
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
const ROWS: &str = "rows";

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
        Ok(FileContent { table: files.table, file: file.clone(), bytes })
    }

    pub(crate) fn of_bytes(table: &'static Table, bytes: Bytes, file: DataFile) -> Self {
        FileContent { table, file, bytes }
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
        let plain = ArrowReaderMetadata::load(&self.bytes, ArrowReaderOptions::new())?;
        let words = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        let fields = plain.schema().fields().iter().map(|field| match field.data_type() {
            DataType::Utf8 => Arc::new(Field::new(field.name(), words.clone(), field.is_nullable())),
            _ => Arc::clone(field),
        });
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let options = ArrowReaderOptions::new().with_schema(schema);
        let metadata = ArrowReaderMetadata::try_new(Arc::clone(plain.metadata()), options)?;
        let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(self.bytes.clone(), metadata);
        if let Some(columns) = columns {
            let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
            builder = builder.with_projection(mask);
        }
        builder.with_batch_size(BATCH_ROWS).build()
    }

    /// The sum of every counter.
    pub fn counters(&self) -> Result<CounterSums, Error> {
        let counters = self.table.columns.iter().filter(|column| {
            column.kind == KustoType::Long && !matches!(column.unit, Unit::None | Unit::Days)
        });
        let names: Vec<&'static str> = counters.map(|column| column.name).collect();
        let mut sums = CounterSums::new();
        for batch in self.batches(Some(&names))? {
            let batch = batch?;
            *sums.entry(ROWS).or_default() += batch.num_rows() as i128;
            for name in &names {
                let column = batch.column_by_name(name).and_then(|c| c.as_primitive_opt::<Int64Type>());
                let sum: i128 = column.into_iter().flatten().flatten().map(i128::from).sum();
                *sums.entry(name).or_default() += sum;
            }
        }
        Ok(sums)
    }

    /// The action that takes the file from the table.
    pub(crate) fn remove(&self, now_millis: i64) -> Remove {
        Remove {
            path: self.file.path.clone(),
            data_change: true,
            deletion_timestamp: Some(now_millis),
            extended_file_metadata: Some(true),
            partition_values: Some([(DAY.to_owned(), Some(day_text(self.file.day)))].into()),
            size: i64::try_from(self.file.size_bytes).ok(),
            tags: None,
            deletion_vector: None,
            base_row_id: None,
            default_row_commit_version: None,
        }
    }
}

/// A batch with some columns given anew, in the order of the table. One that the file lacked is added.
pub(crate) fn with_columns(
    table: &Table,
    batch: &RecordBatch,
    mut columns: Vec<(&'static str, ArrayRef)>,
) -> Result<RecordBatch, Error> {
    let (mut fields, mut arrays) = (Vec::new(), Vec::new());
    for column in table.columns.iter().chain(table.hidden) {
        let given = columns.iter().position(|(name, _)| *name == column.name);
        let array = match given {
            Some(place) => columns.swap_remove(place).1,
            None => match batch.column_by_name(column.name) {
                Some(array) => Arc::clone(array),
                None => continue,
            },
        };
        fields.push(Field::new(column.name, array.data_type().clone(), true));
        arrays.push(array);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
        .map_err(|source| Error::BadRows { table: table.name.to_owned(), source })
}
