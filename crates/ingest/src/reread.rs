//! Reads again what was read of a blob before, and no more.
//!
//! The ledger says which bytes those were and what hash they had. Records are delivered as they were the first time; at
//! the end of each reading the hash tells whether they were the same.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use weir_blob::Blob;
use weir_decode::{Decoder, Limits, RecordSink};
use weir_table::StoredReading;

use crate::pieces::Pieces;
use crate::read::chain;

/// What takes the records of readings.
pub trait Rereader: RecordSink {
    /// Whether more records are wanted. The hash is looked at in any case.
    fn wants_more(&self) -> bool;

    /// Whether to stop at once: nothing more is delivered or settled.
    fn stopped(&self) -> bool;

    /// Is told, behind the records of a reading, whether they are those that were read. Otherwise they are to be
    /// forgotten.
    fn settle(&mut self, reading: &StoredReading, outcome: Result<(), Lost>);
}

/// Why what was read of a blob cannot be read again.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Lost {
    /// There is no such blob any more.
    #[error("it is gone")]
    Gone,
    /// It is where nothing may be read.
    #[error("it is outside of the folders that may be read")]
    NotAllowed,
    /// It could not be read.
    #[error("{0}")]
    Unreadable(String),
    /// It ends before.
    #[error("it is shorter than it was")]
    Shorter,
    /// Its bytes are others.
    #[error("it has changed since it was read")]
    Changed,
}

/// Reads the readings of one blob again, which stand in the order of their bytes. `blob` may be any copy of it.
pub fn reread(blob: &Blob, readings: &[StoredReading], limits: Limits, sink: &mut impl Rereader) {
    let opened = blob.open(&Arc::new(AtomicU64::new(0)));
    let mut pieces = match opened {
        // No byte behind the last reading is asked for.
        Ok(opened) => Pieces::new(opened, Vec::new(), u64::MAX),
        Err(error) => {
            let lost = Lost::Unreadable(chain(&error));
            return readings.iter().for_each(|reading| sink.settle(reading, Err(lost.clone())));
        }
    };
    let mut lost = None;
    for reading in readings {
        let outcome = match &lost {
            Some(lost) => Err(Lost::clone(lost)),
            None => read_one(reading, limits, &mut pieces, sink),
        };
        if sink.stopped() {
            return;
        }
        // A hash is one of all bytes before: what follows a difference differs.
        lost = outcome.as_ref().err().cloned();
        sink.settle(reading, outcome);
    }
}

fn read_one(
    reading: &StoredReading,
    limits: Limits,
    pieces: &mut Pieces,
    sink: &mut impl Rereader,
) -> Result<(), Lost> {
    let unreadable = |error: std::io::Error| Lost::Unreadable(error.to_string());
    let (from, to) = (reading.bytes.start, reading.bytes.end);
    pieces.consume_to(from).map_err(unreadable)?;
    if pieces.consumed() > from {
        // Readings do not overlap; one that does was not written by this program.
        return Err(Lost::Changed);
    }
    let mut decoder = Decoder::resume(limits, from, reading.records.start);
    while pieces.consumed() < to && sink.wants_more() && !sink.stopped() {
        let left = usize::try_from(to - pieces.consumed()).unwrap_or(usize::MAX);
        let data = pieces.data();
        let whole = data.len() >= left;
        let consumed = decoder.feed(&data[..data.len().min(left)], whole || pieces.ended(), sink);
        pieces.consume(consumed);
        if whole || pieces.ended() {
            break;
        }
        pieces.fill().map_err(unreadable)?;
    }
    if sink.stopped() {
        return Ok(());
    }
    pieces.consume_to(to).map_err(unreadable)?;
    if pieces.consumed() < to {
        Err(Lost::Shorter)
    } else if pieces.hash() != reading.prefix_hash {
        Err(Lost::Changed)
    } else {
        Ok(())
    }
}
