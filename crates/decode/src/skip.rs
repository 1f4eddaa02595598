//! What is too large to be held is followed to its end.

use memchr::memchr2;

/// Follows something too large to keep, byte by byte, across pieces.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Skipper {
    property: bool,
    depth: usize,
    in_string: bool,
    escape: bool,
}

impl Skipper {
    /// Of an array or object: it ends with its last bracket.
    pub fn value() -> Self {
        Skipper::default()
    }

    /// Of a property: it ends before a comma, or before a bracket that it did not open.
    pub fn property() -> Self {
        Skipper { property: true, ..Skipper::default() }
    }

    /// The offset behind the last byte, when it ends in this piece.
    pub fn end_in(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < bytes.len() {
            if self.escape {
                self.escape = false;
                at += 1;
            } else if self.in_string {
                let Some(found) = memchr2(b'"', b'\\', &bytes[at..]) else { break };
                self.escape = bytes[at + found] == b'\\';
                self.in_string = self.escape;
                at += found + 1;
            } else {
                let quote = memchr::memchr(b'"', &bytes[at..]).unwrap_or(bytes.len() - at);
                for (i, byte) in bytes[at..at + quote].iter().enumerate() {
                    match byte {
                        b'{' | b'[' => self.depth += 1,
                        b',' | b'}' | b']' if self.property && self.depth == 0 => return Some(at + i),
                        b'}' | b']' => {
                            self.depth = self.depth.saturating_sub(1);
                            if self.depth == 0 && !self.property {
                                return Some(at + i + 1);
                            }
                        }
                        _ => {}
                    }
                }
                at += quote + 1;
                self.in_string = at <= bytes.len();
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_property_is_followed_across_pieces() {
        for (text, length) in [(r#""a":"x,}\"]",{"#, 12), (r#""a":[1,{"b":2}] ,"#, 16), (r#""a":17}"#, 6)] {
            let text = text.as_bytes();
            for cut in 0..text.len() {
                let mut skipper = Skipper::property();
                let end = match skipper.end_in(&text[..cut]) {
                    Some(end) => end,
                    None => cut + skipper.end_in(&text[cut..]).unwrap(),
                };
                assert_eq!(end, length, "cut at {cut}");
            }
        }
    }

    #[test]
    fn a_large_value_is_followed_across_pieces() {
        let text = br#"{"a":"x\"}","b":[1,2]},{"#;
        for cut in 0..text.len() {
            let mut skipper = Skipper::default();
            let end = match skipper.end_in(&text[..cut]) {
                Some(end) => end,
                None => cut + skipper.end_in(&text[cut..]).unwrap(),
            };
            assert_eq!(end, 22, "cut at {cut}");
        }
    }
}
