//! The ledger read back: which bytes of which blob hold what.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use object_store::ObjectStoreExt;
use object_store::path::Path;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use crate::files::Bound;
use crate::ledger::ReadingState;
use crate::{DataFile, Error, TableFiles, Workspace};

/// A row of `WeirBlobs`: bytes of a blob that rows of the tables were made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReading {
    /// The batch that its rows were committed with.
    pub batch: u64,
    /// Where the blob was.
    pub blob: String,
    /// What became of it.
    pub state: ReadingState,
    /// Flow log of its first record.
    pub flow_log: String,
    /// Interface of its first record.
    pub mac_address: String,
    /// Decompressed bytes.
    pub bytes: Range<u64>,
    /// Places among the records of the blob.
    pub records: Range<u64>,
    /// What copies of the blob are recognised by.
    pub head_hash: String,
    /// Hash of the decompressed bytes up to `bytes.end`.
    pub prefix_hash: String,
    /// Records used.
    pub records_used: u64,
    /// Tuples used.
    pub tuples: u64,
    /// What they add up to: packets and bytes from source to destination, then packets and bytes back.
    pub traffic: [i64; 4],
    /// Earliest and latest record, microseconds since the Unix epoch; nothing when no record was used.
    pub record_times: Option<(i64, i64)>,
    /// Day of the ledger.
    pub day: i32,
}

/// The columns of [`StoredReading::traffic`], which rows of flows have, too.
pub const TRAFFIC: [&str; 4] = ["PacketsSrcToDest", "BytesSrcToDest", "PacketsDestToSrc", "BytesDestToSrc"];

const COLUMNS: [&str; 15 + TRAFFIC.len()] = [
    "Batch",
    "Blob",
    "State",
    "FlowLogResourceId",
    "MacAddress",
    "FromByte",
    "ToByte",
    "FromRecord",
    "ToRecord",
    "HeadHash",
    "PrefixHash",
    "Records",
    "Tuples",
    TRAFFIC[0],
    TRAFFIC[1],
    TRAFFIC[2],
    TRAFFIC[3],
    "FirstRecordTime",
    "LastRecordTime",
];

impl Workspace {
    /// The readings with records of a stretch of time, `[from, to)` in microseconds since the Unix epoch, in the order
    /// in which they were made. Copies, from which nothing was read, have no such time and are left out; so are readings
    /// that were replaced.
    ///
    /// `files` are those of `WeirBlobs`; whole files are passed over by what is known of their times.
    pub async fn readings(
        &self,
        files: &TableFiles,
        times: &Range<i64>,
    ) -> Result<Vec<StoredReading>, Error> {
        self.readings_that(files, times, |_| true).await
    }

    /// Those of them that meet a condition.
    pub async fn readings_that(
        &self,
        files: &TableFiles,
        times: &Range<i64>,
        meet: impl Fn(&StoredReading) -> bool,
    ) -> Result<Vec<StoredReading>, Error> {
        let holds = |file: &&DataFile| may_hold(file, times);
        let wanted = |reading: &StoredReading| {
            let there = |(first, last)| first < times.end && last >= times.start;
            reading.record_times.is_some_and(there) && meet(reading)
        };
        self.readings_of(files, files.files.iter().filter(holds), wanted).await
    }

    /// The readings of some days of the ledger that meet a condition, copies included, in the order in which they were
    /// made. Those that were replaced are left out.
    pub async fn readings_of_days(
        &self,
        files: &TableFiles,
        days: &[i32],
        wanted: impl Fn(&StoredReading) -> bool,
    ) -> Result<Vec<StoredReading>, Error> {
        let of_days = files.files.iter().filter(|file| days.contains(&file.day));
        self.readings_of(files, of_days, wanted).await
    }

    /// Hands over, with its day, every name that a blob has in the ledger, as often as it was read.
    pub async fn blob_names(&self, files: &TableFiles, mut each: impl FnMut(&str, i32)) -> Result<(), Error> {
        for file in &files.files {
            for batch in self.ledger_rows(files, file, &["Blob"]).await? {
                let unfit = |source| Error::BadRows { table: files.table.name.to_owned(), source };
                let batch = batch.map_err(unfit)?;
                let names = batch.column_by_name("Blob").and_then(|column| column.as_string_opt::<i32>());
                names.into_iter().flatten().flatten().for_each(|name| each(name, file.day));
            }
        }
        Ok(())
    }

    async fn ledger_rows(
        &self,
        files: &TableFiles,
        file: &DataFile,
        columns: &[&str],
    ) -> Result<ParquetRecordBatchReader, Error> {
        let path = Path::from(format!("{}/{}", files.path, file.path));
        let read = async { self.store().get(&path).await?.bytes().await };
        let bytes = read.await.map_err(Error::store("read", &path))?;
        let failed = || Error::parquet("read", files.table.name);
        let builder = ParquetRecordBatchReaderBuilder::try_new(bytes).map_err(failed())?;
        let columns = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
        builder.with_projection(columns).build().map_err(failed())
    }

    async fn readings_of<'f>(
        &self,
        files: &TableFiles,
        chosen: impl Iterator<Item = &'f DataFile>,
        wanted: impl Fn(&StoredReading) -> bool,
    ) -> Result<Vec<StoredReading>, Error> {
        let mut readings = Vec::new();
        for file in chosen {
            for batch in self.ledger_rows(files, file, &COLUMNS).await? {
                let unfit = |source| Error::BadRows { table: files.table.name.to_owned(), source };
                let batch = batch.map_err(unfit)?;
                let rows = rows(&batch, file.day).into_iter().flatten();
                let there = rows.filter(|row| row.state != ReadingState::Replaced);
                readings.extend(there.filter(|row| wanted(row)));
            }
        }
        readings.sort_by_key(|a| (a.batch, a.bytes.start));
        Ok(readings)
    }
}

/// Whether a file may have a reading with records of a time.
fn may_hold(file: &DataFile, times: &Range<i64>) -> bool {
    let low = file.bounds.get("FirstRecordTime").and_then(|bounds| bounds.low.as_ref());
    let high = file.bounds.get("LastRecordTime").and_then(|bounds| bounds.high.as_ref());
    let begins = !matches!(low, Some(Bound::Number(low)) if *low >= times.end);
    let ends = !matches!(high, Some(Bound::Number(high)) if *high < times.start);
    begins && ends
}

/// The rows of a batch; nothing where a column is not there.
fn rows(batch: &RecordBatch, day: i32) -> Option<Vec<StoredReading>> {
    let text = |name: &str| -> Option<&StringArray> { batch.column_by_name(name)?.as_string_opt() };
    let number =
        |name: &str| -> Option<&Int64Array> { batch.column_by_name(name)?.as_primitive_opt::<Int64Type>() };
    let time = |name: &str| -> Option<&TimestampMicrosecondArray> {
        batch.column_by_name(name)?.as_primitive_opt::<TimestampMicrosecondType>()
    };
    let (blob, state, flow_log) = (text("Blob")?, text("State")?, text("FlowLogResourceId")?);
    let (mac, head, prefix) = (text("MacAddress")?, text("HeadHash")?, text("PrefixHash")?);
    let (number_of_batch, from_byte, to_byte) = (number("Batch")?, number("FromByte")?, number("ToByte")?);
    let (from_record, to_record) = (number("FromRecord")?, number("ToRecord")?);
    let (records, tuples) = (number("Records")?, number("Tuples")?);
    let (first, last) = (time("FirstRecordTime")?, time("LastRecordTime")?);
    let [packets_out, bytes_out, packets_back, bytes_back] = TRAFFIC.map(number);
    let traffic = [packets_out?, bytes_out?, packets_back?, bytes_back?];
    let count = |column: &Int64Array, row| u64::try_from(column.value(row)).unwrap_or(0);
    let reading = |row: usize| StoredReading {
        batch: count(number_of_batch, row),
        blob: blob.value(row).to_owned(),
        state: ReadingState::of(state.value(row)),
        flow_log: flow_log.value(row).to_owned(),
        mac_address: mac.value(row).to_owned(),
        bytes: count(from_byte, row)..count(to_byte, row),
        records: count(from_record, row)..count(to_record, row),
        head_hash: head.value(row).to_owned(),
        prefix_hash: prefix.value(row).to_owned(),
        records_used: count(records, row),
        tuples: count(tuples, row),
        traffic: traffic.map(|column| column.value(row)),
        record_times: (first.is_valid(row) && last.is_valid(row))
            .then(|| (first.value(row), last.value(row))),
        day,
    };
    Some((0..batch.num_rows()).map(reading).collect())
}
