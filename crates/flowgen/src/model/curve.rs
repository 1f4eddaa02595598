//! How busy an hour of the week is.

use super::resources::Uptime;
use crate::clock::{HOURS_PER_DAY, weekday};

/// Activity over the week, in percent of the rate of a conversation. Hours are UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Curve {
    /// The same day and night.
    Flat,
    /// European office hours, hardly anything at weekends.
    Office,
    /// Customers: evenings and weekends, little at night.
    Shop,
    /// Jobs between one and three at night.
    Nightly,
}

const OFFICE: [u32; 24] =
    [2, 1, 1, 1, 2, 6, 25, 70, 95, 100, 100, 90, 65, 85, 100, 95, 75, 45, 18, 8, 4, 3, 2, 2];
const SHOP_WEEKDAY: [u32; 24] =
    [9, 5, 3, 2, 3, 6, 14, 26, 36, 42, 46, 52, 55, 48, 46, 50, 60, 76, 94, 100, 92, 66, 38, 18];
const SHOP_WEEKEND: [u32; 24] =
    [14, 8, 4, 3, 3, 4, 8, 20, 42, 66, 82, 90, 88, 86, 88, 90, 92, 96, 100, 96, 84, 60, 38, 22];

impl Curve {
    /// Percent in an hour counted from the epoch.
    pub(crate) fn percent(self, hour: i64) -> u32 {
        let of_day = hour.rem_euclid(HOURS_PER_DAY) as usize;
        let weekend = weekday(hour) >= 5;
        match self {
            Curve::Flat => 100,
            Curve::Office if weekend => OFFICE[of_day] / 20,
            Curve::Office => OFFICE[of_day],
            Curve::Shop if weekend => SHOP_WEEKEND[of_day],
            Curve::Shop => SHOP_WEEKDAY[of_day],
            Curve::Nightly => match of_day {
                1 => 100,
                2 => 40,
                _ => 0,
            },
        }
    }
}

impl Uptime {
    /// Whether the machine runs in an hour counted from the epoch.
    pub(crate) fn runs(self, hour: i64) -> bool {
        match self {
            Uptime::Always => true,
            Uptime::OfficeHours => weekday(hour) < 5 && (5..19).contains(&hour.rem_euclid(HOURS_PER_DAY)),
        }
    }
}
