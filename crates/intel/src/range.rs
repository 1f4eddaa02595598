//! Ranges of addresses, however feeds write them.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use weir_decode::Address;

/// Addresses from a first one to a last one, both included, of one version of the protocol.
///
/// IPv4 addresses that are written as IPv6 (`::ffff:192.0.2.0/120`) are IPv4. A range of IPv6 addresses never covers
/// those of IPv4, however large it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AddressRange {
    /// IPv4, as numbers.
    Four(u32, u32),
    /// IPv6, as numbers.
    Six(u128, u128),
}

/// Addresses that IPv6 has for those of IPv4: `::ffff:0:0/96`.
const MAPPED: u128 = 0xffff_0000_0000;

impl AddressRange {
    /// From one address to another; nothing when they are of two kinds or the wrong way round.
    pub fn between(first: Address, last: Address) -> Option<Self> {
        match (first.ipv4(), last.ipv4()) {
            (Some(first), Some(last)) if first <= last => Some(AddressRange::Four(first, last)),
            (None, None) if first.bits() <= last.bits() => Some(AddressRange::Six(first.bits(), last.bits())),
            _ => None,
        }
    }

    /// One address.
    pub fn single(address: Address) -> Self {
        match address.ipv4() {
            Some(number) => AddressRange::Four(number, number),
            None => AddressRange::Six(address.bits(), address.bits()),
        }
    }

    /// Reads an address, a prefix (`192.0.2.0/24`), or a range (`192.0.2.0-192.0.2.9`). Bits behind the length of a
    /// prefix are left out of account, as most feeds have some prefix with them.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some((address, length)) = text.split_once('/') {
            return AddressRange::prefix(
                Address::parse(address.trim().as_bytes())?,
                address.contains(':'),
                length.trim().parse().ok()?,
            );
        }
        if let Some((first, last)) = text.split_once('-') {
            return AddressRange::between(
                Address::parse(first.trim().as_bytes())?,
                Address::parse(last.trim().as_bytes())?,
            );
        }
        Address::parse(text.as_bytes()).map(AddressRange::single)
    }

    /// A prefix; its length is in the bits of IPv6 where it was written so.
    pub(crate) fn prefix(address: Address, written_as_six: bool, length: u8) -> Option<Self> {
        match address.ipv4() {
            Some(number) => {
                let length = if written_as_six { length.checked_sub(96)? } else { length };
                let net = Ipv4Net::new(Ipv4Addr::from_bits(number), length).ok()?;
                Some(AddressRange::Four(net.network().to_bits(), net.broadcast().to_bits()))
            }
            None => {
                let net = Ipv6Net::new(Ipv6Addr::from_bits(address.bits()), length).ok()?;
                Some(AddressRange::Six(net.network().to_bits(), net.broadcast().to_bits()))
            }
        }
    }

    /// Whether an address is in it.
    pub fn contains(self, address: Address) -> bool {
        match (self, address.ipv4()) {
            (AddressRange::Four(first, last), Some(number)) => first <= number && number <= last,
            (AddressRange::Six(first, last), None) => first <= address.bits() && address.bits() <= last,
            _ => false,
        }
    }

    /// How many addresses it has beside the first one; IPv4 and IPv6 are never compared.
    pub(crate) fn span(self) -> u128 {
        match self {
            AddressRange::Four(first, last) => u128::from(last - first),
            AddressRange::Six(first, last) => last - first,
        }
    }

    /// The first and the last address.
    pub fn ends(self) -> (Address, Address) {
        match self {
            AddressRange::Four(first, last) => (Address::from_ipv4(first), Address::from_ipv4(last)),
            AddressRange::Six(first, last) => (Address::from_ipv6(first), Address::from_ipv6(last)),
        }
    }
}

impl From<IpNet> for AddressRange {
    fn from(net: IpNet) -> Self {
        match net {
            IpNet::V4(net) => AddressRange::Four(net.network().to_bits(), net.broadcast().to_bits()),
            IpNet::V6(net) => {
                let (first, last) = (net.network().to_bits(), net.broadcast().to_bits());
                match first >> 32 == MAPPED >> 32 && last >> 32 == MAPPED >> 32 {
                    true => AddressRange::Four(first as u32, last as u32),
                    false => AddressRange::Six(first, last),
                }
            }
        }
    }
}

impl fmt::Display for AddressRange {
    /// The address, the prefix, or `first-last` where it is neither.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, last) = self.ends();
        let bits = match self {
            _ if first == last => return first.fmt(f),
            AddressRange::Four(..) => 32,
            AddressRange::Six(..) => 128,
        };
        let length = bits - (128 - self.span().leading_zeros());
        let net = IpNet::new(IpAddr::from(first), length as u8).map(|net| net.trunc());
        match net.map(AddressRange::from) {
            Ok(prefix) if prefix == *self => write!(f, "{first}/{length}"),
            _ => write!(f, "{first}-{last}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_and_written() {
        for (text, written) in [
            ("192.0.2.7", "192.0.2.7"),
            (" 192.0.2.7/32 ", "192.0.2.7"),
            ("192.0.2.0/24", "192.0.2.0/24"),
            ("192.0.2.9/24", "192.0.2.0/24"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("192.0.2.0 - 192.0.2.255", "192.0.2.0/24"),
            ("192.0.2.1-192.0.2.8", "192.0.2.1-192.0.2.8"),
            ("::ffff:192.0.2.0/120", "192.0.2.0/24"),
            ("2001:DB8::/32", "2001:db8::/32"),
            ("::/0", "::/0"),
            ("2001:db8::1", "2001:db8::1"),
            ("2001:db8::1-2001:db8::3", "2001:db8::1-2001:db8::3"),
        ] {
            let read = AddressRange::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(read.to_string(), written, "{text}");
            assert_eq!(AddressRange::parse(written), Some(read), "{text}");
        }
        for text in [
            "",
            "192.0.2",
            "192.0.2.0/33",
            "192.0.2.9-192.0.2.1",
            "1.1.1.1-::1",
            "::/129",
            "::ffff:1.1.1.1/95",
            "x",
            "1.1.1.1/",
            "1.1.1.1/-1",
            "example.org",
        ] {
            assert_eq!(AddressRange::parse(text), None, "{text}");
        }
    }

    #[test]
    fn six_never_covers_four() {
        let all = AddressRange::parse("::/0").unwrap();
        assert!(all.contains(Address::parse(b"2001:db8::1").unwrap()));
        assert!(!all.contains(Address::parse(b"192.0.2.1").unwrap()));
    }
}
