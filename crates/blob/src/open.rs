use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::{DeflateDecoder, MultiGzDecoder};

use crate::Blob;
use crate::archive::{Checked, Member};

/// Why a blob could not be found or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no such file or folder.
    #[error("there is no file or folder {}", .0.display())]
    Missing(PathBuf),
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
}

impl Error {
    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Error {
        let path = path.into();
        move |source| Error::Io { path, source }
    }
}

/// How the bytes of a blob are packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// gzip, one member or several.
    Gzip,
    /// zstd, one frame or several.
    Zstd,
    /// A member of a zip archive.
    Zip(Member),
}

/// Bytes of working memory that a zstd frame may ask for: 2^27, the most that the command-line tool takes unasked.
const ZSTD_WINDOW_LOG_MAX: u32 = 27;

impl Blob {
    /// A reader of the blob's bytes, decompressed. Bytes read from the store are added to `read` as they go.
    pub fn open(&self, read: &Arc<AtomicU64>) -> Result<Box<dyn Read + Send>, Error> {
        let mut file = File::open(&self.path).map_err(Error::io(&self.path))?;
        if let Packing::Zip(member) = &self.packing {
            file.seek(SeekFrom::Start(member.data_start)).map_err(Error::io(&self.path))?;
        }
        let counted = Counted { inner: file, read: Arc::clone(read) };
        Ok(match &self.packing {
            Packing::Plain => Box::new(counted),
            Packing::Gzip => Box::new(MultiGzDecoder::new(BufReader::new(counted))),
            Packing::Zstd => {
                let mut decoder = zstd::Decoder::new(counted).map_err(Error::io(&self.path))?;
                decoder.window_log_max(ZSTD_WINDOW_LOG_MAX).map_err(Error::io(&self.path))?;
                Box::new(decoder)
            }
            Packing::Zip(member) => {
                let stored = counted.take(member.compressed_bytes);
                if member.deflated {
                    Box::new(Checked::new(DeflateDecoder::new(BufReader::new(stored)), member))
                } else {
                    Box::new(Checked::new(stored, member))
                }
            }
        })
    }
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
