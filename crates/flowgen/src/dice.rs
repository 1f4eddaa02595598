//! The seeded numbers behind every choice.
//!
//! A stream is named by (seed, purpose, key, moment), so any blob can be made without the ones before it.
//! The streams are ChaCha with 8 rounds: its output is fixed by a published definition and pinned by a test
//! here, while distributions of general-purpose crates change between versions. All arithmetic on top of it
//! is integer arithmetic in this file, the same on every platform.

use chacha20::ChaCha8Rng;
use chacha20::rand_core::{Rng, SeedableRng};

/// What a stream is drawn for, so that two uses of one key never share numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    /// Flows born in a slot of time.
    Births = 1,
    /// Times and ports of a long session.
    Session = 2,
    /// Volumes of a long session, five minutes at a time.
    Meter = 3,
    /// Transfers planned for a certain day.
    Plan = 4,
}

/// A stream of numbers.
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    pub(crate) fn new(seed: u64, purpose: Purpose, key: u64, moment: i64) -> Self {
        let mut name = [0; 32];
        name[..8].copy_from_slice(&seed.to_le_bytes());
        name[8..16].copy_from_slice(&(purpose as u64).to_le_bytes());
        name[16..24].copy_from_slice(&key.to_le_bytes());
        name[24..].copy_from_slice(&moment.to_le_bytes());
        Dice(ChaCha8Rng::from_seed(name))
    }

    /// A number of the whole range.
    pub(crate) fn next(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// A number in `[0, limit)`; 0 when the limit is 0.
    pub(crate) fn below(&mut self, limit: u32) -> u32 {
        ((u64::from(self.next()) * u64::from(limit)) >> 32) as u32
    }

    /// A number in `[range.0, range.1]`.
    pub(crate) fn within(&mut self, range: (u32, u32)) -> u32 {
        range.0 + self.below(range.1.saturating_sub(range.0) + 1)
    }

    /// True in `percent` of a hundred cases.
    pub(crate) fn percent(&mut self, percent: u8) -> bool {
        self.below(100) < u32::from(percent)
    }

    /// A number in `[0, limit)` that prefers small ones: half of the draws fall into the first quarter.
    pub(crate) fn skewed(&mut self, limit: u32) -> u32 {
        let draw = u64::from(self.next());
        let square = (draw * draw) >> 32;
        ((square * u64::from(limit)) >> 32) as u32
    }

    /// `amount / unit`, rounded up or down by chance so that the mean is exact.
    pub(crate) fn round(&mut self, amount: u64, unit: u64) -> u64 {
        let draw = ((u128::from(self.next()) * u128::from(unit)) >> 32) as u64;
        amount / unit + u64::from(draw < amount % unit)
    }

    /// How often a fair coin shows heads before the first tail, at most `limit`.
    pub(crate) fn heads(&mut self, limit: u32) -> u32 {
        self.next().trailing_ones().min(limit)
    }
}

/// A fixed scrambling of a number, for choices made once per NIC or minute.
///
/// The finalizer of SplitMix64.
pub(crate) const fn scramble(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A number for a name, so that keys follow names and not positions in a table (FNV-1a).
pub(crate) fn key_of(name: &str) -> u64 {
    name.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A change here would change every generated log: the corpora of all earlier versions would be lost.
    #[test]
    fn the_stream_is_the_same_for_ever() {
        let mut dice = Dice::new(42, Purpose::Births, 7, 495_000);
        let drawn: Vec<u32> = (0..4).map(|_| dice.next()).collect();
        assert_eq!(drawn, [22_014_649, 2_400_426_821, 3_061_715_138, 3_271_692_820]);
        assert_eq!(scramble(1), 0x910a_2dec_8902_5cc1);
        assert_eq!(key_of("weir"), 0x3d57_fef6_19ca_b8f6);
    }

    #[test]
    fn rounding_keeps_the_mean() {
        let mut dice = Dice::new(1, Purpose::Births, 1, 0);
        for unit in [1_000, 1_000_000_000_000] {
            let sum: u64 = (0..100_000).map(|_| dice.round(unit * 23 / 10, unit)).sum();
            assert!((229_000..231_000).contains(&sum), "{sum}");
        }
    }

    #[test]
    fn draws_stay_in_range() {
        let mut dice = Dice::new(1, Purpose::Plan, 1, 0);
        for _ in 0..10_000 {
            assert!(dice.below(10) < 10);
            assert!(dice.skewed(10) < 10);
            assert!((5..=9).contains(&dice.within((5, 9))));
            assert!(dice.heads(3) <= 3);
        }
        assert_eq!(dice.below(0), 0);
        assert_eq!(dice.within((4, 4)), 4);
    }
}
