//! IP addresses: what both kinds share, and the ranges of IPv4.
//!
//! Source: <https://learn.microsoft.com/kusto/query/scalar-functions#ipv4ipv6-functions>

pub(crate) mod text;
pub(crate) mod v4;
pub(crate) mod v6;

use std::cmp::Ordering;
use std::net::Ipv4Addr;

use datafusion::arrow::array::{ArrayRef, BooleanArray, Int64Array};
use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;
use weir_value::KustoType;
use weir_value::dynamic::{Kind, View};

use super::{Accepts, Function, Naming, Parameter, by_kernel, exactly, many, one, optional};
use crate::bind::{Arguments, pack};
use crate::kernel;
use crate::kernel::{Column, Dyn, Kernel, Long, Str, map1};
use crate::typed::Typed;

pub(crate) const FUNCTIONS: &[&Function] = &[&IS_IN_RANGE, &IS_PRIVATE];

/// An address with a prefix length, of either kind, as it is compared with others of its kind.
trait Prefixed: Copy {
    /// The bits of the address.
    type Bits: Ord;
    /// How many there are.
    const WHOLE: u8;

    fn read(text: &str) -> Option<Self>;
    fn prefix(self) -> u8;
    /// The first so many bits at most; nothing for a number that is no prefix.
    fn bits(self, prefix: i64) -> Option<Self::Bits>;
    /// Whether another one lies within this one.
    fn holds(self, other: Self) -> bool;
}

/// Two addresses and the bits by which they are compared at most.
const PAIR: &[Parameter] = &[
    exactly("ip1", KustoType::String),
    exactly("ip2", KustoType::String),
    optional("prefix", Accepts::Integer),
];
/// An address and ranges as arguments of their own.
const LISTED: &[Parameter] =
    &[one("ip", Accepts::StringOrDynamic), many("range", Accepts::Exactly(KustoType::String), 1)];
/// An address and an array of ranges.
const IN_ARRAY: &[Parameter] = &[one("ip", Accepts::StringOrDynamic), exactly("ranges", KustoType::Dynamic)];

/// -1, 0 or 1 for two addresses by the smallest of all prefixes; null where one of them is no address.
fn compared<N: Prefixed>(a: &[ColumnarValue], rows: usize) -> Result<ArrayRef> {
    let orders: Int64Array = orders::<N>(a, rows)?.map(|order| order.map(|order| order as i64)).collect();
    Ok(std::sync::Arc::new(orders))
}

/// Whether two addresses are the same by the smallest of all prefixes; null where one of them is no address.
fn matched<N: Prefixed>(a: &[ColumnarValue], rows: usize) -> Result<ArrayRef> {
    let same: BooleanArray = orders::<N>(a, rows)?.map(|order| order.map(Ordering::is_eq)).collect();
    Ok(std::sync::Arc::new(same))
}

fn orders<N: Prefixed>(
    a: &[ColumnarValue],
    rows: usize,
) -> Result<impl Iterator<Item = Option<Ordering>> + use<N>> {
    let (first, second) = (Column::<Str>::of(&a[0])?, Column::<Str>::of(&a[1])?);
    let prefixes = a.get(2).map(Column::<Long>::of).transpose()?;
    let whole = i64::from(N::WHOLE);
    let order = move |row: usize| {
        let (first, second) = (N::read(first.get(row)?)?, N::read(second.get(row)?)?);
        let prefix = match &prefixes {
            Some(prefixes) => prefixes.get(row).filter(|prefix| *prefix <= whole)?,
            None => whole,
        };
        let prefix = prefix.min(first.prefix().min(second.prefix()).into());
        Some(first.bits(prefix)?.cmp(&second.bits(prefix)?))
    };
    Ok(crate::limits::rows(rows).map(order))
}

/// A call whose ranges are arguments as one with an array of them.
fn in_listed(a: &mut Arguments<'_, '_, '_>, in_array: &'static Kernel) -> Typed {
    let ip = a.take(0);
    let ranges = (1..a.typed.len()).map(|index| pack(a.take(index)).expr).collect();
    let ranges = super::dynamic::ARRAY.call(ranges);
    let ranges = a.binder.fold(Typed::new(ranges, KustoType::Dynamic));
    a.binder.fold(Typed::new(in_array.call(vec![ip.expr, ranges.expr]), KustoType::Bool))
}

/// Whether one of the ranges of an array holds an address. Null where the address is none, and where a range is none
/// and no other holds it.
fn in_array<N: Prefixed>(a: &[ColumnarValue], rows: usize) -> Result<ArrayRef> {
    let addresses = Column::<Str>::of(&a[0])?;
    let ranges = Column::<Dyn>::of(&a[1])?;
    let ranges_of = |row: usize| -> Option<Vec<Option<N>>> {
        let ranges = ranges.get(row)?;
        let parsed = |range: View<'_>| range.as_str().and_then(N::read);
        Some(match ranges.kind() {
            Kind::Array => ranges.items().map(parsed).collect(),
            _ => vec![parsed(ranges)],
        })
    };
    let constant = ranges.constant().map(|_| ranges_of(0));
    let found: BooleanArray = crate::limits::rows(rows)
        .map(|row| {
            let own = if constant.is_none() { ranges_of(row) } else { None };
            let ranges = constant.as_ref().unwrap_or(&own).as_ref()?;
            let address = N::read(addresses.get(row)?)?;
            let found = ranges.iter().flatten().any(|range| range.holds(address));
            (found || ranges.iter().all(Option::is_some)).then_some(found)
        })
        .collect();
    Ok(std::sync::Arc::new(found))
}

/// An IPv4 address with a prefix length: the host bits are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    address: u32,
    prefix: u8,
}

impl Network {
    /// Reads `10.1.2.3` or `10.1.2.0/24`.
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, prefix.parse().ok().filter(|prefix| *prefix <= 32)?),
            None => (text, 32),
        };
        Some(Network { address: address.parse::<Ipv4Addr>().ok()?.to_bits(), prefix })
    }

    /// The network by its first so many bits at most; nothing for a number that is no prefix.
    fn within(self, prefix: i64) -> Option<Self> {
        let prefix = u8::try_from(prefix).ok().filter(|prefix| *prefix <= 32)?.min(self.prefix);
        Some(Network { address: self.address & mask(prefix), prefix })
    }
}

impl Prefixed for Network {
    type Bits = u32;
    const WHOLE: u8 = 32;

    fn read(text: &str) -> Option<Self> {
        Network::parse(text)
    }

    fn prefix(self) -> u8 {
        self.prefix
    }

    fn bits(self, prefix: i64) -> Option<u32> {
        self.within(prefix).map(|network| network.address)
    }

    fn holds(self, other: Network) -> bool {
        let prefix = self.prefix.min(other.prefix);
        (self.address ^ other.address) & mask(prefix) == 0
    }
}

fn mask(prefix: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0)
}

function!(
    IS_IN_RANGE = ["ipv4_is_in_range"],
    Naming::None,
    [by_kernel(&[exactly("ip", KustoType::String), exactly("range", KustoType::String)], &IN_RANGE)]
);
kernel!(
    /// Null where one of the two is no address.
    IN_RANGE = "kql_ipv4_is_in_range" -> Bool, |a, n| in_range(a, n)
);

fn in_range(arguments: &[ColumnarValue], rows: usize) -> Result<ArrayRef> {
    let addresses = Column::<Str>::of(&arguments[0])?;
    let ranges = Column::<Str>::of(&arguments[1])?;
    // The range is a constant nearly always.
    let constant = ranges.constant().map(|range| range.and_then(Network::parse));
    let found: BooleanArray = crate::limits::rows(rows)
        .map(|row| {
            let range = match constant {
                Some(range) => range,
                None => ranges.get(row).and_then(Network::parse),
            }?;
            Some(range.holds(addresses.get(row).and_then(Network::parse)?))
        })
        .collect();
    Ok(std::sync::Arc::new(found))
}

function!(
    IS_PRIVATE = ["ipv4_is_private"],
    Naming::None,
    [by_kernel(&[exactly("ip", KustoType::String)], &PRIVATE)]
);
kernel!(PRIVATE = "kql_ipv4_is_private" -> Bool, |a, n| {
    const PRIVATE: [Network; 3] = [
        Network { address: 0x0a00_0000, prefix: 8 },
        Network { address: 0xac10_0000, prefix: 12 },
        Network { address: 0xc0a8_0000, prefix: 16 },
    ];
    map1::<Str, bool, BooleanArray>(a, n, |text| {
        let network = Network::parse(text)?;
        Some(PRIVATE.iter().any(|private| private.prefix <= network.prefix && private.holds(network)))
    })
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smaller_prefix_decides() {
        let holds = |range: &str, ip: &str| Network::parse(range).unwrap().holds(Network::parse(ip).unwrap());
        assert!(holds("10.1.1.0/27", "10.1.1.8") && !holds("10.1.1.0/27", "10.1.1.70"));
        assert!(holds("0.0.0.0/0", "255.255.255.255"));
        assert!(holds("192.168.1.6/24", "192.168.1.1"));
        assert_eq!(Network::parse("10.1.1.0/33"), None);
        assert_eq!(Network::parse("abc"), None);
    }
}
