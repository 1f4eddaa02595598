use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An IP address as a number; IPv4 stands in the IPv4-mapped range of IPv6 (`::ffff:0:0/96`).
///
/// In two halves: a `u128` would have every row of two addresses begin at a multiple of sixteen bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    high: u64,
    low: u64,
}

const MAPPED: u64 = 0xffff_0000_0000;

impl Address {
    /// The address of four octets given as a number, the first octet highest.
    pub const fn from_ipv4(number: u32) -> Self {
        Address { high: 0, low: MAPPED | number as u64 }
    }

    /// The address of 128 bits.
    pub const fn from_ipv6(number: u128) -> Self {
        Address { high: (number >> 64) as u64, low: number as u64 }
    }

    /// The number of an IPv4 address, mapped ones included; nothing for any other.
    pub const fn ipv4(self) -> Option<u32> {
        if self.high == 0 && self.low >> 32 == MAPPED >> 32 { Some(self.low as u32) } else { None }
    }

    /// All 128 bits.
    pub const fn bits(self) -> u128 {
        (self.high as u128) << 64 | self.low as u128
    }

    /// Reads the text of an address: no brackets, no zone, no prefix length.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        if text.contains(':') {
            text.parse::<Ipv6Addr>().ok().map(|a| Address::from_ipv6(a.to_bits()))
        } else {
            text.parse::<Ipv4Addr>().ok().map(|a| Address::from_ipv4(a.to_bits()))
        }
    }
}

impl Hash for Address {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u128(self.bits());
    }
}

impl From<Address> for IpAddr {
    fn from(address: Address) -> IpAddr {
        match address.ipv4() {
            Some(number) => IpAddr::V4(Ipv4Addr::from_bits(number)),
            None => IpAddr::V6(Ipv6Addr::from_bits(address.bits())),
        }
    }
}

impl fmt::Display for Address {
    /// Dotted for IPv4, the canonical form of RFC 5952 for IPv6.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ipv4() {
            Some(number) => f.pad(dotted(number, &mut [0; 15])),
            None => fmt::Display::fmt(&IpAddr::from(*self), f),
        }
    }
}

/// The text of an IPv4 address, as [`Address`] is displayed: rows are sorted by it, and the tables spell millions.
pub fn dotted(number: u32, text: &mut [u8; 15]) -> &str {
    let mut length = 0;
    let mut push = |byte: u8| {
        text[length] = byte;
        length += 1;
    };
    for (place, octet) in number.to_be_bytes().into_iter().enumerate() {
        if place > 0 {
            push(b'.');
        }
        if octet >= 100 {
            push(b'0' + octet / 100);
        }
        if octet >= 10 {
            push(b'0' + octet / 10 % 10);
        }
        push(b'0' + octet % 10);
    }
    // Digits and dots are text.
    std::str::from_utf8(&text[..length]).unwrap_or_default()
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn ipv4_is_spelt_as_the_standard_library_does() {
        for number in (0..=u32::MAX).step_by(9_973).chain([0, 1, 255, 256, u32::MAX]) {
            let ours = Address::from_ipv4(number).to_string();
            assert_eq!(ours, std::net::Ipv4Addr::from(number).to_string());
        }
        assert_eq!(format!("{:>9}|", Address::from_ipv4(0x0101_0101)), "  1.1.1.1|");
    }

    #[test]
    fn text_is_normalised() {
        for (text, canonical) in [
            ("10.0.0.4", "10.0.0.4"),
            ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
            ("::ffff:10.0.0.4", "10.0.0.4"),
            ("::", "::"),
        ] {
            assert_eq!(Address::parse(text.as_bytes()).unwrap().to_string(), canonical);
        }
        for text in ["", "10.0.0", "10.0.0.256", "010.0.0.1", "[::1]", "fe80::1%eth0", "10.0.0.0/8", "x"] {
            assert!(Address::parse(text.as_bytes()).is_none(), "{text}");
        }
    }
}
