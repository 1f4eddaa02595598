use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::LogicalPlan;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

/// The share of all that may be kept that a single day may have, one so many-th.
const SHARE: usize = 64;
/// About how large what is kept of a day is.
const USUAL_BYTES: usize = 16 << 10;

/// What days came to: the states of their groups, those that were of use last up to so many bytes.
///
/// Files never change, so what a plan made of some files is what it will make of them.
pub(crate) struct Kept {
    days: Cache<Key, Arc<[RecordBatch]>, Bytes>,
    bytes_max: usize,
    hashers: [RandomState; 2],
}

/// A plan of a day and the files of the day: 128 bits that no two of them share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key(u64, u64);

#[derive(Debug, Clone)]
struct Bytes;

impl Weighter<Key, Arc<[RecordBatch]>> for Bytes {
    fn weight(&self, _: &Key, states: &Arc<[RecordBatch]>) -> u64 {
        (bytes(states) + size_of::<Key>()) as u64
    }
}

fn bytes(states: &[RecordBatch]) -> usize {
    states.iter().map(RecordBatch::get_array_memory_size).sum()
}

impl Kept {
    /// Place for so many bytes.
    pub fn new(bytes_max: usize) -> Self {
        let days = Cache::with_weighter(bytes_max / USUAL_BYTES, bytes_max as u64, Bytes);
        Kept { days, bytes_max, hashers: Default::default() }
    }

    /// Most bytes of a day that are kept.
    pub(super) fn day_bytes_max(&self) -> usize {
        self.bytes_max / SHARE
    }

    /// By what a day is known: its plan, and the files that it reads.
    pub(super) fn key(&self, plan: &LogicalPlan, files: &[String]) -> Key {
        let hash = |state: &RandomState| state.hash_one((plan, files));
        Key(hash(&self.hashers[0]), hash(&self.hashers[1]))
    }

    pub(super) fn get(&self, key: &Key) -> Option<Arc<[RecordBatch]>> {
        self.days.get(key)
    }

    /// Keeps what a day came to.
    pub(super) fn put(&self, key: Key, states: &[RecordBatch]) -> Result<()> {
        let states = states.iter().map(compact).collect::<Result<Arc<[_]>>>()?;
        self.days.insert(key, states);
        Ok(())
    }
}

/// The rows alone, without text that they share with others.
fn compact(batch: &RecordBatch) -> Result<RecordBatch> {
    let columns = batch.columns().iter().map(|column| match column.data_type() {
        DataType::Utf8View => Arc::new(column.as_string_view().gc()) as ArrayRef,
        DataType::BinaryView => Arc::new(column.as_binary_view().gc()) as ArrayRef,
        _ => Arc::clone(column),
    });
    Ok(RecordBatch::try_new(batch.schema(), columns.collect())?)
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} days in {} of {} bytes", self.days.len(), self.days.weight(), self.bytes_max)
    }
}
