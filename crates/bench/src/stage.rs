//! What a process of its own does when a stage is measured: a part of the path, and nothing behind it.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;
use clap::ValueEnum;
use weir_blob::Found;
use weir_decode::{DecodedRecord, Decoder, Discarded, Limits, RecordSink};
use weir_ingest::{Options, Progress};
use weir_reduce::{Interval, Reducer};
use weir_table::Workspace;

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
    /// Blobs to committed rows, decorated by the inventory that a workspace has. The rows of the inventory itself,
    /// which the program writes then, are left out.
    Ingest,
}

impl Stage {
    /// Those that need no workspace.
    pub const ALONE: [Stage; 3] = [Stage::Read, Stage::Decode, Stage::Reduce];

    /// As it is given on the command line.
    pub fn argument(self) -> &'static str {
        match self {
            Stage::Read => "read",
            Stage::Decode => "decode",
            Stage::Reduce => "reduce",
            Stage::Ingest => "ingest",
        }
    }

    /// As it is shown.
    pub fn title(self) -> &'static str {
        match self {
            Stage::Read => "read",
            Stage::Decode => "read + decode",
            Stage::Reduce => "read + decode + reduce",
            Stage::Ingest => "ingest, decorated",
        }
    }
}

/// Runs a stage over the blobs of a folder and returns a count that depends on all of them.
pub fn run(stage: Stage, folder: &Path, data: Option<&Path>) -> anyhow::Result<u64> {
    let found = weir_blob::find(&[PathBuf::from(folder)])?;
    if stage == Stage::Ingest {
        return ingest(&found, data.context("--data names the folder with the workspace")?);
    }
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
            Stage::Ingest => 0,
        };
    }
    Ok(count)
}

/// Ingests as the program does.
fn ingest(found: &Found, data: &Path) -> anyhow::Result<u64> {
    let runtime = tokio::runtime::Runtime::new()?;
    let workspace = Workspace::open(data, "default")?.context("there is no workspace")?;
    let mut writer = runtime.block_on(workspace.writer())?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros() as i64;
    let options = Options {
        threads: std::thread::available_parallelism()?.get(),
        round_bytes: 1 << 30,
        part_rows: Options::PART_ROWS,
        blob_bytes_max: 64 << 30,
        bad_records: None,
        limits: Limits::default(),
        now_micros: &|| now,
        written_by: "weir-bench",
        runtime: runtime.handle(),
    };
    Ok(weir_ingest::ingest(&mut writer, found, &options, &Progress::default())?.rows)
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
