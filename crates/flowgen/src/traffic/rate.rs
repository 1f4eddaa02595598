//! When bursts of short flows happen.

use crate::clock::{HOUR_MS, Window};
use crate::dice::{Dice, Purpose};
use crate::model::Uptime;
use crate::model::curve::Curve;
use crate::model::links::Link;

/// Bursts a slot should hold at full activity: a stream of numbers costs as much as a few flows.
const BURSTS_PER_SLOT: u64 = 12;
/// Divisors of an hour: slots never straddle one.
const SLOTS_PER_HOUR: [u64; 9] = [1, 2, 3, 4, 6, 12, 20, 30, 60];

/// How often bursts happen on a link.
pub(crate) struct Rate {
    key: u64,
    curve: Curve,
    uptime: Uptime,
    /// Flows per hour at full activity, times 100,000.
    flows: u64,
    burst: u64,
    slots_per_hour: u64,
}

impl Rate {
    pub(crate) fn new(link: &Link, per_hour: u32, burst: u32, permille: u64) -> Self {
        let flows = u64::from(per_hour) * u64::from(link.share_percent) * permille;
        let burst = u64::from(burst);
        let wanted = flows / (100_000 * burst * BURSTS_PER_SLOT);
        let slots_per_hour = SLOTS_PER_HOUR.into_iter().find(|&slots| slots >= wanted).unwrap_or(60);
        Rate { key: link.key, curve: link.talk.curve, uptime: link.uptime, flows, burst, slots_per_hour }
    }

    /// Calls back with the start of every burst whose start may lie in the window, and the numbers to fill
    /// it.
    pub(crate) fn each_burst(&self, seed: u64, window: Window, mut make: impl FnMut(i64, &mut Dice)) {
        let slot_ms = HOUR_MS / self.slots_per_hour as i64;
        let slots = window.start_ms.div_euclid(slot_ms)..=(window.end_ms - 1).div_euclid(slot_ms);
        for slot in slots {
            let start_ms = slot * slot_ms;
            let hour = start_ms.div_euclid(HOUR_MS);
            let percent = self.curve.percent(hour);
            if percent == 0 || !self.uptime.runs(hour) {
                continue;
            }
            let mut dice = Dice::new(seed, Purpose::Births, self.key, slot);
            // Some slots are busier than others, by half at most.
            let wobble = u64::from(512 + dice.below(1_025));
            let amount = self.flows * u64::from(percent) * wobble;
            let unit = 100_000 * 100 * 1_024 * self.slots_per_hour * self.burst;
            for _ in 0..dice.round(amount, unit) {
                let at_ms = start_ms + i64::from(dice.below(slot_ms as u32));
                make(at_ms, &mut dice);
            }
        }
    }
}
