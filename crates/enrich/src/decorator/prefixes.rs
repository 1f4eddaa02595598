//! Which prefixes hold an address.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use weir_decode::Address;

use super::Map;

/// A prefix as a range of numbers; IPv4 stands in the IPv4-mapped range of IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Prefix {
    pub first: u128,
    /// Bits that addresses of the prefix have in common, of 128.
    pub length: u8,
}

impl Prefix {
    /// The last address.
    pub fn last(self) -> u128 {
        self.first | u128::MAX.checked_shr(u32::from(self.length)).unwrap_or(0)
    }

    /// Whether it is a part of the default route, or all of it: such a prefix says how packets leave, not where their
    /// destination is.
    pub fn is_default_route(self) -> bool {
        const MAPPED: u8 = 96;
        let ipv4 = self.length >= MAPPED && Address::from_ipv6(self.first).ipv4().is_some();
        // The internet of IPv6 is 2000::/3.
        if ipv4 { self.length <= MAPPED + 1 } else { self.length <= 3 }
    }
}

impl From<IpNet> for Prefix {
    fn from(net: IpNet) -> Self {
        match net {
            IpNet::V4(net) => Prefix {
                first: Address::from_ipv4(net.network().to_bits()).bits(),
                length: 96 + net.prefix_len(),
            },
            IpNet::V6(net) => Prefix { first: net.network().to_bits(), length: net.prefix_len() },
        }
    }
}

/// Prefixes with a value each, by the addresses they hold.
///
/// Prefixes hold each other or have nothing in common, so the numbers fall into ranges of which each lies in the same
/// prefixes all over. A search finds the range; what holds it stands there, the longest prefix first.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PrefixTable<T> {
    /// Where ranges begin, in ascending order; a range ends where the next one begins.
    firsts: Vec<u128>,
    /// The place of each range's values in `values`.
    places: Vec<(u32, u32)>,
    values: Vec<T>,
}

impl<T> Default for PrefixTable<T> {
    fn default() -> Self {
        PrefixTable { firsts: Vec::new(), places: Vec::new(), values: Vec::new() }
    }
}

impl<T: Copy + Ord + std::hash::Hash> PrefixTable<T> {
    /// The table of these prefixes. Values of one prefix stand in their order.
    pub fn new(mut entries: Vec<(Prefix, T)>) -> Self {
        // Outer prefixes before inner ones; the last value of a prefix first, as the innermost is given first.
        entries.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.cmp(&a.1)));
        entries.dedup();
        let mut table = PrefixTable::default();
        let mut known = Map::default();
        let mut open: Vec<(Prefix, T)> = Vec::new();
        for (prefix, value) in entries {
            table.close(&mut open, &mut known, |last| last < prefix.first);
            open.push((prefix, value));
            table.begin(prefix.first, &open, &mut known);
        }
        table.close(&mut open, &mut known, |_| true);
        table.firsts.shrink_to_fit();
        table.places.shrink_to_fit();
        table.values.shrink_to_fit();
        table
    }

    /// Ends the innermost prefixes as long as their last address is so.
    fn close(
        &mut self,
        open: &mut Vec<(Prefix, T)>,
        known: &mut Map<Vec<T>, (u32, u32)>,
        ends: impl Fn(u128) -> bool,
    ) {
        while let Some((prefix, _)) = open.pop_if(|(prefix, _)| ends(prefix.last())) {
            if let Some(next) = prefix.last().checked_add(1) {
                self.begin(next, open, known);
            }
        }
    }

    fn begin(&mut self, first: u128, open: &[(Prefix, T)], known: &mut Map<Vec<T>, (u32, u32)>) {
        let inner_first: Vec<T> = open.iter().rev().map(|(_, value)| *value).collect();
        let values = &mut self.values;
        let place = *known.entry(inner_first).or_insert_with_key(|set| {
            let place = (values.len() as u32, set.len() as u32);
            values.extend_from_slice(set);
            place
        });
        if self.firsts.last() == Some(&first) {
            self.firsts.pop();
            self.places.pop();
        }
        self.firsts.push(first);
        self.places.push(place);
    }

    /// The table with each value once in a range, where it stands for the longest of its prefixes.
    pub fn without_repetition(mut self) -> Self {
        let mut values = Vec::new();
        let mut known: Map<(u32, u32), (u32, u32)> = Map::default();
        for place in &mut self.places {
            *place = *known.entry(*place).or_insert_with(|| {
                let all = &self.values[place.0 as usize..(place.0 + place.1) as usize];
                let first = values.len();
                let mut seen = std::collections::HashSet::new();
                values.extend(all.iter().copied().filter(|value| seen.insert(*value)));
                (first as u32, (values.len() - first) as u32)
            });
        }
        self.values = values;
        self
    }

    /// The values of the prefixes that hold an address, those of the longest first.
    pub fn get(&self, address: Address) -> &[T] {
        let behind = self.firsts.partition_point(|first| *first <= address.bits());
        match behind.checked_sub(1).and_then(|range| self.places.get(range)) {
            Some(&(start, count)) => &self.values[start as usize..(start + count) as usize],
            None => &[],
        }
    }

    /// Bytes it takes.
    pub fn bytes(&self) -> usize {
        self.firsts.capacity() * size_of::<u128>()
            + self.places.capacity() * size_of::<(u32, u32)>()
            + self.values.capacity() * size_of::<T>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn prefix(text: &str) -> Prefix {
        text.parse::<IpNet>().unwrap().into()
    }

    #[test]
    fn the_longest_prefix_comes_first() {
        let texts =
            ["10.0.0.0/8", "10.1.0.0/16", "10.1.0.0/16", "10.1.2.0/24", "0.0.0.0/0", "::/0", "fd00::/8"];
        let table = PrefixTable::new(texts.iter().enumerate().map(|(n, text)| (prefix(text), n)).collect());
        for (address, expected) in [
            ("10.1.2.3", vec![3, 1, 2, 0, 4, 5]),
            ("10.1.3.3", vec![1, 2, 0, 4, 5]),
            ("10.2.0.0", vec![0, 4, 5]),
            ("11.0.0.0", vec![4, 5]),
            ("fd00::1", vec![6, 5]),
            ("ffff::", vec![5]),
        ] {
            assert_eq!(table.get(Address::parse(address.as_bytes()).unwrap()), expected, "{address}");
        }
        assert!(PrefixTable::<u8>::default().get(Address::from_ipv4(1)).is_empty());
    }

    #[test]
    fn default_routes() {
        for (text, is) in [
            ("0.0.0.0/0", true),
            ("0.0.0.0/1", true),
            ("128.0.0.0/1", true),
            ("10.0.0.0/8", false),
            ("64.0.0.0/2", false),
            ("::/0", true),
            ("2000::/3", true),
            ("fd00::/8", false),
        ] {
            assert_eq!(prefix(text).is_default_route(), is, "{text}");
        }
    }

    /// Prefixes that often hold each other, of both families.
    fn prefixes() -> impl Strategy<Value = Vec<IpNet>> {
        let v4 = (0_u32..64, 0_u8..=32).prop_map(|(n, length)| {
            IpNet::new(std::net::Ipv4Addr::from_bits(n << 26 | n).into(), length).unwrap().trunc()
        });
        let v6 = (0_u128..64, 0_u8..=128).prop_map(|(n, length)| {
            IpNet::new(std::net::Ipv6Addr::from_bits(n << 122 | n).into(), length).unwrap().trunc()
        });
        proptest::collection::vec(prop_oneof![v4, v6], 0..60)
    }

    proptest! {
        #[test]
        fn finds_what_a_search_of_all_finds(nets in prefixes(), near in any::<prop::sample::Index>(), step in -1_i8..=1) {
            let table = PrefixTable::new(nets.iter().enumerate().map(|(n, net)| (Prefix::from(*net), n)).collect());
            let mut asked = vec![Address::from_ipv4(0), Address::from_ipv6(u128::MAX), Address::from_ipv6(0)];
            if !nets.is_empty() {
                let prefix = Prefix::from(nets[near.index(nets.len())]);
                for edge in [prefix.first, prefix.last()] {
                    asked.push(Address::from_ipv6(edge.wrapping_add_signed(step.into())));
                }
            }
            for address in asked {
                let holds = |prefix: Prefix| (prefix.first..=prefix.last()).contains(&address.bits());
                let mut expected: Vec<(u8, usize)> = nets
                    .iter()
                    .enumerate()
                    .map(|(n, net)| (Prefix::from(*net), n))
                    .filter(|(prefix, _)| holds(*prefix))
                    .map(|(prefix, n)| (128 - prefix.length, n))
                    .collect();
                expected.sort_unstable();
                let expected: Vec<usize> = expected.into_iter().map(|(_, n)| n).collect();
                prop_assert_eq!(table.get(address), expected, "{}", address);
            }
        }
    }
}
