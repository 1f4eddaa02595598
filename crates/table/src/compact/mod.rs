//! Many files of a day become few: rows that are equal but for their counters added up, sorted.
//!
//! A stretch of source addresses at a time, so that never all rows of a day are held: what is held is [`RANGE_ROWS`] rows,
//! or those of one source address where these are more, with all their columns; the ends of the day's files; and each
//! source address of the day once. The sum of every counter is compared before and after, read back.

mod fold;
mod lists;

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::path::PathBuf;

use arrow::compute::concat;
use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{Array, ArrayRef, BooleanArray, RecordBatch};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowPredicate, ArrowPredicateFn, ArrowReaderMetadata, ParquetRecordBatchReaderBuilder, RowFilter,
};
use weir_schema::Table;

pub(crate) use self::fold::is_counter;
use self::fold::{Folded, Gathered};
use crate::exchange::{CounterSums, FileContent, ROWS, metadata, remove};
use crate::files::Bound;
use crate::part::{self, Blanks};
use crate::{Batch, Columns, DataFile, Error, TableFiles};

/// Rows that are held at once, and of a new file.
pub const RANGE_ROWS: u64 = 240_000;

/// Rows that are unpacked at once.
const BATCH_ROWS: usize = 8_192;

/// What the name of a file has that was made here: its rows are added up with all others of its day.
const FOLDED: &str = "folded";

/// What became of the files of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Compacted {
    /// Files that others took the place of.
    pub files_before: u64,
    /// Files that took their place.
    pub files_after: u64,
    /// Rows in the former.
    pub rows_before: u64,
    /// Rows in the latter.
    pub rows_after: u64,
}

/// How the rows of a table are put together.
struct Plan {
    /// Columns that they are sorted by; none when they keep their order.
    order: &'static [&'static str],
}

impl Plan {
    fn of(table: &Table) -> Plan {
        let order: &[&str] = match table.name {
            "NTANetAnalytics" | "WeirPublicIps" => {
                &["SrcIp", "DestIp", "FlowIntervalStartTime", "DestPort", "L4Protocol"]
            }
            "NTAIpDetails" => &["Ip", "FlowIntervalStartTime"],
            _ => &[],
        };
        Plan { order }
    }
}

/// Whether the files of one day of a table are worth being put together: rows may be added up, or files are many.
pub fn is_worth_it(table: &Table, files: &[&DataFile], files_max: usize) -> bool {
    if Plan::of(table).order.is_empty() {
        let small = files.iter().filter(|file| file.rows < RANGE_ROWS / 2).count();
        return small > files_max;
    }
    let batch =
        |file: &&DataFile| file.path.rsplit('/').next().and_then(|name| name.get(..20)).map(str::to_owned);
    let one_batch = files.iter().map(batch).collect::<HashSet<_>>().len() == 1;
    let folded = one_batch && files.iter().all(|file| file.path.contains(FOLDED));
    // What was written at once as one file was added up then.
    files.len() > 1 && !folded
}

impl Batch {
    /// Puts the files of one day of a table together, and commits nothing yet. Nothing is changed when it fails.
    pub async fn compact(
        &self,
        files: &TableFiles,
        day: &[&DataFile],
        now_micros: i64,
    ) -> Result<Compacted, Error> {
        let Some(first) = day.first() else { return Ok(Compacted::default()) };
        let (table, date) = (files.table, first.day);
        let now_millis = now_micros.div_euclid(1_000);
        let folder = self.workspace().root().join(&files.path);
        let plan = Plan::of(table);
        // Files are read in the order in which they were written.
        let mut sources: Vec<Source<'_>> = Vec::with_capacity(day.len());
        for file in day {
            sources.push(Source::open(table, folder.join(&file.path), file)?);
        }
        sources.sort_by(|a, b| a.file.path.cmp(&b.file.path));
        let mut told = Compacted { files_before: day.len() as u64, ..Compacted::default() };
        let (mut before, mut gathered_sums, mut after) =
            (CounterSums::new(), CounterSums::new(), CounterSums::new());
        for source in &sources {
            add(&mut before, &source.counters(table)?);
        }
        let mut parts = Vec::new();
        for range in ranges(table, &sources, &plan)? {
            let gathered = gather(table, &sources, &plan, &range)?;
            add(&mut gathered_sums, &gathered.counters(table));
            let name = format!("{}-{FOLDED}", self.file_name());
            let encode = |rows: &dyn Columns| part::encode(table, date, &name, now_millis, rows);
            let part = if plan.order.is_empty() {
                encode(&gathered)?
            } else {
                encode(&Folded::new(table, &gathered, plan.order)?)?
            };
            let rows_before = gathered.rows as u64;
            drop(gathered);
            let read_back = FileContent::of_bytes(table, part.bytes.clone(), DataFile::clone(first))?;
            add(&mut after, &read_back.counters()?);
            told.rows_before += rows_before;
            told.rows_after += part.rows;
            told.files_after += 1;
            parts.push(self.put(table, part).await?);
        }
        // Rows become fewer; no other sum changes, and every row was gathered once.
        let rows = after.insert(ROWS, i128::from(told.rows_before));
        let kept = plan.order.is_empty() && rows != before.get(ROWS).copied();
        if before != gathered_sums || before != after || kept {
            let file = format!("the files of {}", part::day_text(date));
            return Err(Error::NotConserved { table: table.name.to_owned(), file, before, after });
        }
        let old = day.iter().map(|file| remove(file, now_millis)).collect();
        self.replace(table, parts, old);
        Ok(told)
    }
}

fn add(sums: &mut CounterSums, others: &CounterSums) {
    others.iter().for_each(|(name, sum)| *sums.entry(name).or_default() += sum);
}

/// Which rows are put together at once.
enum Range {
    /// Those with a text from the first to the last of these, in the column that comes first in the order.
    Texts(String, String),
    /// Those of some files.
    Files(std::ops::Range<usize>),
}

/// Cuts the rows of some files into ranges.
fn ranges(table: &Table, sources: &[Source<'_>], plan: &Plan) -> Result<Vec<Range>, Error> {
    let mut ranges = Vec::new();
    let Some(column) = plan.order.first() else {
        let (mut from, mut rows) = (0, 0);
        for (index, source) in sources.iter().enumerate() {
            if rows > 0 && rows + source.file.rows > RANGE_ROWS {
                ranges.push(Range::Files(from..index));
                (from, rows) = (index, 0);
            }
            rows += source.file.rows;
        }
        ranges.push(Range::Files(from..sources.len()));
        return Ok(ranges);
    };
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for source in sources {
        source.count(table, column, &mut counts)?;
    }
    let mut current: Option<(String, String, u64)> = None;
    for (text, count) in counts {
        current = Some(match current.take() {
            Some((from, _, rows)) if rows + count <= RANGE_ROWS => (from, text, rows + count),
            full => {
                ranges.extend(full.map(|(from, to, _)| Range::Texts(from, to)));
                (text.clone(), text, count)
            }
        });
    }
    ranges.extend(current.map(|(from, to, _)| Range::Texts(from, to)));
    Ok(ranges)
}

/// Reads the rows of a range.
fn gather(
    table: &'static Table,
    sources: &[Source<'_>],
    plan: &Plan,
    range: &Range,
) -> Result<Gathered, Error> {
    let mut batches: Vec<RecordBatch> = Vec::new();
    match (range, plan.order.first()) {
        (Range::Texts(from, to), Some(column)) => {
            for source in sources.iter().filter(|source| source.may_hold(column, from, to)) {
                batches.extend(source.batches(table, None, Some((column, from, to)))?);
            }
        }
        (Range::Files(files), _) => {
            for source in sources.get(files.clone()).unwrap_or_default() {
                batches.extend(source.batches(table, None, None)?);
            }
        }
        (Range::Texts(..), None) => {}
    }
    let rows = batches.iter().map(RecordBatch::num_rows).sum();
    let mut columns = BTreeMap::new();
    for column in table.columns.iter().chain(table.hidden) {
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(batches.len());
        // A file of an earlier version may lack the column.
        let kind = batches.iter().find_map(|b| b.column_by_name(column.name).map(|a| a.data_type().clone()));
        let Some(kind) = kind else { continue };
        for batch in &batches {
            let array = batch.column_by_name(column.name).cloned();
            arrays.push(array.unwrap_or_else(|| Blanks::new(batch.num_rows()).of(&kind)));
        }
        let arrays: Vec<&dyn Array> = arrays.iter().map(AsRef::as_ref).collect();
        let unfit = |source| Error::BadRows { table: table.name.to_owned(), source };
        columns.insert(column.name, concat(&arrays).map_err(unfit)?);
    }
    Ok(Gathered { rows, columns })
}

impl Gathered {
    fn counters(&self, table: &Table) -> CounterSums {
        let mut sums = CounterSums::from([(ROWS, self.rows as i128)]);
        for column in table.columns.iter().chain(table.hidden).filter(|column| is_counter(column)) {
            let array = self.columns.get(column.name).and_then(|a| a.as_primitive_opt::<Int64Type>());
            let sum = array.into_iter().flatten().flatten().map(i128::from).sum::<i128>();
            sums.insert(column.name, sum);
        }
        sums
    }
}

impl Columns for Gathered {
    fn rows(&self) -> usize {
        self.rows
    }

    fn column(&self, name: &str) -> Result<Option<ArrayRef>, Error> {
        Ok(self.columns.get(name).cloned())
    }
}

/// A file of the day: its end is known, its rows are read when they are needed.
struct Source<'a> {
    file: &'a DataFile,
    path: PathBuf,
    metadata: ArrowReaderMetadata,
}

impl<'a> Source<'a> {
    fn open(table: &Table, path: PathBuf, file: &'a DataFile) -> Result<Self, Error> {
        let opened = File::open(&path).map_err(Error::io("read", &path))?;
        let metadata = metadata(&opened).map_err(Error::parquet("read", table.name))?;
        Ok(Source { file, path, metadata })
    }

    /// Whether a row may have a text from `from` to `to` in a column.
    fn may_hold(&self, column: &str, from: &str, to: &str) -> bool {
        let Some(bounds) = self.file.bounds.get(column) else { return true };
        let below = matches!(&bounds.high, Some(Bound::Text(high)) if high.as_str() < from);
        let above = matches!(&bounds.low, Some(Bound::Text(low)) if low.as_str() > to);
        !below && !above
    }

    /// Rows, of these columns alone where some are named, with a text from the first to the last in a column where such
    /// are asked for. Text as numbered words.
    fn batches(
        &self,
        table: &Table,
        columns: Option<&[&str]>,
        texts: Option<(&str, &str, &str)>,
    ) -> Result<Vec<RecordBatch>, Error> {
        let failed = || Error::parquet("read", table.name);
        let opened = File::open(&self.path).map_err(Error::io("read", &self.path))?;
        let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(opened, self.metadata.clone());
        if let Some(columns) = columns {
            let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
            builder = builder.with_projection(mask);
        }
        if let Some((column, from, to)) = texts {
            let mask = ProjectionMask::columns(builder.parquet_schema(), [column]);
            let (from, to) = (from.to_owned(), to.to_owned());
            let within = ArrowPredicateFn::new(mask, move |batch: RecordBatch| {
                // A column that is not there is blank.
                let blank = || BooleanArray::from(vec![from.is_empty(); batch.num_rows()]);
                Ok(batch.columns().first().map_or_else(blank, |array| within(array, &from, &to)))
            });
            let predicate: Box<dyn ArrowPredicate> = Box::new(within);
            builder = builder.with_row_filter(RowFilter::new(vec![predicate]));
        }
        let unfit = |source| Error::BadRows { table: table.name.to_owned(), source };
        let rows = builder.with_batch_size(BATCH_ROWS).build().map_err(failed())?;
        rows.map(|batch| batch.map_err(unfit)).collect()
    }

    /// Counts the rows of each text of a column.
    fn count(&self, table: &Table, column: &str, counts: &mut BTreeMap<String, u64>) -> Result<(), Error> {
        for batch in self.batches(table, Some(&[column]), None)? {
            let words = batch.columns().first().and_then(|array| array.as_dictionary_opt::<Int32Type>());
            let Some(words) = words else { continue };
            let values = words.values().as_string_opt::<i32>();
            let mut of_values = vec![0_u64; words.values().len()];
            let mut blank = 0;
            for row in 0..words.len() {
                match words.key(row).and_then(|key| of_values.get_mut(key)) {
                    Some(count) => *count += 1,
                    None => blank += 1,
                }
            }
            for (value, count) in values.into_iter().flatten().zip(of_values).filter(|(_, count)| *count > 0)
            {
                add_count(counts, value.unwrap_or_default(), count);
            }
            add_count(counts, "", blank);
        }
        Ok(())
    }

    fn counters(&self, table: &'static Table) -> Result<CounterSums, Error> {
        let counters = table.columns.iter().chain(table.hidden).filter(|column| is_counter(column));
        let names: Vec<&'static str> = counters.map(|column| column.name).collect();
        let mut sums =
            CounterSums::from([(ROWS, self.metadata.metadata().file_metadata().num_rows().into())]);
        names.iter().for_each(|name| _ = sums.entry(name).or_default());
        for batch in self.batches(table, Some(&names), None)? {
            for name in &names {
                let column = batch.column_by_name(name).and_then(|c| c.as_primitive_opt::<Int64Type>());
                let sum: i128 = column.into_iter().flatten().flatten().map(i128::from).sum();
                *sums.entry(name).or_default() += sum;
            }
        }
        Ok(sums)
    }
}

fn add_count(counts: &mut BTreeMap<String, u64>, text: &str, count: u64) {
    if count == 0 {
        return;
    }
    match counts.get_mut(text) {
        Some(known) => *known += count,
        None => _ = counts.insert(text.to_owned(), count),
    }
}

/// Which rows of a column of words are from `from` to `to`; blank ones are null in some files.
fn within(array: &ArrayRef, from: &str, to: &str) -> BooleanArray {
    let fits = |text: &str| text >= from && text <= to;
    let blank = fits("");
    match array.as_dictionary_opt::<Int32Type>() {
        Some(words) => {
            let values = words.values().as_string_opt::<i32>();
            let of_values: Vec<bool> =
                values.into_iter().flatten().map(|text| fits(text.unwrap_or_default())).collect();
            let of_row = |row| words.key(row).and_then(|key| of_values.get(key)).copied().unwrap_or(blank);
            (0..words.len()).map(|row| Some(of_row(row))).collect()
        }
        None => BooleanArray::from(vec![true; array.len()]),
    }
}
