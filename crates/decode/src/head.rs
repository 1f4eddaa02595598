//! The record by which a blob is recognised wherever it is, and however it is spelled there.

use std::ops::Range;

use crate::record::{Draft, Read, RecordHeader};
use crate::scan::{Scan, Stop, next_record};
use crate::{Encryption, Reason};

/// The first record of a blob that tells it from others, by which copies of it are recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head<'a> {
    /// Where it stands.
    pub span: Range<usize>,
    /// Whether it tells the blob from others. Interfaces that have no traffic at the same moment write the same record.
    pub tells: bool,
    /// When it was written, microseconds since the Unix epoch, where that can be read, even if nothing else can.
    pub time_micros: Option<i64>,
    /// What it says of itself, or why it cannot be used.
    pub header: Result<RecordHeader<'a>, Reason>,
    /// What it says, the same for every spelling of it: with blanks or without, its properties in any order. As it
    /// stands where it cannot be used.
    pub meaning: Vec<u8>,
}

/// The head of a blob that begins with these bytes; nothing unless they hold it whole.
///
/// It is the first record with tuples, or of a version that is not known. When `enough` was read and there is none,
/// it is the first record.
pub fn head(bytes: &[u8], enough: bool) -> Option<Head<'_>> {
    let mut draft = Draft::default();
    let mut first = None;
    let mut scan = Scan { bytes, at: 0 };
    if bytes.starts_with(b"\xef\xbb\xbf") {
        scan.at = 3;
    }
    while let Ok(byte) = scan.peek() {
        let start = scan.at;
        let passed = match byte {
            b',' | b'[' | b']' | b'}' => {
                scan.at += 1;
                Ok(None)
            }
            b'"' => scan.key().and_then(|_| scan.skip_value()).map(|()| None),
            b'{' => draft.read(&mut scan).map(Some),
            _ => Err(scan.syntax()),
        };
        match passed {
            Ok(None | Some(Read::Wrapper)) => {}
            Ok(Some(Read::Record)) => {
                let header = draft.header(bytes);
                let tells = draft.tuples_seen() > 0
                    || matches!(header, Err(Reason::UnknownVersion | Reason::BadLayout));
                if tells || first.is_none() {
                    let meaning = match &header {
                        Ok(header) => meaning(&draft, header, bytes),
                        Err(_) => bytes[start..scan.at].to_vec(),
                    };
                    let time_micros = draft.time_micros(bytes);
                    let head = Head { span: start..scan.at, tells, time_micros, header, meaning };
                    if tells {
                        return Some(head);
                    }
                    first = Some(head);
                }
            }
            Err(Stop::Incomplete) if !enough => return None,
            // As the decoder does: whatever cannot be read is passed over if a record follows.
            Err(_) => match next_record(&bytes[start + 1..]) {
                Ok(length) => scan.at = start + 1 + length,
                Err(_) => break,
            },
        }
    }
    first.filter(|_| enough)
}

/// What a record says, as bytes that do not depend on its spelling.
fn meaning(draft: &Draft, header: &RecordHeader<'_>, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(64 * draft.tuples.len() + 256);
    let text = |out: &mut Vec<u8>, text: &[u8]| {
        out.extend((text.len() as u64).to_le_bytes());
        out.extend(text);
    };
    out.push(header.generation as u8);
    out.extend(header.time_micros.to_le_bytes());
    for name in [&header.flow_log, &header.target, &header.mac] {
        text(&mut out, name.as_bytes());
    }
    for group in draft.rule_groups(bytes) {
        for name in [&group.acl, &group.rule, &group.mac] {
            text(&mut out, name.as_bytes());
        }
        for tuple in draft.tuples.get(group.tuples).unwrap_or_default() {
            for address in [tuple.src_ip, tuple.dest_ip] {
                out.extend(address.bits().to_le_bytes());
            }
            out.extend(tuple.time_millis.to_le_bytes());
            for counter in [
                tuple.packets_src_to_dest,
                tuple.bytes_src_to_dest,
                tuple.packets_dest_to_src,
                tuple.bytes_dest_to_src,
            ] {
                out.extend(counter.to_le_bytes());
            }
            for port in [tuple.src_port, tuple.dest_port] {
                out.extend(port.to_le_bytes());
            }
            out.extend([tuple.protocol, tuple.direction as u8, tuple.decision as u8, tuple.state as u8]);
            out.extend(encryption(tuple.encryption));
        }
    }
    for bad in &draft.bad_tuples {
        text(&mut out, bad.text.raw(bytes));
    }
    for word in draft.encryption_words() {
        text(&mut out, word.as_bytes());
    }
    out
}

/// A number of an encryption that stays the same.
fn encryption(encryption: Encryption) -> [u8; 2] {
    match encryption {
        Encryption::Untold => [0, 0],
        Encryption::Encrypted => [1, 0],
        Encryption::Unencrypted => [2, 0],
        Encryption::HardwareNotSupported => [3, 0],
        Encryption::SoftwareNotReady => [4, 0],
        Encryption::NotAccepted => [5, 0],
        Encryption::NotSupported => [6, 0],
        Encryption::LocalDestination => [7, 0],
        Encryption::Fallback => [8, 0],
        Encryption::Word(number) => [9, number],
    }
}
