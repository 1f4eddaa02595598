//! A tuple as text.

use crate::model::address::as_six;
use crate::model::links::Encryption;
use crate::model::talk::Protocol;
use crate::traffic::{State, Tuple};

/// Longer than any tuple: 13 fields of at most 20 digits or letters, commas and quotes.
const LINE_BYTES: usize = 224;

/// Decimal text of every octet, with the dot that may follow.
const OCTETS: [([u8; 4], u8); 256] = octets();

const fn octets() -> [([u8; 4], u8); 256] {
    let mut table = [([b'.'; 4], 1); 256];
    let mut value = 0;
    while value < 256 {
        let digits = [b'0' + (value / 100) as u8, b'0' + (value / 10 % 10) as u8, b'0' + (value % 10) as u8];
        let length = if value >= 100 {
            3
        } else if value >= 10 {
            2
        } else {
            1
        };
        let mut place = 0;
        while place < length {
            table[value].0[place] = digits[3 - length + place];
            place += 1;
        }
        table[value].1 = length as u8;
        value += 1;
    }
    table
}

/// A line under construction, on the stack.
struct Line {
    bytes: [u8; LINE_BYTES],
    length: usize,
}

impl Line {
    fn text(&mut self, text: &[u8]) {
        self.bytes[self.length..self.length + text.len()].copy_from_slice(text);
        self.length += text.len();
    }

    fn number(&mut self, value: u64) {
        self.text(itoa::Buffer::new().format(value).as_bytes());
    }

    fn address(&mut self, address: u32) {
        if let Some(six) = as_six(address) {
            self.text(six.to_string().as_bytes());
            return;
        }
        for octet in address.to_be_bytes() {
            let (text, length) = OCTETS[usize::from(octet)];
            self.bytes[self.length..self.length + 4].copy_from_slice(&text);
            self.length += usize::from(length) + 1;
        }
        self.length -= 1;
    }

    /// Time, addresses and ports, each with a comma after it.
    fn who(&mut self, time: u64, tuple: &Tuple) {
        self.text(b"\"");
        self.number(time);
        self.text(b",");
        self.address(tuple.source);
        self.text(b",");
        self.address(tuple.target);
        self.text(b",");
        self.number(tuple.source_port.into());
        self.text(b",");
        self.number(tuple.target_port.into());
        self.text(b",");
    }

    fn counts(&mut self, tuple: &Tuple) {
        let counts = &tuple.counts;
        for value in [counts.sent_packets, counts.sent_bytes, counts.received_packets, counts.received_bytes]
        {
            self.text(b",");
            self.number(value);
        }
    }

    fn finish(mut self, out: &mut Vec<u8>) {
        self.text(b"\"");
        out.extend_from_slice(&self.bytes[..self.length]);
    }
}

const fn line() -> Line {
    Line { bytes: [b'.'; LINE_BYTES], length: 0 }
}

const fn direction(tuple: &Tuple) -> &'static [u8] {
    if tuple.inbound { b"I" } else { b"O" }
}

/// A tuple of a VNet flow log, in quotes.
pub(super) fn vnet(out: &mut Vec<u8>, tuple: &Tuple) {
    let mut line = line();
    line.who(tuple.time_ms as u64, tuple);
    line.text(match tuple.protocol {
        Protocol::Tcp => b"6,",
        Protocol::Udp => b"17,",
    });
    line.text(direction(tuple));
    line.text(match tuple.state {
        State::Begin => b",B,",
        State::Continuing => b",C,",
        State::End => b",E,",
        State::Deny => b",D,",
    });
    line.text(Encryption::text(tuple.encryption).as_bytes());
    line.counts(tuple);
    line.finish(out);
}

/// A tuple of an NSG flow log, in quotes.
pub(super) fn nsg(out: &mut Vec<u8>, tuple: &Tuple, version: u8) {
    let mut line = line();
    line.who(tuple.time_ms as u64 / 1_000, tuple);
    line.text(match tuple.protocol {
        Protocol::Tcp => b"T,",
        Protocol::Udp => b"U,",
    });
    line.text(direction(tuple));
    line.text(if tuple.state == State::Deny { b",D" } else { b",A" });
    if version >= 2 {
        match tuple.state {
            // Begins and denials carry no counters, and a denial is a begin without an end.
            State::Begin | State::Deny => line.text(b",B,,,,"),
            State::Continuing => line.text(b",C"),
            State::End => line.text(b",E"),
        }
        if matches!(tuple.state, State::Continuing | State::End) {
            line.counts(tuple);
        }
    }
    line.finish(out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::traffic::Counts;

    fn tuple(state: State, counts: Counts) -> Tuple {
        Tuple {
            time_ms: 1_786_653_162_636,
            source: 0x0a01_0108,
            target: 0xc0a8_64ff,
            source_port: 59_350,
            target_port: 80,
            rule: 0,
            view: 0,
            protocol: Protocol::Tcp,
            inbound: false,
            state,
            encryption: Encryption::None,
            counts,
        }
    }

    fn written(write: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).expect("ASCII")
    }

    #[test]
    fn forms() {
        let begin = tuple(State::Begin, Counts::default());
        let some = Counts { sent_packets: 5, sent_bytes: 593, received_packets: 4, received_bytes: 560 };
        let end =
            Tuple { encryption: Encryption::SoftwareNotReady, inbound: true, ..tuple(State::End, some) };
        let deny = Tuple { protocol: Protocol::Udp, ..tuple(State::Deny, Counts::default()) };
        let vnet = |tuple| written(|out| vnet(out, tuple));
        let nsg = |tuple, version| written(|out| nsg(out, tuple, version));
        assert_eq!(vnet(&begin), r#""1786653162636,10.1.1.8,192.168.100.255,59350,80,6,O,B,NX,0,0,0,0""#);
        assert_eq!(
            vnet(&end),
            r#""1786653162636,10.1.1.8,192.168.100.255,59350,80,6,I,E,NX_SW_NOT_READY,5,593,4,560""#
        );
        assert_eq!(vnet(&deny), r#""1786653162636,10.1.1.8,192.168.100.255,59350,80,17,O,D,NX,0,0,0,0""#);
        assert_eq!(nsg(&begin, 2), r#""1786653162,10.1.1.8,192.168.100.255,59350,80,T,O,A,B,,,,""#);
        assert_eq!(nsg(&end, 2), r#""1786653162,10.1.1.8,192.168.100.255,59350,80,T,I,A,E,5,593,4,560""#);
        assert_eq!(nsg(&deny, 2), r#""1786653162,10.1.1.8,192.168.100.255,59350,80,U,O,D,B,,,,""#);
        assert_eq!(nsg(&begin, 1), r#""1786653162,10.1.1.8,192.168.100.255,59350,80,T,O,A""#);
        assert_eq!(nsg(&deny, 1), r#""1786653162,10.1.1.8,192.168.100.255,59350,80,U,O,D""#);
    }

    #[test]
    fn every_octet() {
        for octet in 0..=255u8 {
            let mut line = line();
            line.address(u32::from(std::net::Ipv4Addr::new(octet, 1, octet, 255)));
            assert_eq!(&line.bytes[..line.length], format!("{octet}.1.{octet}.255").as_bytes());
        }
    }

    #[test]
    fn the_longest_tuple_fits() {
        let most = Counts {
            sent_packets: u64::MAX,
            sent_bytes: u64::MAX,
            received_packets: u64::MAX,
            received_bytes: u64::MAX,
        };
        let mut longest = tuple(State::End, most);
        longest.encryption = Encryption::HardwareNotSupported;
        longest.source = u32::MAX;
        assert!(written(|out| vnet(out, &longest)).len() < LINE_BYTES);
    }
}
