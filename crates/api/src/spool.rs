//! Answers on their way out.
//!
//! An answer is written as a whole before its first byte is sent: into memory while it is small, into a file without
//! a name when it is not. So a query is over, with its memory and its place, when its rows are written, however
//! slowly they are read; and what goes wrong while they are written still has a status of its own.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use axum::body::Body;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures::stream;
use tempfile::SpooledTempFile;

/// What is kept in memory of each answer.
const MEMORY_BYTES: usize = 256 << 10;
/// What is sent at a time.
const PIECE_BYTES: usize = 64 << 10;

/// Where an answer is written to.
pub enum Spool {
    /// As it is.
    Plain(SpooledTempFile),
    /// Compressed by gzip.
    Gzip(GzEncoder<SpooledTempFile>),
}

/// An answer that is written.
pub struct Spooled {
    file: SpooledTempFile,
    held: Option<Held>,
    /// Its bytes.
    pub bytes: u64,
    /// Whether it is compressed by gzip.
    pub gzip: bool,
}

impl Spool {
    /// An empty one.
    pub fn new(gzip: bool) -> Self {
        let file = SpooledTempFile::new(MEMORY_BYTES);
        match gzip {
            true => Spool::Gzip(GzEncoder::new(file, Compression::fast())),
            false => Spool::Plain(file),
        }
    }

    /// All that was written.
    pub fn finish(self) -> io::Result<Spooled> {
        let (mut file, gzip) = match self {
            Spool::Plain(file) => (file, false),
            Spool::Gzip(encoder) => (encoder.finish()?, true),
        };
        let bytes = file.stream_position()?;
        file.seek(SeekFrom::Start(0))?;
        Ok(Spooled { file, held: None, bytes, gzip })
    }
}

impl Write for Spool {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        match self {
            Spool::Plain(file) => file.write(piece),
            Spool::Gzip(encoder) => encoder.write(piece),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        // Pieces that are flushed one by one compress badly; the end flushes everything.
        Ok(())
    }
}

impl Read for Spooled {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer)
    }
}

/// What answers on their way out hold on disk, all together.
#[derive(Debug, Default)]
pub struct Disk(Arc<AtomicU64>);

/// A part of the disk, until it is dropped.
struct Held {
    disk: Arc<AtomicU64>,
    bytes: u64,
}

impl Disk {
    /// Counts an answer; not done where there would be more than so many bytes.
    pub fn hold(&self, answer: &mut Spooled, bytes_max: u64) -> bool {
        if answer.file.is_rolled() {
            let held = Held { disk: Arc::clone(&self.0), bytes: answer.bytes };
            let before = self.0.fetch_add(held.bytes, Relaxed);
            let fits = before.saturating_add(held.bytes) <= bytes_max;
            answer.held = Some(held);
            return fits;
        }
        true
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.disk.fetch_sub(self.bytes, Relaxed);
    }
}

impl Spooled {
    /// The body of a response.
    pub fn into_body(mut self) -> io::Result<Body> {
        if !self.file.is_rolled() {
            let mut whole = Vec::with_capacity(usize::try_from(self.bytes).unwrap_or_default());
            self.file.read_to_end(&mut whole)?;
            return Ok(Body::from(whole));
        }
        let pieces = stream::try_unfold((self.file, self.held), |(mut file, held)| async move {
            let read = move || -> io::Result<_> {
                let mut piece = vec![0; PIECE_BYTES];
                let length = file.read(&mut piece)?;
                piece.truncate(length);
                Ok((!piece.is_empty()).then(|| (Bytes::from(piece), (file, held))))
            };
            // Reading a file blocks, if only for a moment.
            tokio::task::spawn_blocking(read).await.map_err(io::Error::other)?
        });
        Ok(Body::from_stream(pieces))
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    async fn through(gzip: bool, bytes: usize) -> Vec<u8> {
        let mut spool = Spool::new(gzip);
        let text: Vec<u8> = (0..bytes).map(|i| (i * i % 251) as u8).collect();
        spool.write_all(&text).unwrap();
        let spooled = spool.finish().unwrap();
        assert_eq!(spooled.file.is_rolled(), !gzip && bytes > MEMORY_BYTES);
        let sent = spooled.into_body().unwrap().collect().await.unwrap().to_bytes();
        let mut read = Vec::new();
        match gzip {
            true => flate2::read::GzDecoder::new(&sent[..]).read_to_end(&mut read).unwrap(),
            false => sent.as_ref().read_to_end(&mut read).unwrap(),
        };
        assert!(read == text);
        read
    }

    #[tokio::test]
    async fn the_disk_has_a_limit() {
        let disk = Disk::default();
        let answer = || {
            let mut spool = Spool::new(false);
            spool.write_all(&vec![0; MEMORY_BYTES + 1]).unwrap();
            spool.finish().unwrap()
        };
        let most = 2 * answer().bytes;
        let (mut one, mut two, mut three) = (answer(), answer(), answer());
        assert!(disk.hold(&mut one, most) && disk.hold(&mut two, most));
        assert!(!disk.hold(&mut three, most));
        drop(three);
        let body = one.into_body().unwrap();
        assert!(!disk.hold(&mut answer(), most), "it is still being sent");
        drop(body);
        assert!(disk.hold(&mut answer(), most));
    }

    #[tokio::test]
    async fn what_was_written_is_sent() {
        for gzip in [false, true] {
            for bytes in [0, 1, 100_000, 1_000_000] {
                assert_eq!(through(gzip, bytes).await.len(), bytes);
            }
        }
    }
}
