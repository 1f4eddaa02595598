//! The least of a JSON reader: positions in a piece of bytes, no values of its own.

use std::borrow::Cow;

use memchr::{memchr2, memchr3};

/// Why reading stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The piece ended before the value did.
    Incomplete,
    /// The bytes at this offset are no JSON.
    Syntax(usize),
}

pub(crate) type Scanned<T> = Result<T, Stop>;

/// How deep arrays and objects may nest in a value that is skipped.
const DEPTH_MAX: usize = 64;

/// A place in a piece of bytes.
pub(crate) struct Scan<'a> {
    pub bytes: &'a [u8],
    pub at: usize,
}

/// A string of the piece, without its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Text {
    pub start: usize,
    pub end: usize,
    pub escaped: bool,
}

impl Text {
    /// The bytes as they stand.
    pub fn raw<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        bytes.get(self.start..self.end).unwrap_or(&[])
    }

    /// The text, escapes resolved, bytes that are no UTF-8 replaced.
    pub fn resolve<'a>(&self, bytes: &'a [u8]) -> Cow<'a, str> {
        let raw = self.raw(bytes);
        if self.escaped {
            return Cow::Owned(unescape(raw));
        }
        // The lossy conversion is several times slower, and seldom needed.
        std::str::from_utf8(raw).map_or_else(|_| String::from_utf8_lossy(raw), Cow::Borrowed)
    }
}

impl<'a> Scan<'a> {
    /// The next byte that is no white space, not consumed.
    #[inline]
    pub fn peek(&mut self) -> Scanned<u8> {
        loop {
            match self.bytes.get(self.at) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                Some(byte) => return Ok(*byte),
                None => return Err(Stop::Incomplete),
            }
        }
    }

    /// Consumes the next byte that is no white space, which must be this one.
    #[inline]
    pub fn expect(&mut self, byte: u8) -> Scanned<()> {
        if self.peek()? == byte {
            self.at += 1;
            Ok(())
        } else {
            Err(self.syntax())
        }
    }

    /// Consumes this byte if it comes next.
    #[inline]
    pub fn accept(&mut self, byte: u8) -> Scanned<bool> {
        let found = self.peek()? == byte;
        self.at += usize::from(found);
        Ok(found)
    }

    pub fn syntax(&self) -> Stop {
        Stop::Syntax(self.at)
    }

    /// Consumes a string, quotes included.
    #[inline]
    pub fn string(&mut self) -> Scanned<Text> {
        self.expect(b'"')?;
        let start = self.at;
        let mut escaped = false;
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or(&[]);
            let found = memchr2(b'"', b'\\', rest).ok_or(Stop::Incomplete)?;
            self.at += found + 1;
            if rest.get(found) == Some(&b'"') {
                return Ok(Text { start, end: self.at - 1, escaped });
            }
            escaped = true;
            if self.at >= self.bytes.len() {
                return Err(Stop::Incomplete);
            }
            self.at += 1;
        }
    }

    /// Consumes a string and its colon: the name of a property.
    #[inline]
    pub fn key(&mut self) -> Scanned<Text> {
        let key = self.string()?;
        self.expect(b':')?;
        Ok(key)
    }

    /// Consumes an unsigned whole number; nothing when the value is something else, which is consumed too.
    pub fn unsigned(&mut self) -> Scanned<Option<u64>> {
        self.peek()?;
        let start = self.at;
        self.skip_value()?;
        let token = self.bytes.get(start..self.at).unwrap_or(&[]);
        Ok(std::str::from_utf8(token).ok().and_then(|digits| digits.trim_matches('"').parse().ok()))
    }

    /// Consumes any value.
    pub fn skip_value(&mut self) -> Scanned<()> {
        match self.peek()? {
            b'"' => self.string().map(|_| ()),
            b'{' | b'[' => self.skip_nested(),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            b'-' | b'0'..=b'9' => self.skip_number(),
            _ => Err(self.syntax()),
        }
    }

    /// Consumes the value of a property that means nothing inside a record's flows. A property that only a
    /// record has tells that the record before it never ended.
    pub fn skip_property(&mut self, key: Text) -> Scanned<()> {
        match key.raw(self.bytes) {
            b"time" | b"records" | b"flowRecords" => Err(Stop::Syntax(key.start)),
            _ => self.skip_value(),
        }
    }

    /// Consumes an array or object by its brackets; what stands between strings is not looked at closely.
    fn skip_nested(&mut self) -> Scanned<()> {
        let mut closers = [0_u8; DEPTH_MAX];
        let mut depth = 0;
        loop {
            match self.peek()? {
                b'"' => {
                    self.string()?;
                    if depth == 0 {
                        return Err(self.syntax());
                    }
                    continue;
                }
                open @ (b'{' | b'[') => {
                    *closers.get_mut(depth).ok_or(Stop::Syntax(self.at))? = open + 2;
                    depth += 1;
                }
                close @ (b'}' | b']') => {
                    if depth == 0 || closers.get(depth - 1) != Some(&close) {
                        return Err(self.syntax());
                    }
                    depth -= 1;
                }
                b',' | b':' | b'-' | b'+' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'E' => {}
                _ => return Err(self.syntax()),
            }
            self.at += 1;
            if depth == 0 {
                return Ok(());
            }
        }
    }

    fn skip_number(&mut self) -> Scanned<()> {
        while matches!(self.bytes.get(self.at), Some(b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')) {
            self.at += 1;
        }
        // A number at the end of the piece may go on in the next one.
        if self.at == self.bytes.len() { Err(Stop::Incomplete) } else { Ok(()) }
    }

    fn word(&mut self, word: &[u8]) -> Scanned<()> {
        let rest = self.bytes.get(self.at..).unwrap_or(&[]);
        if rest.starts_with(word) {
            self.at += word.len();
            Ok(())
        } else if word.starts_with(rest) {
            Err(Stop::Incomplete)
        } else {
            Err(self.syntax())
        }
    }

    /// Walks an object: `visit` gets each key and consumes its value.
    #[inline]
    pub fn object(&mut self, mut visit: impl FnMut(&mut Self, Text) -> Scanned<()>) -> Scanned<()> {
        self.expect(b'{')?;
        if self.accept(b'}')? {
            return Ok(());
        }
        loop {
            let key = self.key()?;
            visit(self, key)?;
            if self.accept(b'}')? {
                return Ok(());
            }
            self.expect(b',')?;
        }
    }

    /// Walks an array: `visit` consumes each element.
    #[inline]
    pub fn array(&mut self, mut visit: impl FnMut(&mut Self) -> Scanned<()>) -> Scanned<()> {
        self.expect(b'[')?;
        if self.accept(b']')? {
            return Ok(());
        }
        loop {
            visit(self)?;
            if self.accept(b']')? {
                return Ok(());
            }
            self.expect(b',')?;
        }
    }
}

/// The offset of the next place where a record may begin: `{` and a quote, behind a comma, a bracket or a line end.
/// Without one, what is known to hold none: the bytes before the first of these whose key is not all there.
pub(crate) fn next_record(bytes: &[u8]) -> Result<usize, usize> {
    let (mut at, mut looked) = (0, bytes.len());
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr3(b',', b'\n', b'[', rest)) {
        let separator = at + found;
        let mut scan = Scan { bytes, at: separator + 1 };
        let seen = scan.peek();
        // Blanks were looked through: each line end among them would look through the rest again.
        at = scan.at;
        let head = match seen {
            Ok(b'{') => {
                scan.at += 1;
                scan.key()
            }
            Ok(_) => continue,
            Err(stop) => Err(stop),
        };
        match head {
            Ok(key) if matches!(key.raw(bytes), b"time" | b"records") => return Ok(at),
            Err(Stop::Incomplete) => looked = looked.min(separator),
            _ => {}
        }
    }
    Err(looked)
}

fn unescape(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw);
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            out.push(character);
            continue;
        }
        match characters.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('u') => {
                let unit = |characters: &mut std::str::Chars<'_>| {
                    let digits: String = characters.by_ref().take(4).collect();
                    u32::from_str_radix(&digits, 16).unwrap_or(0xfffd)
                };
                let high = unit(&mut characters);
                let code = if (0xd800..0xdc00).contains(&high) && characters.as_str().starts_with("\\u") {
                    characters.nth(1);
                    0x10000 + ((high - 0xd800) << 10) + (unit(&mut characters).wrapping_sub(0xdc00) & 0x3ff)
                } else {
                    high
                };
                out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skip(text: &str) -> Scanned<usize> {
        let mut scan = Scan { bytes: text.as_bytes(), at: 0 };
        scan.skip_value().map(|()| scan.at)
    }

    #[test]
    fn values_are_skipped_to_their_end() {
        assert_eq!(skip(r#"{"a":[1,{"b":"]}\""}],"c":null} x"#), Ok(31));
        assert_eq!(skip("12,"), Ok(2));
        assert_eq!(skip("12"), Err(Stop::Incomplete));
        assert_eq!(skip(r#""ab"#), Err(Stop::Incomplete));
        assert_eq!(skip("tru"), Err(Stop::Incomplete));
        assert_eq!(skip("[1}"), Err(Stop::Syntax(2)));
        assert!(matches!(skip(&"[".repeat(100)), Err(Stop::Syntax(_))));
    }

    #[test]
    fn escapes_are_resolved() {
        assert_eq!(unescape(br#"a\/b\u00e9\ud83d\ude00\n"#), "a/b\u{e9}\u{1f600}\n");
        assert_eq!(unescape(br"\ud83d"), "\u{fffd}");
        assert_eq!(unescape(br"\"), "");
    }

    #[test]
    fn blanks_are_looked_through_once() {
        let blanks = "\n".repeat(1 << 20);
        assert_eq!(next_record(format!("x{blanks}y").as_bytes()), Err((1 << 20) + 2));
        let text = format!("x{blanks}{{\"time\":1");
        assert_eq!(next_record(text.as_bytes()), Ok((1 << 20) + 1));
    }
}
