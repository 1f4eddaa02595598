use crate::record::{DecodedRecord, Discarded, Draft, Read, RecordSink};
use crate::scan::{Scan, Skipper, Stop, next_record};
use crate::{Reason, Tally};

/// How much a decoder puts up with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest record in bytes. Azure writes records of about 33 kB.
    pub record_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { record_bytes_max: 16 << 20 }
    }
}

/// Reads a blob piece by piece.
///
/// The caller feeds pieces of any size, puts what was not consumed in front of the next piece, and says when a
/// piece is the last. A record is read once it is whole. What is consumed ends behind a record (or behind bytes
/// that were given up), so that the bytes consumed so far are the prefix of the blob that is done with; closing
/// brackets stay behind: when the blob grows, the next record takes their place.
pub struct Decoder {
    limits: Limits,
    draft: Draft,
    tally: Tally,
    records: u64,
    position: u64,
    /// Bytes of the current piece that are done with.
    done: usize,
    waiting: usize,
    place: Place,
}

#[derive(Clone, Copy)]
enum Place {
    /// Between records.
    Between,
    /// Inside a record that is too large.
    Skipping(Skipper),
    /// Behind bytes that are no JSON: looking for the next record.
    Lost,
}

/// Longest beginning of a record that must be seen at once to recognise it.
const RECORD_HEAD_BYTES: usize = 64;

impl Decoder {
    /// A decoder at the start of a blob.
    pub fn new(limits: Limits) -> Self {
        Decoder::resume(limits, 0, 0)
    }

    /// A decoder in the midst of a blob: behind the byte at `position`, where `records` records were seen before.
    pub fn resume(limits: Limits, position: u64, records: u64) -> Self {
        Decoder {
            limits,
            draft: Draft::default(),
            tally: Tally::default(),
            records,
            position,
            done: 0,
            waiting: 0,
            place: Place::Between,
        }
    }

    /// What was seen by this decoder.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Bytes of the blob consumed so far, those before a resumption included: where a later reading takes up.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Records of the blob seen so far, those not used and those before a resumption included.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Bytes at the end of the last piece that are the beginning of a record without its end.
    pub fn waiting_bytes(&self) -> usize {
        self.waiting
    }

    /// Reads every whole record of a piece. Returns how many bytes of it were consumed.
    pub fn feed(&mut self, bytes: &[u8], last: bool, sink: &mut impl RecordSink) -> usize {
        let mut at = 0;
        (self.done, self.waiting) = (0, 0);
        while let Some(next) = self.step(bytes, at, last, sink) {
            at = next;
        }
        match self.place {
            // Brackets and blanks without end are done with, too.
            Place::Between if at - self.done > self.limits.record_bytes_max => self.done = at,
            Place::Between => {}
            Place::Lost if !last => self.done = at.max(bytes.len().saturating_sub(RECORD_HEAD_BYTES)),
            Place::Skipping(_) | Place::Lost => self.done = bytes.len(),
        }
        self.position += self.done as u64;
        self.done
    }

    /// Does the next thing at `at`; the place behind it, or nothing when the piece is used up.
    fn step(&mut self, bytes: &[u8], at: usize, last: bool, sink: &mut impl RecordSink) -> Option<usize> {
        match &mut self.place {
            Place::Skipping(skipper) => {
                let end = at + skipper.end_in(bytes.get(at..)?)?;
                self.place = Place::Between;
                self.done = end;
                Some(end)
            }
            Place::Lost => {
                let start = at + next_record(bytes.get(at..)?)?;
                self.place = Place::Between;
                self.done = start;
                Some(start)
            }
            Place::Between => self.between(bytes, at, last, sink),
        }
    }

    fn between(&mut self, bytes: &[u8], at: usize, last: bool, sink: &mut impl RecordSink) -> Option<usize> {
        let mut scan = Scan { bytes, at };
        match scan.peek().ok()? {
            b',' | b'[' => {
                self.done = scan.at + 1;
                Some(scan.at + 1)
            }
            // A tail read on its own has only the closing brackets.
            b']' | b'}' => Some(scan.at + 1),
            // A byte-order mark; its three bytes are no JSON anywhere else between records.
            0xef if bytes[scan.at..].starts_with(b"\xef\xbb\xbf") => Some(scan.at + 3),
            // Another property of the object around the records.
            b'"' => match scan.key().and_then(|_| scan.skip_value()) {
                Ok(()) => Some(scan.at),
                Err(Stop::Incomplete) if !last => None,
                Err(_) => self.lose(bytes, at, scan.at, sink),
            },
            b'{' => self.object(bytes, scan.at, last, sink),
            _ => self.lose(bytes, at, scan.at, sink),
        }
    }

    fn object(
        &mut self,
        bytes: &[u8],
        start: usize,
        last: bool,
        sink: &mut impl RecordSink,
    ) -> Option<usize> {
        let mut scan = Scan { bytes, at: start };
        match self.draft.read(&mut scan) {
            Ok(Read::Wrapper) => {
                self.done = scan.at;
                Some(scan.at)
            }
            Ok(Read::Record) => {
                self.deliver(bytes, start, scan.at, sink);
                Some(scan.at)
            }
            Err(Stop::Syntax(_)) => self.lose(bytes, start, start + 1, sink),
            Err(Stop::Incomplete) if bytes.len() - start > self.limits.record_bytes_max => {
                self.discard(Reason::TooLarge, &bytes[start..], sink);
                self.draft.clear();
                self.place = Place::Skipping(Skipper::default());
                Some(start)
            }
            Err(Stop::Incomplete) if last => {
                // Cut short; unless whole records stand behind it, the rest may come later.
                if next_record(&bytes[start + 1..]).is_some() {
                    return self.lose(bytes, start, start + 1, sink);
                }
                self.waiting = bytes.len() - start;
                None
            }
            Err(Stop::Incomplete) => None,
        }
    }

    /// Gives up the bytes from `start` and looks for a record from `search` on.
    fn lose(
        &mut self,
        bytes: &[u8],
        start: usize,
        search: usize,
        sink: &mut impl RecordSink,
    ) -> Option<usize> {
        self.discard(Reason::BadJson, &bytes[start..], sink);
        self.draft.clear();
        self.place = Place::Lost;
        Some(search)
    }

    fn discard(&mut self, reason: Reason, text: &[u8], sink: &mut impl RecordSink) {
        self.tally.discarded_records[reason.index()] += 1;
        self.tally.discarded_tuples[reason.index()] += self.draft.tuples_seen();
        let text = &text[..text.len().min(RECORD_HEAD_BYTES * 4)];
        sink.discarded(&Discarded { reason, record: self.records, tuple: None, text });
        self.records += 1;
    }

    /// Hands a whole record over, or counts why it is not used.
    fn deliver(&mut self, bytes: &[u8], start: usize, end: usize, sink: &mut impl RecordSink) {
        self.done = end;
        let header = match self.draft.header(bytes) {
            Ok(header) => header,
            Err(reason) => return self.discard(reason, &bytes[start..end], sink),
        };
        for bad in &self.draft.bad_tuples {
            self.tally.discarded_tuples[bad.reason.index()] += 1;
            sink.discarded(&Discarded {
                reason: bad.reason,
                record: self.records,
                tuple: Some(bad.position),
                text: bad.text.raw(bytes),
            });
        }
        for tuple in &self.draft.tuples {
            self.tally.add_tuple(tuple);
        }
        self.tally.records += 1;
        self.tally.add_record_time(header.time_micros);
        sink.record(&DecodedRecord {
            header,
            index: self.records,
            groups: &self.draft.rule_groups(bytes),
            tuples: &self.draft.tuples,
            encryption_words: &self.draft.encryption_words(),
        });
        self.records += 1;
    }
}
