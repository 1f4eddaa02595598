use std::io::{self, Read};

use xxhash_rust::xxh3::Xxh3;

/// Bytes read from a blob at once.
const PIECE_BYTES: usize = 1 << 20;

/// The bytes of a blob, piece by piece, with a hash of those that are done with.
pub(crate) struct Pieces {
    reader: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    start: usize,
    ended: bool,
    consumed: u64,
    hash: Xxh3,
    marked: Option<(u64, String)>,
    failure: Option<io::Error>,
    bytes_max: u64,
}

impl Pieces {
    /// Starts at the beginning of a blob that may have up to `bytes_max` bytes. The buffer is used again from blob
    /// to blob.
    pub fn new(reader: Box<dyn Read + Send>, mut buffer: Vec<u8>, bytes_max: u64) -> Self {
        buffer.clear();
        Pieces {
            reader,
            buffer,
            start: 0,
            ended: false,
            consumed: 0,
            hash: Xxh3::new(),
            marked: None,
            failure: None,
            bytes_max,
        }
    }

    /// The buffer, for the next blob.
    pub fn into_buffer(mut self) -> Vec<u8> {
        self.buffer.shrink_to(2 * PIECE_BYTES);
        self.buffer
    }

    /// What was read and is not done with.
    pub fn data(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or(&[])
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
        format!("{:032x}", self.digest())
    }

    /// The same, as a number.
    pub fn digest(&self) -> u128 {
        self.hash.digest128()
    }

    /// [`Pieces::hash`] at the beginning.
    pub fn hash_of_nothing() -> String {
        format!("{:032x}", Xxh3::new().digest128())
    }

    /// Remembers the hash at this place, to which a later reading may have to return.
    pub fn mark(&mut self) {
        if self.marked.as_ref().is_none_or(|(at, _)| *at != self.consumed) {
            self.marked = Some((self.consumed, self.hash()));
        }
    }

    /// Hash of the bytes up to a place that was marked last, or of those that are done with.
    pub fn hash_at(&self, position: u64) -> Option<String> {
        match &self.marked {
            _ if position == self.consumed => Some(self.hash()),
            Some((at, hash)) if *at == position => Some(hash.clone()),
            _ => None,
        }
    }

    /// The first `count` bytes are done with.
    pub fn consume(&mut self, count: usize) {
        let end = (self.start + count).min(self.buffer.len());
        self.hash.update(&self.buffer[self.start..end]);
        self.consumed += (end - self.start) as u64;
        self.start = end;
    }

    /// Reads a further piece behind what is there. What came before a failure is a piece of its own.
    pub fn fill(&mut self) -> io::Result<()> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        self.buffer.drain(..self.start);
        self.start = 0;
        let before = self.buffer.len();
        self.buffer.reserve(PIECE_BYTES);
        let read = (&mut self.reader).take(PIECE_BYTES as u64).read_to_end(&mut self.buffer);
        match read {
            Ok(count) => self.ended = count < PIECE_BYTES,
            Err(failure) if self.buffer.len() > before => self.failure = Some(failure),
            Err(failure) => return Err(failure),
        }
        if self.consumed + self.buffer.len() as u64 > self.bytes_max {
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
        let mut pieces = Pieces::new(Box::new(io::Cursor::new(text.clone())), Vec::new(), u64::MAX);
        pieces.fill().unwrap();
        pieces.consume(10);
        pieces.consume_to(2_500_000).unwrap();
        assert_eq!(pieces.hash(), format!("{:032x}", xxhash_rust::xxh3::xxh3_128(&text[..2_500_000])));
        pieces.consume_to(u64::MAX).unwrap();
        assert_eq!((pieces.consumed(), pieces.ended()), (3_000_000, true));
    }

    #[test]
    fn the_hash_of_a_marked_place_is_kept() {
        let text = vec![7_u8; 1_000];
        let mut pieces = Pieces::new(Box::new(io::Cursor::new(text.clone())), Vec::new(), u64::MAX);
        pieces.consume_to(400).unwrap();
        pieces.mark();
        pieces.consume_to(900).unwrap();
        for end in [400, 900] {
            let hash = format!("{:032x}", xxhash_rust::xxh3::xxh3_128(&text[..end]));
            assert_eq!(pieces.hash_at(end as u64), Some(hash));
        }
        assert_eq!(pieces.hash_at(500), None);
    }

    /// Fails behind its bytes, as a packed file does that was cut off.
    struct CutOff(io::Cursor<Vec<u8>>);

    impl Read for CutOff {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.read(buffer)? {
                0 => Err(io::ErrorKind::UnexpectedEof.into()),
                count => Ok(count),
            }
        }
    }

    #[test]
    fn what_comes_before_a_failure_is_there() {
        let cut_off = CutOff(io::Cursor::new(vec![7; 1_000]));
        let mut pieces = Pieces::new(Box::new(cut_off), Vec::new(), u64::MAX);
        pieces.fill().unwrap();
        assert_eq!((pieces.data().len(), pieces.ended()), (1_000, false));
        assert!(pieces.fill().is_err());
    }

    #[test]
    fn a_blob_has_a_limit() {
        let mut pieces = Pieces::new(Box::new(io::repeat(b' ')), Vec::new(), 5_000_000);
        assert_eq!(pieces.consume_to(u64::MAX).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }
}
