//! A day folded anew: its files taken apart into the rows that were folded and those that never were, and these
//! decorated and folded as if they had just been read.

use std::collections::HashSet;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, TimestampMicrosecondType};
use weir_reduce::{Interval, Names};
use weir_table::{CounterSums, Error, FileContent};

use crate::arrange::sort;
use crate::met;
use crate::parts::PartWriter;
use crate::redecorate::{File, Kind};
use crate::stored::Texts;
use crate::unfold::{COLUMNS, Row, rows_of};

/// Rows of a file that is written anew: a row group.
const PART_ROWS: usize = 120_000;

/// What is folded anew.
pub(crate) struct Refold<'a> {
    pub day: i32,
    pub files: &'a [File<'a>],
    /// Parts that are written at the same time, while rows for the next are read.
    pub threads: usize,
}

impl Refold<'_> {
    /// Writes the rows of the files anew and takes the files from their tables, when the batch is committed.
    ///
    /// Fails, and nothing is committed, unless every counter of `NTANetAnalytics` keeps its sum.
    pub fn run(&self, parts: PartWriter<'_>) -> Result<(), Error> {
        let (batch, runtime, now_micros) = (parts.batch, parts.runtime, parts.now_micros);
        let mut before = CounterSums::new();
        let (mut names, mut rows) = (Names::default(), Vec::new());
        std::thread::scope(|scope| {
            let mut writing = std::collections::VecDeque::new();
            for file in self.files {
                let content = runtime.block_on(batch.read(file.table, file.file))?;
                if file.kind == Kind::Flows {
                    content
                        .counters()?
                        .into_iter()
                        .for_each(|(name, sum)| *before.entry(name).or_default() += sum);
                }
                for read in content.batches(Some(&COLUMNS))? {
                    rows.extend(unfolded(&content, &read?, parts.run.interval, &mut names)?);
                    if rows.len() < PART_ROWS {
                        continue;
                    }
                    if writing.len() >= self.threads.max(1) {
                        writing.pop_front().map_or(Ok(()), joined)?;
                    }
                    let (full, names, parts) = (std::mem::take(&mut rows), names.clone(), &parts);
                    writing.push_back(scope.spawn(move || self.write(parts, full, &names)));
                }
                batch.remove(&content, now_micros);
            }
            writing.into_iter().try_for_each(joined)
        })?;
        if !rows.is_empty() {
            self.write(&parts, rows, &names)?;
        }
        let mut after = parts.finish().sums;
        // Folding makes fewer rows, or more.
        for sums in [&mut before, &mut after] {
            sums.remove(weir_table::ROWS);
        }
        if before != after {
            let table = "NTANetAnalytics".to_owned();
            let file = self.files.first().map(|file| file.file.path.clone()).unwrap_or_default();
            return Err(Error::NotConserved { table, file, before, after });
        }
        Ok(())
    }

    fn write(&self, parts: &PartWriter<'_>, rows: Vec<Row>, names: &Names) -> Result<(), Error> {
        // A file has less than twice the rows of a part at once: batches are smaller.
        let rows = sort(rows, |(flow, _)| flow);
        parts.write_counted(self.day, rows.into_iter(), names)
    }
}

fn joined(writing: std::thread::ScopedJoinHandle<'_, Result<(), Error>>) -> Result<(), Error> {
    writing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn unfolded(
    content: &FileContent,
    read: &arrow_array::RecordBatch,
    interval: Interval,
    names: &mut Names,
) -> Result<Vec<Row>, Error> {
    rows_of(read, interval, names).ok_or_else(|| Error::UnsupportedTable {
        table: content.table().name.to_owned(),
        feature: format!("rows without what every flow has, in {}", content.file().path),
    })
}

/// What stored rows of `NTAIpDetails` say, as [`met::Details::said`] tells it.
pub(crate) fn known_details(files: &[FileContent]) -> Result<HashSet<u64>, Error> {
    let mut said = HashSet::new();
    for file in files {
        for read in file.batches(None)? {
            let read = read?;
            let texts = met::TEXTS.map(|name| Texts::of(&read, name));
            let starts = read
                .column_by_name("FlowIntervalStartTime")
                .and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>());
            let ports = read.column_by_name("Port").and_then(|column| column.as_primitive_opt::<Int32Type>());
            for row in 0..read.num_rows() {
                let port = ports.filter(|ports| ports.is_valid(row)).map(|ports| ports.value(row));
                let start = starts.map_or(0, |starts| starts.value(row));
                said.insert(met::hash_of(start, texts.each_ref().map(|texts| texts.text(row)), port));
            }
        }
    }
    Ok(said)
}
