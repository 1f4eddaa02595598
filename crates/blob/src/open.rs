use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::{DeflateDecoder, MultiGzDecoder};

use crate::Blob;
use crate::archive::Checked;

/// Why a blob could not be found or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no such file or folder.
    #[error("there is no file or folder {}", .0.display())]
    Missing(PathBuf),
    /// A link stands where a file or folder was.
    #[error("{} is behind a link, which is not followed", .0.display())]
    Link(PathBuf),
    /// A file or folder could not be read.
    #[error("cannot read {}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// An archive could not be read.
    #[error("cannot read the archive {}", path.display())]
    Archive {
        /// Which.
        path: PathBuf,
        /// Why.
        source: zip::result::ZipError,
    },
    /// Members of an archive have one name; the last of them is read.
    #[error("members of the archive {} have the same name: only the last of each is read", path.display())]
    HiddenMembers {
        /// Which archive.
        path: PathBuf,
    },
}

impl Error {
    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Error {
        let path = path.into();
        move |source| Error::Io { path, source }
    }
}

/// Bytes of working memory that a zstd frame may ask for: 2^27, the most that the command-line tool takes unasked.
const ZSTD_WINDOW_LOG_MAX: u32 = 27;

impl Blob {
    /// A reader of the blob's bytes, decompressed. Bytes read from the store are added to `read` as they go.
    pub fn open(&self, read: &Arc<AtomicU64>) -> Result<Box<dyn Read + Send>, Error> {
        let path = self.path();
        let mut file = File::open(&path).map_err(Error::io(&path))?;
        if let Some(member) = self.member() {
            file.seek(SeekFrom::Start(member.data_start)).map_err(Error::io(&path))?;
        }
        let counted = Counted { inner: file, read: Arc::clone(read) };
        let stored: Box<dyn Read + Send> = match self.member() {
            None => Box::new(counted),
            Some(member) => {
                let stored = counted.take(member.compressed_bytes);
                if member.deflated {
                    Box::new(Checked::new(DeflateDecoder::new(BufReader::new(stored)), member))
                } else {
                    Box::new(Checked::new(stored, member))
                }
            }
        };
        unpacked(stored).map_err(Error::io(path))
    }
}

/// What is packed in some bytes: the first of them tell how, and whether they are.
fn unpacked(mut stored: Box<dyn Read + Send>) -> io::Result<Box<dyn Read + Send>> {
    let mut first = Vec::with_capacity(4);
    stored.by_ref().take(4).read_to_end(&mut first)?;
    let (gzip, zstd) = (first.starts_with(b"\x1f\x8b"), first == b"\x28\xb5\x2f\xfd");
    let whole = io::Cursor::new(first).chain(stored);
    Ok(if gzip {
        Box::new(MultiGzDecoder::new(BufReader::new(whole)))
    } else if zstd {
        let mut decoder = zstd::Decoder::new(whole)?;
        decoder.window_log_max(ZSTD_WINDOW_LOG_MAX)?;
        Box::new(decoder)
    } else {
        Box::new(whole)
    })
}

/// Counts what is read.
struct Counted<R> {
    inner: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
