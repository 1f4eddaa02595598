use crate::IntervalNumber;

/// The processing interval: how much time one row covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Interval {
    minutes: u32,
}

impl Interval {
    /// 60 minutes, the default.
    pub const HOUR: Interval = Interval { minutes: 60 };
    /// 10 minutes, the accelerated processing of the original.
    pub const TEN_MINUTES: Interval = Interval { minutes: 10 };

    /// The interval of this many minutes; nothing unless it is 10 or 60.
    pub fn from_minutes(minutes: u32) -> Option<Self> {
        matches!(minutes, 10 | 60).then_some(Interval { minutes })
    }

    /// Its length in minutes.
    pub fn minutes(self) -> u32 {
        self.minutes
    }

    /// Its length in microseconds.
    pub fn micros(self) -> i64 {
        i64::from(self.minutes) * 60_000_000
    }

    /// The interval that holds a time given in microseconds since the Unix epoch.
    pub fn number_of(self, time_micros: i64) -> IntervalNumber {
        // Times reach from 1970 to 9999: well below 2^32 intervals of ten minutes.
        IntervalNumber(time_micros.div_euclid(self.micros()).clamp(0, i64::from(u32::MAX)) as u32)
    }

    /// Start of an interval, microseconds since the Unix epoch. It ends where the next one starts.
    pub fn start_micros(self, number: IntervalNumber) -> i64 {
        i64::from(number.0) * self.micros()
    }
}
