use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::runtime::Handle;
use weir_blob::{Blob, Found};
use weir_decode::{Discarded, Limits};
use weir_table::{BlobReading, Writer};

use crate::collect::Collector;
use crate::decorate::Knowledge;
use crate::each::on_each;
use crate::exchange::exchange;
use crate::known::Known;
use crate::met::Met;
use crate::other_days::OtherDays;
use crate::parts::{self, PartWriter};
use crate::read::{Bench, BlobLimits, Finished, Reader, chain, read};
use crate::summary::INCIDENTS_MAX;
use crate::{Incident, Outcome, Summary};

/// Why a run had to stop. Trouble with one blob does not stop a run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The data folder could not be used.
    #[error(transparent)]
    Table(#[from] weir_table::Error),
}

/// How a run goes about its work.
pub struct Options<'a> {
    /// Blobs read at the same time.
    pub threads: usize,
    /// Stored bytes of a round, which is committed together.
    pub round_bytes: u64,
    /// Rows of a file of `NTANetAnalytics`, which are held until there are so many, at least one. Each thread may hold as
    /// many again while it writes them, and four times as many of a single blob.
    pub part_rows: usize,
    /// Largest blob in bytes, decompressed.
    pub blob_bytes_max: u64,
    /// What the decoder puts up with.
    pub limits: Limits,
    /// The clock: microseconds since the Unix epoch.
    pub now_micros: &'a (dyn Fn() -> i64 + Sync),
    /// Program and version, for the ledger.
    pub written_by: &'a str,
    /// Runs what waits for the store.
    pub runtime: &'a Handle,
    /// Is told, by the name of its blob, of everything that is not used.
    pub bad_records: Option<&'a BadRecords<'a>>,
}

impl Options<'_> {
    /// [`Options::part_rows`] where nobody says otherwise.
    pub const PART_ROWS: usize = parts::PART_ROWS;

    /// [`Options::part_rows`] for a number of threads that may take so many bytes for rows together. What a run holds
    /// beside does not grow with rows: some 100 MB, and the inventory.
    pub fn part_rows_within(bytes: u64, threads: usize) -> usize {
        /// A row while it is collected, or decorated and written, with its share of the columns.
        const ROW_BYTES: u64 = 400;
        let shares = threads as u64 + 1;
        usize::try_from(bytes / ROW_BYTES / shares).unwrap_or(usize::MAX).max(100)
    }
}

/// Takes what is not used of a blob of some name; asked by several threads.
pub type BadRecords<'a> = dyn Fn(&str, &Discarded<'_>) + Sync + 'a;

/// How far a run has come; others may look at any time.
#[derive(Debug, Default)]
pub struct Progress {
    /// Stored bytes that are done with, those of blobs that needed no reading included.
    pub bytes: Arc<AtomicU64>,
    /// Blobs that are done with.
    pub blobs: AtomicU64,
    /// Tuples reduced.
    pub tuples: AtomicU64,
}

/// Reads what is new in some blobs and commits it.
pub fn ingest(
    writer: &mut Writer,
    found: &Found,
    options: &Options<'_>,
    progress: &Progress,
) -> Result<Summary, Error> {
    let mut summary = Summary::default();
    let knowledge = Knowledge::of(writer.workspace(), options.runtime)?;
    summary.snapshots = knowledge.inventories.history().snapshots().len();
    summary.feeds = knowledge.feeds.files();
    for problem in &found.problems {
        summary.note(&problem.name, Outcome::Failed, chain(&problem.error));
    }
    let work = Work { knowledge: &knowledge, options, progress, other_days: &OtherDays::default() };
    // Files without an hour stand in the order of their names.
    let in_order = found.blobs.iter().all(|blob| blob.hour.is_some());
    let (met, mut later) = (Met::new(in_order), Vec::new());
    for round in rounds(&found.blobs, options.round_bytes) {
        later.extend(ingest_round(writer, round, &met, &work, &mut summary)?);
    }
    let (overlapping, stale) = later.into_iter().partition(|(_, done)| done.outcome == Outcome::Overlap);
    let overlapping: Vec<Done<'_>> = overlapping;
    if exchange(writer, stale, &work, &mut summary)? && !overlapping.is_empty() {
        // What lay in their way may be gone. Addresses that were met before may be, too.
        let blobs: Vec<Blob> = overlapping.into_iter().map(|(blob, _)| blob.clone()).collect();
        for (blob, done) in ingest_round(writer, &blobs, &Met::default(), &work, &mut summary)? {
            summary.note(&blob.name, done.outcome, done.detail);
        }
    } else {
        overlapping.into_iter().for_each(|(blob, done)| summary.note(&blob.name, done.outcome, done.detail));
    }
    Ok(summary)
}

/// What every round of a run needs.
pub(crate) struct Work<'a> {
    pub knowledge: &'a Knowledge,
    pub options: &'a Options<'a>,
    pub progress: &'a Progress,
    pub other_days: &'a OtherDays,
}

/// Cuts the blobs into rounds of about `bytes` each.
fn rounds(blobs: &[Blob], bytes: u64) -> Vec<&[Blob]> {
    let mut rounds = Vec::new();
    let mut rest = blobs;
    while !rest.is_empty() {
        let mut sum = 0;
        let fits = rest.iter().take_while(|blob| {
            sum += blob.size_bytes;
            sum <= bytes
        });
        let (round, behind) = rest.split_at(fits.count().max(1));
        rounds.push(round);
        rest = behind;
    }
    rounds
}

/// Reads some blobs and commits what they had. Returns those that are to be looked at once all others were read: what was
/// read of them is not in them any more, or another is in their way.
fn ingest_round<'b>(
    writer: &mut Writer,
    blobs: &'b [Blob],
    met: &Met,
    work: &Work<'_>,
    summary: &mut Summary,
) -> Result<Vec<Done<'b>>, Error> {
    let Work { knowledge, options, progress, other_days } = *work;
    let started = (options.now_micros)();
    let batch = writer.begin(started);
    let workspace = writer.workspace().clone();
    let ledger = options.runtime.block_on(workspace.files(table("WeirBlobs")?))?;
    let known = Known::new(writer, &ledger, options.runtime, other_days);
    let parts =
        PartWriter::new((&batch, options.runtime), workspace.settings(), (knowledge, Some(met)), started);
    let run = parts.run;
    let collector = Collector::new(parts, options.part_rows);
    let limits = BlobLimits { bytes_max: options.blob_bytes_max, decode: options.limits };
    let reader = Reader {
        limits,
        known: &known,
        collector: &collector,
        read_bytes: &progress.bytes,
        bad_records: options.bad_records,
    };
    let blobs: Vec<&Blob> = blobs.iter().collect();
    let finished = read_all(&blobs, options.threads, progress, &reader)?;
    let written = collector.finish()?;
    met.rest().write(&batch, options.runtime, &run, started)?;
    let readings: Vec<BlobReading> = finished.iter().filter_map(|(_, f)| f.reading.clone()).collect();
    let now = (options.now_micros)();
    let committed = options.runtime.block_on(writer.commit(batch, &readings, now, options.written_by))?;
    summary.add_batch(&committed, &written);
    let (later, done) = finished.into_iter().partition(|(_, done): &Done<'_>| {
        matches!(done.outcome, Outcome::Overlap | Outcome::Replaced | Outcome::Shortened)
    });
    let done: Vec<Done<'b>> = done;
    for (blob, finished) in done {
        summary.add_reading(&finished);
        summary.note(&blob.name, finished.outcome, finished.detail);
    }
    Ok(later)
}

/// What one blob came to, with the blob.
pub(crate) type Done<'b> = (&'b Blob, Finished);

/// Reads blobs, several at a time, in their order; what came of them is in their order, too.
pub(crate) fn read_all<'b>(
    blobs: &[&'b Blob],
    threads: usize,
    progress: &Progress,
    reader: &Reader<'_>,
) -> Result<Vec<Done<'b>>, weir_table::Error> {
    let bench = || Bench::new(reader.collector.interval());
    on_each(blobs, threads, bench, |blob, bench| {
        let blob: &'b Blob = blob;
        let finished = read(blob, reader, bench)?;
        let tuples = finished.reading.as_ref().map_or(0, |reading| reading.tally.tuples());
        progress.tuples.fetch_add(tuples, Ordering::Relaxed);
        progress.blobs.fetch_add(1, Ordering::Relaxed);
        if finished.outcome == Outcome::Unchanged {
            progress.bytes.fetch_add(blob.size_bytes, Ordering::Relaxed);
        }
        Ok((blob, finished))
    })
}

pub(crate) fn table(name: &str) -> Result<&'static weir_schema::Table, weir_table::Error> {
    weir_schema::table(name).ok_or_else(|| weir_table::Error::UnsupportedTable {
        table: name.to_owned(),
        feature: "its name".to_owned(),
    })
}

impl Summary {
    /// Adds what was read of a blob.
    pub(crate) fn add_reading(&mut self, finished: &Finished) {
        self.waiting_bytes += finished.waiting_bytes;
        if let Some(reading) = &finished.reading {
            self.bytes_read += reading.bytes.end - reading.bytes.start;
            self.tally.merge(&reading.tally);
        }
    }

    pub(crate) fn note(&mut self, blob: &dyn std::fmt::Display, outcome: Outcome, detail: String) {
        self.blobs.add(outcome);
        if !detail.is_empty() && self.incidents.len() < INCIDENTS_MAX {
            self.incidents.push(Incident { blob: blob.to_string(), outcome, detail });
        }
    }
}
