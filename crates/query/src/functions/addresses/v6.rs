//! IPv6 addresses; IPv4 ones stand among them as `::ffff:a.b.c.d`.
//!
//! Source: <https://learn.microsoft.com/kusto/query/scalar-functions#ipv4ipv6-functions>

use std::net::{Ipv4Addr, Ipv6Addr};

use datafusion::arrow::array::BooleanArray;
use weir_value::KustoType::String as Text;

use super::{IN_ARRAY, LISTED, PAIR, Prefixed, compared, in_array, in_listed, matched};
use crate::functions::{Accepts, Function, Naming, by_kernel, exactly, one, with};
use crate::kernel;
use crate::kernel::{Column, Long, Str, map2, write1, write2};

pub(crate) const FUNCTIONS: &[&Function] =
    &[&COMPARE, &IS_MATCH, &IS_IN_RANGE, &IS_IN_ANY_RANGE, &PARSE, &PARSE_MASK];

/// What is before an IPv4 address.
const MAPPED: u128 = 0xffff_0000_0000;

/// An address with a prefix length: the host bits are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    address: u128,
    prefix: u8,
    /// Whether the address ends as an IPv4 address is written.
    dotted: bool,
}

impl Network {
    /// Reads an address of either kind, with a prefix or without. The prefix of one that is written with dots counts
    /// the bits of an IPv4 address.
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u8>().ok()?)),
            None => (text, None),
        };
        let dotted = address.contains('.');
        let prefix = match (prefix, dotted) {
            (None, _) => 128,
            (Some(prefix), true) => prefix.checked_add(96)?,
            (Some(prefix), false) => prefix,
        };
        let address = match address.parse::<Ipv4Addr>() {
            Ok(v4) => MAPPED | u128::from(v4.to_bits()),
            Err(_) => address.parse::<Ipv6Addr>().ok()?.to_bits(),
        };
        (prefix <= 128).then_some(Network { address, prefix, dotted })
    }

    /// The address as it is compared: `::1.2.3.4` is the same as `1.2.3.4`.
    fn comparable(self) -> Self {
        match self.dotted && self.address >> 32 == 0 {
            true => Network { address: self.address | MAPPED, ..self },
            false => self,
        }
    }
}

impl Prefixed for Network {
    type Bits = u128;
    const WHOLE: u8 = 128;

    fn read(text: &str) -> Option<Self> {
        Network::parse(text).map(Network::comparable)
    }

    fn prefix(self) -> u8 {
        self.prefix
    }

    fn bits(self, prefix: i64) -> Option<u128> {
        let prefix = u8::try_from(prefix).ok().filter(|prefix| *prefix <= 128)?.min(self.prefix);
        Some(self.address & mask(prefix))
    }

    fn holds(self, other: Network) -> bool {
        (self.address ^ other.address) & mask(self.prefix.min(other.prefix)) == 0
    }
}

fn mask(prefix: u8) -> u128 {
    u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0)
}

function!(COMPARE = ["ipv6_compare"], Naming::None, [by_kernel(PAIR, &COMPARED)]);
kernel!(COMPARED = "kql_ipv6_compare" -> Long, |a, n| compared::<Network>(a, n));

function!(IS_MATCH = ["ipv6_is_match"], Naming::None, [by_kernel(PAIR, &MATCHED)]);
kernel!(MATCHED = "kql_ipv6_is_match" -> Bool, |a, n| matched::<Network>(a, n));

function!(
    IS_IN_RANGE = ["ipv6_is_in_range"],
    Naming::None,
    [by_kernel(&[exactly("ip", Text), exactly("range", Text)], &IN_RANGE)]
);
kernel!(IN_RANGE = "kql_ipv6_is_in_range" -> Bool, |a, n| {
    let ranges = Column::<Str>::of(&a[1])?;
    let constant = ranges.constant().map(|range| range.and_then(Network::read));
    map2::<Str, Str, bool, BooleanArray>(a, n, |ip, range| {
        let range = match constant {
            Some(range) => range,
            None => Network::read(range),
        };
        Some(range?.holds(Network::read(ip)?))
    })
});

function!(
    IS_IN_ANY_RANGE = ["ipv6_is_in_any_range"],
    Naming::None,
    [by_kernel(IN_ARRAY, &IN_ANY), with(LISTED, |a| in_listed(a, &IN_ANY))]
);
kernel!(IN_ANY = "kql_ipv6_is_in_any_range" -> Bool, |a, n| in_array::<Network>(a, n));

function!(PARSE = ["parse_ipv6"], Naming::None, [by_kernel(&[exactly("ip", Text)], &FULL)]);
kernel!(
    /// Eight groups of four digits, host bits cleared; blank for what is no address.
    FULL = "kql_parse_ipv6" -> String, |a, n| write1::<Str>(a, n, |text, out| write_full(text, 128, out))
);

function!(
    PARSE_MASK = ["parse_ipv6_mask"],
    Naming::None,
    [by_kernel(&[exactly("ip", Text), one("prefix", Accepts::Integer)], &MASKED)]
);
kernel!(MASKED = "kql_parse_ipv6_mask" -> String, |a, n| write2::<Str, Long>(a, n, write_full));

fn write_full(text: &str, prefix: i64, out: &mut String) {
    use std::fmt::Write;
    if let Some(bits) = Network::parse(text).and_then(|network| network.bits(prefix)) {
        for (place, group) in Ipv6Addr::from_bits(bits).segments().into_iter().enumerate() {
            // Writing to a String cannot fail.
            let _ = write!(out, "{}{group:04x}", if place > 0 { ":" } else { "" });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::value;

    #[test]
    fn both_kinds_compare() {
        assert_eq!(
            value("ipv6_compare('fe80::1', 'fe80::2'), ipv6_compare('fe80::1/64', 'fe80::2')"),
            "-1 | 0"
        );
        assert_eq!(
            value("ipv6_is_match('10.0.0.1', '::ffff:10.0.0.1'), ipv6_is_match('10.0.0.1/24', '10.0.0.9')"),
            "True | True"
        );
        assert_eq!(
            value(
                "ipv6_compare('fe80::1', 'fe80::2', 64), ipv6_is_match('x', '::'), ipv6_is_match('::', '::', 129)"
            ),
            "0 | null | null"
        );
    }

    #[test]
    fn ranges_hold_addresses() {
        assert_eq!(
            value(
                "ipv6_is_in_range('2001:db8::5', '2001:db8::/32'), ipv6_is_in_range('2001:db9::5', '2001:db8::/32')"
            ),
            "True | False"
        );
        assert_eq!(
            value("ipv6_is_in_range('10.1.2.3', '10.0.0.0/8'), ipv6_is_in_range('', '::/0')"),
            "True | null"
        );
        assert_eq!(
            value(
                "ipv6_is_in_any_range('fd00::1', 'fc00::/7', '::1'), ipv6_is_in_any_range('fe80::', dynamic(['fc00::/7']))"
            ),
            "True | False"
        );
    }

    #[test]
    fn addresses_are_written_in_full() {
        assert_eq!(value("parse_ipv6('::1')"), "0000:0000:0000:0000:0000:0000:0000:0001");
        assert_eq!(value("parse_ipv6('10.0.0.9/24')"), "0000:0000:0000:0000:0000:ffff:0a00:0000");
        assert_eq!(value("parse_ipv6_mask('fe80::ffff', 120)"), "fe80:0000:0000:0000:0000:0000:0000:ff00");
        assert_eq!(value("strcat(parse_ipv6('x'), parse_ipv6_mask('::', -1))"), "");
    }
}
