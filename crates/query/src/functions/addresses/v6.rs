//! IPv6 addresses; IPv4 ones stand among them as `::ffff:a.b.c.d`.
//!
//! Source: <https://learn.microsoft.com/kusto/query/scalar-functions#ipv4ipv6-functions>

use std::net::{Ipv4Addr, Ipv6Addr};

use datafusion::arrow::array::{BooleanArray, Int64Array};
use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;
use weir_value::KustoType::{self, Dynamic, String as Text};

use super::v4::in_any;
use crate::bind::pack;
use crate::functions::{Accepts, Function, Naming, by_kernel, exactly, many, one, optional, with};
use crate::kernel;
use crate::kernel::{Column, Long, Str, map2, write1, write2};
use crate::typed::Typed;

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

    /// The first so many bits at most; nothing for a number that is no prefix.
    fn bits(self, prefix: i64) -> Option<u128> {
        let prefix = u8::try_from(prefix).ok().filter(|prefix| *prefix <= 128)?.min(self.prefix);
        Some(self.address & mask(prefix))
    }

    /// The address as it is compared: `::1.2.3.4` is the same as `1.2.3.4`.
    fn comparable(self) -> Self {
        match self.dotted && self.address >> 32 == 0 {
            true => Network { address: self.address | MAPPED, ..self },
            false => self,
        }
    }

    fn holds(self, other: Network) -> bool {
        let (range, other) = (self.comparable(), other.comparable());
        (range.address ^ other.address) & mask(range.prefix.min(other.prefix)) == 0
    }
}

fn mask(prefix: u8) -> u128 {
    u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0)
}

const PAIR: &[crate::functions::Parameter] =
    &[exactly("ip1", Text), exactly("ip2", Text), optional("prefix", Accepts::Integer)];

function!(COMPARE = ["ipv6_compare"], Naming::None, [by_kernel(PAIR, &COMPARED)]);
kernel!(
    /// By the smallest of all prefixes; null where one of the two is no address.
    COMPARED = "kql_ipv6_compare" -> Long, |a, n| {
        let found: Int64Array = compare(a, n)?.into_iter().map(|order| order.map(|order| order as i64)).collect();
        Ok(std::sync::Arc::new(found))
    }
);

function!(IS_MATCH = ["ipv6_is_match"], Naming::None, [by_kernel(PAIR, &MATCHED)]);
kernel!(MATCHED = "kql_ipv6_is_match" -> Bool, |a, n| {
    let found: BooleanArray = compare(a, n)?.into_iter().map(|order| order.map(std::cmp::Ordering::is_eq)).collect();
    Ok(std::sync::Arc::new(found))
});

fn compare(a: &[ColumnarValue], rows: usize) -> Result<Vec<Option<std::cmp::Ordering>>> {
    let (first, second) = (Column::<Str>::of(&a[0])?, Column::<Str>::of(&a[1])?);
    let prefixes = a.get(2).map(Column::<Long>::of).transpose()?;
    Ok(crate::limits::rows(rows)
        .map(|row| {
            let first = Network::parse(first.get(row)?)?.comparable();
            let second = Network::parse(second.get(row)?)?.comparable();
            let prefix = match &prefixes {
                Some(prefixes) => prefixes.get(row).filter(|prefix| *prefix <= 128)?,
                None => 128,
            };
            let prefix = prefix.min(first.prefix.min(second.prefix).into());
            Some(first.bits(prefix)?.cmp(&second.bits(prefix)?))
        })
        .collect())
}

function!(
    IS_IN_RANGE = ["ipv6_is_in_range"],
    Naming::None,
    [by_kernel(&[exactly("ip", Text), exactly("range", Text)], &IN_RANGE)]
);
kernel!(IN_RANGE = "kql_ipv6_is_in_range" -> Bool, |a, n| {
    let ranges = Column::<Str>::of(&a[1])?;
    let constant = ranges.constant().map(|range| range.and_then(Network::parse));
    map2::<Str, Str, bool, BooleanArray>(a, n, |ip, range| {
        let range = match constant {
            Some(range) => range,
            None => Network::parse(range),
        };
        Some(range?.holds(Network::parse(ip)?))
    })
});

function!(
    IS_IN_ANY_RANGE = ["ipv6_is_in_any_range"],
    Naming::None,
    [
        by_kernel(&[one("ip", Accepts::StringOrDynamic), exactly("ranges", Dynamic)], &IN_ANY),
        with(&[one("ip", Accepts::StringOrDynamic), many("range", Accepts::Exactly(Text), 1)], |a| {
            let ip = a.take(0);
            let ranges = (1..a.typed.len()).map(|index| pack(a.take(index)).expr).collect();
            let ranges = crate::functions::dynamic::ARRAY.call(ranges);
            let ranges = a.binder.fold(Typed::new(ranges, Dynamic));
            a.binder.fold(Typed::new(IN_ANY.call(vec![ip.expr, ranges.expr]), KustoType::Bool))
        })
    ]
);
kernel!(IN_ANY = "kql_ipv6_is_in_any_range" -> Bool, |a, n| in_any(a, n, Network::parse, Network::holds));

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
