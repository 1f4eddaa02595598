use std::io::{self, Read};

use xxhash_rust::xxh3::Xxh3;

/// Bytes read from a blob at once.
const PIECE_BYTES: usize = 1 << 20;

/// The bytes of a blob, piece by piece, with a hash of those that are done with.
pub(crate) struct Pieces {
    reader: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
    consumed: u64,
    hash: Xxh3,
    bytes_max: u64,
}

impl Pieces {
    /// Starts at the beginning of a blob that may have up to `bytes_max` bytes.
    pub fn new(reader: Box<dyn Read + Send>, bytes_max: u64) -> Self {
        Pieces {
            reader,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            ended: false,
            consumed: 0,
            hash: Xxh3::new(),
            bytes_max,
        }
    }

    /// What was read and is not done with.
    pub fn data(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Whether the blob has no more bytes than [`Pieces::data`].
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// Bytes that are done with.
    pub fn consumed(&self) -> u64 {
        self.consumed
    }

    /// Hash of the bytes that are done with.
    pub fn hash(&self) -> String {
        format!("{:032x}", self.hash.digest128())
    }

    /// Bytes that are done with leave the piece.
    pub fn consume(&mut self, count: usize) {
        let (done, _) = self.data().split_at(count);
        // Not a method of the struct: the hash and the buffer are borrowed apart.
        let length = done.len();
        self.hash.update(&self.buffer[self.start..self.start + length]);
        self.start += length;
        self.consumed += length as u64;
    }

    /// Reads a further piece behind what is there.
    pub fn fill(&mut self) -> io::Result<()> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let target = self.end + PIECE_BYTES;
        if self.buffer.len() < target {
            self.buffer.resize(target, 0);
        }
        while self.end < target && !self.ended {
            match self.reader.read(&mut self.buffer[self.end..target]) {
                Ok(0) => self.ended = true,
                Ok(count) => self.end += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        if self.consumed + self.end as u64 > self.bytes_max {
            let limit = format!("it has more than {} bytes once unpacked", self.bytes_max);
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, limit));
        }
        Ok(())
    }

    /// Goes on until `to` bytes are done with, or to the end if that comes first.
    pub fn consume_to(&mut self, to: u64) -> io::Result<()> {
        while self.consumed < to {
            if self.data().is_empty() {
                if self.ended {
                    return Ok(());
                }
                self.fill()?;
            }
            let wanted = usize::try_from(to - self.consumed).unwrap_or(usize::MAX);
            self.consume(wanted.min(self.data().len()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_the_bytes_done_with() {
        let text: Vec<u8> = (0..3_000_000_u32).map(|i| i as u8).collect();
        let mut pieces = Pieces::new(Box::new(io::Cursor::new(text.clone())), u64::MAX);
        pieces.fill().unwrap();
        pieces.consume(10);
        pieces.consume_to(2_500_000).unwrap();
        assert_eq!(pieces.hash(), format!("{:032x}", xxhash_rust::xxh3::xxh3_128(&text[..2_500_000])));
        pieces.consume_to(u64::MAX).unwrap();
        assert_eq!((pieces.consumed(), pieces.ended()), (3_000_000, true));
    }

    #[test]
    fn a_blob_has_a_limit() {
        let mut pieces = Pieces::new(Box::new(io::repeat(b' ')), 5_000_000);
        assert_eq!(pieces.consume_to(u64::MAX).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }
}
