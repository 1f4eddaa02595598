use std::ops::Range;

use crate::Reason;
use crate::record::{Draft, Read, RecordHeader};
use crate::scan::Scan;

/// The first record of a blob, by which copies of it are recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head<'a> {
    /// Where it stands.
    pub span: Range<usize>,
    /// What it says of itself, or why it cannot be used.
    pub header: Result<RecordHeader<'a>, Reason>,
}

/// The first record in a piece; nothing unless the piece begins a blob and holds the record whole.
pub fn head(bytes: &[u8]) -> Option<Head<'_>> {
    let mut draft = Draft::default();
    let mut scan = Scan { bytes, at: 0 };
    if bytes.starts_with(b"\xef\xbb\xbf") {
        scan.at = 3;
    }
    loop {
        match scan.peek().ok()? {
            b',' | b'[' => scan.at += 1,
            b'"' => scan.key().and_then(|_| scan.skip_value()).ok()?,
            b'{' => {
                let start = scan.at;
                if matches!(draft.read(&mut scan).ok()?, Read::Record) {
                    return Some(Head { span: start..scan.at, header: draft.header(bytes) });
                }
            }
            _ => return None,
        }
    }
}
