//! IP addresses.
//!
//! Source: <https://learn.microsoft.com/kusto/query/scalar-functions#ipv4ipv6-functions>

pub(crate) mod text;
pub(crate) mod v4;
pub(crate) mod v6;

use std::net::Ipv4Addr;

use datafusion::arrow::array::{ArrayRef, BooleanArray};
use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;
use weir_value::KustoType;

use super::{Function, Naming, by_kernel, exactly};
use crate::kernel;
use crate::kernel::{Column, Str, map1};

pub(crate) const FUNCTIONS: &[&Function] = &[&IS_IN_RANGE, &IS_PRIVATE];

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

    /// Whether another network lies within this one.
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
