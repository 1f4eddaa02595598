//! From rows to their tuples: which blobs, read again.

use std::collections::HashMap;
use std::ops::Range;

use tokio::runtime::Handle;
use weir_answer::Answer;
use weir_blob::Blob;
use weir_decode::Limits;
use weir_ingest::{Inventories, Lost, reread};
use weir_table::{StoredReading, TableFiles, Workspace};

use crate::places::Places;
use crate::tuples::Collector;
use crate::wanted::Wanted;

/// Why tuples could not be looked for. Trouble with one blob keeps nobody from the others.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The data folder could not be used.
    #[error(transparent)]
    Table(#[from] weir_table::Error),
    /// The tuples do not fit their columns.
    #[error("cannot put the tuples into columns")]
    Columns(#[from] arrow_schema::ArrowError),
    /// The work was stopped.
    #[error("the search for tuples was stopped")]
    Stopped,
}

/// How tuples are looked for.
pub struct Options<'a> {
    /// Times of tuples, `[from, to)` in milliseconds since the Unix epoch.
    pub times: Range<i64>,
    /// The most tuples.
    pub tuples_max: usize,
    /// The most bytes that are read again, unpacked; what is beyond is missing.
    pub bytes_max: u64,
    /// What the decoder puts up with.
    pub limits: Limits,
    /// Is asked now and then whether to stop.
    pub stop: &'a (dyn Fn() -> bool + Sync),
    /// Runs what waits for the store.
    pub runtime: &'a Handle,
}

/// The tuples of rows.
#[derive(Debug)]
pub struct Found {
    /// A row for each tuple.
    pub answer: Answer,
    /// What could not be read again.
    pub missing: Vec<Missing>,
    /// Whether there are more tuples than were asked for.
    pub cut: bool,
    /// Blobs that were read.
    pub blobs: usize,
    /// Bytes of them that were decoded, unpacked.
    pub bytes: u64,
}

/// What could not be read again of a blob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The blob, as the ledger has it.
    pub blob: String,
    /// Why.
    pub why: Lost,
    /// Its records, `[from, to)`; those among them that belong to the rows are not known.
    pub records: Range<u64>,
    /// Tuples that were in them.
    pub tuples: u64,
}

/// Finds the tuples of rows. Not to be called by a task of the runtime.
pub fn find(
    workspace: &Workspace,
    wanted: &Wanted,
    mut places: Places,
    options: &Options<'_>,
) -> Result<Found, Error> {
    let runtime = options.runtime;
    let inventories = Inventories::of(workspace, runtime)?;
    let files = runtime.block_on(workspace.files(ledger_table()?))?;
    let blobs = blobs(runtime.block_on(workspace.readings(&files, &wanted.times()))?, wanted);
    let mut collector =
        Collector::new(wanted, &inventories, options.times.clone(), options.tuples_max, options.stop);
    let mut missing = Vec::new();
    let (mut bytes, mut read) = (0_u64, 0);
    for (name, readings) in blobs {
        if collector.is_cut() {
            break;
        }
        let size: u64 = readings.iter().map(|reading| reading.bytes.end - reading.bytes.start).sum();
        let lost = if bytes.saturating_add(size) > options.bytes_max {
            let lost = Lost::Unreadable(format!(
                "reading more than {} bytes again is not allowed",
                options.bytes_max
            ));
            readings.into_iter().map(|reading| (reading, lost.clone())).collect()
        } else {
            read += 1;
            bytes += size;
            one_blob(&name, readings, &mut places, workspace, &files, options, &mut collector)?
        };
        missing.extend(lost.into_iter().map(|(reading, why)| Missing {
            blob: name.clone(),
            why,
            records: reading.records,
            tuples: reading.tuples,
        }));
        if let Some(error) = collector.failure() {
            return Err(error.into());
        }
        if (options.stop)() {
            return Err(Error::Stopped);
        }
    }
    let cut = collector.is_cut();
    Ok(Found { answer: collector.into_answer()?, missing, cut, blobs: read, bytes })
}

/// The readings that may have tuples of the rows, by blob, in the order of their times.
fn blobs(readings: Vec<StoredReading>, wanted: &Wanted) -> Vec<(String, Vec<StoredReading>)> {
    let mut blobs: Vec<(String, Vec<StoredReading>)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for reading in readings {
        let Some((first, last)) = reading.record_times else { continue };
        // A blob of a storage account has the records of one interface; other files may have any.
        let of_one_source = weir_blob::BlobHour::from_path(&reading.blob).is_some();
        let fits = !of_one_source || wanted.may_be_of_source(&reading.flow_log, &reading.mac_address);
        if !fits || !wanted.may_be_of(first, last) || reading.tuples == 0 {
            continue;
        }
        let place = *places.entry(reading.blob.clone()).or_insert_with(|| {
            blobs.push((reading.blob.clone(), Vec::new()));
            blobs.len() - 1
        });
        blobs[place].1.push(reading);
    }
    blobs.iter_mut().for_each(|(_, readings)| readings.sort_by_key(|reading| reading.bytes.start));
    let first = |(_, readings): &(String, Vec<StoredReading>)| {
        readings.iter().filter_map(|reading| reading.record_times).min()
    };
    blobs.sort_by(|a, b| first(a).cmp(&first(b)).then_with(|| a.0.cmp(&b.0)));
    blobs
}

/// Reads a blob, or what there is of its copies; what was lost of it is told.
fn one_blob(
    name: &str,
    readings: Vec<StoredReading>,
    places: &mut Places,
    workspace: &Workspace,
    files: &TableFiles,
    options: &Options<'_>,
    collector: &mut Collector<'_>,
) -> Result<Vec<(StoredReading, Lost)>, Error> {
    let (day, hash) = readings.first().map_or((0, ""), |first| (first.day, first.head_hash.as_str()));
    let hash = hash.to_owned();
    match places.named(name) {
        Ok(blob) => reread(&blob, &readings, options.limits, collector),
        Err(lost) => collector.lose(&readings, &lost),
    }
    if collector.lost_nothing() || hash.is_empty() || (options.stop)() {
        return Ok(collector.end_blob(name));
    }
    // Copies have the same bytes, which their hash tells.
    let mut copies: Vec<Blob> = places.with_head(&hash, options.limits);
    let same = |reading: &StoredReading| reading.head_hash == hash && reading.blob != name;
    let known = options.runtime.block_on(workspace.readings_of_days(files, &[day], same))?;
    let mut names: Vec<String> = known.into_iter().map(|reading| reading.blob).collect();
    names.sort();
    names.dedup();
    copies.extend(names.iter().filter_map(|name| places.named(name).ok()));
    for copy in copies {
        let before = collector.retry();
        let readings: Vec<StoredReading> = before.iter().map(|(reading, _)| reading.clone()).collect();
        reread(&copy, &readings, options.limits, collector);
        // What is told is what became of the blob itself.
        collector.tell_first(&before);
        if collector.lost_nothing() {
            break;
        }
    }
    Ok(collector.end_blob(name))
}

fn ledger_table() -> Result<&'static weir_schema::Table, weir_table::Error> {
    weir_schema::table("WeirBlobs").ok_or_else(|| weir_table::Error::UnsupportedTable {
        table: "WeirBlobs".to_owned(),
        feature: "its name".to_owned(),
    })
}
