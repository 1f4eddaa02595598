//! What a process of its own does when a stage is measured: a part of the path, and nothing behind it.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use anyhow::Context;
use clap::ValueEnum;
use weir_decode::{DecodedRecord, Decoder, Discarded, Limits, RecordSink};
use weir_reduce::{Interval, Reducer};

/// Bytes given to the decoder at once, as ingest does.
const PIECE_BYTES: usize = 1 << 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Stage {
    /// Blobs to bytes.
    Read,
    /// Bytes to tuples.
    Decode,
    /// Tuples to rows in memory.
    Reduce,
}

impl Stage {
    pub const ALL: [Stage; 3] = [Stage::Read, Stage::Decode, Stage::Reduce];

    /// As it is given on the command line.
    pub fn argument(self) -> &'static str {
        match self {
            Stage::Read => "read",
            Stage::Decode => "decode",
            Stage::Reduce => "reduce",
        }
    }

    /// As it is shown.
    pub fn title(self) -> &'static str {
        match self {
            Stage::Read => "read",
            Stage::Decode => "read + decode",
            Stage::Reduce => "read + decode + reduce",
        }
    }
}

/// Runs a stage over the blobs of a folder and returns a count that depends on all of them.
pub fn run(stage: Stage, folder: &Path) -> anyhow::Result<u64> {
    let found = weir_blob::find(&[PathBuf::from(folder)])?;
    let (mut count, mut buffer) = (0, Vec::with_capacity(2 * PIECE_BYTES));
    let mut reducer = Reducer::new(Interval::HOUR);
    for blob in &found.blobs {
        let read_bytes = Arc::new(AtomicU64::new(0));
        let reader = blob.open(&read_bytes).with_context(|| format!("cannot open {}", blob.name))?;
        count += match stage {
            Stage::Read => pieces(reader, &mut buffer, |piece, _| piece.len())?,
            Stage::Decode => {
                let (mut decoder, mut sink) = (Decoder::new(Limits::default()), Tuples(0));
                pieces(reader, &mut buffer, |piece, last| decoder.feed(piece, last, &mut sink))?;
                sink.0
            }
            Stage::Reduce => {
                let mut decoder = Decoder::new(Limits::default());
                reducer.restart();
                pieces(reader, &mut buffer, |piece, last| decoder.feed(piece, last, &mut reducer))?;
                reducer.drain().0.count() as u64
            }
        };
    }
    Ok(count)
}

/// Hands a blob on in pieces; `done` says how much of what it was given is done with.
fn pieces(
    mut reader: impl Read,
    buffer: &mut Vec<u8>,
    mut done: impl FnMut(&[u8], bool) -> usize,
) -> std::io::Result<u64> {
    buffer.clear();
    let mut bytes = 0;
    loop {
        let read = (&mut reader).take(PIECE_BYTES as u64).read_to_end(buffer)?;
        bytes += read as u64;
        let last = read < PIECE_BYTES;
        let count = done(buffer, last);
        buffer.drain(..count);
        if last {
            return Ok(bytes);
        }
    }
}

/// Counts tuples.
struct Tuples(u64);

impl RecordSink for Tuples {
    fn record(&mut self, record: &DecodedRecord<'_>) {
        self.0 += record.tuples.len() as u64;
    }

    fn discarded(&mut self, _discarded: &Discarded<'_>) {}
}
