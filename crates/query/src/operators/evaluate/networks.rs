//! Networks as they are compared: kernels for their canonical text, their length, and those that hold an address.

use std::net::{Ipv4Addr, Ipv6Addr};

use datafusion::arrow::array::{ArrayRef, Int64Array};
use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;
use weir_value::dynamic::{Packer, View};

use crate::kernel;
use crate::kernel::{Column, Dyn, PackedOut, Str, map1, write1};

/// A network of either family: its bits from the left, and the length of its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    bits: u128,
    length: u8,
    /// Bits that an address of the family has.
    width: u8,
}

impl Network {
    fn v4(text: &str) -> Option<Self> {
        let (address, prefix) = split(text);
        let address: Ipv4Addr = address.parse().ok()?;
        Network::new(u128::from(address.to_bits()) << 96, prefix, 32)
    }

    /// IPv4 addresses are those mapped into IPv6, their prefixes 96 longer.
    fn v6(text: &str) -> Option<Self> {
        let (address, prefix) = split(text);
        if let Ok(address) = address.parse::<Ipv4Addr>() {
            let prefix = match prefix {
                Some(prefix) => Some(u8::checked_add(prefix?, 96)),
                None => None,
            };
            return Network::new(address.to_ipv6_mapped().to_bits(), prefix, 128);
        }
        Network::new(address.parse::<Ipv6Addr>().ok()?.to_bits(), prefix, 128)
    }

    /// `prefix` is nothing where none is written, and nothing inside where what is written is no number.
    fn new(bits: u128, prefix: Option<Option<u8>>, width: u8) -> Option<Self> {
        let length = match prefix {
            Some(prefix) => prefix.filter(|prefix| *prefix <= width)?,
            None => width,
        };
        Some(Network { bits, length, width }.cut(length))
    }

    /// The network of this length that holds it.
    fn cut(self, length: u8) -> Self {
        let mask = u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0);
        Network { bits: self.bits & mask, length, ..self }
    }

    fn write(self, out: &mut String) {
        use std::fmt::Write;
        // Writing to a String cannot fail.
        let _ = write!(out, "{:x}/{}", self.bits >> (128 - u32::from(self.width)), self.length);
    }
}

fn split(text: &str) -> (&str, Option<Option<u8>>) {
    match text.trim().split_once('/') {
        Some((address, prefix)) => (address, Some(prefix.parse().ok())),
        None => (text.trim(), None),
    }
}

kernel!(NETWORK_V4 = "kql_network_v4" -> String, |a, n| write1::<Str>(a, n, |text, out| {
    if let Some(network) = Network::v4(text) {
        network.write(out);
    }
}));
kernel!(NETWORK_V6 = "kql_network_v6" -> String, |a, n| write1::<Str>(a, n, |text, out| {
    if let Some(network) = Network::v6(text) {
        network.write(out);
    }
}));
kernel!(LENGTH_V4 = "kql_network_length_v4" -> Long, |a, n| {
    map1::<Str, i64, Int64Array>(a, n, |text| Network::v4(text).map(|network| network.length.into()))
});
kernel!(LENGTH_V6 = "kql_network_length_v6" -> Long, |a, n| {
    map1::<Str, i64, Int64Array>(a, n, |text| Network::v6(text).map(|network| network.length.into()))
});
kernel!(CANDIDATES_V4 = "kql_network_candidates_v4" -> Dynamic, |a, n| candidates(a, n, Network::v4));
kernel!(CANDIDATES_V6 = "kql_network_candidates_v6" -> Dynamic, |a, n| candidates(a, n, Network::v6));

/// The networks of the given lengths that hold each address; one that is none, or none at all, is a null.
fn candidates(
    arguments: &[ColumnarValue],
    rows: usize,
    parse: fn(&str) -> Option<Network>,
) -> Result<ArrayRef> {
    let texts = Column::<Str>::of(&arguments[0])?;
    let lengths = Column::<Dyn>::of(&arguments[1])?;
    let lengths: Vec<u8> = match rows {
        0 => Vec::new(),
        _ => lengths
            .get(0)
            .into_iter()
            .flat_map(|array| array.items())
            .filter_map(View::as_long)
            .filter_map(|length| u8::try_from(length).ok())
            .collect(),
    };
    let mut out = PackedOut::new(rows);
    let mut text = String::new();
    for row in crate::limits::rows(rows) {
        let network = texts.get(row).and_then(parse);
        let Some(network) = network.filter(|network| lengths.iter().any(|l| *l <= network.length)) else {
            out.push_null();
            continue;
        };
        out.pack(|bytes| {
            Packer::new(bytes).array(|array| {
                for length in lengths.iter().filter(|length| **length <= network.length) {
                    text.clear();
                    network.cut(*length).write(&mut text);
                    array.item(|packer| packer.string(&text));
                }
            });
        });
    }
    Ok(out.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_cut_to_their_prefix() {
        let text = |network: Option<Network>| {
            let mut out = String::new();
            network.inspect(|network| network.write(&mut out));
            out
        };
        assert_eq!(text(Network::v4("10.1.2.3/8")), "a000000/8");
        assert_eq!(text(Network::v4("10.1.2.3")), "a010203/32");
        assert_eq!(text(Network::v4("0.0.0.0/0")), "0/0");
        for wrong in ["", "10.1.2", "10.1.2.3/33", "10.1.2.3/x", "::1"] {
            assert_eq!(Network::v4(wrong), None, "{wrong}");
        }
        assert_eq!(Network::v6("10.0.0.0/8"), Network::v6("::ffff:10.9.9.9/104"));
        assert_eq!(Network::v6("2001:db8::/129"), None);
    }
}
