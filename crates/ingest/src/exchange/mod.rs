//! Blobs that are not what they were: their rows leave, and those of what they hold now come, in one batch of the ledger.
//!
//! What such a blob held is gone, and its tuples were added up with those of others. So all rows of its interface and its
//! intervals leave, and what other blobs have in them is read again. Packets and bytes must add up: what left is what the
//! ledger says of the blob and what was read again of others. Where they do not, or another blob is not what it was either,
//! nothing is changed and the rows stay.

mod rebuild;
mod replaced;
mod scope;
mod take_out;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use weir_blob::Blob;
use weir_table::{BlobReading, StoredReading, TableFiles, Writer};

use self::rebuild::rebuild;
use self::replaced::Replaced;
use self::scope::{Scope, mac_of};
use self::take_out::TakeOut;
use crate::collect::Collector;
use crate::known::Known;
use crate::met::Met;
use crate::parts::{PartWriter, Written};
use crate::read::{BlobLimits, Finished, Reader, chain};
use crate::run::{Done, Work, read_all, table};
use crate::{Error, Exchanged, Outcome, Progress, Summary};

/// Exchanges the rows of blobs, as many together as share a day. Says whether any were.
pub(crate) fn exchange(
    writer: &mut Writer,
    stale: Vec<Done<'_>>,
    work: &Work<'_>,
    summary: &mut Summary,
) -> Result<bool, Error> {
    if stale.is_empty() {
        return Ok(false);
    }
    let mut any = false;
    for together in of_one_day(writer, &stale, work)? {
        let blobs: Vec<usize> = together.iter().flat_map(|(_, blobs)| blobs).copied().collect();
        let mut tried = one_batch(writer, &stale, &blobs, work, summary)?;
        // One that cannot be exchanged is not to keep those of other interfaces from it.
        if tried.is_err() && together.len() > 1 {
            for (_, blobs) in together {
                tried = one_batch(writer, &stale, &blobs, work, summary)?;
                any |= tried.is_ok();
                summary.note_kept(&stale, &blobs, tried);
            }
        } else {
            any |= tried.is_ok();
            summary.note_kept(&stale, &blobs, tried);
        }
    }
    Ok(any)
}

/// Blobs of a day, by the interface of their rows; blank where they may have several.
type Together = BTreeMap<String, Vec<usize>>;

/// Puts those together whose rows have a day in common: its files are written again once.
fn of_one_day(writer: &Writer, stale: &[Done<'_>], work: &Work<'_>) -> Result<Vec<Together>, Error> {
    let runtime = work.options.runtime;
    let workspace = writer.workspace();
    let ledger = runtime.block_on(workspace.files(table("WeirBlobs")?))?;
    let numbers: HashMap<String, usize> =
        stale.iter().enumerate().map(|(number, (blob, _))| (blob.name.to_string(), number)).collect();
    let mut days: Vec<i32> = stale.iter().flat_map(|(_, done)| &done.stale_on).copied().collect();
    days.sort_unstable();
    days.dedup();
    let of_them = |reading: &StoredReading| numbers.contains_key(reading.blob.as_str());
    let readings = runtime.block_on(workspace.readings_of_days(&ledger, &days, of_them))?;
    // From the first day of a blob's rows to their last, and their interface.
    let mut spans: Vec<(i32, i32, Option<String>)> = vec![(i32::MAX, i32::MIN, None); stale.len()];
    for reading in readings {
        let Some(number) = numbers.get(reading.blob.as_str()) else { continue };
        let Some((first, last, mac)) = spans.get_mut(*number) else { continue };
        let times = reading.record_times.filter(|_| reading.tuples > 0);
        if let Some((from, to)) = times {
            *first = weir_table::rows::day_of(from).min(*first);
            *last = weir_table::rows::day_of(to).max(*last);
            let one = mac_of(&reading).unwrap_or_default();
            let same = mac.as_ref().is_none_or(|mac| mac == one);
            *mac = Some(if same { one.to_owned() } else { String::new() });
        }
    }
    let mut order: Vec<usize> = (0..stale.len()).collect();
    order.sort_by_key(|number| spans[*number].0);
    let mut all: Vec<(i32, Together)> = Vec::new();
    for number in order {
        let (first, last, mac) = std::mem::take(&mut spans[number]);
        let mac = mac.unwrap_or_default();
        match all.last_mut() {
            Some((end, together)) if first <= *end => {
                *end = last.max(*end);
                together.entry(mac).or_default().push(number);
            }
            _ => all.push((last, [(mac, vec![number])].into())),
        }
    }
    // Those of any interface may share rows with all others.
    let mixed = |mut together: Together| match together.contains_key("") {
        true => [(String::new(), std::mem::take(&mut together).into_values().flatten().collect())].into(),
        false => together,
    };
    Ok(all.into_iter().map(|(_, together)| mixed(together)).collect())
}

/// What became of an exchange.
enum Tried {
    Done,
    /// Nothing was changed, for this reason.
    Refused(String),
    /// Nothing was changed: the rows are not those of the blobs that were thought to have made them.
    OtherRows,
}

/// Exchanges the rows of some blobs, or says why they stay.
fn one_batch(
    writer: &mut Writer,
    stale: &[Done<'_>],
    blobs: &[usize],
    work: &Work<'_>,
    summary: &mut Summary,
) -> Result<Result<(), String>, Error> {
    let runtime = work.options.runtime;
    let stale: Stale<'_> = blobs
        .iter()
        .filter_map(|number| stale.get(*number))
        .map(|(blob, done)| (blob.name.to_string(), (*blob, done)))
        .collect();
    let workspace = writer.workspace().clone();
    let ledger = runtime.block_on(workspace.files(table("WeirBlobs")?))?;
    let replaced = runtime.block_on(Replaced::of(&stale, &workspace, &ledger))?;
    for wide in [false, true] {
        let scope = Scope::of(&replaced.readings, workspace.settings().interval(), wide);
        let narrow = scope.is_narrow();
        let change = Change { stale: &stale, replaced: &replaced, ledger: &ledger, scope: &scope, work };
        match change.make(writer, summary)? {
            Tried::Done => return Ok(Ok(())),
            Tried::Refused(why) => return Ok(Err(why)),
            // A blob had records of other interfaces than its path says: all are looked at.
            Tried::OtherRows if narrow => {}
            Tried::OtherRows => break,
        }
    }
    Ok(Err("the rows of its time are not those of the blobs that the ledger names".to_owned()))
}

/// Blobs that are not what they were, by name.
type Stale<'a> = BTreeMap<String, (&'a Blob, &'a Finished)>;

/// An exchange.
struct Change<'a> {
    stale: &'a Stale<'a>,
    replaced: &'a Replaced,
    ledger: &'a TableFiles,
    scope: &'a Scope,
    work: &'a Work<'a>,
}

impl Change<'_> {
    fn make(&self, writer: &mut Writer, summary: &mut Summary) -> Result<Tried, Error> {
        let Change { replaced, ledger, scope, work, .. } = *self;
        let Work { options, knowledge, .. } = *work;
        let (runtime, threads) = (options.runtime, options.threads);
        let blobs = match self.to_be_read() {
            Ok(blobs) => blobs,
            Err(why) => return Ok(Tried::Refused(why)),
        };
        let workspace = writer.workspace().clone();
        let now = (options.now_micros)();
        let batch = writer.begin(now);
        // Rows that were met in this run may be among those that leave.
        let met = Met::default();
        let parts = PartWriter::new((&batch, runtime), workspace.settings(), (knowledge, Some(&met)), now);
        let run = parts.run;
        let collector = Collector::new(parts, options.part_rows);
        let others = self.others(&workspace)?;
        let kept = match rebuild(others, scope, &collector, options.limits, threads)? {
            Ok(kept) => kept,
            Err(why) => return Ok(Tried::Refused(why)),
        };
        let done = self.read(writer, &blobs, &collector)?;
        if let Some((blob, done)) = done.iter().find(|(_, done)| !is_whole(done)) {
            let name = blob.name.to_string();
            let name = if self.stale.contains_key(&name) { "it" } else { &name };
            return Ok(Tried::Refused(format!("{name} cannot be read: {}", done.detail)));
        }
        let written = collector.finish()?;
        met.rest().write(&batch, runtime, &run, now)?;
        let mut left = take_out::Left::default();
        if !scope.is_empty() {
            let take_out = TakeOut::new(&workspace, (&batch, runtime), scope, now, threads)?;
            left = take_out.rows()?;
            let known = replaced.traffic();
            if (0..known.len()).any(|part| left.traffic[part] != kept[part] + known[part]) {
                return Ok(Tried::OtherRows);
            }
            take_out.details(&mut left)?;
        }
        runtime.block_on(batch.mark_replaced(ledger, &replaced.days, &replaced.blobs, now))?;
        let readings: Vec<BlobReading> = done.iter().filter_map(|(_, done)| done.reading.clone()).collect();
        let now = (options.now_micros)();
        let committed = runtime.block_on(writer.commit(batch, &readings, now, options.written_by))?;
        summary.add_batch(&committed, &written);
        summary.exchanged.add(Exchanged { rows_left: left.rows, rows_came: committed.rows });
        for (blob, done) in done {
            summary.add_reading(&done);
            self.note(blob, done, summary);
        }
        Ok(Tried::Done)
    }

    /// All blobs whose readings are replaced, as far as they are there.
    fn to_be_read(&self) -> Result<Vec<Blob>, String> {
        let mut blobs: Vec<Blob> = self.stale.values().map(|(blob, _)| (*blob).clone()).collect();
        for name in &self.replaced.blobs {
            if self.stale.contains_key(name.as_str()) {
                continue;
            }
            let begins = "begins with the same record as it did and is to be read again";
            match weir_blob::find_named(name) {
                Ok(Some(blob)) => blobs.push(blob),
                // A copy that is gone was nothing but a copy.
                Ok(None) if !self.replaced.has_rows_of(name) => {}
                Ok(None) => return Err(format!("{name} {begins}, and it is gone")),
                Err(error) => return Err(format!("{name} {begins}, and {}", chain(&error))),
            }
        }
        // As they are found.
        blobs.sort_by(|a, b| (a.hour.is_none(), a.hour, &a.name).cmp(&(b.hour.is_none(), b.hour, &b.name)));
        Ok(blobs)
    }

    /// Readings of other blobs that may have rows of the scope.
    fn others(&self, workspace: &weir_table::Workspace) -> Result<Vec<StoredReading>, Error> {
        let runtime = self.work.options.runtime;
        let other = |reading: &StoredReading| {
            !self.replaced.blobs.contains(&reading.blob) && self.scope.may_have(reading)
        };
        Ok(runtime.block_on(workspace.readings_that(self.ledger, &self.scope.times(), other))?)
    }

    /// Reads blobs as if the ledger knew nothing of them.
    fn read<'b>(
        &self,
        writer: &Writer,
        blobs: &'b [Blob],
        collector: &Collector<'_>,
    ) -> Result<Vec<Done<'b>>, Error> {
        let Work { options, other_days, .. } = *self.work;
        let known = Known::new(writer, self.ledger, options.runtime, other_days);
        let reader = Reader {
            limits: BlobLimits { bytes_max: options.blob_bytes_max, decode: options.limits },
            known: &known.without(self.replaced.blobs.clone()),
            collector,
            // They were counted when they were looked at first.
            read_bytes: &Arc::new(AtomicU64::new(0)),
            bad_records: options.bad_records,
        };
        let blobs: Vec<&Blob> = blobs.iter().collect();
        Ok(read_all(&blobs, options.threads, &Progress::default(), &reader)?)
    }

    /// Notes what became of a blob, those aside that were not named.
    fn note(&self, blob: &Blob, done: Finished, summary: &mut Summary) {
        let Some((_, before)) = self.stale.get(&blob.name.to_string()) else { return };
        match done.outcome {
            Outcome::Partial | Outcome::Overlap => {
                summary.note(&blob.name, done.outcome, format!("{}; {}", before.detail, done.detail));
            }
            _ => summary.note(&blob.name, before.outcome, before.detail.clone()),
        }
    }
}

/// Whether a blob could be read, so that the rows it had before may leave.
fn is_whole(done: &Finished) -> bool {
    match done.outcome {
        Outcome::Read | Outcome::Partial | Outcome::Copy | Outcome::Overlap | Outcome::Unchanged => true,
        Outcome::Replaced
        | Outcome::Shortened
        | Outcome::NotExchanged
        | Outcome::NoFlowLog
        | Outcome::Failed => false,
    }
}

impl Summary {
    /// Notes blobs whose rows were not exchanged, if so.
    fn note_kept(&mut self, stale: &[Done<'_>], blobs: &[usize], tried: Result<(), String>) {
        let Err(why) = tried else { return };
        for (blob, done) in blobs.iter().filter_map(|number| stale.get(*number)) {
            let detail = format!("{}; its rows stay as they were: {why}", done.detail);
            self.note(&blob.name, Outcome::NotExchanged, detail);
        }
    }

    pub(crate) fn add_batch(&mut self, committed: &weir_table::BatchSummary, written: &Written) {
        self.rows += committed.rows;
        self.decoration.merge(&written.decoration);
        self.folding.merge(&written.folding);
        self.parquet_bytes += committed.parquet_bytes;
        self.batches += u64::from(committed.batch > 0);
    }
}

impl Exchanged {
    fn add(&mut self, other: Exchanged) {
        self.rows_left += other.rows_left;
        self.rows_came += other.rows_came;
    }
}
