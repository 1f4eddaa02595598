use crate::record::{DecodedRecord, Discarded, Draft, Read, RecordSink};
use crate::scan::{Scan, Stop, next_record};
use crate::skip::Skipper;
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
/// piece is the last. A record is read once it is whole. The [position](Decoder::position) is behind a record, or
/// behind bytes that were given up for good because a record follows them; commas and brackets stay behind it: when
/// the blob grows, the next record takes their place. Bytes that nothing follows are never given up, whatever is
/// in them: a copy that is under way may still put a record there.
pub struct Decoder {
    limits: Limits,
    draft: Draft,
    tally: Tally,
    records: u64,
    position: u64,
    /// Bytes consumed behind the position, of something that may be given up.
    beyond: u64,
    /// Bytes of the current piece that are done with.
    done: usize,
    /// Where in the blob the current piece begins.
    base: u64,
    /// Bytes at the beginning of the next piece that were looked through already.
    ahead: usize,
    waiting: u64,
    bad: u64,
    place: Place,
}

enum Place {
    /// Between records.
    Between,
    /// Inside something that will be given up once its end is found.
    Lost(Lost),
}

/// Something that cannot be read.
struct Lost {
    end: End,
    /// Why; nothing when it is no record.
    reason: Option<Reason>,
    /// Tuples seen in it.
    tuples: u64,
    /// Its beginning, and where in the blob that is.
    text: Vec<u8>,
    byte: u64,
    /// Whether that was in the piece at hand.
    begun_here: bool,
    /// Up to where the piece at hand is known to have no end of it.
    looked: usize,
}

/// Where something that cannot be read ends.
enum End {
    /// At the next record: it is no JSON.
    NextRecord,
    /// At its last bracket or quote: it is too large to be held.
    Own(Skipper),
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What is told of something that is not used: so much of its beginning.
const TOLD_BYTES: usize = 256;

/// Blanks, commas and brackets that may be the tail that moves when a blob grows; more of them are no tail.
const TAIL_BYTES_MAX: usize = 1 << 16;

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
            beyond: 0,
            done: 0,
            base: position,
            ahead: 0,
            waiting: 0,
            bad: 0,
            place: Place::Between,
        }
    }

    /// What was seen by this decoder.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Bytes of the blob that are settled, those before a resumption included: where a later reading takes up.
    ///
    /// Fewer than were consumed while the decoder looks for the end of something that cannot be read.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Records of the blob seen so far, those not used and those before a resumption included.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Bytes at the end of the last piece that are the beginning of something without its end.
    pub fn waiting_bytes(&self) -> u64 {
        self.waiting
    }

    /// Bytes at the end of the last piece that are no JSON, and no record behind them.
    pub fn bad_bytes(&self) -> u64 {
        self.bad
    }

    /// Reads every whole record of a piece. Returns how many bytes of it were consumed.
    pub fn feed(&mut self, bytes: &[u8], last: bool, sink: &mut impl RecordSink) -> usize {
        let mut at = std::mem::take(&mut self.ahead);
        self.base = self.position + self.beyond;
        (self.done, self.waiting, self.bad) = (0, 0, 0);
        while let Some(next) = self.step(bytes, at, last, sink) {
            at = next;
        }
        match &mut self.place {
            Place::Between => self.pass_blanks(bytes, at, last),
            Place::Lost(lost) => {
                let (looked, tail) = match lost.end {
                    End::NextRecord => {
                        (lost.looked.max(at).max(bytes.len().saturating_sub(TAIL_BYTES_MAX)), &mut self.bad)
                    }
                    End::Own(_) => (bytes.len(), &mut self.waiting),
                };
                if last {
                    let before = if self.done == 0 { self.beyond } else { 0 };
                    *tail = before + (bytes.len() - self.done) as u64;
                } else if std::mem::take(&mut lost.begun_here) {
                    // The caller can remember this place before anything behind it is consumed.
                    self.ahead = looked - self.done;
                } else {
                    self.beyond += looked as u64;
                    return looked;
                }
            }
        }
        // Without a settled byte in this piece, what is beyond stays so.
        if self.done > 0 || matches!(self.place, Place::Between) {
            self.position += std::mem::take(&mut self.beyond) + self.done as u64;
        }
        self.done
    }

    /// Gives up blanks and brackets without end.
    fn pass_blanks(&mut self, bytes: &[u8], at: usize, last: bool) {
        let mut scan = Scan { bytes, at };
        if scan.peek().is_ok() {
            scan.at = at;
        }
        if !last && scan.at.saturating_sub(self.done) > TAIL_BYTES_MAX {
            self.done = scan.at;
        }
    }

    /// Does the next thing at `at`; the place behind it, or nothing when the piece is used up.
    fn step(&mut self, bytes: &[u8], at: usize, last: bool, sink: &mut impl RecordSink) -> Option<usize> {
        let Place::Lost(lost) = &mut self.place else { return self.between(bytes, at, last, sink) };
        let rest = bytes.get(at..)?;
        let length = match &mut lost.end {
            End::NextRecord => match next_record(rest) {
                Ok(length) => length,
                Err(looked) => {
                    lost.looked = at + looked;
                    return None;
                }
            },
            End::Own(skipper) => skipper.end_in(rest)?,
        };
        let end = at + length;
        if let Place::Lost(lost) = std::mem::replace(&mut self.place, Place::Between)
            && let Some(reason) = lost.reason
        {
            self.discard(reason, lost.tuples, lost.byte, &lost.text, sink);
        }
        self.done = end;
        Some(end)
    }

    fn between(&mut self, bytes: &[u8], at: usize, last: bool, sink: &mut impl RecordSink) -> Option<usize> {
        let mut scan = Scan { bytes, at };
        match scan.peek().ok()? {
            // A tail read on its own has only the closing brackets; and the comma belongs to the record behind it.
            b',' | b'[' | b']' | b'}' => Some(scan.at + 1),
            // A byte-order mark; its three bytes are no JSON anywhere else between records.
            0xef if bytes[scan.at..].starts_with(BYTE_ORDER_MARK) => Some(scan.at + 3),
            // Its rest is in the next piece.
            0xef if !last && BYTE_ORDER_MARK.starts_with(&bytes[scan.at..]) => None,
            // Another property of the object around the records.
            b'"' => {
                let start = scan.at;
                self.draft.clear();
                match scan.key().and_then(|_| scan.skip_value()) {
                    Ok(()) => Some(scan.at),
                    Err(Stop::Incomplete) => self.incomplete(bytes, start, last, None),
                    Err(Stop::Syntax(_)) => self.lose(bytes, start, scan.at),
                }
            }
            b'{' => self.object(bytes, scan.at, last, sink),
            _ => {
                // The tuples of the record before are no part of it.
                self.draft.clear();
                self.lose(bytes, scan.at, scan.at)
            }
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
            Err(Stop::Syntax(_)) => self.lose(bytes, start, start + 1),
            Err(Stop::Incomplete) => self.incomplete(bytes, start, last, Some(Reason::TooLarge)),
        }
    }

    /// Something begins at `start` and does not end in the piece. `reason` is why a record of such length is not used.
    fn incomplete(
        &mut self,
        bytes: &[u8],
        start: usize,
        last: bool,
        reason: Option<Reason>,
    ) -> Option<usize> {
        let length = bytes.len() - start;
        if length > self.limits.record_bytes_max {
            let skipper = if reason.is_some() { Skipper::value() } else { Skipper::property() };
            return self.give_up(bytes, start, start, End::Own(skipper), reason);
        }
        if last {
            // Cut short; unless whole records stand behind it, the rest may come later.
            if next_record(&bytes[start + 1..]).is_ok() {
                return self.lose(bytes, start, start + 1);
            }
            self.waiting = length as u64;
        }
        None
    }

    /// The bytes from `start` are no JSON: looks for a record from `search` on.
    fn lose(&mut self, bytes: &[u8], start: usize, search: usize) -> Option<usize> {
        self.give_up(bytes, start, search, End::NextRecord, Some(Reason::BadJson))
    }

    fn give_up(
        &mut self,
        bytes: &[u8],
        start: usize,
        search: usize,
        end: End,
        reason: Option<Reason>,
    ) -> Option<usize> {
        let text = &bytes[start..bytes.len().min(start + TOLD_BYTES)];
        let tuples = self.draft.tuples_seen();
        let byte = self.base + start as u64;
        self.place =
            Place::Lost(Lost { end, reason, tuples, text: text.to_vec(), byte, begun_here: true, looked: 0 });
        self.draft.clear();
        Some(search)
    }

    fn discard(&mut self, reason: Reason, tuples: u64, byte: u64, text: &[u8], sink: &mut impl RecordSink) {
        self.tally.discarded_records[reason.index()] += 1;
        self.tally.discarded_tuples[reason.index()] += tuples;
        let text = &text[..text.len().min(TOLD_BYTES)];
        sink.discarded(&Discarded { reason, record: self.records, tuple: None, byte, text });
        self.records += 1;
    }

    /// Hands a whole record over, or counts why it is not used.
    fn deliver(&mut self, bytes: &[u8], start: usize, end: usize, sink: &mut impl RecordSink) {
        self.done = end;
        let byte = self.base + start as u64;
        let header = match self.draft.header(bytes) {
            Ok(header) => header,
            Err(reason) => {
                return self.discard(reason, self.draft.tuples_seen(), byte, &bytes[start..end], sink);
            }
        };
        for bad in &self.draft.bad_tuples {
            self.tally.discarded_tuples[bad.reason.index()] += 1;
            sink.discarded(&Discarded {
                reason: bad.reason,
                record: self.records,
                tuple: Some(bad.position),
                byte: self.base + bad.text.start as u64,
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
            byte,
            groups: &self.draft.rule_groups(bytes),
            tuples: &self.draft.tuples,
            encryption_words: &self.draft.encryption_words(),
        });
        self.records += 1;
    }
}
