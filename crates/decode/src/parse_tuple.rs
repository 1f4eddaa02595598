//! A flow tuple from the bytes of its string.

use crate::record::Layout;
use crate::{Address, Decision, Direction, Encryption, FlowTuple, Reason, State};

/// Times below are seconds, others milliseconds since the Unix epoch.
const SECONDS_BELOW: u64 = 100_000_000_000;
/// 10000-01-01.
const TIME_MILLIS_END: i64 = 253_402_300_800_000;

/// Words for encryption that are not known yet, kept by number.
pub(crate) trait EncryptionWords {
    /// The number of a word; nothing when there are too many.
    fn number(&mut self, word: &[u8]) -> Option<u8>;
}

/// Reads a whole tuple. `text` is what stood between the quotes.
pub(crate) fn parse_tuple(
    text: &[u8],
    layout: Layout,
    words: &mut impl EncryptionWords,
) -> Result<FlowTuple, Reason> {
    let mut fields = Fields { rest: text, ended: false };
    let time_millis = time(fields.number().ok_or_else(|| fields.blame(Reason::BadTime))?)?;
    let src_ip = fields.address()?;
    let dest_ip = fields.address()?;
    let src_port = fields.port()?;
    let dest_port = fields.port()?;
    let protocol = fields.next().ok_or(Reason::TooFewFields)?;
    let (protocol, lettered) = match protocol {
        [b'T'] => (6, true),
        [b'U'] => (17, true),
        digits => {
            (parse_number(digits).and_then(|n| u8::try_from(n).ok()).ok_or(Reason::BadProtocol)?, false)
        }
    };
    if lettered != (layout == Layout::Nsg) {
        return Err(Reason::OtherGeneration);
    }
    let (src_port, dest_port) = match (src_port, dest_port, protocol) {
        (Some(src), Some(dest), _) => (src, dest),
        // ICMP has no ports.
        (src, dest, 1 | 58) => (src.unwrap_or(0), dest.unwrap_or(0)),
        _ => return Err(Reason::BadPort),
    };
    let direction = match fields.next().ok_or(Reason::TooFewFields)? {
        b"I" => Direction::Inbound,
        b"O" => Direction::Outbound,
        _ => return Err(Reason::BadDirection),
    };
    let mut tuple = FlowTuple {
        src_ip,
        dest_ip,
        time_millis,
        packets_src_to_dest: 0,
        bytes_src_to_dest: 0,
        packets_dest_to_src: 0,
        bytes_dest_to_src: 0,
        src_port,
        dest_port,
        protocol,
        direction,
        state: State::Unstated,
        decision: Decision::Allowed,
        encryption: Encryption::Untold,
    };
    match layout {
        Layout::Vnet => {
            tuple.state = state(fields.next().ok_or(Reason::TooFewFields)?)?;
            if tuple.state == State::Deny {
                tuple.decision = Decision::Denied;
            }
            tuple.encryption = match fields.next().ok_or(Reason::TooFewFields)? {
                b"" => return Err(Reason::BadEncryption),
                word => Encryption::from_word(word)
                    .or_else(|| words.number(word).map(Encryption::Word))
                    .ok_or(Reason::BadEncryption)?,
            };
        }
        Layout::Nsg => {
            tuple.decision = match fields.next().ok_or(Reason::TooFewFields)? {
                b"A" => Decision::Allowed,
                b"D" => Decision::Denied,
                _ => return Err(Reason::BadDecision),
            };
            match fields.next() {
                // Version 1 ends here, at times with commas behind.
                None => return Ok(tuple),
                Some(b"") => return fields.nothing_more().map(|()| tuple),
                Some(b"D") => return Err(Reason::BadState),
                Some(letter) => tuple.state = state(letter)?,
            }
        }
    }
    tuple.packets_src_to_dest = fields.counter()?;
    tuple.bytes_src_to_dest = fields.counter()?;
    tuple.packets_dest_to_src = fields.counter()?;
    tuple.bytes_dest_to_src = fields.counter()?;
    fields.nothing_more()?;
    Ok(tuple)
}

/// How many bytes [`parse_usual`] wants to see.
pub(crate) const WINDOW: usize = 256;

/// Reads a tuple in its usual form straight from the blob: `window` begins behind the opening quote. Returns the
/// tuple and the offset of the closing quote.
///
/// Nothing where anything is out of the ordinary: [`parse_tuple`] then decides. The window is as long as the
/// index type counts, so that no access needs a bounds check; a field too long to be usual ends the reading.
#[inline]
pub(crate) fn parse_usual(window: &[u8; WINDOW], layout: Layout) -> Option<(FlowTuple, usize)> {
    let mut at = 0_u8;
    let time_millis = time(instant(window, &mut at)?).ok()?;
    let src_ip = dotted(window, &mut at)?;
    let dest_ip = dotted(window, &mut at)?;
    let src_port = u16::try_from(digits(window, &mut at, b',', 5)?).ok()?;
    let dest_port = u16::try_from(digits(window, &mut at, b',', 5)?).ok()?;
    let protocol = match (layout, window[at as usize]) {
        (Layout::Vnet, _) => u8::try_from(digits(window, &mut at, b',', 3)?).ok()?,
        (Layout::Nsg, b'T') => letter(window, &mut at).map(|_| 6)?,
        (Layout::Nsg, b'U') => letter(window, &mut at).map(|_| 17)?,
        _ => return None,
    };
    let direction = match letter(window, &mut at)? {
        b'I' => Direction::Inbound,
        b'O' => Direction::Outbound,
        _ => return None,
    };
    let (state, decision, encryption) = match layout {
        Layout::Vnet => {
            let state = state(&[letter(window, &mut at)?]).ok()?;
            let decision = if state == State::Deny { Decision::Denied } else { Decision::Allowed };
            let encryption = match (window[at as usize], window[at.wrapping_add(1) as usize]) {
                (b'N', b'X') => Encryption::Unencrypted,
                (b'X', b',') => Encryption::Encrypted,
                _ => return None,
            };
            at = at.wrapping_add(if encryption == Encryption::Unencrypted { 2 } else { 1 });
            (window[at as usize] == b',').then_some(())?;
            at = at.wrapping_add(1);
            (state, decision, encryption)
        }
        Layout::Nsg => {
            let decision = match window[at as usize] {
                b'A' => Decision::Allowed,
                b'D' => Decision::Denied,
                _ => return None,
            };
            at = at.wrapping_add(2);
            let state = match window[at.wrapping_sub(1) as usize] {
                // Version 1 ends here.
                b'"' => State::Unstated,
                b',' => state(&[letter(window, &mut at)?]).ok().filter(|state| *state != State::Deny)?,
                _ => return None,
            };
            (state, decision, Encryption::Untold)
        }
    };
    let blank = || [b',', b',', b',', b'"'] == [0, 1, 2, 3].map(|i| window[at.wrapping_add(i) as usize]);
    let mut counters = [0; 4];
    if state == State::Unstated {
        // Nothing follows.
    } else if blank() {
        at = at.wrapping_add(4);
    } else {
        for (counter, end) in counters.iter_mut().zip([b',', b',', b',', b'"']) {
            *counter = digits(window, &mut at, end, 18)?;
        }
    }
    let tuple = FlowTuple {
        src_ip,
        dest_ip,
        time_millis,
        packets_src_to_dest: counters[0],
        bytes_src_to_dest: counters[1],
        packets_dest_to_src: counters[2],
        bytes_dest_to_src: counters[3],
        src_port,
        dest_port,
        protocol,
        direction,
        state,
        decision,
        encryption,
    };
    Some((tuple, at.wrapping_sub(1) as usize))
}

/// Every byte `0`.
const ZEROS: u64 = u64::from_le_bytes([b'0'; 8]);
/// What lifts a byte above 9 over the highest bit.
const ABOVE_NINE: u64 = u64::from_le_bytes([0x76; 8]);
const HIGH_BITS: u64 = u64::from_le_bytes([0x80; 8]);

/// The eight bytes at `at`, as the values of digits, and how many of them are digits, from the first on.
#[inline(always)]
fn eight(window: &[u8; WINDOW], at: u8) -> Option<(u64, u32)> {
    let bytes = window.get(at as usize..)?.first_chunk::<8>()?;
    let values = u64::from_le_bytes(*bytes) ^ ZEROS;
    // A carry reaches only bytes behind the first that is no digit.
    let others = (values.wrapping_add(ABOVE_NINE) | values) & HIGH_BITS;
    Some((values, others.trailing_zeros() / 8))
}

/// The number of eight digits given by their values, the first in the lowest byte.
#[inline(always)]
fn number_of_eight(values: u64) -> u64 {
    const PAIRS: u64 = 0x0000_00ff_0000_00ff;
    let pairs = values.wrapping_mul(10).wrapping_add(values >> 8);
    let low = (pairs & PAIRS).wrapping_mul(100 + (1_000_000 << 32));
    let high = (pairs >> 16 & PAIRS).wrapping_mul(1 + (10_000 << 32));
    low.wrapping_add(high) >> 32
}

/// One to `most` digits and the byte `end` behind them, all consumed.
#[inline]
fn digits(window: &[u8; WINDOW], at: &mut u8, end: u8, most: u8) -> Option<u64> {
    let start = *at;
    let mut number = 0_u64;
    loop {
        let byte = window[*at as usize];
        let digit = byte.wrapping_sub(b'0');
        let length = at.wrapping_sub(start);
        if digit >= 10 {
            *at = at.wrapping_add(1);
            return (byte == end && length > 0).then_some(number);
        }
        if length >= most {
            return None;
        }
        number = number * 10 + u64::from(digit);
        *at = at.wrapping_add(1);
    }
}

/// Milliseconds of thirteen digits, or seconds of ten, and the comma behind them, all consumed.
#[inline(always)]
fn instant(window: &[u8; WINDOW], at: &mut u8) -> Option<u64> {
    let (values, length) = eight(window, *at)?;
    (length == 8).then_some(())?;
    let high = number_of_eight(values);
    let (values, length) = eight(window, at.wrapping_add(8))?;
    let scale = match length {
        5 => 100_000,
        2 => 100,
        _ => return None,
    };
    let low = number_of_eight(values << (64 - 8 * length));
    let behind = at.wrapping_add(8 + length as u8);
    *at = behind.wrapping_add(1);
    (window[behind as usize] == b',').then_some(high * scale + low)
}

/// A letter and the comma behind it, both consumed.
#[inline]
fn letter(window: &[u8; WINDOW], at: &mut u8) -> Option<u8> {
    let letter = window[*at as usize];
    let comma = window[at.wrapping_add(1) as usize];
    *at = at.wrapping_add(2);
    (comma == b',').then_some(letter)
}

/// A dotted address without leading zeros and the comma behind it, all consumed.
#[inline]
fn dotted(window: &[u8; WINDOW], at: &mut u8) -> Option<Address> {
    let mut number = 0_u32;
    for end in [b'.', b'.', b'.', b','] {
        let first = *at;
        let octet = digits(window, at, end, 3)?;
        let leading_zero = window[first as usize] == b'0' && at.wrapping_sub(first) > 2;
        if octet > 255 || leading_zero {
            return None;
        }
        number = number << 8 | octet as u32;
    }
    Some(Address::from_ipv4(number))
}

fn time(number: u64) -> Result<i64, Reason> {
    let millis = if number < SECONDS_BELOW { number.checked_mul(1_000) } else { Some(number) };
    millis
        .and_then(|millis| i64::try_from(millis).ok())
        .filter(|millis| *millis < TIME_MILLIS_END)
        .ok_or(Reason::BadTime)
}

fn state(letter: &[u8]) -> Result<State, Reason> {
    match letter {
        b"B" => Ok(State::Begin),
        b"C" => Ok(State::Continuing),
        b"E" => Ok(State::End),
        b"D" => Ok(State::Deny),
        _ => Err(Reason::BadState),
    }
}

/// The fields of a tuple, from left to right.
struct Fields<'a> {
    rest: &'a [u8],
    ended: bool,
}

impl<'a> Fields<'a> {
    /// The next field. Fields are short: a plain loop beats a vectorised search.
    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        if self.ended {
            return None;
        }
        let mut length = 0;
        while let Some(byte) = self.rest.get(length) {
            if *byte == b',' {
                let (field, rest) = self.rest.split_at(length);
                self.rest = rest.get(1..).unwrap_or(&[]);
                return Some(field);
            }
            length += 1;
        }
        self.ended = true;
        Some(std::mem::take(&mut self.rest))
    }

    /// The next field as a number, read and found in one pass.
    #[inline]
    fn number(&mut self) -> Option<u64> {
        let mut number: u64 = 0;
        let mut length = 0;
        while let Some(digit) = self.rest.get(length).map(|byte| byte.wrapping_sub(b'0')).filter(|d| *d < 10)
        {
            number = number.checked_mul(10)?.checked_add(u64::from(digit))?;
            length += 1;
        }
        (length > 0).then_some(())?;
        self.step_over(length).then_some(number)
    }

    /// Moves behind the comma at this offset, or to the end there.
    #[inline]
    fn step_over(&mut self, length: usize) -> bool {
        match self.rest.get(length) {
            Some(b',') => {
                self.rest = self.rest.get(length + 1..).unwrap_or(&[]);
                true
            }
            Some(_) => false,
            None => {
                self.rest = &[];
                self.ended = true;
                true
            }
        }
    }

    #[inline]
    fn address(&mut self) -> Result<Address, Reason> {
        if let Some((number, length)) = parse_ipv4(self.rest)
            && self.step_over(length)
        {
            return Ok(Address::from_ipv4(number));
        }
        let field = self.next().ok_or(Reason::TooFewFields)?;
        Address::parse(field).ok_or_else(|| self.blame(Reason::BadAddress))
    }

    /// The next field as a port; nothing where it is blank.
    #[inline]
    fn port(&mut self) -> Result<Option<u16>, Reason> {
        if self.ended {
            return Err(Reason::TooFewFields);
        }
        if self.rest.first() == Some(&b',') {
            self.next();
            return Ok(None);
        }
        let port = self.number().and_then(|number| u16::try_from(number).ok());
        port.map(Some).ok_or_else(|| self.blame(Reason::BadPort))
    }

    /// The next field as a counter; blank is 0.
    #[inline]
    fn counter(&mut self) -> Result<u64, Reason> {
        if self.ended {
            return Err(Reason::TooFewFields);
        }
        if matches!(self.rest.first(), Some(b',') | None) {
            self.next();
            return Ok(0);
        }
        self.number().filter(|number| i64::try_from(*number).is_ok()).ok_or(Reason::BadCounter)
    }

    /// Only commas may follow the last field.
    fn nothing_more(&self) -> Result<(), Reason> {
        if self.rest.iter().all(|byte| *byte == b',') { Ok(()) } else { Err(Reason::SurplusFields) }
    }

    /// The reason a field was not read: `reason`, unless the tuple ends too early anyway.
    fn blame(&self, reason: Reason) -> Reason {
        if self.ended || !self.rest.contains(&b',') { Reason::TooFewFields } else { reason }
    }
}

fn parse_number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || digits.len() > 19 {
        return None;
    }
    digits.iter().try_fold(0_u64, |number, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit < 10).then(|| number * 10 + u64::from(digit))
    })
}

/// The number and the length of a dotted address at the start of `bytes`; no leading zeros.
#[inline]
fn parse_ipv4(bytes: &[u8]) -> Option<(u32, usize)> {
    let mut number: u32 = 0;
    let mut at = 0;
    for octet in 0..4 {
        if octet > 0 {
            (bytes.get(at) == Some(&b'.')).then_some(())?;
            at += 1;
        }
        let start = at;
        let mut value: u32 = 0;
        while let Some(digit) = bytes.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|d| *d < 10) {
            value = value * 10 + u32::from(digit);
            at += 1;
            if at - start > 3 {
                return None;
            }
        }
        let length = at - start;
        if length == 0 || value > 255 || (length > 1 && bytes.get(start) == Some(&b'0')) {
            return None;
        }
        number = number << 8 | value;
    }
    Some((number, at))
}
