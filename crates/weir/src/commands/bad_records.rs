//! What an ingest could not use, as lines of JSON.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::Context;
use weir_decode::Discarded;
use weir_ingest::Incident;

/// Bytes that are kept of a text.
const TEXT_BYTES_MAX: usize = 1_000;
/// Lines that are written; all are counted in the summary.
const LINES_MAX: u64 = 1_000_000;

/// A file of lines like `{"blob": …, "record": 3, "tuple": null, "byte": 812, "reason": "bad json", "text": …}`.
pub struct BadRecords {
    path: PathBuf,
    out: Mutex<Out>,
}

struct Out {
    file: BufWriter<File>,
    lines: u64,
    failure: Option<io::Error>,
}

impl BadRecords {
    /// Makes the file, or empties it.
    pub fn create(path: &Path) -> anyhow::Result<BadRecords> {
        let file = File::create(path).with_context(|| format!("cannot create {}", path.display()))?;
        let out = Out { file: BufWriter::new(file), lines: 0, failure: None };
        Ok(BadRecords { path: path.to_owned(), out: Mutex::new(out) })
    }

    /// Writes what was not used of a blob.
    pub fn tell(&self, blob: &str, discarded: &Discarded<'_>) {
        let kept = &discarded.text[..discarded.text.len().min(TEXT_BYTES_MAX)];
        self.lock().line(&serde_json::json!({
            "blob": blob,
            "record": discarded.record,
            "tuple": discarded.tuple,
            "byte": discarded.byte,
            "reason": discarded.reason.name(),
            "text": String::from_utf8_lossy(kept),
        }));
    }

    /// Adds the blobs that could not be used as a whole, and closes the file.
    pub fn finish(self, incidents: &[Incident]) -> anyhow::Result<()> {
        let mut out = self.lock();
        for incident in incidents.iter().filter(|incident| incident.outcome.is_trouble()) {
            out.line(&serde_json::json!({
                "blob": incident.blob,
                "record": null,
                "tuple": null,
                "byte": null,
                "reason": format!("{}: {}", incident.outcome.name(), incident.detail),
                "text": "",
            }));
        }
        if out.lines > LINES_MAX {
            eprintln!("note: {} has the first {LINES_MAX} of {} lines", self.path.display(), out.lines);
        }
        let flushed = out.file.flush();
        let failure = out.failure.take().map_or(flushed, Err);
        failure.with_context(|| format!("the logs were read, but {} cannot be written", self.path.display()))
    }

    fn lock(&self) -> MutexGuard<'_, Out> {
        self.out.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Out {
    fn line(&mut self, line: &serde_json::Value) {
        self.lines += 1;
        if self.failure.is_none() && self.lines <= LINES_MAX {
            self.failure = writeln!(self.file, "{line}").err();
        }
    }
}
