//! Where blobs are now.

use std::collections::HashMap;
use std::path::PathBuf;

use weir_blob::Blob;
use weir_decode::Limits;
use weir_ingest::{Lost, head_hash};

/// Where blobs may be read.
#[derive(Debug, Default)]
pub struct Places {
    /// Folders outside of which nothing is read; none when anything may be.
    folders: Option<Vec<PathBuf>>,
    /// Blobs that were found in other places than they were read from.
    sources: Vec<Blob>,
    /// The same by what they are recognised by; made when the first one is asked for.
    heads: Option<HashMap<String, Vec<usize>>>,
}

impl Places {
    /// Anywhere.
    pub fn anywhere() -> Self {
        Places::default()
    }

    /// In these folders alone. Those that are not there hold nothing.
    pub fn within(folders: &[PathBuf]) -> Self {
        let folders = folders.iter().filter_map(|folder| folder.canonicalize().ok()).collect();
        Places { folders: Some(folders), ..Places::default() }
    }

    /// Also these blobs, where those of the ledger are gone: they are recognised by their bytes.
    pub fn with_sources(self, sources: Vec<Blob>) -> Self {
        Places { sources, ..self }
    }

    /// The blob of a name.
    pub(crate) fn named(&self, name: &str) -> Result<Blob, Lost> {
        let blob = match weir_blob::find_named(name) {
            Ok(Some(blob)) => blob,
            Ok(None) => return Err(Lost::Gone),
            Err(error) => return Err(Lost::Unreadable(told(&error))),
        };
        match &self.folders {
            Some(folders) if !folders.iter().any(|folder| blob.path().starts_with(folder)) => {
                Err(Lost::NotAllowed)
            }
            _ => Ok(blob),
        }
    }

    /// The blobs among the sources that begin with the same record.
    pub(crate) fn with_head(&mut self, hash: &str, limits: Limits) -> Vec<Blob> {
        let sources = &self.sources;
        let heads = self.heads.get_or_insert_with(|| {
            let mut heads: HashMap<String, Vec<usize>> = HashMap::new();
            for (index, blob) in sources.iter().enumerate() {
                // One that cannot be read is no copy.
                if let Ok(hash) = head_hash(blob, limits) {
                    heads.entry(hash).or_default().push(index);
                }
            }
            heads
        });
        let found = heads.get(hash).map_or(&[][..], Vec::as_slice);
        found.iter().map(|index| sources[*index].clone()).collect()
    }
}

/// An error with its causes.
fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text = format!("{text}: {next}");
        cause = next.source();
    }
    text
}
