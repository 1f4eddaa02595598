//! What to generate.

use serde::{Deserialize, Serialize};

use crate::clock::{HOUR_SECONDS, UnixSeconds};
use crate::error::Error;
use crate::model::BACKGROUND_NICS_MAX;

/// Hours of the demo: a week.
const DEMO_HOURS: u32 = 168;
/// The longest span: ten years.
const HOURS_MAX: u32 = 24 * 3_653;

/// What to generate. Equal configurations give equal bytes, `threads` apart, which changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// Names the stream of numbers behind every choice.
    pub seed: u64,
    /// End of the simulated span, exclusive; a full hour. Usually the last full hour before now.
    pub end: UnixSeconds,
    /// Length of the span, at least 1.
    pub hours: u32,
    /// How much traffic.
    pub scale: Scale,
    /// Which flow logs are written.
    pub format: LogFormat,
    /// How much the ground truth holds.
    pub truth: TruthDetail,
    /// Worker threads; 0 for as many as the machine has.
    pub threads: usize,
}

impl Config {
    /// The demo: the planted company over the seven days before `end`.
    pub fn demo(seed: u64, end: UnixSeconds) -> Self {
        Config {
            seed,
            end,
            hours: DEMO_HOURS,
            scale: Scale::default(),
            format: LogFormat::VnetV4,
            truth: TruthDetail::Full,
            threads: 0,
        }
    }

    /// Hour in which the span ends, counted from the epoch.
    pub(crate) fn end_hour(&self) -> i64 {
        self.end.0 / HOUR_SECONDS
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        let seconds = self.end.0;
        // A decade of room after 1970, and years of four digits.
        if seconds % HOUR_SECONDS != 0 || !(320_000_000..250_000_000_000).contains(&seconds) {
            return Err(Error::End { seconds });
        }
        if !(1..=HOURS_MAX).contains(&self.hours) || i64::from(self.hours) * HOUR_SECONDS > seconds {
            return Err(Error::Hours { hours: self.hours, most: HOURS_MAX });
        }
        let asked = self.scale.background_nics.max(self.scale.inventory_nics);
        if asked > BACKGROUND_NICS_MAX {
            return Err(Error::BackgroundNics { asked, most: BACKGROUND_NICS_MAX });
        }
        Ok(())
    }
}

/// How much traffic to generate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scale {
    /// Network interfaces beside those of the planted company, whose traffic grows with `size_bytes`.
    pub background_nics: u32,
    /// Network interfaces beyond those of the planted company that the inventory has, whether or not they log; never
    /// fewer than `background_nics`.
    #[serde(default)]
    pub inventory_nics: u32,
    /// Approximate size of all blobs together. Without it, everybody talks as much as the tables say.
    ///
    /// More than the planted company makes comes from background machines, as many as `background_nics`
    /// says, or a sensible number when that is 0. Less is reached by thinning out the company's short flows.
    pub size_bytes: Option<u64>,
}

/// Which flow logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// VNet flow logs, version 4.
    VnetV4,
    /// NSG flow logs, version 2. One machine falls back to version 1 in the second half of every sixth hour.
    NsgV2,
    /// NSG flow logs, version 1.
    NsgV1,
    /// VNet flow logs, but NSG flow logs version 2 as above in the company's second network.
    Mixed,
    /// VNet flow logs and, beside them, NSG flow logs version 2 of the same networks: everything twice.
    Both,
}

/// How much the ground truth holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TruthDetail {
    /// Everything. Memory grows with the number of address pairs.
    Full,
    /// Totals by span, day, hour and denying rule. Memory does not grow with the size of the logs.
    Totals,
}

/// How far [`simulate`](crate::simulate) has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Pairs of a NIC and an hour that are done, with or without traffic.
    pub done: u64,
    /// All pairs of a NIC and an hour.
    pub planned: u64,
    /// Bytes of blobs written so far.
    pub bytes: u64,
}
