//! Ranges cut into pieces that do not overlap, and the search for the piece that an address is in.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use weir_decode::Address;

use crate::AddressRange;

/// What stands where nothing is known.
const NOTHING: u32 = u32::MAX;

/// Of each address, what the ranges around it come to.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct RangeTable {
    four: Pieces<u32>,
    six: Pieces<u128>,
    halves: FirstHalves,
}

/// By the first half of an IPv4 address, how many pieces begin before; blank where there are few.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct FirstHalves(Vec<u32>);

impl FirstHalves {
    pub(crate) fn of(starts: &[u32]) -> Self {
        if starts.len() < HALVES_MIN {
            return FirstHalves::default();
        }
        let before = |half: u64| starts.partition_point(|start| u64::from(*start) < half << 16) as u32;
        FirstHalves((0..=1 << 16).map(before).collect())
    }

    /// How many of the starts that it was made of are no larger than a number.
    pub(crate) fn count_up_to(&self, starts: &[u32], number: u32) -> usize {
        if self.0.is_empty() {
            return starts.partition_point(|start| *start <= number);
        }
        let half = (number >> 16) as usize;
        let (low, high) = (self.0[half] as usize, self.0[half + 1] as usize);
        low + count_up_to(&starts[low..high], number)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.0.capacity() * size_of::<u32>()
    }
}

/// From `starts[i]` to the next start holds `values[i]`.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Pieces<Number> {
    starts: Vec<Number>,
    values: Vec<u32>,
}

impl<Number: Copy + Ord> Pieces<Number> {
    fn find(&self, number: Number) -> Option<u32> {
        self.value_before(self.starts.partition_point(|start| *start <= number))
    }

    fn value_before(&self, after: usize) -> Option<u32> {
        after.checked_sub(1).map(|piece| self.values[piece]).filter(|value| *value != NOTHING)
    }

    fn push(&mut self, start: Number, value: u32) {
        // Of several at one place the last one holds; neighbours that say the same are one.
        if self.starts.last() == Some(&start) {
            self.starts.pop();
            self.values.pop();
        }
        if self.values.last().copied().unwrap_or(NOTHING) != value {
            self.starts.push(start);
            self.values.push(value);
        }
    }

    fn shrink(&mut self) {
        self.starts.shrink_to_fit();
        self.values.shrink_to_fit();
    }

    fn bytes(&self) -> usize {
        self.starts.capacity() * size_of::<Number>() + self.values.capacity() * size_of::<u32>()
    }
}

impl RangeTable {
    /// What holds at an address.
    pub(crate) fn find(&self, address: Address) -> Option<u32> {
        match address.ipv4() {
            Some(number) => self.four.value_before(self.halves.count_up_to(&self.four.starts, number)),
            None => self.six.find(address.bits()),
        }
    }

    /// Where what holds for IPv4 addresses changes, in order.
    pub(crate) fn four_starts(&self) -> &[u32] {
        &self.four.starts
    }

    /// Pieces of both kinds of addresses.
    pub(crate) fn pieces(&self) -> usize {
        self.four.starts.len() + self.six.starts.len()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.four.bytes() + self.six.bytes() + self.halves.bytes()
    }
}

/// Ranges with what they stand for, to be cut.
#[derive(Debug, Default)]
pub(crate) struct RangesBuilder {
    four: Vec<(u32, u32, u32)>,
    six: Vec<(u128, u128, u32)>,
}

impl RangesBuilder {
    /// Adds a range. Of ranges of one size, the one that is added first comes first.
    pub(crate) fn add(&mut self, range: AddressRange, value: u32) {
        match range {
            AddressRange::Four(first, last) => self.four.push((first, last, value)),
            AddressRange::Six(first, last) => self.six.push((first, last, value)),
        }
    }

    /// Puts ranges into the order of what they stand for, which decides between equal ones.
    pub(crate) fn sort_by_key(&mut self, key: impl Fn(u32) -> u32) {
        self.four.sort_by_key(|(.., value)| key(*value));
        self.six.sort_by_key(|(.., value)| key(*value));
    }

    pub(crate) fn len(&self) -> usize {
        self.four.len() + self.six.len()
    }

    /// Cuts the ranges. `choose` makes one value of those that hold at a piece, the value of the smallest range first
    /// and at most `covering_max` of them.
    pub(crate) fn cut(self, covering_max: usize, mut choose: impl FnMut(&[u32]) -> u32) -> RangeTable {
        let four = cut(&self.four, covering_max, |number: u32| number.checked_add(1), &mut choose);
        RangeTable {
            halves: FirstHalves::of(&four.starts),
            four,
            six: cut(&self.six, covering_max, |number| number.checked_add(1), &mut choose),
        }
    }

    /// Cuts the ranges; the smallest one around an address holds.
    pub(crate) fn smallest(self) -> RangeTable {
        self.cut(1, |covering| covering[0])
    }
}

/// How many of some sorted numbers are no larger than this one. Few are counted, as no branch depends on what they are.
fn count_up_to(sorted: &[u32], number: u32) -> usize {
    match sorted.len() {
        0..=64 => sorted.iter().map(|start| u32::from(*start <= number)).sum::<u32>() as usize,
        _ => sorted.partition_point(|start| *start <= number),
    }
}

/// Pieces from which on a search first looks at the first half of an address.
const HALVES_MIN: usize = 4_096;

/// A sweep over the ends of all ranges. Those around the present place are kept by size, so that any number of ranges
/// over one another costs no more than their number and its logarithm.
fn cut<Number: Copy + Ord + std::ops::Sub<Output = Number>>(
    ranges: &[(Number, Number, u32)],
    covering_max: usize,
    next: impl Fn(Number) -> Option<Number>,
    choose: &mut impl FnMut(&[u32]) -> u32,
) -> Pieces<Number> {
    let mut openings: Vec<u32> = (0..ranges.len() as u32).collect();
    openings.sort_unstable_by_key(|position| ranges[*position as usize].0);
    if let Some(pieces) = side_by_side(ranges, &openings, &next, choose) {
        return pieces;
    }
    let mut closings: Vec<u32> = (0..ranges.len() as u32).collect();
    closings.sort_unstable_by_key(|position| ranges[*position as usize].1);
    let mut pieces = Pieces { starts: Vec::new(), values: Vec::new() };
    let mut open: BTreeSet<(Number, u32)> = BTreeSet::new();
    let mut covering = Vec::with_capacity(covering_max);
    let (mut opening, mut closing) = (0, 0);
    loop {
        // Where a range ends, the place behind it is of interest; behind the last address there is none.
        let end = closings.get(closing).and_then(|position| next(ranges[*position as usize].1));
        let start = openings.get(opening).map(|position| ranges[*position as usize].0);
        let place = match (start, end) {
            (Some(start), Some(end)) => start.min(end),
            (Some(start), None) => start,
            (None, Some(end)) => end,
            (None, None) => break,
        };
        while let Some(position) = closings.get(closing)
            && let (first, last, _) = ranges[*position as usize]
            && next(last) == Some(place)
        {
            open.remove(&(last - first, *position));
            closing += 1;
        }
        while let Some(position) = openings.get(opening)
            && let (first, last, _) = ranges[*position as usize]
            && first == place
        {
            open.insert((last - first, *position));
            opening += 1;
        }
        covering.clear();
        covering.extend(open.iter().take(covering_max).map(|(_, position)| ranges[*position as usize].2));
        pieces.push(place, if covering.is_empty() { NOTHING } else { choose(&covering) });
    }
    pieces.shrink();
    pieces
}

/// The pieces of ranges that do not overlap, of which `order` is the order; nothing where some do.
fn side_by_side<Number: Copy + Ord>(
    ranges: &[(Number, Number, u32)],
    order: &[u32],
    next: &impl Fn(Number) -> Option<Number>,
    choose: &mut impl FnMut(&[u32]) -> u32,
) -> Option<Pieces<Number>> {
    let in_order = order.iter().map(|position| ranges[*position as usize]);
    let apart =
        in_order.clone().zip(in_order.clone().skip(1)).all(|((_, last, _), (first, ..))| last < first);
    if !apart {
        return None;
    }
    let mut pieces = Pieces { starts: Vec::new(), values: Vec::new() };
    for (first, last, value) in in_order {
        pieces.push(first, choose(&[value]));
        if let Some(behind) = next(last) {
            pieces.push(behind, NOTHING);
        }
    }
    pieces.shrink();
    Some(pieces)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn naive(ranges: &[AddressRange], address: Address) -> Option<u32> {
        let around = ranges.iter().enumerate().filter(|(_, range)| range.contains(address));
        // The first one of the smallest.
        around.min_by_key(|(_, range)| range.span()).map(|(position, _)| position as u32)
    }

    fn table(ranges: &[AddressRange]) -> RangeTable {
        let mut builder = RangesBuilder::default();
        for (position, range) in ranges.iter().enumerate() {
            builder.add(*range, position as u32);
        }
        builder.smallest()
    }

    /// Few addresses, so that ranges meet in every way.
    fn range() -> impl Strategy<Value = AddressRange> {
        let four = (0u32..40, 0u32..40, any::<bool>()).prop_map(|(a, b, high)| {
            let base = if high { u32::MAX - 39 } else { 0 };
            AddressRange::Four(base + a.min(b), base + a.max(b))
        });
        let six = (0u128..40, 0u128..40, any::<bool>()).prop_map(|(a, b, high)| {
            let base = if high { u128::MAX - 39 } else { 0 };
            AddressRange::Six(base + a.min(b), base + a.max(b))
        });
        prop_oneof![four, six]
    }

    proptest! {
        #[test]
        fn the_smallest_range_holds(ranges in prop::collection::vec(range(), 0..24)) {
            let table = table(&ranges);
            for offset in 0..42 {
                for address in [
                    Address::from_ipv4(offset),
                    Address::from_ipv4(u32::MAX - offset),
                    Address::from_ipv6(u128::from(offset)),
                    Address::from_ipv6(u128::MAX - u128::from(offset)),
                ] {
                    prop_assert_eq!(table.find(address), naive(&ranges, address), "{}", address);
                }
            }
        }

        #[test]
        fn all_ranges_around_are_told_the_smallest_first(ranges in prop::collection::vec(range(), 0..12)) {
            let mut builder = RangesBuilder::default();
            for (position, range) in ranges.iter().enumerate() {
                builder.add(*range, position as u32);
            }
            let mut lists: Vec<Vec<u32>> = Vec::new();
            let table = builder.cut(64, |covering| {
                lists.push(covering.to_vec());
                lists.len() as u32 - 1
            });
            for offset in 0..42 {
                let address = Address::from_ipv4(offset);
                let mut around: Vec<u32> =
                    (0..ranges.len() as u32).filter(|r| ranges[*r as usize].contains(address)).collect();
                around.sort_by_key(|r| (ranges[*r as usize].span(), *r));
                let found = table.find(address).map_or(&[][..], |list| &lists[list as usize]);
                prop_assert_eq!(found, &around[..]);
            }
        }
    }

    #[test]
    fn ranges_over_one_another_are_cut_in_time() {
        let mut builder = RangesBuilder::default();
        for number in 0..200_000 {
            builder.add(AddressRange::Four(number, u32::MAX), number);
        }
        let table = builder.smallest();
        assert_eq!(table.find(Address::from_ipv4(7)), Some(7));
        assert_eq!(table.find(Address::from_ipv4(u32::MAX)), Some(199_999));
        assert_eq!(table.pieces(), 200_000);
        for number in (0..400_000).step_by(997) {
            let expected = Some(number.min(199_999));
            assert_eq!(table.find(Address::from_ipv4(number)), expected, "{number}");
        }
    }

    #[test]
    fn large_tables_are_searched_by_halves() {
        let mut builder = RangesBuilder::default();
        let ranges: Vec<AddressRange> = (0..20_000_u32)
            .map(|number| {
                let first = number.wrapping_mul(2_654_435_761) & !0xff;
                AddressRange::Four(first, first | (number & 0xff))
            })
            .collect();
        for (position, range) in ranges.iter().enumerate() {
            builder.add(*range, position as u32);
        }
        let table = builder.smallest();
        assert!(!table.halves.0.is_empty());
        for (first, last) in ranges.iter().map(|range| range.ends()).step_by(37) {
            for number in [first.ipv4().unwrap(), last.ipv4().unwrap(), last.ipv4().unwrap().wrapping_add(1)]
            {
                let address = Address::from_ipv4(number);
                assert_eq!(table.find(address), naive(&ranges, address), "{address}");
            }
        }
        let ends = [0, u32::MAX].map(Address::from_ipv4);
        assert_eq!(ends.map(|end| table.find(end)), ends.map(|end| naive(&ranges, end)));
    }
}
