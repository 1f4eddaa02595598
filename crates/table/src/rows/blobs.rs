//! Rows of the ledger's own tables.

use std::collections::{BTreeMap, HashSet};

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, RecordBatch};
use weir_decode::{Reason, Tally};

use super::columns::{batch, longs, optional_times, texts, times};
use crate::writer::named;
use crate::{BlobReading, Error, ReadingState};

/// Rows of `WeirBlobs`, by their day.
pub fn weir_blobs(
    number: u64,
    readings: &[BlobReading],
    now_micros: i64,
) -> Result<Vec<(i32, RecordBatch)>, Error> {
    let mut days: BTreeMap<i32, Vec<&BlobReading>> = BTreeMap::new();
    for reading in readings {
        days.entry(reading.day).or_default().push(reading);
    }
    let rows = |(day, readings): (i32, Vec<&BlobReading>)| {
        Ok((day, batch(named("WeirBlobs")?, |name| blob_column(name, number, &readings, now_micros))?))
    };
    days.into_iter().map(rows).collect()
}

fn blob_column(name: &str, number: u64, readings: &[&BlobReading], now_micros: i64) -> Option<ArrayRef> {
    let text = |value: fn(&BlobReading) -> &str| texts(readings.iter().map(|r| value(r)));
    let count = |value: fn(&BlobReading) -> u64| longs(readings.iter().map(|r| signed(value(r).into())));
    let sum = |value: fn(&Tally) -> u128| longs(readings.iter().map(|r| signed(value(&r.tally))));
    Some(match name {
        "Batch" => longs(readings.iter().map(|_| signed(number.into()))),
        "Blob" => text(|r| &r.blob),
        "State" => text(|r| r.state.word()),
        "Detail" => text(|r| &r.detail),
        "FlowLogResourceId" => text(|r| &r.flow_log),
        "MacAddress" => text(|r| &r.mac_address),
        "Size" => count(|r| r.size_bytes),
        "LastModified" => times(readings.iter().map(|r| r.modified_micros)),
        "FromByte" => count(|r| r.bytes.start),
        "ToByte" => count(|r| r.bytes.end),
        "FromRecord" => count(|r| r.records.start),
        "ToRecord" => count(|r| r.records.end),
        "HeadHash" => text(|r| &r.head_hash),
        "PrefixHash" => text(|r| &r.prefix_hash),
        "Records" => count(|r| r.tally.records),
        "RecordsDiscarded" => count(|r| r.tally.records_discarded()),
        "Tuples" => count(|r| r.tally.tuples()),
        "TuplesDiscarded" => count(|r| r.tally.tuples_discarded()),
        "Discarded" => {
            let discarded: Vec<String> = readings.iter().map(|r| discarded_json(&r.tally)).collect();
            texts(discarded.iter().map(String::as_str))
        }
        "PacketsSrcToDest" => sum(|t| t.packets_src_to_dest),
        "BytesSrcToDest" => sum(|t| t.bytes_src_to_dest),
        "PacketsDestToSrc" => sum(|t| t.packets_dest_to_src),
        "BytesDestToSrc" => sum(|t| t.bytes_dest_to_src),
        "FirstRecordTime" => optional_times(readings.iter().map(|r| r.tally.record_times.map(|t| t.0))),
        "LastRecordTime" => optional_times(readings.iter().map(|r| r.tally.record_times.map(|t| t.1))),
        "TimeProcessed" => times(readings.iter().map(|_| now_micros)),
        _ => return None,
    })
}

/// The columns of `WeirBlobs` that tell and take a mark.
pub(crate) const MARKED: [&str; 3] = ["Blob", "State", "Detail"];

/// Which rows of `WeirBlobs` are of some blobs and not marked as replaced.
pub(crate) fn to_be_marked(read: &RecordBatch, blobs: &HashSet<String>) -> Vec<bool> {
    let [names, states, _] = MARKED.map(|name| words(read, name));
    let replaced = ReadingState::Replaced.word();
    names.iter().zip(&states).map(|(name, state)| blobs.contains(*name) && *state != replaced).collect()
}

/// `State` and `Detail` of read rows of `WeirBlobs`, some of them marked as replaced.
pub(crate) fn marked_replaced(
    read: &RecordBatch,
    marks: &[bool],
    detail: &str,
) -> Vec<(&'static str, ArrayRef)> {
    let given = [("State", ReadingState::Replaced.word()), ("Detail", detail)];
    let column = |(name, new)| {
        let old = words(read, name).into_iter().zip(marks);
        (name, texts(old.map(|(old, marked)| if *marked { new } else { old })))
    };
    given.map(column).to_vec()
}

/// The texts of a column that was read as numbered words; blank where it is not there.
fn words<'a>(read: &'a RecordBatch, name: &str) -> Vec<&'a str> {
    let column = read.column_by_name(name).and_then(|column| column.as_dictionary_opt::<Int32Type>());
    let values = column.and_then(|column| column.values().as_string_opt::<i32>());
    let word = |row| Some(values?.value(column?.key(row)?));
    (0..read.num_rows()).map(|row| word(row).unwrap_or_default()).collect()
}

/// What was not used: `{"records":{"bad json":1},"tuples":{"too few fields":3}}`, blank when nothing.
fn discarded_json(tally: &Tally) -> String {
    let part = |counts: &[u64]| -> serde_json::Map<String, serde_json::Value> {
        let named = Reason::ALL.iter().zip(counts).filter(|(_, count)| **count > 0);
        named.map(|(reason, count)| (reason.name().to_owned(), (*count).into())).collect()
    };
    let (records, tuples) = (part(&tally.discarded_records), part(&tally.discarded_tuples));
    if records.is_empty() && tuples.is_empty() {
        return String::new();
    }
    serde_json::json!({ "records": records, "tuples": tuples }).to_string()
}

/// What a row of `WeirBatches` says beside the sums of its blobs.
#[derive(Debug, Clone, Copy)]
pub struct BatchInfo<'a> {
    /// Its number.
    pub batch: u64,
    /// When its first blob was opened, microseconds since the Unix epoch.
    pub started_micros: i64,
    /// When its rows were written.
    pub processed_micros: i64,
    /// Program and version.
    pub written_by: &'a str,
    /// Rows written to `NTANetAnalytics`.
    pub rows: u64,
}

/// The row of `WeirBatches` of one batch.
pub fn weir_batch(info: &BatchInfo<'_>, readings: &[BlobReading]) -> Result<RecordBatch, Error> {
    let one = |value: u64| longs(std::iter::once(signed(value.into())));
    let sum = |value: fn(&BlobReading) -> u64| one(readings.iter().map(value).sum());
    let column = |name: &str| {
        Some(match name {
            "Batch" => one(info.batch),
            "TimeStarted" => times(std::iter::once(info.started_micros)),
            "TimeProcessed" => times(std::iter::once(info.processed_micros)),
            "WrittenBy" => texts(std::iter::once(info.written_by)),
            "Blobs" => one(readings.len() as u64),
            "BytesRead" => sum(|r| r.bytes.end - r.bytes.start),
            "Records" => sum(|r| r.tally.records),
            "RecordsDiscarded" => sum(|r| r.tally.records_discarded()),
            "Tuples" => sum(|r| r.tally.tuples()),
            "TuplesDiscarded" => sum(|r| r.tally.tuples_discarded()),
            "Rows" => one(info.rows),
            _ => return None,
        })
    };
    batch(named("WeirBatches")?, column)
}

/// A count as the table keeps it; counts beyond 2^63 do not occur.
fn signed(count: u128) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
