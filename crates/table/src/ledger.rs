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
use weir_blob::{BlobName, BlobNames};
use weir_decode::Tally;
use xxhash_rust::xxh3::xxh3_128;

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

/// How far a blob was read: the latest of its readings. There may be very many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobState {
    /// Where the blob is.
    pub blob: BlobName,
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
    /// Of the record that tells the blob from others; none where no record does.
    pub head_hash: Option<HeadHash>,
    /// Hash of the decompressed bytes read, if any were.
    pub prefix_hash: Option<u128>,
}

/// What copies of a blob are recognised by: hashes of the record that tells it from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeadHash {
    /// Of what the record says, however it is spelled.
    pub record: u128,
    /// Of the bytes up to its end.
    pub beginning: u128,
}

impl HeadHash {
    /// What the column `HeadHash` has; nothing where it is blank.
    pub fn of(text: &str) -> Option<HeadHash> {
        let (record, beginning) = text.split_at_checked(text.len() / 2)?;
        Some(HeadHash { record: hash_of(record)?, beginning: hash_of(beginning)? })
    }
}

/// A hash that is spelled in hex digits; nothing where it is blank.
fn hash_of(text: &str) -> Option<u128> {
    u128::from_str_radix(text, 16).ok()
}

/// What is known of the blobs of one day.
#[derive(Debug, Default)]
pub struct LedgerDay {
    /// By the hash of the name.
    by_blob: HashMap<u128, Arc<BlobState>>,
    /// By the hash of the record that tells blobs apart.
    by_head: HashMap<u128, Arc<BlobState>>,
    names: BlobNames,
}

impl LedgerDay {
    /// How far a blob was read.
    pub fn blob(&self, blob: &str) -> Option<&Arc<BlobState>> {
        self.by_blob.get(&xxh3_128(blob.as_bytes())).filter(|state| state.blob == *blob)
    }

    /// Of the blobs, other than copies, that begin with the same record, the one that was read furthest.
    pub fn head(&self, head: HeadHash) -> Option<&Arc<BlobState>> {
        self.by_head.get(&head.record)
    }

    /// Takes note of a reading.
    pub fn note(&mut self, reading: &BlobReading) {
        let state = BlobState {
            blob: self.names.name(&reading.blob),
            state: reading.state,
            size_bytes: reading.size_bytes,
            modified_micros: reading.modified_micros,
            to_byte: reading.bytes.end,
            to_record: reading.records.end,
            head_hash: HeadHash::of(&reading.head_hash),
            prefix_hash: hash_of(&reading.prefix_hash),
        };
        self.know(xxh3_128(reading.blob.as_bytes()), state);
    }

    /// Takes a state in. Those of one blob come in the order in which they were made; those of a batch
    /// stand in no such order among each other, so the furthest of one beginning is found by its bytes. What was
    /// replaced is nothing that is known.
    fn know(&mut self, name_hash: u128, state: BlobState) {
        if state.state == ReadingState::Replaced {
            return;
        }
        let state = Arc::new(state);
        if let Some(head) = state.head_hash.filter(|_| state.state != ReadingState::Copy)
            && self.by_head.get(&head.record).is_none_or(|known| known.to_byte < state.to_byte)
        {
            self.by_head.insert(head.record, Arc::clone(&state));
        }
        self.by_blob.insert(name_hash, state);
    }

    /// Forgets blobs, with all that begin with the same records.
    pub fn forget(&mut self, blobs: &HashSet<String>) {
        if blobs.is_empty() {
            return;
        }
        let kept = |state: &mut Arc<BlobState>| !blobs.contains(&state.blob.to_string());
        self.by_blob.retain(|_, state| kept(state));
        self.by_head.retain(|_, state| kept(state));
    }

    /// Reads what the table `WeirBlobs` holds of a day.
    pub(crate) async fn read(
        store: &dyn ObjectStore,
        files: &TableFiles,
        day: i32,
    ) -> Result<LedgerDay, Error> {
        let (mut known, mut states) = (LedgerDay::default(), Vec::new());
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
                read_states(&batch.map_err(unfit)?, &mut known.names, &mut states);
            }
        }
        // Stable: those of a batch stay in their order.
        states.sort_by_key(|(batch, ..)| *batch);
        for (_, name_hash, state) in states {
            known.know(name_hash, state);
        }
        Ok(known)
    }
}

const STATE_COLUMNS: [&str; 9] =
    ["Batch", "Blob", "State", "Size", "LastModified", "ToByte", "ToRecord", "HeadHash", "PrefixHash"];

/// Appends the state that each row of `WeirBlobs` tells, with its batch and the hash of its name. Rows that lack a column are passed over.
fn read_states(batch: &RecordBatch, names: &mut BlobNames, states: &mut Vec<(i64, u128, BlobState)>) {
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
        let name = blob.value(row);
        let state = BlobState {
            blob: names.name(name),
            state: ReadingState::of(state.value(row)),
            size_bytes: size.value(row).unsigned_abs(),
            modified_micros: if modified.is_null(row) { 0 } else { modified.value(row) },
            to_byte: to_byte.value(row).unsigned_abs(),
            to_record: to_record.value(row).unsigned_abs(),
            head_hash: HeadHash::of(head.value(row)),
            prefix_hash: hash_of(prefix.value(row)),
        };
        states.push((number_of_batch.value(row), xxh3_128(name.as_bytes()), state));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: HeadHash = HeadHash { record: 7, beginning: 8 };

    fn note(known: &mut LedgerDay, blob: &str, state: ReadingState, to_byte: u64) {
        let HeadHash { record, beginning } = HEAD;
        known.note(&BlobReading {
            blob: blob.to_owned(),
            state,
            detail: String::new(),
            flow_log: String::new(),
            mac_address: String::new(),
            size_bytes: to_byte,
            modified_micros: 0,
            bytes: 0..to_byte,
            records: 0..to_byte / 10,
            head_hash: format!("{record:032x}{beginning:032x}"),
            prefix_hash: format!("{to_byte:032x}"),
            tally: Tally::default(),
            day: 0,
        });
    }

    /// The name and the bytes of a state.
    fn told(state: Option<&Arc<BlobState>>) -> Option<(String, u64, Option<u128>)> {
        state.map(|state| (state.blob.to_string(), state.to_byte, state.prefix_hash))
    }

    /// Several threads read states of one blob; their rows stand in the order of the blobs.
    #[test]
    fn the_blob_read_furthest_is_known_in_whatever_order_rows_stand() {
        let states = [("a", 550), ("b", 10), ("c", 200)];
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let mut known = LedgerDay::default();
            for index in order {
                let (blob, to_byte) = states[index];
                note(&mut known, blob, ReadingState::Read, to_byte);
            }
            // A blob that spells the record otherwise begins with the same one.
            let other = HeadHash { beginning: 9, ..HEAD };
            assert_eq!(told(known.head(other)), Some(("a".to_owned(), 550, Some(550))), "{order:?}");
            assert_eq!(told(known.blob("b")), Some(("b".to_owned(), 10, Some(10))));
            assert_eq!(known.blob("b").unwrap().head_hash, Some(HEAD));
        }
    }

    #[test]
    fn what_was_replaced_or_is_forgotten_is_not_known() {
        let mut known = LedgerDay::default();
        note(&mut known, "a", ReadingState::Replaced, 550);
        assert_eq!((known.head(HEAD), known.blob("a")), (None, None));
        note(&mut known, "a", ReadingState::Read, 100);
        note(&mut known, "b", ReadingState::Copy, 100);
        assert!(known.head(HEAD).is_some_and(|state| state.blob == *"a"));
        known.forget(&["a".to_owned(), "b".to_owned()].into());
        assert_eq!((known.head(HEAD), known.blob("a"), known.blob("b")), (None, None, None));
    }

    #[test]
    fn a_hash_that_is_blank_or_none_is_none() {
        assert_eq!(HeadHash::of("000a00ff"), Some(HeadHash { record: 10, beginning: 255 }));
        for text in ["", "x", "0x", "äb", "héad"] {
            assert_eq!(HeadHash::of(text), None, "{text}");
        }
        assert_eq!(hash_of(""), None);
    }
}
