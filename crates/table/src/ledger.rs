//! The ledger: what was read of which blob, and what every batch adds to which table.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, RecordBatch};
use deltalake_core::kernel::{Add, Remove};
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde::{Deserialize, Serialize};
use weir_decode::Tally;

use crate::{Error, TableFiles, Workspace};

/// The record of a batch: all that is needed to commit it, to every table, at any later time.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct BatchRecord {
    pub batch: u64,
    pub written_by: String,
    /// The files of each table, which exist already.
    pub adds: BTreeMap<String, Vec<Add>>,
    /// The files of each table that others take the place of.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub removes: BTreeMap<String, Vec<Remove>>,
}

fn record_path(batch: u64) -> Path {
    Path::from(format!("ledger/batches/{batch:020}.json"))
}

/// Writes the record of a batch, so that it outlives a power failure. A batch is recorded once: a second record of its
/// number is refused.
pub(crate) async fn write_record(workspace: &Workspace, record: &BatchRecord) -> Result<(), Error> {
    let path = record_path(record.batch);
    let bad = |source| Error::BadRecord { batch: record.batch, source };
    let text = serde_json::to_vec_pretty(record).map_err(bad)?;
    let once = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
    let store = workspace.store();
    store.put_opts(&path, text.into(), once).await.map_err(Error::store("write", &path))?;
    workspace.sync(&path)
}

/// The last batch of the ledger.
pub(crate) enum Last {
    /// There is none.
    None,
    /// Its record.
    Record(BatchRecord),
    /// Its number; its record cannot be read: a power failure may leave an empty file.
    Unreadable(u64, serde_json::Error),
}

/// The last batch that was recorded.
pub(crate) async fn last(store: &dyn ObjectStore) -> Result<Last, Error> {
    let folder = Path::from("ledger/batches");
    let files: Vec<_> =
        store.list(Some(&folder)).try_collect().await.map_err(Error::store("list", &folder))?;
    let number = |path: &Path| path.filename()?.strip_suffix(".json")?.parse::<u64>().ok();
    let Some(batch) = files.iter().filter_map(|file| number(&file.location)).max() else {
        return Ok(Last::None);
    };
    let path = record_path(batch);
    let read = async { store.get(&path).await?.bytes().await };
    let bytes = read.await.map_err(Error::store("read", &path))?;
    Ok(match serde_json::from_slice(&bytes) {
        Ok(record) => Last::Record(record),
        Err(source) => Last::Unreadable(batch, source),
    })
}

/// The names of the tables that a batch adds to or takes from; nothing when its record is gone.
pub(crate) async fn tables_of(
    store: &dyn ObjectStore,
    batch: u64,
) -> Result<Option<BTreeSet<String>>, Error> {
    let path = record_path(batch);
    let read = async { store.get(&path).await?.bytes().await };
    let bytes = match read.await {
        Ok(bytes) => bytes,
        Err(object_store::Error::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(Error::store("read", &path)(error)),
    };
    let bad = |source| Error::BadRecord { batch, source };
    let record: BatchRecord = serde_json::from_slice(&bytes).map_err(bad)?;
    Ok(Some(record.adds.into_keys().chain(record.removes.into_keys()).collect()))
}

/// Removes the record of a batch that no table knows of.
pub(crate) async fn drop_record(store: &dyn ObjectStore, batch: u64) -> Result<(), Error> {
    let path = record_path(batch);
    store.delete(&path).await.map_err(Error::store("remove", &path))
}

/// One reading of one blob: a row of `WeirBlobs`.
#[derive(Debug, Clone, PartialEq)]
pub struct BlobReading {
    /// Where the blob is, as it was found.
    pub blob: String,
    /// What became of it.
    pub state: ReadingState,
    /// Why it is partial, or which blob it is a copy of.
    pub detail: String,
    /// Flow log of its first record.
    pub flow_log: String,
    /// Interface of its first record.
    pub mac_address: String,
    /// Size as stored.
    pub size_bytes: u64,
    /// When it was changed last, microseconds since the Unix epoch.
    pub modified_micros: i64,
    /// Decompressed bytes, `[from, to)`.
    pub bytes: std::ops::Range<u64>,
    /// Places among the records of the blob, `[from, to)`.
    pub records: std::ops::Range<u64>,
    /// Hash of the record that tells the blob from others, and of the bytes up to its end.
    pub head_hash: String,
    /// Hash of the decompressed bytes up to `bytes.end`.
    pub prefix_hash: String,
    /// What was in it.
    pub tally: Tally,
    /// Day of that record, counted from 1970-01-01; 0 where there is none. The same for every copy.
    pub day: i32,
}

/// What became of a blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadingState {
    /// It was read to its end.
    Read,
    /// The rest could not be read.
    Partial,
    /// Its records came from another blob.
    Copy,
    /// It was read, and is not what it was: its rows have left the tables.
    Replaced,
}

impl ReadingState {
    /// The word of the column.
    pub fn word(self) -> &'static str {
        match self {
            ReadingState::Read => "Read",
            ReadingState::Partial => "Partial",
            ReadingState::Copy => "Copy",
            ReadingState::Replaced => "Replaced",
        }
    }

    /// What a word of the column says.
    pub(crate) fn of(word: &str) -> Self {
        match word {
            "Copy" => ReadingState::Copy,
            "Partial" => ReadingState::Partial,
            "Replaced" => ReadingState::Replaced,
            _ => ReadingState::Read,
        }
    }
}

/// How far a blob was read: the latest of its readings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobState {
    /// Where the blob is.
    pub blob: Arc<str>,
    /// What became of it.
    pub state: ReadingState,
    /// Size as stored when it was read.
    pub size_bytes: u64,
    /// When it had been changed last, microseconds since the Unix epoch.
    pub modified_micros: i64,
    /// Decompressed bytes read.
    pub to_byte: u64,
    /// Records read.
    pub to_record: u64,
    /// Hash of the record that tells the blob from others, and of the bytes up to its end.
    pub head_hash: Arc<str>,
    /// Hash of the decompressed bytes read.
    pub prefix_hash: Arc<str>,
}

/// The part of a head hash that does not depend on how the record is spelled: its first half.
pub fn record_hash(head_hash: &str) -> &str {
    head_hash.get(..head_hash.len() / 2).unwrap_or(head_hash)
}

/// What is known of the blobs of one day.
#[derive(Debug, Default)]
pub struct LedgerDay {
    by_blob: HashMap<Arc<str>, BlobState>,
    by_head: HashMap<Arc<str>, BlobState>,
}

impl LedgerDay {
    /// How far a blob was read.
    pub fn blob(&self, blob: &str) -> Option<&BlobState> {
        self.by_blob.get(blob)
    }

    /// Of the blobs, other than copies, that begin with the same record, the one that was read furthest.
    pub fn head(&self, head_hash: &str) -> Option<&BlobState> {
        self.by_head.get(record_hash(head_hash))
    }

    /// Takes note of a reading. Those of one blob come in the order in which they were made; those of a batch
    /// stand in no such order among each other, so the furthest of one beginning is found by its bytes. What was
    /// replaced is nothing that is known.
    pub fn note(&mut self, state: BlobState) {
        if state.state == ReadingState::Replaced {
            return;
        }
        let record = record_hash(&state.head_hash);
        let further = self.by_head.get(record).is_none_or(|known| known.to_byte < state.to_byte);
        if further && state.state != ReadingState::Copy && !record.is_empty() {
            self.by_head.insert(record.into(), state.clone());
        }
        self.by_blob.insert(Arc::clone(&state.blob), state);
    }

    /// Forgets blobs, with all that begin with the same records.
    pub fn forget(&mut self, blobs: &HashSet<String>) {
        self.by_blob.retain(|blob, _| !blobs.contains(blob.as_ref()));
        self.by_head.retain(|_, state| !blobs.contains(state.blob.as_ref()));
    }

    /// Reads what the table `WeirBlobs` holds of a day.
    pub(crate) async fn read(
        store: &dyn ObjectStore,
        files: &TableFiles,
        day: i32,
    ) -> Result<LedgerDay, Error> {
        let mut states = Vec::new();
        for file in files.files.iter().filter(|file| file.day == day) {
            let path = Path::from(format!("{}/{}", files.path, file.path));
            let read = async { store.get(&path).await?.bytes().await };
            let bytes = read.await.map_err(Error::store("read", &path))?;
            let failed = || Error::parquet("read", files.table.name);
            let builder = ParquetRecordBatchReaderBuilder::try_new(bytes).map_err(failed())?;
            let columns = ProjectionMask::columns(builder.parquet_schema(), STATE_COLUMNS);
            let rows = builder.with_projection(columns).build().map_err(failed())?;
            for batch in rows {
                let unfit = |source| Error::BadRows { table: files.table.name.to_owned(), source };
                read_states(&batch.map_err(unfit)?, &mut states);
            }
        }
        states.sort_by_key(|(batch, _)| *batch);
        let mut known = LedgerDay::default();
        for (_, state) in states {
            known.note(state);
        }
        Ok(known)
    }
}

const STATE_COLUMNS: [&str; 9] =
    ["Batch", "Blob", "State", "Size", "LastModified", "ToByte", "ToRecord", "HeadHash", "PrefixHash"];

/// Appends the state that each row of `WeirBlobs` tells, with its batch. Rows that lack a column are passed over.
fn read_states(batch: &RecordBatch, states: &mut Vec<(i64, BlobState)>) {
    let text = |name: &str| batch.column_by_name(name).and_then(|c| c.as_string_opt::<i32>());
    let number = |name: &str| batch.column_by_name(name).and_then(|c| c.as_primitive_opt::<Int64Type>());
    let modified =
        batch.column_by_name("LastModified").and_then(|c| c.as_primitive_opt::<TimestampMicrosecondType>());
    let (Some(blob), Some(state), Some(head), Some(prefix)) =
        (text("Blob"), text("State"), text("HeadHash"), text("PrefixHash"))
    else {
        return;
    };
    let (Some(number_of_batch), Some(size), Some(to_byte), Some(to_record), Some(modified)) =
        (number("Batch"), number("Size"), number("ToByte"), number("ToRecord"), modified)
    else {
        return;
    };
    for row in 0..batch.num_rows() {
        let state = BlobState {
            blob: blob.value(row).into(),
            state: ReadingState::of(state.value(row)),
            size_bytes: size.value(row).unsigned_abs(),
            modified_micros: if modified.is_null(row) { 0 } else { modified.value(row) },
            to_byte: to_byte.value(row).unsigned_abs(),
            to_record: to_record.value(row).unsigned_abs(),
            head_hash: head.value(row).into(),
            prefix_hash: prefix.value(row).into(),
        };
        states.push((number_of_batch.value(row), state));
    }
}

impl From<&BlobReading> for BlobState {
    fn from(reading: &BlobReading) -> Self {
        BlobState {
            blob: reading.blob.as_str().into(),
            state: reading.state,
            size_bytes: reading.size_bytes,
            modified_micros: reading.modified_micros,
            to_byte: reading.bytes.end,
            to_record: reading.records.end,
            head_hash: reading.head_hash.as_str().into(),
            prefix_hash: reading.prefix_hash.as_str().into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(blob: &str, to_byte: u64) -> BlobState {
        BlobState {
            blob: blob.into(),
            state: ReadingState::Read,
            size_bytes: to_byte,
            modified_micros: 0,
            to_byte,
            to_record: to_byte / 10,
            head_hash: "head--".into(),
            prefix_hash: format!("{to_byte}").into(),
        }
    }

    /// Several threads read states of one blob; their rows stand in the order of the blobs.
    #[test]
    fn the_blob_read_furthest_is_known_in_whatever_order_rows_stand() {
        let states = [state("a", 550), state("b", 10), state("c", 200)];
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let mut known = LedgerDay::default();
            for index in order {
                known.note(states[index].clone());
            }
            // A blob that spells the record otherwise begins with the same one.
            assert_eq!(known.head("hea+++"), Some(&states[0]), "{order:?}");
            assert_eq!(known.blob("b"), Some(&states[1]));
        }
    }

    #[test]
    fn what_was_replaced_or_is_forgotten_is_not_known() {
        let mut known = LedgerDay::default();
        known.note(BlobState { state: ReadingState::Replaced, ..state("a", 550) });
        assert_eq!((known.head("head--"), known.blob("a")), (None, None));
        known.note(state("a", 100));
        known.note(BlobState { state: ReadingState::Copy, ..state("b", 100) });
        known.forget(&["a".to_owned(), "b".to_owned()].into());
        assert_eq!((known.head("head--"), known.blob("a"), known.blob("b")), (None, None, None));
    }
}
