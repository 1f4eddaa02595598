//! Members of zip archives.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use flate2::Crc;
use zip::{CompressionMethod, ZipArchive};

use crate::Error;

/// Where the bytes of a member are, so that it is read as a stream on its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub(crate) name: String,
    pub(crate) data_start: u64,
    pub(crate) compressed_bytes: u64,
    pub(crate) size_bytes: u64,
    pub(crate) deflated: bool,
    pub(crate) crc: u32,
}

/// What is in an archive.
pub(crate) struct Members {
    /// Files, each of its own name.
    pub members: Vec<Member>,
    /// How many files cannot be read here.
    pub unreadable: u64,
    /// Whether files are hidden behind others of the same name.
    pub hidden: bool,
}

/// The members of an archive that are files.
pub(crate) fn members(path: &Path) -> Result<Members, Error> {
    let bad = |source| Error::Archive { path: path.to_owned(), source };
    let file = File::open(path).map_err(Error::io(path))?;
    let mut archive = ZipArchive::new(file).map_err(bad)?;
    let mut found = Members { members: Vec::new(), unreadable: 0, hidden: archive.has_duplicate_names() };
    for index in 0..archive.len() {
        let member = archive.by_index_raw(index).map_err(bad)?;
        if member.is_dir() {
            continue;
        }
        let deflated = member.compression() == CompressionMethod::Deflated;
        let readable = (deflated || member.compression() == CompressionMethod::Stored) && !member.encrypted();
        let name = member.name().map_err(bad)?.into_owned();
        match member.data_start() {
            Some(data_start) if readable => found.members.push(Member {
                name,
                data_start,
                compressed_bytes: member.compressed_size(),
                size_bytes: member.size(),
                deflated,
                crc: member.crc32(),
            }),
            _ => found.unreadable += 1,
        }
    }
    Ok(found)
}

/// Whether a file begins as an archive does.
pub(crate) fn is_archive(path: &Path) -> bool {
    let mut magic = [0; 4];
    File::open(path).and_then(|mut file| file.read_exact(&mut magic)).is_ok() && magic == *b"PK\x03\x04"
}

/// Checks, at the end, that a member was what the archive says it is.
pub(crate) struct Checked<R> {
    inner: R,
    crc: Crc,
    expected: u32,
}

impl<R> Checked<R> {
    pub fn new(inner: R, member: &Member) -> Self {
        Checked { inner, crc: Crc::new(), expected: member.crc }
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.crc.update(&buffer[..count]);
        if count == 0 && !buffer.is_empty() && self.crc.sum() != self.expected {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the member's checksum is wrong"));
        }
        Ok(count)
    }
}
