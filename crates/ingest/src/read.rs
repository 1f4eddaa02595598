//! One blob: whether it is known, where to take up, and its records.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use weir_blob::Blob;
use weir_decode::{Decoder, Limits, Tally, head};
use weir_enrich::spelling;
use weir_reduce::{Reducer, SourceNames};
use weir_table::rows::day_of;
use weir_table::{BlobReading, BlobState, ReadingState};
use xxhash_rust::xxh3::xxh3_128;

use crate::Outcome;
use crate::collect::Collector;
use crate::known::Known;
use crate::pieces::Pieces;

/// Rows of one blob that are held before they are passed on.
const BLOB_ROWS_MAX: usize = 500_000;

/// What came of a blob.
pub(crate) struct Finished {
    pub outcome: Outcome,
    pub detail: String,
    /// What the ledger is to know; nothing when it knows enough.
    pub reading: Option<BlobReading>,
    pub waiting_bytes: u64,
}

impl Finished {
    fn without_reading(outcome: Outcome, detail: impl Into<String>) -> Self {
        Finished { outcome, detail: detail.into(), reading: None, waiting_bytes: 0 }
    }
}

/// Limits on a blob.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BlobLimits {
    pub bytes_max: u64,
    pub decode: Limits,
}

/// What is known of a blob before its records are read.
struct Identity {
    day: i32,
    head_hash: String,
    flow_log: String,
    mac_address: String,
}

/// What the reading of every blob needs.
pub(crate) struct Reader<'a> {
    pub limits: BlobLimits,
    pub known: &'a Known<'a>,
    pub collector: &'a Collector<'a>,
    /// Stored bytes read so far.
    pub read_bytes: &'a Arc<AtomicU64>,
}

/// Reads what is new in a blob. `buffer` is used again for the next one.
pub(crate) fn read(
    blob: &Blob,
    reader: &Reader<'_>,
    buffer: &mut Vec<u8>,
) -> Result<Finished, weir_table::Error> {
    let Reader { known, read_bytes, .. } = reader;
    if let Some(hour) = blob.hour
        && known.blob(hour.day, &blob.name)?.is_some_and(|state| is_unchanged(blob, &state))
    {
        return Ok(Finished::without_reading(Outcome::Unchanged, ""));
    }
    let mut pieces = match blob.open(read_bytes) {
        Ok(opened) => Pieces::new(opened, std::mem::take(buffer), reader.limits.bytes_max),
        Err(error) => return Ok(Finished::without_reading(Outcome::Failed, chain(&error))),
    };
    let finished = read_pieces(blob, reader, &mut pieces);
    *buffer = pieces.into_buffer();
    finished
}

fn read_pieces(blob: &Blob, reader: &Reader<'_>, pieces: &mut Pieces) -> Result<Finished, weir_table::Error> {
    let Reader { limits, known, collector, .. } = *reader;
    let identity = match identify(blob, limits, pieces) {
        Ok(identity) => identity,
        Err(error) => return Ok(Finished::without_reading(Outcome::Failed, error.to_string())),
    };
    let own = known.blob(identity.day, &blob.name)?;
    if own.as_ref().is_some_and(|state| is_unchanged(blob, state)) {
        return Ok(Finished::without_reading(Outcome::Unchanged, ""));
    }
    if let Some(own) = &own
        && own.head_hash.as_ref() != identity.head_hash
    {
        return Ok(Finished::without_reading(Outcome::Replaced, "it begins with another record than before"));
    }
    // Without a whole first record a blob is known by its name alone.
    let headless = identity.head_hash.is_empty();
    let _hold = (!headless).then(|| known.hold(&identity.head_hash));
    let furthest = if headless { own.clone() } else { known.head(identity.day, &identity.head_hash)? };
    let mut start = (0, 0);
    if let Some(furthest) = &furthest {
        match take_up(blob, furthest, own.is_some(), pieces) {
            Ok(None) => start = (furthest.to_byte, furthest.to_record),
            Ok(Some(finished)) if finished.outcome == Outcome::Copy => {
                return copied(blob, &identity, furthest, known);
            }
            Ok(Some(finished)) => return Ok(finished),
            Err(error) => return Ok(Finished::without_reading(Outcome::Failed, error.to_string())),
        }
    }
    let decoded = decode(start, limits, pieces, collector)?;
    let of_another = furthest.as_ref().filter(|state| state.blob.as_ref() != blob.name);
    if let (Some(furthest), true) = (of_another, decoded.nothing_new()) {
        return copied(blob, &identity, furthest, known);
    }
    if decoded.no_flow_log() {
        let detail = decoded.failure.unwrap_or_default();
        let outcome = if detail.is_empty() { Outcome::NoFlowLog } else { Outcome::Failed };
        return Ok(Finished::without_reading(outcome, detail));
    }
    let partial = decoded.failure.is_some();
    let reading = BlobReading {
        blob: blob.name.clone(),
        state: if partial { ReadingState::Partial } else { ReadingState::Read },
        detail: decoded.failure.clone().unwrap_or_default(),
        flow_log: identity.flow_log,
        mac_address: identity.mac_address,
        size_bytes: blob.size_bytes,
        modified_micros: blob.modified_micros,
        bytes: start.0..pieces.consumed(),
        records: start.1..decoded.records,
        head_hash: identity.head_hash,
        prefix_hash: pieces.hash(),
        tally: decoded.tally,
        day: identity.day,
    };
    known.note(&reading)?;
    Ok(Finished {
        outcome: if partial { Outcome::Partial } else { Outcome::Read },
        detail: decoded.failure.unwrap_or_default(),
        reading: Some(reading),
        waiting_bytes: decoded.waiting_bytes,
    })
}

fn is_unchanged(blob: &Blob, state: &BlobState) -> bool {
    state.state != ReadingState::Partial
        && state.size_bytes == blob.size_bytes
        && state.modified_micros == blob.modified_micros
}

/// Reads the beginning of a blob, up to its first record.
fn identify(blob: &Blob, limits: BlobLimits, pieces: &mut Pieces) -> io::Result<Identity> {
    let mut day = blob.hour.map(|hour| hour.day);
    loop {
        pieces.fill()?;
        if let Some(head) = head(pieces.data()) {
            let head_hash = format!("{:032x}", xxh3_128(&pieces.data()[head.span]));
            let (mut flow_log, mut mac_address) = (String::new(), String::new());
            if let Ok(header) = &head.header {
                let source = SourceNames::new(header, "");
                flow_log = spelling::short_resource_id(&source.log_resource_id);
                mac_address = spelling::mac_address(&source.mac);
                day = day.or(Some(day_of(header.time_micros)));
            }
            return Ok(Identity { day: day.unwrap_or(0), head_hash, flow_log, mac_address });
        }
        // A blob that begins with something else has no head, however much of it is read.
        if pieces.ended() || pieces.data().len() > limits.decode.record_bytes_max {
            let (head_hash, flow_log, mac_address) = Default::default();
            return Ok(Identity { day: day.unwrap_or(0), head_hash, flow_log, mac_address });
        }
    }
}

/// Goes on behind what was read before. Something else to finish with when that is not what the blob begins with.
fn take_up(
    blob: &Blob,
    furthest: &BlobState,
    own: bool,
    pieces: &mut Pieces,
) -> io::Result<Option<Finished>> {
    pieces.consume_to(furthest.to_byte)?;
    let shorter = pieces.consumed() < furthest.to_byte;
    if !shorter && pieces.hash() == furthest.prefix_hash.as_ref() {
        return Ok(None);
    }
    let other = furthest.blob.as_ref();
    Ok(Some(if own && other == blob.name {
        let detail = if shorter {
            "it is shorter than what was read of it"
        } else {
            "what was read of it has changed"
        };
        Finished::without_reading(Outcome::Replaced, detail)
    } else if shorter {
        // An earlier state of the other blob.
        Finished::without_reading(Outcome::Copy, other)
    } else {
        let detail = format!("it begins like {other} and goes on differently");
        Finished::without_reading(Outcome::Overlap, detail)
    }))
}

/// A blob whose records came from another one.
fn copied(
    blob: &Blob,
    identity: &Identity,
    original: &BlobState,
    known: &Known<'_>,
) -> Result<Finished, weir_table::Error> {
    let reading = BlobReading {
        blob: blob.name.clone(),
        state: ReadingState::Copy,
        detail: original.blob.to_string(),
        flow_log: identity.flow_log.clone(),
        mac_address: identity.mac_address.clone(),
        size_bytes: blob.size_bytes,
        modified_micros: blob.modified_micros,
        bytes: original.to_byte..original.to_byte,
        records: original.to_record..original.to_record,
        head_hash: identity.head_hash.clone(),
        prefix_hash: original.prefix_hash.to_string(),
        tally: Tally::default(),
        day: identity.day,
    };
    known.note(&reading)?;
    let detail = format!("of {}", original.blob);
    Ok(Finished { outcome: Outcome::Copy, detail, reading: Some(reading), waiting_bytes: 0 })
}

struct Decoded {
    tally: Tally,
    records: u64,
    waiting_bytes: u64,
    /// Why the rest could not be read.
    failure: Option<String>,
}

impl Decoded {
    fn nothing_new(&self) -> bool {
        self.failure.is_none() && self.tally.records + self.tally.records_discarded() == 0
    }

    fn no_flow_log(&self) -> bool {
        self.tally.records == 0 && self.tally.tuples_discarded() == 0
    }
}

/// Decodes and reduces from the current place to the end.
fn decode(
    start: (u64, u64),
    limits: BlobLimits,
    pieces: &mut Pieces,
    collector: &Collector<'_>,
) -> Result<Decoded, weir_table::Error> {
    let mut decoder = Decoder::resume(limits.decode, start.0, start.1);
    let mut reducer = Reducer::new(collector.interval());
    let failure = loop {
        let consumed = decoder.feed(pieces.data(), pieces.ended(), &mut reducer);
        pieces.consume(consumed);
        if reducer.len() > BLOB_ROWS_MAX {
            let flows = reducer.take();
            collector.add(flows, reducer.names())?;
        }
        if pieces.ended() {
            break None;
        }
        if let Err(error) = pieces.fill() {
            break Some(error.to_string());
        }
    };
    let (flows, names) = reducer.finish();
    collector.add(flows, &names)?;
    Ok(Decoded {
        tally: decoder.tally().clone(),
        records: decoder.records(),
        waiting_bytes: decoder.waiting_bytes() as u64,
        failure,
    })
}

/// An error with its causes, on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
