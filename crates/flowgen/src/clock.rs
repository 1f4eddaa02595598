//! Times: the hour of a blob, the minute grid of its records, the platform clock of continuing flows.

use serde::{Deserialize, Serialize};
use weir_value::datetime::{self, Civil};
use weir_value::timespan;

use crate::dice::scramble;

pub(crate) const MINUTE_MS: i64 = 60_000;
pub(crate) const HOUR_MS: i64 = 60 * MINUTE_MS;
pub(crate) const HOUR_SECONDS: i64 = 3_600;
pub(crate) const HOURS_PER_DAY: i64 = 24;
/// Cadence of the platform clock that writes continuing tuples.
pub(crate) const TICK_MS: i64 = 5 * MINUTE_MS;
/// The youngest tuple of a record is at least this much older than the record.
const LAG_MIN_MS: i64 = 1_000;
/// Records wander by less than this, so that no tuple waits for more than 62 seconds.
const WANDER_MS: u64 = 1_000;
const TICKS_PER_MS: i64 = timespan::TICKS_PER_SECOND / 1_000;

/// A moment in whole seconds since 1970-01-01T00:00:00 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnixSeconds(pub i64);

/// When a record was written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RecordTime {
    pub(crate) time_ms: i64,
    /// Units of 100 ns beyond the millisecond, 0 to 9,999.
    pub(crate) fraction: u32,
}

/// When the records of one NIC are written: once a minute, at its own second.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grid {
    key: u64,
    offset_ms: i64,
    /// Where this NIC's host stands in the five-minute clock of continuing tuples.
    pub(crate) tick_phase_ms: i64,
}

impl Grid {
    pub(crate) fn new(seed: u64, nic_key: u64) -> Self {
        let key = scramble(seed ^ nic_key);
        // The offset stays below 58 s so that a record never wanders out of its minute.
        Grid { key, offset_ms: (key % 58_000) as i64, tick_phase_ms: (scramble(key) % TICK_MS as u64) as i64 }
    }

    /// The record of a minute, counted from the epoch.
    pub(crate) fn record(&self, minute: i64) -> RecordTime {
        let draw = scramble(self.key ^ minute as u64);
        RecordTime {
            time_ms: minute * MINUTE_MS + self.offset_ms + (draw % WANDER_MS) as i64,
            fraction: ((draw >> 32) % 10_000) as u32,
        }
    }

    /// Tuples before this moment belong to the record of that minute or to an earlier one.
    pub(crate) fn limit_ms(&self, minute: i64) -> i64 {
        self.record(minute).time_ms - LAG_MIN_MS + 1
    }

    /// The tuple times that end up in the blob of an hour, half-open.
    pub(crate) fn window(&self, hour: i64) -> Window {
        Window { start_ms: self.limit_ms(hour * 60 - 1), end_ms: self.limit_ms(hour * 60 + 59) }
    }

    /// The first tick of the platform clock at or after a moment.
    pub(crate) fn tick_from(&self, time_ms: i64) -> i64 {
        let behind = (time_ms - self.tick_phase_ms).rem_euclid(TICK_MS);
        if behind == 0 { time_ms } else { time_ms - behind + TICK_MS }
    }
}

/// A half-open stretch of tuple times.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) start_ms: i64,
    pub(crate) end_ms: i64,
}

impl Window {
    pub(crate) fn holds(&self, time_ms: i64) -> bool {
        self.start_ms <= time_ms && time_ms < self.end_ms
    }
}

/// Day of the week, Monday 0, of an hour counted from the epoch.
pub(crate) fn weekday(hour: i64) -> usize {
    // 1970-01-01 was a Thursday.
    (hour.div_euclid(HOURS_PER_DAY) + 3).rem_euclid(7) as usize
}

fn civil(time_ms: i64) -> Civil {
    datetime::to_civil(time_ms * TICKS_PER_MS + datetime::UNIX_EPOCH)
}

/// The date of a day counted from the epoch: `2026-11-15`.
pub(crate) fn day_text(day: i64) -> String {
    let date = civil(day * HOURS_PER_DAY * HOUR_MS);
    format!("{:04}-{:02}-{:02}", date.year, date.month, date.day)
}

/// The start of an hour counted from the epoch: `2026-11-15T09:00:00Z`.
pub(crate) fn hour_text(hour: i64) -> String {
    format!("{}T{:02}:00:00Z", day_text(hour.div_euclid(HOURS_PER_DAY)), hour.rem_euclid(HOURS_PER_DAY))
}

/// The time folders of a blob path: `y=2026/m=11/d=15/h=09/m=00`.
pub(crate) fn hour_path(hour: i64) -> String {
    let date = civil(hour * HOUR_MS);
    let hour = hour.rem_euclid(HOURS_PER_DAY);
    format!("y={:04}/m={:02}/d={:02}/h={hour:02}/m=00", date.year, date.month, date.day)
}

/// Appends a record time: `2026-11-15T09:03:27.1234567Z`.
pub(crate) fn write_time(out: &mut Vec<u8>, time: RecordTime) {
    let date = civil(time.time_ms);
    let of_day_ms = date.time / TICKS_PER_MS;
    let mut text = *b"0000-00-00T00:00:00.0000000Z";
    digits(&mut text[0..4], date.year as u32);
    digits(&mut text[5..7], date.month);
    digits(&mut text[8..10], date.day);
    digits(&mut text[11..13], (of_day_ms / HOUR_MS) as u32);
    digits(&mut text[14..16], (of_day_ms / MINUTE_MS % 60) as u32);
    digits(&mut text[17..19], (of_day_ms / 1_000 % 60) as u32);
    digits(&mut text[20..27], (of_day_ms % 1_000) as u32 * 10_000 + time.fraction);
    out.extend_from_slice(&text);
}

fn digits(place: &mut [u8], mut value: u32) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (value % 10) as u8;
        value /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        assert_eq!(hour_text(495_000), "2026-06-21T00:00:00Z");
        assert_eq!(hour_path(495_009), "y=2026/m=06/d=21/h=09/m=00");
        assert_eq!(day_text(20_625), "2026-06-21");
        assert_eq!(weekday(495_000), 6);
        let mut out = Vec::new();
        write_time(&mut out, RecordTime { time_ms: 1_782_000_207_123, fraction: 45 });
        assert_eq!(out, b"2026-06-21T00:03:27.1230045Z");
    }

    #[test]
    fn windows_of_neighbouring_hours_meet() {
        let grid = Grid::new(1, 2);
        for hour in 495_000..495_100 {
            let window = grid.window(hour);
            assert_eq!(window.end_ms, grid.window(hour + 1).start_ms);
            assert!(window.start_ms < hour * HOUR_MS, "the first record holds tuples of the hour before");
        }
    }

    #[test]
    fn tuples_wait_for_1_to_62_seconds() {
        for nic in 0..50 {
            let grid = Grid::new(7, nic);
            for minute in 29_700_000..29_700_200 {
                let record = grid.record(minute);
                assert_eq!(record.time_ms.div_euclid(MINUTE_MS), minute);
                assert!(record.time_ms - (grid.limit_ms(minute) - 1) >= 1_000);
                assert!(record.time_ms - grid.limit_ms(minute - 1) <= 62_000);
            }
        }
    }

    #[test]
    fn ticks() {
        let grid = Grid::new(3, 4);
        let tick = grid.tick_from(1_000_000_000);
        assert!((1_000_000_000..1_000_300_000).contains(&tick));
        assert_eq!(grid.tick_from(tick), tick);
        assert_eq!(grid.tick_from(tick + 1), tick + TICK_MS);
    }
}
