//! One blob: whether it is known, where to take up, and its records.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use weir_blob::Blob;
use weir_decode::{DecodedRecord, Decoder, Discarded, Limits, Reason, RecordSink, Tally};
use weir_reduce::{Interval, Reducer};
use weir_table::{BlobReading, BlobState, HeadHash, ReadingState};

use crate::collect::Collector;
use crate::identity::{Identity, identify};
use crate::known::Known;
use crate::pieces::Pieces;
use crate::take_up::{Start, take_up};
use crate::{BadRecords, Outcome};

/// What came of a blob.
pub(crate) struct Finished {
    pub outcome: Outcome,
    pub detail: String,
    /// What the ledger is to know; nothing when it knows enough.
    pub reading: Option<BlobReading>,
    pub waiting_bytes: u64,
    /// Days of the ledger with readings of it, where what was read of it is not in it any more.
    pub stale_on: Vec<i32>,
}

impl Finished {
    fn without_reading(outcome: Outcome, detail: impl Into<String>) -> Self {
        Finished { outcome, detail: detail.into(), reading: None, waiting_bytes: 0, stale_on: Vec::new() }
    }
}

/// Limits on a blob.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BlobLimits {
    pub bytes_max: u64,
    pub decode: Limits,
}

/// What the reading of every blob needs.
pub(crate) struct Reader<'a> {
    pub limits: BlobLimits,
    pub known: &'a Known<'a>,
    pub collector: &'a Collector<'a>,
    /// Stored bytes read so far.
    pub read_bytes: &'a Arc<AtomicU64>,
    /// Is told of what is not used.
    pub bad_records: Option<&'a BadRecords<'a>>,
}

/// Memory that a thread uses again from blob to blob: to give it back and ask for it again costs as much as to
/// reduce.
pub(crate) struct Bench {
    buffer: Vec<u8>,
    reducer: Reducer,
}

impl Bench {
    /// A place to work at rows of this interval.
    pub fn new(interval: Interval) -> Self {
        Bench { buffer: Vec::new(), reducer: Reducer::new(interval) }
    }
}

/// Reads what is new in a blob.
pub(crate) fn read(
    blob: &Blob,
    reader: &Reader<'_>,
    bench: &mut Bench,
) -> Result<Finished, weir_table::Error> {
    let Reader { known, read_bytes, .. } = reader;
    let name = blob.name.to_string();
    if let Some(hour) = blob.hour
        && known.blob(hour.day, &name)?.is_some_and(|state| is_unchanged(blob, &state))
    {
        return Ok(Finished::without_reading(Outcome::Unchanged, ""));
    }
    let mut pieces = match blob.open(read_bytes) {
        Ok(opened) => Pieces::new(opened, std::mem::take(&mut bench.buffer), reader.limits.bytes_max),
        Err(error) => return Ok(Finished::without_reading(Outcome::Failed, chain(&error))),
    };
    let finished = read_pieces((blob, &name), reader, &mut pieces, &mut bench.reducer);
    bench.buffer = pieces.into_buffer();
    finished
}

fn read_pieces(
    (blob, name): (&Blob, &str),
    reader: &Reader<'_>,
    pieces: &mut Pieces,
    reducer: &mut Reducer,
) -> Result<Finished, weir_table::Error> {
    let Reader { limits, known, collector, .. } = *reader;
    let identity = match identify(limits.decode.record_bytes_max, pieces) {
        Ok(identity) => identity,
        Err(error) => return Ok(Finished::without_reading(Outcome::Failed, error.to_string())),
    };
    let (own, own_days) = own_state((blob, name), &identity, known)?;
    if own.as_ref().is_some_and(|state| is_unchanged(blob, state)) {
        return Ok(Finished::without_reading(Outcome::Unchanged, ""));
    }
    // Without a head a blob is known by its name alone.
    let head_hash = HeadHash::of(&identity.head_hash);
    let _hold = head_hash.map(|head| known.hold(head.record));
    let head = head_hash.map_or(Ok(None), |head| known.head(identity.day, head))?;
    let known_blob = KnownBlob { blob, name, identity: &identity, known };
    let before = match take_up(own, head, head_hash, pieces) {
        Ok(Start::At(before)) => before,
        Ok(Start::EarlierState { of, own }) => return known_blob.copied(&of, own.as_deref(), 0),
        Ok(Start::Anew(outcome, detail)) => {
            return Ok(Finished { stale_on: own_days, ..Finished::without_reading(outcome, detail) });
        }
        Ok(Start::Nowhere(outcome, detail)) => return Ok(Finished::without_reading(outcome, detail)),
        Err(error) => return Ok(Finished::without_reading(Outcome::Failed, error.to_string())),
    };
    let start = before.as_ref().map_or((0, 0), |state| (state.to_byte, state.to_record));
    let mut sink = Told { reducer, blob: name, bad_records: reader.bad_records };
    let decoded = decode(start, limits, pieces, &mut sink, collector)?;
    let trouble = decoded.trouble.clone();
    if decoded.nothing_new() {
        return match (before, trouble) {
            (None, trouble) => Ok(decoded.no_flow_log(blob, trouble)),
            (Some(_), Some(trouble)) => Ok(Finished::without_reading(Outcome::Partial, trouble)),
            (Some(before), None) if before.blob != blob.name => {
                known_blob.copied(&before, Some(&before), decoded.waiting_bytes)
            }
            (Some(before), None) => known_blob.touched(&before, decoded.waiting_bytes),
        };
    }
    if before.is_none() && !decoded.is_of_a_flow_log(blob) {
        return Ok(decoded.no_flow_log(blob, trouble));
    }
    let partial = trouble.is_some();
    let state = if partial { ReadingState::Partial } else { ReadingState::Read };
    let reading = BlobReading {
        bytes: start.0..decoded.position,
        records: start.1..decoded.records,
        prefix_hash: decoded.hash.clone(),
        tally: decoded.tally.clone(),
        ..known_blob.reading(state, trouble.clone().unwrap_or_default())
    };
    known.note(&reading)?;
    Ok(Finished {
        outcome: if partial { Outcome::Partial } else { Outcome::Read },
        detail: trouble.unwrap_or_else(|| decoded.unused()),
        reading: Some(reading),
        waiting_bytes: decoded.waiting_bytes,
        stale_on: Vec::new(),
    })
}

fn is_unchanged(blob: &Blob, state: &BlobState) -> bool {
    state.state != ReadingState::Partial
        && state.size_bytes == blob.size_bytes
        && state.modified_micros == blob.modified_micros
}

/// How far the blob of this name was read, and on which days of the ledger that stands. Its day is that of its head, which
/// it may not have had yet, and which may be another by now.
fn own_state(
    (blob, name): (&Blob, &str),
    identity: &Identity,
    known: &Known<'_>,
) -> Result<(Option<Arc<BlobState>>, Vec<i32>), weir_table::Error> {
    let path_day = blob.hour.map(|hour| hour.day);
    let near: BTreeSet<i32> = [Some(identity.day), path_day, Some(0)].into_iter().flatten().collect();
    let (mut furthest, mut found_on) = (None, Vec::new());
    let mut look = |days: &mut dyn Iterator<Item = i32>| -> Result<bool, weir_table::Error> {
        for day in days {
            let Some(state) = known.blob(day, name)? else { continue };
            found_on.push(day);
            if furthest.as_ref().is_none_or(|known: &Arc<BlobState>| known.to_byte < state.to_byte) {
                furthest = Some(state);
            }
        }
        Ok(!found_on.is_empty())
    };
    if !look(&mut near.into_iter())? && path_day != Some(identity.day) {
        look(&mut known.other_days(name)?.into_iter())?;
    }
    Ok((furthest, found_on))
}

/// A blob of which something is known.
struct KnownBlob<'a> {
    blob: &'a Blob,
    name: &'a str,
    identity: &'a Identity,
    known: &'a Known<'a>,
}

impl KnownBlob<'_> {
    /// A reading that found nothing.
    fn reading(&self, state: ReadingState, detail: String) -> BlobReading {
        BlobReading {
            blob: self.name.to_owned(),
            state,
            detail,
            flow_log: self.identity.flow_log.clone(),
            mac_address: self.identity.mac_address.clone(),
            size_bytes: self.blob.size_bytes,
            modified_micros: self.blob.modified_micros,
            bytes: 0..0,
            records: 0..0,
            head_hash: self.identity.head_hash.clone(),
            prefix_hash: String::new(),
            tally: Tally::default(),
            day: self.identity.day,
        }
    }

    /// A reading that found nothing behind a place up to which the blob's bytes are known.
    fn reading_at(&self, place: &BlobState, state: ReadingState, detail: String) -> BlobReading {
        BlobReading {
            bytes: place.to_byte..place.to_byte,
            records: place.to_record..place.to_record,
            prefix_hash: place.prefix_hash.map_or_else(String::new, |hash| format!("{hash:032x}")),
            ..self.reading(state, detail)
        }
    }

    /// A blob whose records came from another one. Its own bytes are known up to `place`.
    fn copied(
        &self,
        original: &BlobState,
        place: Option<&BlobState>,
        waiting_bytes: u64,
    ) -> Result<Finished, weir_table::Error> {
        let name = original.blob.to_string();
        let detail = format!("of {name}");
        let reading = match place {
            Some(place) => self.reading_at(place, ReadingState::Copy, name),
            None => BlobReading {
                prefix_hash: Pieces::hash_of_nothing(),
                ..self.reading(ReadingState::Copy, name)
            },
        };
        self.known.note(&reading)?;
        let found = Finished::without_reading(Outcome::Copy, detail);
        Ok(Finished { reading: Some(reading), waiting_bytes, ..found })
    }

    /// A blob that was written again without a new record.
    fn touched(&self, own: &BlobState, waiting_bytes: u64) -> Result<Finished, weir_table::Error> {
        let state = match own.state {
            ReadingState::Copy => ReadingState::Copy,
            // What was replaced is nothing that is known.
            ReadingState::Read | ReadingState::Partial | ReadingState::Replaced => ReadingState::Read,
        };
        let reading = self.reading_at(own, state, String::new());
        self.known.note(&reading)?;
        let found = Finished::without_reading(Outcome::Unchanged, "");
        Ok(Finished { reading: Some(reading), waiting_bytes, ..found })
    }
}

/// What was behind the start.
struct Decoded {
    tally: Tally,
    records: u64,
    /// Bytes that are settled, and their hash.
    position: u64,
    hash: String,
    waiting_bytes: u64,
    /// Why the rest could not be read.
    trouble: Option<String>,
    /// Whether that is for want of bytes, not for what is in them.
    broke_off: bool,
}

impl Decoded {
    fn nothing_new(&self) -> bool {
        self.tally.records + self.tally.records_discarded() == 0
    }

    /// Whether what was read, used or not, belongs to a flow log: the path says so, or a record does.
    fn is_of_a_flow_log(&self, blob: &Blob) -> bool {
        let known = [Reason::UnknownVersion, Reason::BadRecordTime, Reason::BadLayout];
        blob.hour.is_some()
            || self.tally.records > 0
            || self.tally.tuples_discarded() > 0
            || known.iter().any(|reason| self.tally.discarded_records[reason.index()] > 0)
    }

    /// Records not used, by reason.
    fn discarded(&self) -> String {
        let counts = Reason::ALL.iter().zip(self.tally.discarded_records).filter(|(_, count)| *count > 0);
        let parts: Vec<_> = counts.map(|(reason, count)| format!("{count} {}", reason.name())).collect();
        parts.join(", ")
    }

    /// What is to be said of a blob none of whose records was used.
    fn unused(&self) -> String {
        match self.tally.records {
            0 => format!("no record could be used: {}", self.discarded()),
            _ => String::new(),
        }
    }

    /// A blob without a record of a flow log; one that by its path should have some could not be read.
    fn no_flow_log(&self, blob: &Blob, trouble: Option<String>) -> Finished {
        let failed = self.broke_off || trouble.is_some() && blob.hour.is_some();
        let outcome = if failed { Outcome::Failed } else { Outcome::NoFlowLog };
        let detail = match trouble {
            Some(trouble) => trouble,
            None if self.waiting_bytes > 0 => "its first record is not whole".to_owned(),
            None if self.nothing_new() => "it holds no record".to_owned(),
            None => format!("no record of a flow log: {}", self.discarded()),
        };
        Finished { waiting_bytes: self.waiting_bytes, ..Finished::without_reading(outcome, detail) }
    }
}

/// A reducer, and who is told of what it does not get.
struct Told<'a> {
    reducer: &'a mut Reducer,
    blob: &'a str,
    bad_records: Option<&'a BadRecords<'a>>,
}

impl RecordSink for Told<'_> {
    #[inline]
    fn record(&mut self, record: &DecodedRecord<'_>) {
        self.reducer.record(record);
    }

    fn discarded(&mut self, discarded: &Discarded<'_>) {
        if let Some(tell) = self.bad_records {
            tell(self.blob, discarded);
        }
    }
}

/// Decodes and reduces from the current place to the end.
fn decode(
    start: (u64, u64),
    limits: BlobLimits,
    pieces: &mut Pieces,
    sink: &mut Told<'_>,
    collector: &Collector<'_>,
) -> Result<Decoded, weir_table::Error> {
    let mut decoder = Decoder::resume(limits.decode, start.0, start.1);
    sink.reducer.restart();
    let failure = loop {
        let consumed = decoder.feed(pieces.data(), pieces.ended(), sink);
        pieces.consume(consumed);
        if decoder.position() == pieces.consumed() {
            pieces.mark();
        }
        if sink.reducer.len() > collector.blob_rows_max() {
            let (flows, names) = sink.reducer.drain();
            collector.add(flows, names)?;
        }
        if pieces.ended() {
            break None;
        }
        if let Err(error) = pieces.fill() {
            break Some(error.to_string());
        }
    };
    let (flows, names) = sink.reducer.drain();
    collector.add(flows, names)?;
    let broke_off = failure.is_some();
    let bad = decoder.bad_bytes();
    let trouble = failure.or_else(|| (bad > 0).then(|| format!("{bad} bytes at its end are no JSON")));
    Ok(Decoded {
        tally: decoder.tally().clone(),
        records: decoder.records(),
        position: decoder.position(),
        hash: pieces.hash_at(decoder.position()).unwrap_or_default(),
        waiting_bytes: decoder.waiting_bytes(),
        trouble,
        broke_off,
    })
}

/// An error with its causes, on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
