use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::compute::concat_batches;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::LogicalPlan;
use quick_cache::sync::Cache;
use quick_cache::{OptionsBuilder, Weighter};

/// The share of all that may be kept that a single day may have, one so many-th.
const SHARE: usize = 64;
/// About how large what is kept of a day is.
const USUAL_BYTES: usize = 16 << 10;

/// What days came to: the states of their groups, those that were of use last up to so many bytes.
///
/// Files never change, so what a plan made of some files is what it will make of them.
pub(crate) struct Kept {
    days: Cache<Key, RecordBatch, Bytes>,
    bytes_max: usize,
    hashers: [RandomState; 2],
}

/// A plan of a day and the files of the day: 128 bits that no two of them share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key(u64, u64);

#[derive(Debug, Clone)]
struct Bytes;

impl Weighter<Key, RecordBatch> for Bytes {
    fn weight(&self, _: &Key, states: &RecordBatch) -> u64 {
        (states.get_array_memory_size() + size_of::<Key>()) as u64
    }
}

impl Kept {
    /// Place for so many bytes.
    pub fn new(bytes_max: usize) -> Self {
        // In one piece: it is asked once a day, and in pieces a large day would find no place.
        let options = OptionsBuilder::new()
            .estimated_items_capacity(bytes_max / USUAL_BYTES)
            .weight_capacity(bytes_max as u64)
            .shards(1)
            .build();
        // All three are there.
        let options = options.unwrap_or_else(|_| unreachable!());
        let days = Cache::with_options(options, Bytes, Default::default(), Default::default());
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

    pub(super) fn get(&self, key: &Key) -> Option<RecordBatch> {
        self.days.get(key)
    }

    /// Keeps what a day came to, unless it is too large.
    pub(super) fn put(&self, key: Key, states: &[RecordBatch]) -> Result<()> {
        let Some(first) = states.first() else { return Ok(()) };
        let states = compact(&concat_batches(&first.schema(), states)?)?;
        if states.get_array_memory_size() <= self.day_bytes_max() {
            self.days.insert(key, states);
        }
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
