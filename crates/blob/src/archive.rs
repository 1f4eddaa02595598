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

/// The members of an archive that are files, and the names of those that cannot be read here.
pub(crate) fn members(path: &Path) -> Result<(Vec<Member>, Vec<String>), Error> {
    let bad = |source| Error::Archive { path: path.to_owned(), source };
    let file = File::open(path).map_err(Error::io(path))?;
    let mut archive = ZipArchive::new(file).map_err(bad)?;
    let (mut members, mut unreadable) = (Vec::new(), Vec::new());
    for index in 0..archive.len() {
        let member = archive.by_index_raw(index).map_err(bad)?;
        if member.is_dir() {
            continue;
        }
        let deflated = member.compression() == CompressionMethod::Deflated;
        let readable = (deflated || member.compression() == CompressionMethod::Stored) && !member.encrypted();
        let name = member.name().map_err(bad)?.replace('\\', "/");
        match member.data_start() {
            Some(data_start) if readable => members.push(Member {
                name,
                data_start,
                compressed_bytes: member.compressed_size(),
                size_bytes: member.size(),
                deflated,
                crc: member.crc32(),
            }),
            _ => unreadable.push(name),
        }
    }
    Ok((members, unreadable))
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
