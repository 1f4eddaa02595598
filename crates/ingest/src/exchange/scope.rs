//! Which rows may come from some readings.

use std::collections::{BTreeSet, HashMap};
use std::ops::{Range, RangeInclusive};

use weir_blob::BlobHour;
use weir_reduce::{Interval, IntervalNumber};
use weir_table::StoredReading;
use weir_table::rows::day_of;

/// Interfaces and intervals: every row of some readings is in it, and so are rows of others.
#[derive(Debug)]
pub(crate) struct Scope {
    interval: Interval,
    of_mac: HashMap<String, Vec<RangeInclusive<u32>>>,
    of_any_mac: Vec<RangeInclusive<u32>>,
}

impl Scope {
    /// The scope of readings; a wide one has all interfaces.
    ///
    /// A blob of a storage account has the records of one interface; other files may have any.
    pub fn of(readings: &[StoredReading], interval: Interval, wide: bool) -> Self {
        let mut scope = Scope { interval, of_mac: HashMap::new(), of_any_mac: Vec::new() };
        for reading in readings.iter().filter(|reading| reading.tuples > 0) {
            let Some((first, last)) = reading.record_times else { continue };
            let intervals = interval.number_of(first).0..=interval.number_of(last).0;
            match mac_of(reading).filter(|_| !wide) {
                Some(mac) => scope.of_mac.entry(mac.to_owned()).or_default().push(intervals),
                None => scope.of_any_mac.push(intervals),
            }
        }
        scope.of_mac.values_mut().chain([&mut scope.of_any_mac]).for_each(join);
        scope
    }

    /// Whether it has some interfaces and not others.
    pub fn is_narrow(&self) -> bool {
        !self.of_mac.is_empty()
    }

    pub fn is_empty(&self) -> bool {
        self.of_mac.is_empty() && self.of_any_mac.is_empty()
    }

    /// Whether a row of an interface, as the tables spell it, is in it.
    pub fn has(&self, mac: &str, interval: IntervalNumber) -> bool {
        let within =
            |ranges: &Vec<RangeInclusive<u32>>| ranges.iter().any(|range| range.contains(&interval.0));
        within(&self.of_any_mac) || self.of_mac.get(mac).is_some_and(within)
    }

    /// Whether rows of an interval may be in it.
    pub fn has_interval(&self, interval: IntervalNumber) -> bool {
        self.ranges().any(|range| range.contains(&interval.0))
    }

    /// Whether rows of another reading may be in it.
    pub fn may_have(&self, reading: &StoredReading) -> bool {
        let Some((first, last)) = reading.record_times else { return false };
        let (first, last) = (self.interval.number_of(first).0, self.interval.number_of(last).0);
        let meets = |range: &RangeInclusive<u32>| *range.start() <= last && *range.end() >= first;
        let any = |ranges: &Vec<RangeInclusive<u32>>| ranges.iter().any(meets);
        reading.tuples > 0
            && (any(&self.of_any_mac)
                || match mac_of(reading) {
                    Some(mac) => self.of_mac.get(mac).is_some_and(any),
                    None => self.of_mac.values().any(any),
                })
    }

    /// From its first interval to the end of its last, in microseconds since the Unix epoch.
    pub fn times(&self) -> Range<i64> {
        let start = |number: u32| self.interval.start_micros(IntervalNumber(number));
        let first = self.ranges().map(|range| *range.start()).min();
        let last = self.ranges().map(|range| *range.end()).max();
        first.map_or(0, start)..last.map_or(0, |last| start(last) + self.interval.micros())
    }

    /// The days of its rows.
    pub fn days(&self) -> BTreeSet<i32> {
        let day = |number: u32| day_of(self.interval.start_micros(IntervalNumber(number)));
        self.ranges().flat_map(|range| day(*range.start())..=day(*range.end())).collect()
    }

    fn ranges(&self) -> impl Iterator<Item = &RangeInclusive<u32>> {
        self.of_mac.values().flatten().chain(&self.of_any_mac)
    }
}

/// The one interface of a reading; nothing where it may have several.
pub(crate) fn mac_of(reading: &StoredReading) -> Option<&str> {
    let mac = reading.mac_address.as_str();
    (!mac.is_empty() && BlobHour::from_path(&reading.blob).is_some()).then_some(mac)
}

/// Puts ranges in order, those that touch as one.
fn join(ranges: &mut Vec<RangeInclusive<u32>>) {
    ranges.sort_unstable_by_key(|range| *range.start());
    let mut joined: Vec<RangeInclusive<u32>> = Vec::new();
    for range in ranges.drain(..) {
        match joined.last_mut() {
            Some(last) if *range.start() <= last.end().saturating_add(1) => {
                *last = *last.start()..=*last.end().max(range.end());
            }
            _ => joined.push(range),
        }
    }
    *ranges = joined;
}

#[cfg(test)]
mod tests {
    use weir_table::ReadingState;

    use super::*;

    const HOUR: i64 = 3_600_000_000;

    fn reading(blob: &str, mac: &str, hours: Range<i64>) -> StoredReading {
        StoredReading {
            batch: 1,
            blob: blob.to_owned(),
            state: ReadingState::Read,
            flow_log: "/f".to_owned(),
            mac_address: mac.to_owned(),
            bytes: 0..10,
            records: 0..1,
            head_hash: "hash".to_owned(),
            prefix_hash: "hash".to_owned(),
            records_used: 1,
            tuples: 1,
            traffic: [0; 4],
            record_times: Some((hours.start * HOUR, hours.end * HOUR - 1)),
            day: 0,
        }
    }

    #[test]
    fn a_blob_of_an_account_has_the_rows_of_its_interface() {
        let path = "/logs/y=2026/m=08/d=13/h=21/m=00/macAddress=A/PT1H.json";
        let readings = [reading(path, "A", 30..31), reading(path, "A", 31..32), reading(path, "B", 50..51)];
        let scope = Scope::of(&readings, Interval::HOUR, false);
        let has = |mac, hour| scope.has(mac, IntervalNumber(hour));
        assert!(has("A", 30) && has("A", 31) && has("B", 50));
        assert!(!has("A", 29) && !has("A", 32) && !has("B", 30) && !has("A", 50));
        assert_eq!((scope.times(), scope.days()), (30 * HOUR..51 * HOUR, [1, 2].into()));
        let may = |blob, mac, hours| scope.may_have(&reading(blob, mac, hours));
        assert!(may(path, "A", 31..60) && may("any.json", "C", 49..51) && !may(path, "C", 49..51));
        assert!(!may(path, "A", 32..60) && !may("any.json", "A", 33..50));
        let wide = Scope::of(&readings, Interval::HOUR, true);
        assert!(scope.is_narrow() && !wide.is_narrow() && wide.has("C", IntervalNumber(30)));
    }

    #[test]
    fn a_file_of_any_name_may_have_all_interfaces() {
        let scope = Scope::of(&[reading("any.json", "A", 30..31)], Interval::HOUR, false);
        assert!(scope.has("C", IntervalNumber(30)) && !scope.has("C", IntervalNumber(31)));
        let without_tuples = StoredReading { tuples: 0, ..reading("any.json", "A", 30..31) };
        assert!(Scope::of(&[without_tuples], Interval::HOUR, false).is_empty());
    }
}
